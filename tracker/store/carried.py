"""What the messages of the outbox carry: their alerts, each with how its record stands now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.store.models import Alert, Episode, Line


@dataclass(frozen=True)
class ClockNow:
    """An episode's clock as it stands: its number, whether it is open, the rungs carried over to it."""

    number: int
    is_open: bool
    carried_rungs: Sequence[str]


@dataclass(frozen=True)
class Carried:
    """An alert that a message carries. `line_waits` is None where it is not about a line, `clock` likewise."""

    id: int
    reference: str
    subject: str
    subject_id: int
    trigger: str | None
    rung: str
    clock_no: int
    due_at: datetime
    acknowledged_at: datetime | None
    clock: ClockNow | None
    line_waits: bool | None


def carried_by(session: Session, message_ids: Collection[int]) -> dict[int, list[Carried]]:
    """Message id → the alerts that it carries, one or all those it sums up; nothing for a message that carries none."""
    found: dict[int, list[Carried]] = {}
    for row in session.execute(_STANDING.where(Alert.outbox_id.in_(message_ids))):
        found.setdefault(row.outbox_id, []).append(_carried(row))
    return found


def as_it_stands(session: Session, alert_id: int) -> Carried:
    return _carried(session.execute(_STANDING.where(Alert.id == alert_id)).one())


def clock_asks(alert: Carried) -> bool:
    """Of a rung: False only where the clock was closed, the line settled, or a moved deadline raises it anew."""
    if alert.clock is not None:
        same = alert.clock_no == alert.clock.number or alert.rung in alert.clock.carried_rungs
        return alert.clock.is_open and same
    return bool(alert.line_waits)


_STANDING = (
    select(
        Alert.id,
        Alert.outbox_id,
        Alert.reference,
        Alert.subject,
        Alert.subject_id,
        Alert.trigger,
        Alert.rung,
        Alert.clock_no,
        Alert.due_at,
        Alert.acknowledged_at,
        Episode.id.label("episode_id"),
        Episode.clock_no.label("now_no"),
        Episode.clock_open,
        Episode.carried_rungs,
        Line.id.label("line_id"),
        Line.outcome,
        Line.settled_at,
    )
    .outerjoin(Episode, Episode.id == Alert.episode_id)
    .outerjoin(Line, Line.id == Alert.line_id)
    .order_by(Alert.id)
)


def _carried(row: Any) -> Carried:
    return Carried(
        row.id,
        row.reference,
        row.subject,
        row.subject_id,
        row.trigger,
        row.rung,
        row.clock_no,
        row.due_at,
        row.acknowledged_at,
        None if row.episode_id is None else ClockNow(row.now_no, row.clock_open, row.carried_rungs),
        None if row.line_id is None else row.outcome == "quarantined" and row.settled_at is None,
    )
