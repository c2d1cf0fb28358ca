"""The only way to send: a row written in the same transaction as the fact that it tells; and the rows' way out.

A row waits, is claimed by one deliverer under a lease, is sent, and only then marked. Every change is a
compare-and-set, so that two deliverers, or one that was killed and another, never mark a message twice.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Session

from tracker.core.mail import EMAIL as EMAIL
from tracker.core.mail import WEBHOOK as WEBHOOK
from tracker.store.bulk import insert_for_ids
from tracker.store.engine import changed
from tracker.store.models import OutboxMessage, Person

NO_LONGER_NEEDED = "no longer needed"
"""Why a message was stopped that nobody has to see: its clock was closed before it could go."""

LONGEST_LEASE = timedelta(minutes=10)
"""A lease that runs longer than any is given was written before the clock was set back: it holds nothing."""

SWEEP = "sweep-"
"""How the lease of a sweep begins, which holds messages back while it adds to them (store/growing_messages.py)."""

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


@dataclass(frozen=True)
class Claimed:
    """A message in a deliverer's hands. `may_have_gone`: an earlier try may have reached the carrier unrecorded."""

    id: int
    attempts: int
    message_id: str
    to_address: str
    subject: str
    body: str
    created_at: datetime
    may_have_gone: bool


@dataclass(frozen=True)
class Sent:
    """That a carrier has taken a message: when, and under which number of its own, where it gives one."""

    id: int
    at: datetime
    provider_id: str | None = None


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


def _may_be_claimed(road: str, now: datetime) -> ColumnElement[bool]:
    free = or_(
        OutboxMessage.leased_until.is_(None),
        OutboxMessage.leased_until <= now,
        OutboxMessage.leased_until > now + LONGEST_LEASE,
    )
    return and_(WAITING, OutboxMessage.road == road, OutboxMessage.try_at <= now, free)


def anything_to_send(session: Session, road: str, now: datetime) -> bool:
    return session.scalar(select(OutboxMessage.id).where(_may_be_claimed(road, now)).limit(1)) is not None


def claim(session: Session, road: str, lease: str, now: datetime, until: datetime, limit: int) -> list[Claimed]:
    """Lease up to `limit` messages of a road that are due, longest due first. A lease that ran out is taken over."""
    due = select(OutboxMessage.id, OutboxMessage.lease).where(_may_be_claimed(road, now))
    oldest = due.order_by(OutboxMessage.try_at, OutboxMessage.id).limit(limit)
    left_by = {row.id: row.lease for row in session.execute(oldest.with_for_update(skip_locked=True))}
    taken = update(OutboxMessage).where(OutboxMessage.id.in_(left_by), _may_be_claimed(road, now))
    session.execute(taken.values(lease=lease, leased_until=until), execution_options={"synchronize_session": False})
    mine = select(*_CLAIMED).where(OutboxMessage.id.in_(left_by), OutboxMessage.lease == lease)
    rows = session.execute(mine.order_by(OutboxMessage.try_at, OutboxMessage.id))
    return [Claimed(*row, may_have_gone=row.attempts > 0 or _was_held(left_by[row.id])) for row in rows]


_CLAIMED = (
    OutboxMessage.id, OutboxMessage.attempts, OutboxMessage.message_id, OutboxMessage.to_address,
    OutboxMessage.subject, OutboxMessage.body, OutboxMessage.created_at,
)  # fmt: skip


def _was_held(lease: str | None) -> bool:
    """By a deliverer, which may have died between the carrier's answer and its record."""
    return lease is not None and not lease.startswith(SWEEP)


def leases(session: Session) -> set[str]:
    """Who holds a message that waits: deliverers, and sweeps still summing up."""
    query = select(OutboxMessage.lease).where(WAITING, OutboxMessage.lease.is_not(None)).distinct()
    return {lease for lease in session.scalars(query) if lease is not None}


def worker_of(lease: str) -> str:
    """The worker's name within a lease."""
    return lease.removeprefix(SWEEP)


def end_lease(session: Session, lease: str) -> None:
    """Its worker is known to be gone: what it held may be claimed."""
    held = update(OutboxMessage).where(OutboxMessage.lease == lease, WAITING)
    session.execute(held.values(leased_until=None), execution_options={"synchronize_session": False})


def renew(session: Session, ids: Collection[int], lease: str, until: datetime) -> set[int]:
    """Hold on to claimed messages for longer; the ids still ours. Others were taken over, and are theirs to send."""
    ours = (OutboxMessage.id.in_(ids), OutboxMessage.lease == lease, WAITING)
    session.execute(update(OutboxMessage).where(*ours).values(leased_until=until))
    return set(session.scalars(select(OutboxMessage.id).where(*ours)))


_NOT_YET = func.coalesce(OutboxMessage.sent_at, OutboxMessage.stopped_at).is_(None)
"""As `_WAITING`, for rows known by id: said so that PostgreSQL does not look through all that waits for one row."""

_SENT = (
    update(cast("Table", OutboxMessage.__table__))
    .where(OutboxMessage.id == bindparam("of_id"), _NOT_YET)
    .values(
        sent_at=bindparam("at"),
        provider_id=func.coalesce(bindparam("by_number"), OutboxMessage.provider_id),
        attempts=OutboxMessage.attempts + 1,
        lease=None,
        leased_until=None,
        last_error=None,
    )
)


_SENT_AT_ONCE = text(
    "UPDATE outbox SET sent_at = given.at, provider_id = coalesce(given.number, outbox.provider_id), "
    "attempts = outbox.attempts + 1, lease = NULL, leased_until = NULL, last_error = NULL "
    "FROM unnest(CAST(:ids AS bigint[]), CAST(:ats AS timestamptz[]), CAST(:numbers AS text[])) "
    "AS given(id, at, number) "
    "WHERE outbox.id = given.id AND coalesce(outbox.sent_at, outbox.stopped_at) IS NULL"
)
"""The same for several in one statement, on PostgreSQL: there each way to the server and back is what takes time."""


def mark_sent(connection: Connection, sent: Sequence[Sent]) -> int:
    """A carrier has taken them. How many were not recorded before: exactly once, by whoever was first."""
    if connection.dialect.name == "postgresql":
        columns = [one.id for one in sent], [one.at for one in sent], [one.provider_id for one in sent]
        return connection.execute(_SENT_AT_ONCE, dict(zip(("ids", "ats", "numbers"), columns, strict=True))).rowcount
    rows = [{"of_id": one.id, "at": one.at, "by_number": one.provider_id} for one in sent]
    return connection.execute(_SENT, rows).rowcount


_DELAYED = (
    update(cast("Table", OutboxMessage.__table__))
    .where(OutboxMessage.id == bindparam("of_id"), OutboxMessage.lease == bindparam("of_lease"), _NOT_YET)
    .values(
        try_at=bindparam("at"),
        last_error=bindparam("why"),
        attempts=OutboxMessage.attempts + 1,
        lease=None,
        leased_until=None,
    )
)


def mark_delayed(session: Session, lease: str, try_at: Mapping[int, datetime], why: str) -> int:
    """Not sent now: each is tried again from its instant. How many were still ours."""
    rows = [{"of_id": id_, "of_lease": lease, "at": at, "why": why} for id_, at in try_at.items()]
    return session.connection().execute(_DELAYED, rows).rowcount if rows else 0


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


def message_known_as(session: Session, message_id: str | None, provider_id: str | None) -> int | None:
    """The id of the message of this Message-ID, or of this number of its carrier's."""
    for column, value in ((OutboxMessage.message_id, message_id), (OutboxMessage.provider_id, provider_id)):
        found = session.scalar(select(OutboxMessage.id).where(column == value)) if value else None
        if found is not None:
            return found
    return None


def mark_delivered(session: Session, id_: int, now: datetime) -> bool:
    """Its carrier says that it arrived. False if that was recorded already."""
    row = update(OutboxMessage).where(OutboxMessage.id == id_, OutboxMessage.delivered_at.is_(None))
    return changed(session, row.values(delivered_at=now)) == 1


def mark_undelivered(session: Session, id_: int, now: datetime, why: str) -> bool:
    """It came back. It stays sent; False if that was recorded already."""
    row = update(OutboxMessage).where(OutboxMessage.id == id_, OutboxMessage.undelivered_at.is_(None))
    return changed(session, row.values(undelivered_at=now, undelivered_why=why)) == 1
