"""The only way to send: a row written in the same transaction as the fact that it tells; and the rows' way out.

A row waits, is claimed by one deliverer under a lease, is sent, and only then marked. Every change is a
compare-and-set, so that two deliverers, or one that was killed and another, never mark a message twice.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.db import plain_rows
from tracker.store.engine import changed
from tracker.store.models import OutboxMessage, Person

NO_LONGER_NEEDED = "no longer needed"
"""Why a message was stopped that nobody has to see: its clock was closed before it could go."""

SUMMED_UP = "summed_up"
"""The template of a message that grows while a sweep runs: one for each person."""

LONGEST_LEASE = timedelta(minutes=10)
"""A lease that runs longer than any is given was written before the clock was set back: it holds nothing."""

_SWEEP = "sweep-"
_WAITING = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.stopped_at.is_(None))


@dataclass(frozen=True)
class Queue:
    """How the outbox stands: messages not yet sent, the oldest of them, and those a server refused."""

    waiting: int
    oldest_at: datetime | None
    stopped: int


@dataclass(frozen=True)
class NewEmail:
    """One message to one recipient, as it is to be queued."""

    dedupe_key: str
    template: str
    to_address: str
    subject: str
    body: str
    recipient_id: int | None = None


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
    rows = [
        OutboxMessage(
            dedupe_key=email.dedupe_key,
            message_id=f"<{uuid.uuid4()}@{domain}>",
            template=email.template,
            recipient_id=email.recipient_id,
            to_address=email.to_address,
            subject=email.subject,
            body=email.body,
            created_at=now,
            try_at=now,
            attempts=0,
        )
        for email in emails
        if email.dedupe_key not in known
    ]
    session.add_all(rows)
    session.flush()
    return {row.dedupe_key: row.id for row in rows}


def addresses_of(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Where each person is written to."""
    query = select(Person.id, Person.email).where(Person.id.in_(person_ids))
    return {row.id: row.email for row in session.execute(query)}


_outbox = cast("Table", OutboxMessage.__table__)
_now: BindParameter[datetime] = bindparam("now")
_MAY_BE_CLAIMED = and_(
    _WAITING,
    OutboxMessage.try_at <= _now,
    or_(
        OutboxMessage.leased_until.is_(None),
        OutboxMessage.leased_until <= _now,
        OutboxMessage.leased_until > bindparam("too_long"),
    ),
)
_ANY = select(OutboxMessage.id).where(_MAY_BE_CLAIMED).limit(1)
_TO_CLAIM = (
    select(OutboxMessage.id)
    .where(_MAY_BE_CLAIMED)
    .order_by(OutboxMessage.try_at, OutboxMessage.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


_ids: BindParameter[int] = bindparam("ids", expanding=True)
_TAKE = (
    update(_outbox)
    .where(_outbox.c.id.in_(_ids), _MAY_BE_CLAIMED)
    .values(lease=bindparam("by"), leased_until=bindparam("until"))
)
_MINE = (
    select(OutboxMessage)
    .where(OutboxMessage.id.in_(_ids), OutboxMessage.lease == bindparam("by"))
    .order_by(OutboxMessage.try_at, OutboxMessage.id)
    .execution_options(populate_existing=True)
)
_SENT = (
    update(_outbox)
    .where(_outbox.c.id == bindparam("of"), _WAITING)
    .values(sent_at=bindparam("now"), attempts=_outbox.c.attempts + 1, lease=None, leased_until=None, last_error=None)
)
_LEASES = select(_outbox.c.lease).where(_WAITING, _outbox.c.lease.is_not(None)).distinct()
# All built once: every delivery asks them, and most find nothing.


def anything_to_send(session: Session, now: datetime) -> bool:
    return bool(list(plain_rows(session, _ANY, now=now, too_long=now + LONGEST_LEASE)))


def claim(session: Session, lease: str, now: datetime, until: datetime, limit: int) -> Sequence[OutboxMessage]:
    """Lease up to `limit` messages that are due, longest due first. A lease that ran out is taken over."""
    free = {"now": now, "too_long": now + LONGEST_LEASE}
    ids = [id_ for (id_,) in plain_rows(session, _TO_CLAIM, most=limit, **free)]
    if not ids:
        return ()
    session.connection().execute(_TAKE, {"ids": ids, "by": lease, "until": until, **free})
    return session.scalars(_MINE, {"ids": ids, "by": lease}).all()


def leases(session: Session) -> set[str]:
    """Who holds a message that waits: deliverers, and sweeps still summing up."""
    return {lease for (lease,) in plain_rows(session, _LEASES)}


def worker_of(lease: str) -> str:
    """The worker's name within a lease."""
    return lease.removeprefix(_SWEEP)


def end_lease(session: Session, lease: str) -> None:
    """Its worker is known to be gone: what it held may be claimed."""
    held = update(OutboxMessage).where(OutboxMessage.lease == lease, _WAITING)
    session.execute(held.values(leased_until=None), execution_options={"synchronize_session": False})


def renew(session: Session, ids: Collection[int], lease: str, until: datetime) -> set[int]:
    """Hold on to claimed messages for longer; the ids still ours. Others were taken over, and are theirs to send."""
    ours = (OutboxMessage.id.in_(ids), OutboxMessage.lease == lease, _WAITING)
    session.execute(update(OutboxMessage).where(*ours).values(leased_until=until))
    return set(session.scalars(select(OutboxMessage.id).where(*ours)))


def mark_sent(session: Session, message_id: int, now: datetime) -> bool:
    """The server has taken it. False if that was recorded already: recorded exactly once, by whoever was first."""
    return session.connection().execute(_SENT, {"of": message_id, "now": now}).rowcount == 1


def mark_delayed(session: Session, message_id: int, lease: str, try_at: datetime, why: str) -> bool:
    """Not sent now: try again from `try_at`. False if it is no longer ours."""
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.lease == lease, _WAITING)
    again = {"try_at": try_at, "attempts": OutboxMessage.attempts + 1, "last_error": why}
    return changed(session, row.values(**again, lease=None, leased_until=None)) == 1


def mark_stopped(session: Session, message_id: int, lease: str, now: datetime, why: str) -> bool:
    """It will never go. False if it is no longer ours."""
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.lease == lease, _WAITING)
    return changed(session, row.values(stopped_at=now, stopped_why=why, lease=None, leased_until=None)) == 1


def put_back(session: Session, ids: Collection[int], lease: str) -> None:
    """Give up the lease of messages that were not tried."""
    row = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.lease == lease, _WAITING)
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
        row.stopped_at = row.stopped_why = None
        row.try_at = now
        row.to_address = addresses.get(row.recipient_id or 0, row.to_address)
    session.flush()
    return [row.id for row in rows]


def queue_of(session: Session, stopped_since: datetime) -> Queue:
    """What waits, and what was refused since; read by index, whatever has been sent."""
    waiting = select(func.count(), func.min(OutboxMessage.created_at)).where(_WAITING)
    count, oldest_at = session.execute(waiting).one()
    refused = select(func.count()).where(
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.stopped_at >= stopped_since,
        OutboxMessage.stopped_why != NO_LONGER_NEEDED,
    )
    return Queue(count, oldest_at, session.scalar(refused) or 0)


def _may_grow() -> ColumnElement[bool]:
    """Never in a deliverer's hands, so that no server can hold an earlier text under the same Message-ID."""
    held = or_(OutboxMessage.lease.is_(None), OutboxMessage.lease.startswith(_SWEEP))
    return and_(_WAITING, OutboxMessage.template == SUMMED_UP, OutboxMessage.attempts == 0, held)


def growing_message(session: Session, recipient_id: int) -> int | None:
    """The message in which what is old is still being summed up for this person."""
    query = select(OutboxMessage.id).where(_may_grow(), OutboxMessage.recipient_id == recipient_id)
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
