"""Whether anybody looks at the deadlines: asked by every web process, so that a dead scheduler is told of by email."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from tracker.services.context import Context
from tracker.services.engine_state import SWEEP
from tracker.services.raise_notices import tell_engine_stale
from tracker.store import db, engine


class TellOfOutage(Protocol):
    def __call__(self, context: Context, last_sweep_at: datetime, until: datetime) -> int:
        """Queue what tells administrators that nothing was swept between the two; once for each `last_sweep_at`."""


def last_sweep_at() -> datetime | None:
    """When a sweep last ended well; None where none ever has."""
    reading = db.session()
    found = engine.last_beat_at(reading, SWEEP)
    reading.rollback()
    return found


def is_outage(last_sweep_at: datetime | None, now: datetime, seconds: float) -> bool:
    """Whether nothing has been swept for longer than this. What was never begun has not broken down."""
    return last_sweep_at is not None and now - last_sweep_at > timedelta(seconds=seconds)


def look_after_engine(
    context: Context, outage_seconds: float, deliver: Callable[[], object], tell: TellOfOutage = tell_engine_stale
) -> bool:
    """In an outage, tell administrators and deliver what waits, since nobody else does; whether there is one."""
    swept_at = last_sweep_at()
    if swept_at is None or not is_outage(swept_at, context.now, outage_seconds):
        return False
    tell(context, swept_at, context.now)
    deliver()
    return True
