"""The only way to send: a row written in the same transaction as the fact that it tells; and the rows' way out.

A row waits, is claimed by one deliverer under a lease, is sent, and only then marked. Every change is a
compare-and-set, so that two deliverers, or one that was killed and another, never mark a message twice.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.bulk import insert_for_ids
from tracker.store.engine import changed
from tracker.store.models import OutboxMessage, Person

EMAIL = "email"
WEBHOOK = "webhook:"
"""The roads that a message may take: `email`, or `webhook:` and the name of one."""

NO_LONGER_NEEDED = "no longer needed"
"""Why a message was stopped that nobody has to see: its clock was closed before it could go."""

SUMMED_UP = "summed_up"
SEVERAL = "several"
"""The templates of messages that grow while a sweep runs, one of each for each person: what is long overdue, and what
one pass found beyond a few."""

GROWING = (SUMMED_UP, SEVERAL)

LONGEST_LEASE = timedelta(minutes=10)
"""A lease that runs longer than any is given was written before the clock was set back: it holds nothing."""

_SWEEP = "sweep-"
WAITING = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.stopped_at.is_(None))


@dataclass(frozen=True)
class NewEmail:
    """One message to one recipient, as it is to be queued."""

    dedupe_key: str
    template: str
    to_address: str
    subject: str
    body: str
    recipient_id: int | None = None
    road: str = EMAIL


def queue_email(
    session: Session,
    *,
    dedupe_key: str,
    template: str,
    to_address: str,
    subject: str,
    body: str,
    now: datetime,
    domain: str,
    recipient_id: int | None = None,
) -> int | None:
    """Queue one message to one recipient; its id, or None if `dedupe_key` is queued already."""
    email = NewEmail(dedupe_key, template, to_address, subject, body, recipient_id)
    return queue_emails(session, [email], now, domain).get(dedupe_key)


def queue_emails(session: Session, emails: Sequence[NewEmail], now: datetime, domain: str) -> dict[str, int]:
    """Queue many at the cost of one: dedupe key → id of each that was not queued already.

    The `Message-ID` is made here, once, so that every try bears the same.
    """
    keys = [email.dedupe_key for email in emails]
    known = set(session.scalars(select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.in_(keys))))
    new = {email.dedupe_key: email for email in emails if email.dedupe_key not in known}
    rows = [
        {
            "dedupe_key": key,
            "message_id": f"<{uuid.uuid4()}@{domain}>",
            "template": email.template,
            "road": email.road,
            "recipient_id": email.recipient_id,
            "to_address": email.to_address,
            "subject": email.subject,
            "body": email.body,
            "created_at": now,
            "try_at": now,
            "attempts": 0,
        }
        for key, email in new.items()
    ]
    return dict(zip(new, insert_for_ids(session, OutboxMessage, rows), strict=True))


def ids_of(session: Session, dedupe_keys: Collection[str]) -> dict[str, int]:
    """Dedupe key → id, of those queued already."""
    query = select(OutboxMessage.dedupe_key, OutboxMessage.id).where(OutboxMessage.dedupe_key.in_(dedupe_keys))
    return dict(session.execute(query).tuples().all())


def addresses_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Where each person is written to."""
    query = select(Person.id, Person.email).where(Person.id.in_(person_ids))
    return {row.id: row.email for row in session.execute(query)}


def _may_be_claimed(now: datetime) -> ColumnElement[bool]:
    free = or_(
        OutboxMessage.leased_until.is_(None),
        OutboxMessage.leased_until <= now,
        OutboxMessage.leased_until > now + LONGEST_LEASE,
    )
    return and_(WAITING, OutboxMessage.try_at <= now, free)


def anything_to_send(session: Session, now: datetime) -> bool:
    return session.scalar(select(OutboxMessage.id).where(_may_be_claimed(now)).limit(1)) is not None


def claim(session: Session, lease: str, now: datetime, until: datetime, limit: int) -> Sequence[OutboxMessage]:
    """Lease up to `limit` messages that are due, longest due first. A lease that ran out is taken over."""
    query = select(OutboxMessage.id).where(_may_be_claimed(now)).order_by(OutboxMessage.try_at, OutboxMessage.id)
    ids = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    taken = update(OutboxMessage).where(OutboxMessage.id.in_(ids), _may_be_claimed(now))
    session.execute(taken.values(lease=lease, leased_until=until), execution_options={"synchronize_session": False})
    mine = select(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.lease == lease)
    ordered = mine.order_by(OutboxMessage.try_at, OutboxMessage.id)
    return session.scalars(ordered.execution_options(populate_existing=True)).all()


def leases(session: Session) -> set[str]:
    """Who holds a message that waits: deliverers, and sweeps still summing up."""
    query = select(OutboxMessage.lease).where(WAITING, OutboxMessage.lease.is_not(None)).distinct()
    return {lease for lease in session.scalars(query) if lease is not None}


def worker_of(lease: str) -> str:
    """The worker's name within a lease."""
    return lease.removeprefix(_SWEEP)


def end_lease(session: Session, lease: str) -> None:
    """Its worker is known to be gone: what it held may be claimed."""
    held = update(OutboxMessage).where(OutboxMessage.lease == lease, WAITING)
    session.execute(held.values(leased_until=None), execution_options={"synchronize_session": False})


def renew(session: Session, ids: Collection[int], lease: str, until: datetime) -> set[int]:
    """Hold on to claimed messages for longer; the ids still ours. Others were taken over, and are theirs to send."""
    ours = (OutboxMessage.id.in_(ids), OutboxMessage.lease == lease, WAITING)
    session.execute(update(OutboxMessage).where(*ours).values(leased_until=until))
    return set(session.scalars(select(OutboxMessage.id).where(*ours)))


def mark_sent(session: Session, message_id: int, now: datetime) -> bool:
    """The server has taken it. False if that was recorded already: recorded exactly once, by whoever was first."""
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, WAITING)
    sent = row.values(sent_at=now, attempts=OutboxMessage.attempts + 1, lease=None, leased_until=None, last_error=None)
    return changed(session, sent) == 1


def mark_delayed(session: Session, message_id: int, lease: str, try_at: datetime, why: str) -> bool:
    """Not sent now: try again from `try_at`. False if it is no longer ours."""
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.lease == lease, WAITING)
    again = {"try_at": try_at, "attempts": OutboxMessage.attempts + 1, "last_error": why}
    return changed(session, row.values(**again, lease=None, leased_until=None)) == 1


def mark_stopped(session: Session, message_id: int, lease: str, now: datetime, why: str) -> bool:
    """It will never go. False if it is no longer ours."""
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.lease == lease, WAITING)
    undelivered = {} if why == NO_LONGER_NEEDED else {"undelivered_at": now, "undelivered_why": why}
    stopped = {"stopped_at": now, "stopped_why": why, "lease": None, "leased_until": None}
    return changed(session, row.values(**stopped, **undelivered)) == 1


def put_back(session: Session, ids: Collection[int], lease: str) -> None:
    """Give up the lease of messages that were not tried."""
    row = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.lease == lease, WAITING)
    session.execute(row.values(lease=None, leased_until=None))


def wait_again(session: Session, now: datetime) -> list[int]:
    """Let every refused message wait once more, to its recipient's present address; their ids."""
    query = select(OutboxMessage).where(
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.stopped_at.is_not(None),
        OutboxMessage.stopped_why != NO_LONGER_NEEDED,
    )
    rows = session.scalars(query.order_by(OutboxMessage.id).with_for_update(skip_locked=True)).all()
    addresses = addresses_of(session, {row.recipient_id for row in rows if row.recipient_id is not None})
    for row in rows:
        row.stopped_at = row.stopped_why = row.undelivered_at = row.undelivered_why = row.undelivered_told_at = None
        row.try_at = now
        row.to_address = addresses.get(row.recipient_id or 0, row.to_address)
    session.flush()
    return [row.id for row in rows]


def _may_grow() -> ColumnElement[bool]:
    """Never in a deliverer's hands, so that no server can hold an earlier text under the same Message-ID."""
    held = or_(OutboxMessage.lease.is_(None), OutboxMessage.lease.startswith(_SWEEP))
    return and_(WAITING, OutboxMessage.template.in_(GROWING), OutboxMessage.attempts == 0, held)


def growing_message(
    session: Session, template: str, recipient_id: int | None, road: str, to_address: str
) -> int | None:
    """The message of this kind still being summed up for this person, or for this address or webhook."""
    ours = (_may_grow(), OutboxMessage.template == template, OutboxMessage.recipient_id == recipient_id)
    query = select(OutboxMessage.id).where(*ours)
    if recipient_id is None:
        query = query.where(OutboxMessage.road == road, OutboxMessage.to_address == to_address)
    return session.scalar(query.order_by(OutboxMessage.id).limit(1))


def hold_growing(session: Session, message_id: int, worker: str, until: datetime) -> bool:
    """Keep it from being sent while this sweep adds to it; False if it has been sent or claimed meanwhile."""
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, _may_grow())
    return changed(session, row.values(lease=_SWEEP + worker, leased_until=until)) == 1


def write_growing(session: Session, message_id: int, subject: str, body: str) -> None:
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, _may_grow())
    session.execute(row.values(subject=subject, body=body), execution_options={"synchronize_session": False})


def release_growing(session: Session, ids: Collection[int], worker: str) -> None:
    """The sweep has ended: they may go."""
    row = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.lease == _SWEEP + worker)
    session.execute(row.values(lease=None, leased_until=None), execution_options={"synchronize_session": False})
