"""What the demonstration must ask of the store to act as people would: ids, what waits, what is due next. Read only.

The demonstration knows its county by police references. Nobody is shown anything here, so no reading is recorded; what
its people do goes through the same use cases as the pages.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, event, func, inspect, select

from tracker.core.alert_terms import Rung
from tracker.core.daily_report import normalise_reference
from tracker.store.db import db
from tracker.store.db import session as current_session
from tracker.store.meetings import STANDS
from tracker.store.models import (
    Action,
    Alert,
    Child,
    ContactAttempt,
    Episode,
    Interview,
    InterviewVisit,
    Line,
    OutboxMessage,
    Receipt,
    RepeatFlagRow,
    StrategyMeeting,
)


@dataclass(frozen=True)
class Held:
    """An episode as it is held now."""

    id: int
    child_id: int
    version: int


@dataclass(frozen=True)
class Busiest:
    """The child with the most episodes, whose page is the longest."""

    child_id: int
    newest_episode_id: int


@dataclass(frozen=True)
class Unanswered:
    """An alert that nobody has acknowledged. `police_reference` of its episode, normalised."""

    reference: str
    episode_id: int
    police_reference: str
    rung: str
    recipient_id: int


@contextmanager
def building() -> Iterator[None]:
    """While a demonstration is built, SQLite does not wait for the disk at every commit (synchronous=OFF).

    Twenty thousand small commits would else take minutes. What a power cut could lose is the demonstration being built,
    which is then built anew. At the end everything is on the disk, and new connections wait for it as ever.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return

    def hurry(dbapi_connection: Any, _record: object) -> None:
        dbapi_connection.execute("PRAGMA synchronous=OFF")

    db.session.remove()
    engine.dispose()
    event.listen(engine, "connect", hurry)
    try:
        yield
    finally:
        event.remove(engine, "connect", hurry)
        db.session.remove()
        engine.dispose()
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")  # a checkpoint stands outside of transactions
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")


def holds_episodes() -> bool:
    """Whether the database is in use: then no demonstration is built into it. One without tables is not."""
    session = current_session()
    held = inspect(db.engine).has_table(Episode.__tablename__) and session.scalar(select(Episode.id).limit(1))
    session.rollback()
    return bool(held)


def held_episode(force: str, reference: str) -> Held | None:
    """By the natural key, as a report writes it."""
    session = current_session()
    found = session.execute(_HELD, {"of": force, "under": normalise_reference(reference)}).one_or_none()
    session.rollback()
    return Held(*found) if found else None


_HELD = select(Episode.id, Episode.child_id, Episode.version).where(
    Episode.police_force == bindparam("of"), Episode.police_reference == bindparam("under")
)
_NEXT = select(
    *(
        select(func.min(at)).where(at.is_not(None)).scalar_subquery()
        for at in (Episode.sweep_at, Line.sweep_at, Episode.meeting_check_at)
    )
)
# Built once: asked before every act.


def next_sweep_at() -> datetime | None:
    """The first instant at which the sweep has something to look at."""
    session = current_session()
    found = session.execute(_NEXT).one()
    session.rollback()
    return min((at for at in found if at is not None), default=None)


def unanswered_alerts(rungs: Collection[Rung], raised_from: datetime) -> list[Unanswered]:
    """Alerts about episodes with a police reference, oldest first."""
    session = current_session()
    query = (
        select(Alert.reference, Episode.id, Episode.police_reference, Alert.rung, Alert.recipient_id)
        .join(Episode, Episode.id == Alert.episode_id)
        .where(Alert.raised_at >= raised_from, Alert.acknowledged_at.is_(None), Episode.police_reference.is_not(None))
        .where(Alert.rung.in_([str(rung) for rung in rungs]), Alert.recipient_id.is_not(None))
    )
    rows = session.execute(query.order_by(Alert.id)).all()
    session.rollback()
    return [
        Unanswered(reference, episode_id, police_reference or "", rung, recipient_id)
        for reference, episode_id, police_reference, rung, recipient_id in rows
        if recipient_id is not None
    ]


def unreviewed_flags() -> list[int]:
    """Repeat flags that stand and wait for a review, oldest first."""
    session = current_session()
    query = select(RepeatFlagRow.id).where(RepeatFlagRow.reviewed_at.is_(None), RepeatFlagRow.withdrawn_at.is_(None))
    ids = list(session.scalars(query.order_by(RepeatFlagRow.raised_at, RepeatFlagRow.id)))
    session.rollback()
    return ids


@dataclass(frozen=True)
class StandingMeeting:
    """A strategy meeting that is asked for, and nothing came of it yet."""

    id: int
    child_id: int
    asked_at: datetime
    version: int


def standing_meetings() -> list[StandingMeeting]:
    """Whoever waits longest first."""
    session = current_session()
    row = StrategyMeeting
    query = select(row.id, row.child_id, row.asked_at, row.version).where(*STANDS).order_by(row.due_at, row.id)
    found = [StandingMeeting(*one) for one in session.execute(query)]
    session.rollback()
    return found


def busiest_child() -> Busiest | None:
    """None where no episode is held."""
    session = current_session()
    query = select(Episode.child_id, func.max(Episode.id)).group_by(Episode.child_id)
    found = session.execute(query.order_by(func.count().desc(), Episode.child_id).limit(1)).one_or_none()
    session.rollback()
    return Busiest(*found) if found else None


def totals() -> dict[str, int]:
    """How much is held, by noun."""
    tables = {
        "reports": Receipt,
        "lines": Line,
        "children": Child,
        "episodes": Episode,
        "interviews": Interview,
        "attempts": ContactAttempt,
        "visits": InterviewVisit,
        "actions": Action,
        "alerts": Alert,
        "emails": OutboxMessage,
    }
    session = current_session()
    found = {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}
    session.rollback()
    return found
