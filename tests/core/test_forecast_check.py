"""Asking the rules about the past: nothing recorded later is known, and what is counted is counted right."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.core.forecast import ClockFacts, Outlook
from tracker.core.forecast_check import (
    MOMENTS,
    Loads,
    Question,
    RecordedAttempt,
    RecordedClock,
    RecordedInterview,
    RecordedVisit,
    facts_at,
    questions,
    score,
)
from tracker.core.interview_terms import ContactOutcome, VisitEnd

DUE = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOB, MEG = 1, 2

instants = st.floats(-20, 80).map(lambda left: DUE - timedelta(hours=left))
maybe = st.none() | instants


@st.composite
def interviews(draw: st.DrawFn, number: int = 1) -> RecordedInterview:
    """Anything recorded of an interview, in any order of time."""
    attempts = st.builds(RecordedAttempt, instants, instants, st.sampled_from(ContactOutcome), maybe)
    visits = st.tuples(instants, instants, maybe, st.sampled_from(VisitEnd))
    return RecordedInterview(
        id=number,
        given=sorted(draw(st.lists(st.tuples(instants, st.sampled_from((BOB, MEG))), max_size=3))),
        attempts=draw(st.lists(attempts, max_size=4)),
        visits=[RecordedVisit(a, p, e, end if e else None) for a, p, e, end in draw(st.lists(visits, max_size=3))],
        asked=draw(st.lists(st.tuples(instants, maybe), max_size=2)),
        entered_offered_at=draw(maybe),
        entered_accepted_at=draw(maybe),
        closed_at=draw(maybe),
    )


@st.composite
def clocks(draw: st.DrawFn) -> RecordedClock:
    covering = [(draw(instants), draw(interviews(number))) for number in range(1, draw(st.integers(1, 3)))]
    return RecordedClock(7, DUE, draw(instants), draw(st.booleans()), covering)


def recorded_by(clock: RecordedClock, now: datetime) -> RecordedClock:
    """The same with everything taken away that was recorded later."""
    return replace(
        clock, interviews=[(at, _recorded_by(one, now)) for at, one in clock.interviews if at <= now], missed=False
    )


def _recorded_by(one: RecordedInterview, now: datetime) -> RecordedInterview:
    def by(at: datetime | None) -> datetime | None:
        return at if at and at <= now else None

    return replace(
        one,
        given=[(at, person) for at, person in one.given if at <= now],
        attempts=[replace(a, withdrawn_at=by(a.withdrawn_at)) for a in one.attempts if a.recorded_at <= now],
        visits=[
            v if by(v.ended_at) else replace(v, ended_at=None, ended_as=None)
            for v in one.visits
            if v.recorded_at <= now
        ],
        asked=[(at, by(answered)) for at, answered in one.asked if at <= now],
        entered_offered_at=by(one.entered_offered_at),
        entered_accepted_at=by(one.entered_accepted_at),
        closed_at=by(one.closed_at),
    )


on_a_busy_machine = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@on_a_busy_machine
@given(clocks(), st.lists(clocks(), max_size=2), instants)
def test_nothing_recorded_later_is_known(clock: RecordedClock, others: list[RecordedClock], now: datetime) -> None:
    numbered = [
        replace(other, interviews=[(at, replace(one, id=one.id + 10 * place)) for at, one in other.interviews])
        for place, other in enumerate(others, start=1)
    ]
    everything = [clock, *numbered]
    then = [recorded_by(each, now) for each in everything]
    assert facts_at(clock, now, Loads(everything)) == facts_at(then[0], now, Loads(then))
    assert clock.is_open_at(now) == then[0].is_open_at(now)


@on_a_busy_machine
@given(clocks())
def test_only_what_was_known_and_open_is_asked_about(clock: RecordedClock) -> None:
    asked = list(questions([clock], Loads([clock]), DUE - HOUR))
    for question in asked:
        assert question.hours_left in MOMENTS
        assert clock.known_at <= question.now
        assert not any(at <= question.now and i.closed_at and i.closed_at <= question.now for at, i in clock.interviews)
    assert not list(questions([clock], Loads([clock]), DUE + HOUR))


def test_an_offer_recorded_late_is_known_from_then_on() -> None:
    late = RecordedAttempt(DUE - 10 * HOUR, DUE - 40 * HOUR, ContactOutcome.OFFERED)
    one = RecordedInterview(1, given=[(DUE - 50 * HOUR, BOB)], attempts=[late])
    clock = RecordedClock(7, DUE, DUE - 60 * HOUR, True, [(DUE - 50 * HOUR, one)])
    before, after = facts_at(clock, DUE - 12 * HOUR, Loads([clock])), facts_at(clock, DUE - 6 * HOUR, Loads([clock]))
    assert (before.is_allocated, before.attempts, before.offered_at) == (True, 0, None)
    assert (after.attempts, after.reached, after.offered_at) == (1, True, late.at)
    assert not facts_at(clock, DUE - 55 * HOUR, Loads([clock])).is_allocated


def test_the_load_is_that_of_whoever_had_it_then() -> None:
    def clock(number: int, due_at: datetime, *given_: tuple[datetime, int], closed: datetime | None = None):  # type: ignore[no-untyped-def]
        one = RecordedInterview(number, given=given_, closed_at=closed)
        return RecordedClock(number, due_at, due_at - 60 * HOUR, False, [(due_at - 60 * HOUR, one)])

    asked = clock(1, DUE, (DUE - 50 * HOUR, BOB), (DUE - 20 * HOUR, MEG))
    others = [
        clock(2, DUE - HOUR, (DUE - 50 * HOUR, BOB)),
        clock(3, DUE + HOUR, (DUE - 50 * HOUR, BOB)),  # runs out later
        clock(4, DUE - 2 * HOUR, (DUE - 50 * HOUR, BOB), closed=DUE - 40 * HOUR),
        clock(5, DUE - 3 * HOUR, (DUE - 50 * HOUR, MEG)),
        clock(6, DUE - 3 * HOUR, (DUE - 10 * HOUR, MEG)),
    ]
    loads = Loads([asked, *others])
    assert facts_at(asked, DUE - 45 * HOUR, loads).clocks_before == 2
    assert facts_at(asked, DUE - 30 * HOUR, loads).clocks_before == 1
    assert facts_at(asked, DUE - 15 * HOUR, loads).clocks_before == 1
    assert facts_at(asked, DUE - 5 * HOUR, loads).clocks_before == 2


def _asked(pairs: Iterable[tuple[bool, bool]]) -> list[Question]:
    """(warned, missed) pairs: `is_allocated` bears what the rule of these tests says."""
    return [Question(1, 24, DUE, ClockFacts(DUE, is_allocated=warned), missed) for warned, missed in pairs]


def _says(facts: ClockFacts, _: datetime) -> Outlook:
    return Outlook(facts.is_allocated)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], (0, None, None, None, None)),
        ([(False, False)] * 4, (4, None, None, None, 0.0)),
        ([(True, True), (True, False), (False, True), (False, False)], (4, 0.5, 0.5, 0.5, 25.0)),
        ([(True, True)] * 3 + [(False, True)], (4, 1.0, 0.75, 0.857, 0.0)),
    ],
)
def test_the_scores(pairs: list[tuple[bool, bool]], expected: tuple[float | None, ...]) -> None:
    found = score(_says, _asked(pairs))
    assert tuple(found[name] for name in ("asked", "precision", "recall", "f1", "false_alarms_per_100")) == expected
