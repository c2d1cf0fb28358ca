"""Which rung of the ladder a clock has reached, whom it tells, and what an acknowledgement holds back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.terms import RUNG_ORDER, Audience, Role, Rung

HOLD_HOURS = 72
"""An acknowledgement holds the next rung back at most this long (DEFINITIONS §7)."""

SUMMED_UP_AFTER_DAYS = 30
"""What has been due for longer is summed up in one message for each person (DEFINITIONS §7)."""


@dataclass(frozen=True)
class RungPolicy:
    """A step of the ladder: hours from the deadline (negative before it) and whom it tells."""

    rung: Rung
    offset_hours: float
    audience: tuple[Audience, ...]

    def reached_at(self, due_at: datetime) -> datetime:
        return due_at + timedelta(hours=self.offset_hours)

    def is_reached(self, due_at: datetime, now: datetime) -> bool:
        """24 h before means 24 h or less left; from the deadline on, past it: at the deadline it is still in time."""
        return now >= self.reached_at(due_at) if self.offset_hours < 0 else now > self.reached_at(due_at)


@dataclass(frozen=True)
class Recipient:
    """A person who may be told, as the ladder needs to know them."""

    id: int
    roles: frozenset[Role]
    team_id: int | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None

    def is_away(self, now: datetime) -> bool:
        return (
            self.away_from is not None and self.away_from <= now and (self.away_until is None or now < self.away_until)
        )


@dataclass(frozen=True)
class Acknowledgement:
    """Somebody answered an alert: from when, for which rung, and by when they plan to act."""

    rung: Rung
    acknowledged_at: datetime
    planned_at: datetime | None

    def holds_until(self) -> datetime | None:
        if self.planned_at is None:
            return None
        return min(self.planned_at, self.acknowledged_at + timedelta(hours=HOLD_HOURS))


@dataclass(frozen=True)
class RunningClock:
    """What the ladder needs of an open clock: an episode's, or a quarantined line's readable return.

    `subject` is `episode` or `line`; `raised` the rungs already raised for this `clock_no`, or carried over.
    """

    subject: str
    subject_id: int
    clock_no: int
    due_at: datetime
    allocated_to_id: int | None = None
    team_id: int | None = None
    raised: frozenset[Rung] = frozenset()
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclass(frozen=True)
class AlertDue:
    """One message to raise. `rungs` are all that this message settles; it states the highest, `rung`."""

    clock: RunningClock
    rung: Rung
    rungs: tuple[Rung, ...]
    recipient_id: int
    summed_up: bool = False

    @property
    def dedupe_key(self) -> str:
        """Episode + clock_no + rung + recipient: recorded exactly once (DEFINITIONS §7)."""
        return f"{self.clock.subject}:{self.clock.subject_id}:{self.clock.clock_no}:{self.rung}:{self.recipient_id}"


def rungs_to_raise(clock: RunningClock, ladder: Sequence[RungPolicy], now: datetime) -> list[RungPolicy]:
    """The rungs reached by now, not yet raised and not held back, lowest first. Empty: nothing to say.

    An acknowledgement holds back the rung after the one it answered, while its planned date is ahead.
    """
    reached = [step for step in ladder if step.is_reached(clock.due_at, now) and step.rung not in clock.raised]
    return [step for step in reached if not _is_held(step.rung, clock, now)]


def _is_held(rung: Rung, clock: RunningClock, now: datetime) -> bool:
    for answer in clock.acknowledgements:
        until = answer.holds_until()
        if until and now < until and RUNG_ORDER.index(rung) == RUNG_ORDER.index(answer.rung) + 1:
            return True
    return False


def alerts_due(
    clock: RunningClock, ladder: Sequence[RungPolicy], people: Collection[Recipient], now: datetime
) -> list[AlertDue]:
    """One message for everyone on any rung newly reached, each stating the highest (DEFINITIONS §7)."""
    steps = rungs_to_raise(clock, ladder, now)
    if not steps:
        return []
    told: dict[int, None] = {}
    for step in steps:
        for recipient in recipients_of(step, clock, people, now):
            told.setdefault(recipient.id)
    rungs = tuple(step.rung for step in steps)
    old = now - clock.due_at > timedelta(days=SUMMED_UP_AFTER_DAYS)
    return [AlertDue(clock, rungs[-1], rungs, recipient_id, old) for recipient_id in told]


def recipients_of(
    step: RungPolicy, clock: RunningClock, people: Collection[Recipient], now: datetime
) -> list[Recipient]:
    """Whom a rung tells now. Unallocated, or away: the team manager; none there: the lead; then anyone above.

    Empty only if nobody in the council could be told, which the pages show in red.
    """
    present = [person for person in people if not person.is_away(now)]
    told: dict[int, Recipient] = {}
    for audience in step.audience:
        for person in _of_audience(audience, clock, present):
            told[person.id] = person
    return list(told.values())


_FALLBACK: dict[Audience, tuple[Audience, ...]] = {
    Audience.ALLOCATED_INTERVIEWER: (Audience.TEAM_MANAGER, Audience.LEAD),
    Audience.TEAM_MANAGER: (Audience.LEAD, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE),
    Audience.LEAD: (Audience.TEAM_MANAGER, Audience.SERVICE_MANAGER, Audience.HEAD_OF_SERVICE),
    Audience.SERVICE_MANAGER: (Audience.HEAD_OF_SERVICE, Audience.TEAM_MANAGER, Audience.LEAD),
    Audience.HEAD_OF_SERVICE: (Audience.SERVICE_MANAGER, Audience.TEAM_MANAGER, Audience.LEAD),
}

_ROLE_OF = {
    Audience.LEAD: Role.LEAD,
    Audience.TEAM_MANAGER: Role.MANAGER,
    Audience.SERVICE_MANAGER: Role.SERVICE_MANAGER,
    Audience.HEAD_OF_SERVICE: Role.HEAD_OF_SERVICE,
}


def _of_audience(audience: Audience, clock: RunningClock, present: Iterable[Recipient]) -> list[Recipient]:
    present = list(present)
    for wanted in (audience, *_FALLBACK[audience]):
        if wanted is Audience.ALLOCATED_INTERVIEWER:
            found = [person for person in present if person.id == clock.allocated_to_id]
        else:
            found = [
                person for person in present if _ROLE_OF[wanted] in person.roles and _of_team(wanted, person, clock)
            ]
        if found:
            return found
    return []


def _of_team(audience: Audience, person: Recipient, clock: RunningClock) -> bool:
    """A team manager answers for their own team, and for work that belongs to no team."""
    return (
        audience is not Audience.TEAM_MANAGER
        or None in (person.team_id, clock.team_id)
        or person.team_id == clock.team_id
    )


def carried_over(raised: frozenset[Rung], old_due: datetime, new_due: datetime, now: datetime) -> frozenset[Rung]:
    """The rungs that a moved deadline does not raise again: those sent, if both deadlines have passed."""
    return raised if old_due < now and new_due < now else frozenset()


def next_alert_at(clock: RunningClock, ladder: Sequence[RungPolicy], now: datetime) -> datetime | None:
    """When the sweep must look at this clock again: the earliest rung not raised, or the end of a hold."""
    moments = [step.reached_at(clock.due_at) for step in ladder if step.rung not in clock.raised]
    holds = [until for answer in clock.acknowledgements if (until := answer.holds_until()) and until > now]
    waiting = [max(at, min(holds)) if holds and at <= now else at for at in moments]
    return min(waiting, default=None)
