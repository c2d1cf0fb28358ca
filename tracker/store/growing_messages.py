"""Messages of the outbox that grow while a sweep runs: held back by its lease, written anew, then let go."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.engine import changed
from tracker.store.models import OutboxMessage
from tracker.store.outbox import SWEEP, WAITING

SUMMED_UP = "summed_up"
SEVERAL = "several"
"""Their templates, one of each for each person: what is long overdue, and what one pass found beyond a few."""

GROWING = (SUMMED_UP, SEVERAL)


def _may_grow() -> ColumnElement[bool]:
    """Never in a deliverer's hands, so that no server can hold an earlier text under the same Message-ID."""
    held = or_(OutboxMessage.lease.is_(None), OutboxMessage.lease.startswith(SWEEP))
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
    return changed(session, row.values(lease=SWEEP + worker, leased_until=until)) == 1


def write_growing(session: Session, message_id: int, subject: str, body: str) -> None:
    row = update(OutboxMessage).where(OutboxMessage.id == message_id, _may_grow())
    session.execute(row.values(subject=subject, body=body), execution_options={"synchronize_session": False})


def release_growing(session: Session, ids: Collection[int], worker: str) -> None:
    """The sweep has ended: they may go."""
    row = update(OutboxMessage).where(OutboxMessage.id.in_(ids), OutboxMessage.lease == SWEEP + worker)
    session.execute(row.values(lease=None, leased_until=None), execution_options={"synchronize_session": False})
