"""Which rung of the ladder a clock has reached, whom it tells, and what an acknowledgement holds back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.directory import Recipient
from tracker.core.ladder_steps import RungPolicy, ladder_step, shipped_rung
from tracker.core.recipients import Told, told_of

__all__ = [
    "HOLD_HOURS", "SUMMED_UP_AFTER_DAYS", "Acknowledgement", "AlertDue", "Recipient", "RungPolicy", "RunningClock",
    "Told", "alerts_due", "carried_over", "escalated", "ladder_step", "next_alert_at", "next_step_up", "recipients_of",
    "rungs_to_raise", "shipped_rung",
]  # fmt: skip

HOLD_HOURS = 72
"""An acknowledgement holds the next rung back at most this long (definitions §7)."""

SUMMED_UP_AFTER_DAYS = 30
"""What has been due for longer is summed up in one message for each person (definitions §7)."""


@dataclass(frozen=True)
class Acknowledgement:
    """Somebody answered an alert: of the rung at which hours, from when, and by when they plan to act."""

    offset_hours: float
    acknowledged_at: datetime
    planned_at: datetime | None

    def holds_until(self) -> datetime | None:
        """The planned date, at most `HOLD_HOURS` from acknowledging; None where nothing is planned ahead of that."""
        if self.planned_at is None or self.planned_at <= self.acknowledged_at:
            return None
        return min(self.planned_at, self.acknowledged_at + timedelta(hours=HOLD_HOURS))


@dataclass(frozen=True)
class RunningClock:
    """What the ladder needs of an open clock: an episode's, or a quarantined line's readable return.

    `subject` is `episode` or `line`; `raised` the rungs already raised for this `clock_no`, or carried over; `told_to`
    the hours of the highest of them.
    """

    subject: str
    subject_id: int
    clock_no: int
    due_at: datetime
    allocated_to_id: int | None = None
    team_id: int | None = None
    raised: frozenset[str] = frozenset()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    told_to: float | None = None


@dataclass(frozen=True)
class AlertDue:
    """One message to raise. `rungs` are all that this message settles; it states the highest, `rung`.

    `before_its_time`: a person asked that the step at the deadline be told before it, which settles nothing.
    """

    clock: RunningClock
    step: RungPolicy
    rungs: tuple[str, ...]
    told: Told
    summed_up: bool = False
    before_its_time: bool = False

    @property
    def rung(self) -> str:
        return self.step.rung

    @property
    def dedupe_key(self) -> str:
        """Episode + clock_no + rung + recipient: recorded exactly once (definitions §7)."""
        key = f"{self.clock.subject}:{self.clock.subject_id}:{self.clock.clock_no}:{self.rung}:{self.told.key}"
        return f"{key}:escalated" if self.before_its_time else key


def rungs_to_raise(clock: RunningClock, ladder: Sequence[RungPolicy], now: datetime) -> list[RungPolicy]:
    """The rungs reached by now, not yet raised and not held back, lowest first. Empty: nothing to say.

    One that waits for working hours goes with a higher one that does not: what is urgent tells everybody reached.
    """
    waiting = sorted(_waiting(clock, ladder), key=lambda step: step.offset_hours)
    due = [step for step in waiting if now >= _first_told_at(step, clock, ladder)]
    if not due:
        return []
    return [
        step
        for step in waiting
        if step in due or (step.offset_hours < due[-1].offset_hours and not _is_held(step, clock, ladder, now))
    ]


def _waiting(clock: RunningClock, ladder: Sequence[RungPolicy]) -> list[RungPolicy]:
    """The rungs still to be raised. One put on the ladder below what was told already is settled by that.

    Not so one that an acknowledgement holds back, or held: it has its turn when the hold ends.
    """
    return [
        step
        for step in ladder
        if step.rung not in clock.raised
        and (clock.told_to is None or step.offset_hours > clock.told_to or _held_until(step, clock, ladder) is not None)
    ]


def _is_held(step: RungPolicy, clock: RunningClock, ladder: Sequence[RungPolicy], now: datetime) -> bool:
    held_until = _held_until(step, clock, ladder)
    return held_until is not None and now < held_until


def _first_told_at(step: RungPolicy, clock: RunningClock, ladder: Sequence[RungPolicy]) -> datetime:
    """When a rung may be raised: once reached, and once no acknowledgement of the rung below holds it back."""
    reached_at = step.first_reached_at(clock.due_at)
    held_until = _held_until(step, clock, ladder)
    return reached_at if held_until is None else max(reached_at, held_until)


def _held_until(step: RungPolicy, clock: RunningClock, ladder: Sequence[RungPolicy]) -> datetime | None:
    """An acknowledgement holds back the rung of this ladder after the one it answered, once for each rung answered.

    So only the first that plans anything counts, whoever answers again: else a rung could be put off for ever.
    """
    if not clock.acknowledgements:
        return None
    hours = step.offset_hours
    below = max((other.offset_hours for other in ladder if other.offset_hours < hours), default=float("-inf"))
    answers = [
        (answer.acknowledged_at, until)
        for answer in clock.acknowledgements
        if below <= answer.offset_hours < hours and (until := answer.holds_until())
    ]
    return min(answers)[1] if answers else None


def alerts_due(
    clock: RunningClock, ladder: Sequence[RungPolicy], people: Collection[Recipient], now: datetime
) -> list[AlertDue]:
    """One message for everyone on any rung newly reached, each stating the highest (definitions §7).

    Summed up for each person is what is long due, and what had passed a step before it was put on the ladder: a new
    step is no storm. Empty also where nobody could be told: the rungs then stay unraised, so that the first person back
    is told.
    """
    steps = rungs_to_raise(clock, ladder, now)
    told = {receiver: None for step in steps for receiver in recipients_of(step, clock, people, now)}
    rungs = tuple(step.rung for step in steps)
    old = now - clock.due_at > timedelta(days=SUMMED_UP_AFTER_DAYS) or (
        bool(steps) and steps[-1].was_past_when_set(clock.due_at)
    )
    return [AlertDue(clock, steps[-1], rungs, receiver, old) for receiver in told]


def next_step_up(clock: RunningClock, ladder: Sequence[RungPolicy]) -> RungPolicy | None:
    """The lowest step above everything told already, whether or not its time has come; None at the top."""
    above = [
        step
        for step in ladder
        if step.rung not in clock.raised and (clock.told_to is None or step.offset_hours > clock.told_to)
    ]
    return min(above, key=lambda step: step.offset_hours, default=None)


def escalated(clock: RunningClock, step: RungPolicy, people: Collection[Recipient], now: datetime) -> list[AlertDue]:
    """One message for everyone on a step that a person asks to be told now. Empty where nobody could be told.

    The step is settled by it, and not raised again; but not the one at the deadline before the deadline: that it has
    passed is news that nobody has had.
    """
    early = step.offset_hours == 0 and not step.is_reached(clock.due_at, now)
    rungs = () if early else (step.rung,)
    told = recipients_of(step, clock, people, now)
    return [AlertDue(clock, step, rungs, receiver, before_its_time=early) for receiver in told]


def recipients_of(step: RungPolicy, clock: RunningClock, people: Collection[Recipient], now: datetime) -> list[Told]:
    """Whom a rung tells now, each once; those who stand in included (core/recipients.py).

    Empty only if nobody in the council could be told, which the pages show in red.
    """
    return told_of(step.told_by, clock.allocated_to_id, clock.team_id, people, now)


def carried_over(raised: frozenset[str], old_due: datetime, new_due: datetime, now: datetime) -> frozenset[str]:
    """The rungs that a moved deadline does not raise again: those sent, if both deadlines have passed."""
    return raised if old_due < now and new_due < now else frozenset()


def next_alert_at(clock: RunningClock, ladder: Sequence[RungPolicy], now: datetime) -> datetime | None:
    """When the sweep must look at this clock again: the earliest instant, from `now` on, at which a rung may be raised.

    None: every rung has been raised, or is settled by a higher one.
    """
    waiting = [_first_told_at(step, clock, ladder) for step in _waiting(clock, ladder)]
    return max(min(waiting), now) if waiting else None
