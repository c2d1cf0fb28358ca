"""How the engine stands, in detail: every job's heartbeat, who leads, what waits. For machines and its own page."""

from dataclasses import dataclass
from datetime import datetime

from tracker.services.context import Context
from tracker.services.lead_engine import NAME
from tracker.store import db, engine


@dataclass(frozen=True)
class JobBeat:
    """When a job last ran to its end, so many seconds ago, and how many it then took."""

    name: str
    at: datetime
    age_seconds: float
    took_seconds: float


@dataclass(frozen=True)
class EngineLife:
    """`is_led`: the lease of the process that acts still runs. `lease_token` rises with every change of hands.
    `clocks_due`: deadlines that have come and wait for the next sweep. `undelivered`: messages refused or come back of
    which nobody else has been told."""

    jobs: tuple[JobBeat, ...]
    is_led: bool
    lease_token: int
    clocks_due: int
    undelivered: int


def engine_life(context: Context) -> EngineLife:
    """As it stands at `context.now`. Each part is read by an index, whatever is stored."""
    session = db.session()
    lease = engine.lease(session, NAME)
    jobs = tuple(
        JobBeat(beat.job, beat.at, (context.now - beat.at).total_seconds(), beat.seconds)
        for beat in engine.beats(session)
    )
    return EngineLife(
        jobs=jobs,
        is_led=lease is not None and not engine.is_free(lease, context.now),
        lease_token=lease.token if lease else 0,
        clocks_due=engine.clocks_due(session, context.now),
        undelivered=engine.undelivered(session),
    )
