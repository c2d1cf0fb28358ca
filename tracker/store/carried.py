"""What the messages of the outbox carry: their alerts, each with how its record stands now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

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

    reference: str
    trigger: str | None
    rung: str
    clock_no: int
    due_at: datetime
    clock: ClockNow | None
    line_waits: bool | None


def carried_by(session: Session, message_ids: Collection[int]) -> dict[int, list[Carried]]:
    """Message id → the alerts that it carries, one or all those it sums up; nothing for a message that carries none."""
    query = (
        select(
            Alert.outbox_id,
            Alert.reference,
            Alert.trigger,
            Alert.rung,
            Alert.clock_no,
            Alert.due_at,
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
        .where(Alert.outbox_id.in_(message_ids))
        .order_by(Alert.id)
    )
    found: dict[int, list[Carried]] = {}
    for row in session.execute(query):
        clock = None if row.episode_id is None else ClockNow(row.now_no, row.clock_open, row.carried_rungs)
        waits = None if row.line_id is None else row.outcome == "quarantined" and row.settled_at is None
        carried = Carried(row.reference, row.trigger, row.rung, row.clock_no, row.due_at, clock, waits)
        found.setdefault(row.outbox_id, []).append(carried)
    return found
