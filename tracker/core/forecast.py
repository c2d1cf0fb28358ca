"""Which clocks will be missed at the present pace: what is still to be done, against the working hours left for it.

Pure, and a sum that a person can follow. The step still ahead asks for so many working hours (`STEP_HOURS`), and so
does what slows it down; what they come to is compared with the working hours before the deadline, those in which its
interviewer is away left out. Each part is a reason with words of its own. The weights were chosen on one half of the
demonstration's children and measured on the other: docs/decisions/0013-forecast.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.core.clock import elapsed_hours
from tracker.core.interview_terms import OutlookReason, VisitEnd
from tracker.core.working_time import working_hours

STEP_HOURS: Mapping[OutlookReason, float] = {
    OutlookReason.NOT_ALLOCATED: 11.0,
    OutlookReason.NOT_CONTACTED: 8.0,
    OutlookReason.NOBODY_REACHED: 9.0,
    OutlookReason.NOT_OFFERED: 5.0,
    OutlookReason.NOT_ACCEPTED: 5.0,
    OutlookReason.NOT_PLANNED: 5.0,
    OutlookReason.VISIT_NOT_HELD: 10.0,
}
"""Working hours from each step to the conversation itself: the furthest step taken decides which one is asked."""

ATTEMPT_HOURS, MOST_ATTEMPTS = 1.5, 4
"""For each attempt that reached nobody, up to so many: who did not answer twice is less likely to the third time."""

CLOCK_HOURS, MOST_CLOCKS = 0.5, 12
"""For each other clock of the same person that runs out first."""

UNANSWERED_HOURS = 8.0
"""While another council has not answered whether it holds the interview."""

MANY_CLOCKS = 4
FEW_HOURS_SHARE = 0.25
"""From so many on, other clocks are given as a reason; below that share of the time left, a weekend or night is."""

VISIT_PASSED_HOURS = 24.0
"""So long after a visit somebody should have said what became of it: most were held, and are written down later."""

SIMPLE_HOURS = 24.0


@dataclass(frozen=True)
class ClockFacts:
    """What is recorded of a running clock and its interview.

    `clocks_before`: other open clocks of the same person that run out first. `away_from`, `away_until`: their absence
    (no end: until further notice). `attempts`, `reached`: those that stand, and whether anybody answered one.
    `asked_without_answer`: another council was asked to hold it and has not answered.
    """

    due_at: datetime
    is_allocated: bool = False
    clocks_before: int = 0
    away_from: datetime | None = None
    away_until: datetime | None = None
    attempts: int = 0
    reached: bool = False
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    planned_at: datetime | None = None
    last_visit: VisitEnd | None = None
    asked_without_answer: bool = False


@dataclass(frozen=True)
class Outlook:
    """Whether the deadline will be missed, and why; `figures` are the numbers that the words of a reason ask for."""

    will_be_missed: bool
    reasons: tuple[OutlookReason, ...] = ()
    figures: Mapping[OutlookReason, int] = field(default_factory=dict)


def outlook_of(facts: ClockFacts, now: datetime) -> Outlook:
    """The rule that the pages show; docs/decisions/0013-forecast.md says why this one."""
    return by_pace(facts, now)


def by_simple_rule(facts: ClockFacts, now: datetime) -> Outlook:
    """Unallocated with under 24 hours left."""
    left = elapsed_hours(now, facts.due_at)
    missed = not facts.is_allocated and left < SIMPLE_HOURS
    return _outlook({OutlookReason.NOT_ALLOCATED: int(max(left, 0))}) if missed else Outlook(False)


def by_pace(facts: ClockFacts, now: datetime) -> Outlook:
    """A visit that stands is believed, unless something speaks against it; else the steps ahead against the time left.

    With everything else equal, fewer hours left never turn a warning off.
    """
    if facts.planned_at is not None:
        return _outlook(_against_visit(facts, facts.planned_at, now))
    if hours_short(facts, now) <= 0:
        return Outlook(False)
    left, away, parts = working_hours(now, facts.due_at), _hours_away(facts, now), _parts(facts)
    whole = elapsed_hours(now, facts.due_at)
    figures = dict.fromkeys(parts, int(max(whole, 0)))
    figures |= {OutlookReason.NOBODY_REACHED: facts.attempts} if OutlookReason.NOBODY_REACHED in parts else {}
    figures.pop(OutlookReason.MANY_CLOCKS, None)
    if facts.clocks_before >= MANY_CLOCKS:
        figures[OutlookReason.MANY_CLOCKS] = facts.clocks_before
    if away > 0:
        figures[OutlookReason.HOLDER_AWAY] = 0
    if left < FEW_HOURS_SHARE * whole:
        figures[OutlookReason.FEW_WORKING_HOURS] = int(left)
    return _outlook(figures)


def hours_short(facts: ClockFacts, now: datetime) -> float:
    """By how many working hours the steps ahead exceed the time left, where no visit stands; below 0: it suffices."""
    return sum(_parts(facts).values()) - working_hours(now, facts.due_at) + _hours_away(facts, now)


def _outlook(figures: Mapping[OutlookReason, int]) -> Outlook:
    return Outlook(bool(figures), tuple(figures), figures)


def _against_visit(facts: ClockFacts, planned_at: datetime, now: datetime) -> dict[OutlookReason, int]:
    found = {}
    if planned_at > facts.due_at:
        found[OutlookReason.PLANNED_LATE] = int(elapsed_hours(facts.due_at, planned_at))
    if facts.away_from and facts.away_from <= planned_at and (not facts.away_until or planned_at < facts.away_until):
        found[OutlookReason.HOLDER_AWAY] = 0
    if elapsed_hours(planned_at, now) > VISIT_PASSED_HOURS:
        found[OutlookReason.VISIT_PASSED] = int(elapsed_hours(planned_at, now))
    return found


def _parts(facts: ClockFacts) -> dict[OutlookReason, float]:
    """Working hours asked for: by the step that is ahead, and by what slows it down."""
    step = _step(facts)
    parts = {step: STEP_HOURS[step]}
    if step is OutlookReason.NOBODY_REACHED:
        parts[step] += ATTEMPT_HOURS * min(facts.attempts, MOST_ATTEMPTS)
    if facts.asked_without_answer:
        parts[OutlookReason.COUNCIL_NOT_ANSWERED] = UNANSWERED_HOURS
    if facts.is_allocated and facts.clocks_before:
        parts[OutlookReason.MANY_CLOCKS] = CLOCK_HOURS * min(facts.clocks_before, MOST_CLOCKS)
    return parts


def _step(facts: ClockFacts) -> OutlookReason:
    for taken, step in (
        (facts.last_visit is VisitEnd.NOT_HELD, OutlookReason.VISIT_NOT_HELD),
        (facts.accepted_at is not None, OutlookReason.NOT_PLANNED),
        (facts.offered_at is not None, OutlookReason.NOT_ACCEPTED),
        (facts.reached, OutlookReason.NOT_OFFERED),
        (facts.attempts > 0, OutlookReason.NOBODY_REACHED),
        (facts.is_allocated, OutlookReason.NOT_CONTACTED),
    ):
        if taken:
            return step
    return OutlookReason.NOT_ALLOCATED


def _hours_away(facts: ClockFacts, now: datetime) -> float:
    """Of the working hours left, those in which the interviewer is away."""
    if not facts.is_allocated or facts.away_from is None:
        return 0.0
    until = min(facts.due_at, facts.away_until or facts.due_at)
    return working_hours(max(now, facts.away_from), until)
