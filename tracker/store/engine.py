"""What keeps the engine honest: heartbeats, the scheduler's lease, and work that is due once a day or month."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, func, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.store.db import Base
from tracker.store.models import DueRun, Episode, Heartbeat, Line, OutboxMessage, SchedulerLease

LONGEST_LEASE = timedelta(minutes=5)
"""No lease is given for longer. One that claims more was written before the clock was set back: it holds nothing."""


def changed(session: Session, statement: Any) -> int:
    """Run an UPDATE or INSERT and say how many rows it changed: for compare-and-set, act only if it is 1."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def insert_once(session: Session, table: type[Base], values: Mapping[str, object]) -> bool:
    """Insert a row unless its key is there already; whether this call inserted it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = inspect(table).primary_key[0]
    row = insert(table).values(**values).on_conflict_do_nothing().returning(key)
    return session.execute(row).first() is not None  # PostgreSQL's driver counts no rows of such an INSERT


def beat(session: Session, job: str, now: datetime, seconds: float) -> None:
    """A job ran to its end at `now`, having taken so many seconds."""
    values = {"at": now, "seconds": seconds}
    if not insert_once(session, Heartbeat, {"job": job, **values}):
        session.execute(update(Heartbeat).where(Heartbeat.job == job).values(values))


def end_beat(session: Session, job: str) -> None:
    """It is no job of ours any more."""
    session.execute(delete(Heartbeat).where(Heartbeat.job == job))


def beats(session: Session) -> Sequence[Heartbeat]:
    """Every job's, by its name."""
    query = select(Heartbeat).order_by(Heartbeat.job).execution_options(populate_existing=True)
    return session.scalars(query).all()


def clocks_due(session: Session, now: datetime) -> int:
    """Episodes and quarantined lines at which a sweep should look by now."""
    episodes = select(func.count()).where(Episode.sweep_at.is_not(None), Episode.sweep_at <= now)
    lines = select(func.count()).where(Line.sweep_at.is_not(None), Line.sweep_at <= now)
    return (session.scalar(episodes) or 0) + (session.scalar(lines) or 0)


def undelivered(session: Session) -> int:
    """Messages refused for good or come back, of which nobody else has been told."""
    query = select(func.count()).where(
        OutboxMessage.undelivered_at.is_not(None), OutboxMessage.undelivered_told_at.is_(None)
    )
    return session.scalar(query) or 0


def last_beat_at(session: Session, job: str) -> datetime | None:
    return session.scalar(select(Heartbeat.at).where(Heartbeat.job == job))


def lease(session: Session, name: str) -> SchedulerLease | None:
    query = select(SchedulerLease).where(SchedulerLease.name == name).execution_options(populate_existing=True)
    return session.scalar(query)


def is_free(held: SchedulerLease, now: datetime) -> bool:
    return held.expires_at <= now or held.expires_at > now + LONGEST_LEASE


def take_lease(session: Session, name: str, holder: str, now: datetime, until: datetime) -> int | None:
    """Take the lease if it is free, or keep it if it is ours; its token, or None where another holds it.

    The token rises with every change of hands. Compare-and-set: of two that try at once, one gets it.
    """
    if insert_once(session, SchedulerLease, {"name": name, "holder": holder, "token": 1, "expires_at": until}):
        return 1
    held = lease(session, name)
    if held is None or (held.holder != holder and not is_free(held, now)):
        return None
    token = held.token if held.holder == holder else held.token + 1
    taken = (
        update(SchedulerLease)
        .where(SchedulerLease.name == name, SchedulerLease.token == held.token, SchedulerLease.holder == held.holder)
        .where(SchedulerLease.expires_at == held.expires_at)
        .values(holder=holder, token=token, expires_at=until)
    )
    return token if changed(session, taken) == 1 else None


def give_back_lease(session: Session, name: str, holder: str, now: datetime) -> None:
    """End our own lease at once, so that another need not wait for it to run out."""
    ours = update(SchedulerLease).where(SchedulerLease.name == name, SchedulerLease.holder == holder)
    session.execute(ours.where(SchedulerLease.expires_at > now).values(expires_at=now))


def mark_done(session: Session, work: str, key: str, now: datetime) -> bool:
    """That daily or monthly work is done for this day or month; False if it was marked already."""
    return insert_once(session, DueRun, {"work": work, "key": key, "done_at": now})


def is_done(session: Session, work: str, key: str) -> bool:
    return session.get(DueRun, (work, key)) is not None


def last_done(session: Session, work: str) -> str | None:
    """The newest day or month for which the work is done. Keys are ISO, so their order is that of time."""
    return session.scalar(select(func.max(DueRun.key)).where(DueRun.work == work))
