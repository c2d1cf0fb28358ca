"""How messages go out: each road with its state, what was refused or came back, and test messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tracker.core.mail import EMAIL, WEBHOOK
from tracker.services.context import Context
from tracker.services.engine_state import DELIVER
from tracker.services.queue_test_message import TEMPLATE
from tracker.store import engine, outbox_state, people
from tracker.store.db import session as read_session
from tracker.store.outbox_state import RoadFigures

LATE_AFTER = timedelta(minutes=15)
"""How long a message may wait before a road is called late: longer than a mail server's usual "try again later"."""

SHOWN = 50


@dataclass(frozen=True)
class RoadRow:
    """`title`: where it leads. `is_set`: whether the settings still have it. `last_error`: why the oldest waits."""

    road: str
    title: str
    is_set: bool
    state: Literal["in order", "late", "waiting", "not used yet", "not set up"]
    tried_at: datetime | None
    sent_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class MessageRow:
    """One message, never its text. `kind`: `refused`, `came back`, `waiting` or `sent`."""

    id: int
    road: str
    template: str
    recipient: str
    kind: Literal["refused", "came back", "waiting", "sent"]
    at: datetime
    why: str
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class EnginePage:
    """`refused`: how many of the undelivered can be tried again."""

    roads: tuple[RoadRow, ...]
    undelivered: tuple[MessageRow, ...]
    undelivered_total: int
    refused: int
    tests: tuple[MessageRow, ...]


def engine_page(context: Context, roads: Mapping[str, str]) -> EnginePage:
    """`roads`: those of the settings, road → where it leads."""
    session = read_session()
    figures = outbox_state.figures_by_road(session, roads)
    names = people.names_by_id(session)
    rows = [_road(road, roads.get(road), held, _beat(road), context.now) for road, held in figures.items()]
    found, total = outbox_state.undelivered(session, SHOWN)
    tests = outbox_state.newest_of(session, TEMPLATE, 10)
    return EnginePage(
        roads=tuple(rows),
        undelivered=tuple(_message(row, names) for row in found),
        undelivered_total=total,
        refused=outbox_state.refused_count(session),
        tests=tuple(_message(row, names) for row in tests),
    )


def _beat(road: str) -> datetime | None:
    """When the road's last pass ended."""
    return engine.last_beat_at(read_session(), DELIVER if road == EMAIL else f"{DELIVER} {road}")


def _road(road: str, title: str | None, figures: RoadFigures, tried_at: datetime | None, now: datetime) -> RoadRow:
    state: Literal["in order", "late", "waiting", "not used yet", "not set up"]
    if title is None:
        state = "not set up"
    elif figures.oldest_at is not None:
        state = "late" if now - figures.oldest_at > LATE_AFTER else "waiting"
    else:
        state = "in order" if figures.sent_at else "not used yet"
    return RoadRow(
        road=road,
        title=title or f"{road.removeprefix(WEBHOOK)}: not in the settings any more",
        is_set=title is not None,
        state=state,
        tried_at=tried_at,
        sent_at=figures.sent_at,
        waiting=figures.waiting,
        oldest_at=figures.oldest_at,
        last_error=figures.last_error,
    )


def _message(row: outbox_state.MessageState, names: Mapping[int, str]) -> MessageRow:
    kind: Literal["refused", "came back", "waiting", "sent"]
    if row.undelivered_at is not None:
        kind = "came back" if row.sent_at else "refused"
    else:
        kind = "sent" if row.sent_at else "waiting"
    return MessageRow(
        id=row.id,
        road=row.road,
        template=row.template,
        recipient=names.get(row.recipient_id or 0) or row.to_address,
        kind=kind,
        at=row.undelivered_at or row.sent_at or row.created_at,
        why=row.undelivered_why or row.last_error or "",
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
    )
