"""How the engine stands, for the banner, /readyz, /metrics and `tracker check`: read only, and cheap."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.alert_terms import named_step
from tracker.core.alerts import RunningClock, recipients_of
from tracker.core.directory import TOLD_BY_ROLE
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import db, engine, people
from tracker.store.engine_facts import engine_facts

SWEEP = "sweep"
DELIVER = "deliver"
PING = "ping"

REFUSED_SHOWN_FOR = timedelta(days=30)
"""How long the banner speaks of a refused email; the page of alerts keeps it for ever."""


@dataclass(frozen=True)
class EngineState:
    """`is_stale`: nobody can rely on a deadline being noticed. Ages are in seconds, None where there is nothing.

    `rungs_reaching_nobody`: those for which nobody at all could be told now: a red state (definitions §7).
    """

    last_sweep_at: datetime | None
    sweep_age_seconds: float | None
    is_stale: bool
    last_delivery_at: datetime | None
    delivery_age_seconds: float | None
    last_ping_at: datetime | None
    ping_age_seconds: float | None
    waiting_emails: int
    oldest_unsent_at: datetime | None
    oldest_unsent_age_seconds: float | None
    stopped_emails: int
    rungs_reaching_nobody: tuple[str, ...]
    receipts_reading: int
    reports_missing: int

    @property
    def nobody_would_be_told(self) -> bool:
        return bool(self.rungs_reaching_nobody)


def state(context: Context, stale_after_seconds: float) -> EngineState:
    """The engine as it stands at `context.now`. A sweep said to lie in the future proves nothing, so it is stale."""
    session = db.session()
    since = context.now - REFUSED_SHOWN_FOR
    facts = engine_facts(session, sweep=SWEEP, deliver=DELIVER, ping=PING, stopped_since=since)
    sweep_age = _age(facts.last_sweep_at, context.now)
    return EngineState(
        last_sweep_at=facts.last_sweep_at,
        sweep_age_seconds=sweep_age,
        is_stale=sweep_age is None or not -stale_after_seconds <= sweep_age <= stale_after_seconds,
        last_delivery_at=facts.last_delivery_at,
        delivery_age_seconds=_age(facts.last_delivery_at, context.now),
        last_ping_at=facts.last_ping_at,
        ping_age_seconds=_age(facts.last_ping_at, context.now),
        waiting_emails=facts.waiting_emails,
        oldest_unsent_at=facts.oldest_unsent_at,
        oldest_unsent_age_seconds=_age(facts.oldest_unsent_at, context.now),
        stopped_emails=facts.stopped_emails,
        rungs_reaching_nobody=rungs_that_reach_nobody(session, context),
        receipts_reading=facts.receipts_reading,
        reports_missing=facts.reports_missing,
    )


def nobody_would_be_told(session: Session, context: Context) -> bool:
    """Whether some rung of the ladder would now reach nobody, whichever team's clocks run."""
    return bool(rungs_that_reach_nobody(session, context))


def rungs_that_reach_nobody(session: Session, context: Context) -> tuple[str, ...]:
    """Those rungs, in the ladder's order. Asked for work that is nobody's, so only who is told by role, or covers one
    who is, is looked at; and of the teams only those for which the ladder names others."""
    here = people.recipients(session)
    covering = {person.covered_by_id for person in here}
    by_role = [person for person in here if person.roles & TOLD_BY_ROLE or person.id in covering]
    return tuple(
        named_step(step.rung)
        for step in context.rules.ladder
        if any(
            not recipients_of(step, RunningClock("episode", 0, 0, context.now, team_id=team_id), by_role, context.now)
            for team_id in (None, *(id_ for id_, _ in step.told_by.by_team))
        )
    )


def record_beat(job: str, read_clock: Callable[[], datetime], seconds: float) -> None:
    """A job ran to its end just now, having taken so many seconds."""
    with writing() as session:
        engine.beat(session, job, read_clock(), seconds)


def _age(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else (now - at).total_seconds()
