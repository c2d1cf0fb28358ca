"""How the outbox stands by road, for the page of the engine: read only, by index, never the text of a message."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from tracker.store.models import OutboxMessage
from tracker.store.outbox import NO_LONGER_NEEDED

_WAITING = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.stopped_at.is_(None))


@dataclass(frozen=True)
class RoadFigures:
    """`sent_at`: the newest of those sent. `last_error`: of the oldest that waits."""

    waiting: int
    oldest_at: datetime | None
    last_error: str | None
    sent_at: datetime | None


@dataclass(frozen=True)
class MessageState:
    """One message as far as its delivery is concerned."""

    id: int
    road: str
    template: str
    recipient_id: int | None
    to_address: str
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    undelivered_at: datetime | None
    undelivered_why: str | None
    last_error: str | None


_STATE = (
    OutboxMessage.id, OutboxMessage.road, OutboxMessage.template, OutboxMessage.recipient_id, OutboxMessage.to_address,
    OutboxMessage.created_at, OutboxMessage.sent_at, OutboxMessage.delivered_at, OutboxMessage.undelivered_at,
    OutboxMessage.undelivered_why, OutboxMessage.last_error,
)  # fmt: skip


def figures_by_road(session: Session, roads: Collection[str]) -> dict[str, RoadFigures]:
    """Of these roads, and of any other that a message waits for."""
    counted = select(OutboxMessage.road, func.count(), func.min(OutboxMessage.created_at)).where(_WAITING)
    waiting = {road: (count, at) for road, count, at in session.execute(counted.group_by(OutboxMessage.road))}
    found = {}
    for road in [*roads, *sorted(set(waiting) - set(roads))]:
        count, oldest_at = waiting.get(road, (0, None))
        error = _error_of_oldest(session, road) if count else None
        found[road] = RoadFigures(count, oldest_at, error, _last_sent_at(session, road))
    return found


def _last_sent_at(session: Session, road: str) -> datetime | None:
    query = select(OutboxMessage.sent_at).where(OutboxMessage.road == road, OutboxMessage.sent_at.is_not(None))
    return session.scalar(query.order_by(OutboxMessage.sent_at.desc()).limit(1))


def _error_of_oldest(session: Session, road: str) -> str | None:
    query = select(OutboxMessage.last_error).where(_WAITING, OutboxMessage.road == road)
    return session.scalar(query.order_by(OutboxMessage.created_at, OutboxMessage.id).limit(1))


def undelivered(session: Session, limit: int) -> tuple[list[MessageState], int]:
    """The newest that were refused or came back, and how many there are in all."""
    held = OutboxMessage.undelivered_at.is_not(None)
    query = select(*_STATE).where(held).order_by(OutboxMessage.undelivered_at.desc(), OutboxMessage.id.desc())
    total = session.scalar(select(func.count()).where(held)) or 0
    return [MessageState(*row) for row in session.execute(query.limit(limit))], total


def refused_count(session: Session) -> int:
    """Those that a carrier refused, which can be tried again."""
    query = select(func.count()).where(
        OutboxMessage.sent_at.is_(None),
        OutboxMessage.stopped_at.is_not(None),
        OutboxMessage.stopped_why != NO_LONGER_NEEDED,
    )
    return session.scalar(query) or 0


def newest_of(session: Session, template: str, limit: int) -> Sequence[MessageState]:
    """The newest messages of a template."""
    query = select(*_STATE).where(OutboxMessage.template == template).order_by(OutboxMessage.id.desc())
    return [MessageState(*row) for row in session.execute(query.limit(limit))]
