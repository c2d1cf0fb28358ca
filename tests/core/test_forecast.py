"""The forecast: fewer hours never turn a warning off, a visit is believed, and each reason is one that was recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.core.forecast import (
    STEP_HOURS,
    ClockFacts,
    Outlook,
    by_pace,
    by_simple_rule,
    outlook_of,
)
from tracker.core.interview_terms import OutlookReason, VisitEnd
from tracker.core.working_time import working_hours
from tracker.web.interview_words import INTERVIEW_WORDS, outlook_words

DUE = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)  # a Thursday
HOUR = timedelta(hours=1)

instants = st.integers(0, 80 * 24 * 60).map(lambda minutes: datetime(2026, 10, 1, tzinfo=UTC) + minutes * HOUR / 60)
hours = st.floats(0, 100).map(lambda number: timedelta(hours=number))


@st.composite
def facts(draw: st.DrawFn) -> ClockFacts:
    """Anything that may be recorded of a clock."""
    due_at = draw(instants)
    attempts = draw(st.integers(0, 12))
    away_from = draw(st.none() | st.just(due_at - draw(hours)))
    return ClockFacts(
        due_at=due_at,
        is_allocated=draw(st.booleans()),
        clocks_before=draw(st.integers(0, 30)),
        away_from=away_from,
        away_until=draw(st.none() | st.just(away_from + draw(hours))) if away_from else None,
        attempts=attempts,
        reached=attempts > 0 and draw(st.booleans()),
        offered_at=draw(st.none() | st.just(due_at - draw(hours))),
        accepted_at=draw(st.none() | st.just(due_at - draw(hours))),
        planned_at=draw(st.none() | st.just(due_at + draw(hours) - timedelta(hours=50))),
        last_visit=draw(st.none() | st.sampled_from(VisitEnd)),
        asked_without_answer=draw(st.booleans()),
    )


on_a_busy_machine = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@on_a_busy_machine
@given(facts(), hours, hours)
def test_fewer_hours_left_never_turn_a_warning_off(recorded: ClockFacts, left: timedelta, less: timedelta) -> None:
    now = recorded.due_at - left
    for rule in (by_pace, by_simple_rule, outlook_of):
        if rule(recorded, now).will_be_missed:
            assert rule(recorded, now + less).will_be_missed
            if recorded.planned_at is None:
                assert rule(replace(recorded, due_at=recorded.due_at - less), now).will_be_missed


@on_a_busy_machine
@given(facts(), hours)
def test_more_done_and_less_before_it_never_turn_a_warning_on(recorded: ClockFacts, left: timedelta) -> None:
    now = recorded.due_at - left
    if not by_pace(recorded, now).will_be_missed:
        eased = replace(recorded, clocks_before=0, asked_without_answer=False, away_from=None, away_until=None)
        assert not by_pace(eased, now).will_be_missed


@on_a_busy_machine
@given(facts(), hours)
def test_a_warning_has_reasons_and_no_warning_has_none(recorded: ClockFacts, left: timedelta) -> None:
    outlook = by_pace(recorded, recorded.due_at - left)
    assert outlook.will_be_missed == bool(outlook.reasons)
    assert len(set(outlook.reasons)) == len(outlook.reasons)
    assert all(outlook_words(outlook))
    if recorded.planned_at is None and outlook.reasons:
        assert outlook.reasons[0] in STEP_HOURS


@on_a_busy_machine
@given(facts(), hours)
def test_a_visit_in_time_by_somebody_present_warns_only_for_its_own_reason(
    recorded: ClockFacts, left: timedelta
) -> None:
    planned = replace(recorded, planned_at=recorded.due_at - HOUR, away_from=None)
    reasons = by_pace(planned, recorded.due_at - left).reasons
    assert reasons in ((), (OutlookReason.VISIT_PASSED,))
    assert reasons == () or left < timedelta(hours=1)


@pytest.mark.parametrize(
    ("recorded", "reasons"),
    [
        (ClockFacts(DUE, True, planned_at=DUE), ()),
        (ClockFacts(DUE, True, planned_at=DUE + HOUR), (OutlookReason.PLANNED_LATE,)),
        (ClockFacts(DUE, True, planned_at=DUE - HOUR, away_from=DUE - 2 * HOUR), (OutlookReason.HOLDER_AWAY,)),
        (ClockFacts(DUE, True, planned_at=DUE - HOUR, away_from=DUE), ()),
        (ClockFacts(DUE, True, planned_at=DUE - HOUR, away_from=DUE - 9 * HOUR, away_until=DUE - HOUR), ()),
        (ClockFacts(DUE, True, planned_at=DUE - 29 * HOUR), ()),
        (ClockFacts(DUE, True, planned_at=DUE - 30 * HOUR), (OutlookReason.VISIT_PASSED,)),
    ],
)
def test_a_planned_visit(recorded: ClockFacts, reasons: tuple[OutlookReason, ...]) -> None:
    assert by_pace(recorded, DUE - 5 * HOUR).reasons == reasons


def test_the_reasons_are_said_with_their_numbers() -> None:
    now = DUE - 3 * HOUR
    tried = by_pace(ClockFacts(DUE, True, clocks_before=6, attempts=3, away_from=now, away_until=DUE), now)
    assert outlook_words(tried) == [
        "Nobody reached after 3 attempts",
        "Its interviewer has 6 other clocks before it",
        "Its interviewer is away",
    ]
    monday = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
    weekend = by_pace(ClockFacts(monday), monday - 20 * HOUR)
    assert outlook_words(weekend) == ["Not allocated, 20 hours left", "No working time is left before the deadline"]
    assert outlook_words(Outlook(False)) == []
    assert set(INTERVIEW_WORDS[OutlookReason]) == set(OutlookReason)


def test_the_simple_rule_exactly() -> None:
    """Unallocated, and under 24 hours left: at 24 hours not yet; past the deadline still."""
    free, given_out = ClockFacts(DUE), ClockFacts(DUE, is_allocated=True)
    assert not by_simple_rule(free, DUE - 24 * HOUR).will_be_missed
    warned = by_simple_rule(free, DUE - 24 * HOUR + timedelta(seconds=1))
    assert warned.will_be_missed
    assert warned.reasons == (OutlookReason.NOT_ALLOCATED,)
    assert by_simple_rule(free, DUE + HOUR).will_be_missed
    assert not by_simple_rule(given_out, DUE - timedelta(minutes=1)).will_be_missed


def test_working_hours_leave_out_nights_and_weekends_and_count_the_london_day() -> None:
    assert working_hours(DUE - 24 * HOUR, DUE) == 9.0
    friday, monday = datetime(2026, 11, 13, 17, 30, tzinfo=UTC), datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
    assert working_hours(friday, monday) == 1.0
    summer = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)  # nine in London
    assert working_hours(summer - HOUR, summer + HOUR) == 1.0
    assert working_hours(monday, friday) == 0.0


@given(instants, hours, hours)
def test_working_hours_add_up(start: datetime, first: timedelta, second: timedelta) -> None:
    whole = working_hours(start, start + first + second)
    parts = working_hours(start, start + first) + working_hours(start + first, start + first + second)
    assert abs(whole - parts) < 1e-6
