"""How well a rule told which clocks would be missed: asked at moments of each clock's life, by what was recorded then.

Pure. Nothing recorded later is known at a moment, whatever time it speaks of; who was away is not kept with its
history, so it is left out. A clock whose outcome was recorded, or whose return was not known yet, is not asked about.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tracker.core.forecast import ClockFacts, Outlook
from tracker.core.interview_terms import OFFERS, REACHED, ContactOutcome, VisitEnd

MOMENTS = (60, 48, 36, 23, 12, 6)
"""Hours left at which the rules are asked; not 24, at which the simple rule does not speak yet."""


@dataclass(frozen=True)
class RecordedAttempt:
    recorded_at: datetime
    at: datetime
    outcome: ContactOutcome
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class RecordedVisit:
    recorded_at: datetime
    planned_at: datetime
    ended_at: datetime | None = None
    ended_as: VisitEnd | None = None


@dataclass(frozen=True)
class RecordedInterview:
    """`given`: when to whom. `entered_*`: an offer and an answer entered by themselves, when. `closed_at`: likewise.

    `asked`: other councils, when and until when without answer.
    """

    id: int
    given: Sequence[tuple[datetime, int]] = ()
    attempts: Sequence[RecordedAttempt] = ()
    visits: Sequence[RecordedVisit] = ()
    asked: Sequence[tuple[datetime, datetime | None]] = ()
    entered_offered_at: datetime | None = None
    entered_accepted_at: datetime | None = None
    closed_at: datetime | None = None

    def holder_at(self, now: datetime) -> int | None:
        return next((person for at, person in reversed(self.given) if at <= now), None)


@dataclass(frozen=True)
class RecordedClock:
    """`interviews`: each from when it is recorded to cover the episode. `missed`: the truth."""

    child_id: int
    due_at: datetime
    known_at: datetime
    missed: bool
    interviews: Sequence[tuple[datetime, RecordedInterview]] = ()

    def is_open_at(self, now: datetime) -> bool:
        return self.known_at <= now and not any(
            covers_from <= now and one.closed_at is not None and one.closed_at <= now
            for covers_from, one in self.interviews
        )


class Loads:
    """Whose interviews were open when: for the clocks that somebody had before another."""

    def __init__(self, clocks: Iterable[RecordedClock]) -> None:
        self._held: dict[int, list[tuple[datetime, datetime | None, datetime, int]]] = defaultdict(list)
        for clock in clocks:
            for _, one in clock.interviews:
                for place, (at, person) in enumerate(one.given):
                    until = one.given[place + 1][0] if place + 1 < len(one.given) else one.closed_at
                    self._held[person].append((at, until, clock.due_at, one.id))
        for held in self._held.values():
            held.sort(key=lambda given: given[0])

    def before(self, person: int, interview_id: int, due_at: datetime, now: datetime) -> int:
        held = self._held[person]
        known = held[: bisect_right(held, now, key=lambda given: given[0])]
        return len({id_ for _, to, due, id_ in known if id_ != interview_id and due < due_at and (not to or to > now)})


def facts_at(clock: RecordedClock, now: datetime, loads: Loads) -> ClockFacts:
    """What was recorded of the clock by an instant."""
    covering = [one for covers_from, one in clock.interviews if covers_from <= now]
    given = [one for one in covering if one.holder_at(now) is not None]
    if not covering:
        return ClockFacts(clock.due_at)
    one = max(given or covering, key=lambda interview: interview.id)
    holder = one.holder_at(now)
    attempts = [a for a in one.attempts if a.recorded_at <= now and not (a.withdrawn_at and a.withdrawn_at <= now)]
    visits = [visit for visit in one.visits if visit.recorded_at <= now]
    ended = [visit for visit in visits if visit.ended_at and visit.ended_at <= now]
    return ClockFacts(
        due_at=clock.due_at,
        is_allocated=holder is not None,
        clocks_before=loads.before(holder, one.id, clock.due_at, now) if holder is not None else 0,
        attempts=len(attempts),
        reached=any(attempt.outcome in REACHED for attempt in attempts),
        offered_at=_first((a.at for a in attempts if a.outcome in OFFERS), one.entered_offered_at, now),
        accepted_at=_first(
            (a.at for a in attempts if a.outcome is ContactOutcome.ACCEPTED), one.entered_accepted_at, now
        ),
        planned_at=next((v.planned_at for v in reversed(visits) if v not in ended), None),
        last_visit=ended[-1].ended_as if ended else None,
        asked_without_answer=any(at <= now and not (answered and answered <= now) for at, answered in one.asked),
    )


def _first(instants: Iterable[datetime], entered_at: datetime | None, now: datetime) -> datetime | None:
    return min(instants, default=entered_at if entered_at and entered_at <= now else None)


@dataclass(frozen=True)
class Question:
    """A moment of a clock: what was known, and whether the deadline was missed in the end."""

    child_id: int
    hours_left: int
    now: datetime
    facts: ClockFacts
    missed: bool


def questions(clocks: Sequence[RecordedClock], loads: Loads, since: datetime) -> Iterator[Question]:
    """Of every clock due from `since` on. Those before only weigh on their holders."""
    for clock in clocks:
        for hours in MOMENTS if clock.due_at >= since else ():
            now = clock.due_at - timedelta(hours=hours)
            if clock.is_open_at(now):
                yield Question(clock.child_id, hours, now, facts_at(clock, now, loads), clock.missed)


Rule = Callable[[ClockFacts, datetime], Outlook]


def score(rule: Rule, asked: Iterable[Question]) -> dict[str, Any]:
    """Precision, recall, F1 (None over nothing), and false alarms in 100 clocks asked about."""
    counts = {(warned, missed): 0 for warned in (True, False) for missed in (True, False)}
    for question in asked:
        counts[rule(question.facts, question.now).will_be_missed, question.missed] += 1
    right, false, unseen = counts[True, True], counts[True, False], counts[False, True]
    return {
        "asked": sum(counts.values()),
        "missed": right + unseen,
        "warned": right + false,
        "precision": _share(right, right + false),
        "recall": _share(right, right + unseen),
        "f1": _share(2 * right, 2 * right + false + unseen),
        "false_alarms_per_100": _share(100 * false, sum(counts.values())),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None
