"""The 72-hour clock and the state of an interview (definitions §2, §3)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, MINUTE, POLICY, episodes, gone, interviews, london, unhurried, utc
from tracker.core.clock import show_instant
from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import (
    ReturnHomeInterview,
    clock_due_at,
    closing_of,
    deadline_of,
    held_before_return,
    hours_left,
    interview_due_at,
    interview_state,
    is_breached,
    may_cover,
    runs_clock,
)
from tracker.core.policy import Policy
from tracker.core.terms import EpisodeKind, ExclusionReason, InterviewState

BACK = utc("2026-10-06 08:00")
DUE = utc("2026-10-09 08:00")  # the sixth + 3 days
EPISODE = gone(1, 1, utc("2026-10-05 20:00"), BACK)


def interview(**facts: datetime) -> ReturnHomeInterview:
    return ReturnHomeInterview(1, frozenset({1}), **facts)


def state(now: datetime, episode: MissingEpisode = EPISODE, **facts: datetime) -> InterviewState:
    return interview_state(episode, [interview(**facts)] if facts else [], now, POLICY)


# The deadline


def test_the_deadline_is_three_days_later_on_the_wall_clock_where_no_clock_changes() -> None:
    assert EPISODE.interview_due_at == DUE


def test_the_deadline_across_the_change_to_summer_time_is_an_hour_later_by_the_wall_clock() -> None:
    # Friday 27 March 2026, 20:00 GMT = 20:00 UTC; + 72 h = Monday 30 March 20:00 UTC = 21:00 BST.
    due = interview_due_at(london("2026-03-27 20:00"), 72)
    assert due == utc("2026-03-30 20:00") == london("2026-03-30 21:00")


def test_the_deadline_across_the_change_to_winter_time_is_an_hour_earlier_by_the_wall_clock() -> None:
    # Saturday 24 October 2026, 09:00 BST = 08:00 UTC; + 72 h = Tuesday 27 October 08:00 UTC = 08:00 GMT.
    due = interview_due_at(london("2026-10-24 09:00"), 72)
    assert due == utc("2026-10-27 08:00") == london("2026-10-27 08:00")
    assert show_instant(due, beside=london("2026-10-24 09:00")) == "27 Oct 2026, 08:00 GMT"


def test_a_return_in_the_hour_that_occurs_twice_takes_the_earlier_deadline() -> None:
    # 25 October 2026, 01:30 is first 00:30 UTC (BST), then 01:30 UTC (GMT): the first gives 28 October 00:30 UTC.
    assert interview_due_at(london("2026-10-25 01:30"), 72) == utc("2026-10-28 00:30")


def test_a_return_in_the_hour_that_does_not_occur_is_read_forward() -> None:
    # 29 March 2026, 01:30 does not occur: read as 01:30 UTC = 02:30 BST; + 72 h = 1 April 01:30 UTC = 02:30 BST.
    assert interview_due_at(london("2026-03-29 01:30"), 72) == utc("2026-04-01 01:30") == london("2026-04-01 02:30")


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.integers(1, 24 * 31))
def test_the_deadline_is_exactly_the_policys_hours_after_the_return(naive: datetime, hours: int) -> None:
    returned = london(naive.isoformat())
    assert interview_due_at(returned, hours) - returned == timedelta(seconds=3600 * hours)


def test_a_return_without_an_offset_names_no_instant() -> None:
    with pytest.raises(ValueError, match="offset"):
        interview_due_at(datetime(2026, 10, 6, 8, 0), 72)


def test_the_hours_pinned_on_the_episode_outlast_a_change_of_the_setting() -> None:
    later = Policy(deadline_hours=48)
    assert deadline_of(EPISODE, later) == DUE
    assert deadline_of(replace(EPISODE, deadline_hours=None), later) == utc("2026-10-08 08:00")
    assert clock_due_at(EPISODE, later) == DUE


# Which returns run a clock


@pytest.mark.parametrize(
    ("change", "runs"),
    [
        ({}, True),
        ({"kind": EpisodeKind.AWAY}, True),
        ({"kind": EpisodeKind.NO_APPARENT_RISK}, False),
        ({"kind": EpisodeKind.NO_APPARENT_RISK, "interview_requested": True}, True),
        ({"known_to_services": False}, True),
        ({"returned_at": None, "found_at": BACK}, False),
        ({"excluded": ExclusionReason.CANCELLED}, False),
        ({"date_of_birth": date(2008, 10, 5)}, False),  # 18 on the day of going missing
        ({"date_of_birth": date(2008, 10, 6)}, True),  # 18 on the day of the return
    ],
)
def test_which_returns_run_a_clock(change: dict[str, object], runs: bool) -> None:
    episode = replace(EPISODE, interview_due_at=None, **change)
    assert runs_clock(episode, POLICY) is runs
    assert (clock_due_at(episode, POLICY) is not None) is runs


def test_a_council_may_leave_out_children_not_known_to_services_but_not_those_of_whom_that_is_unknown() -> None:
    policy = Policy(only_known_to_services=True)
    assert [runs_clock(replace(EPISODE, known_to_services=known), policy) for known in (True, None, False)] == [
        True,
        True,
        False,
    ]


def test_a_child_who_turns_18_while_missing_still_has_the_interview() -> None:
    # Born 20 October 2008: 17 on the 19th, when the episode starts, 18 on the return.
    episode = gone(1, 1, london("2026-10-19 23:00"), london("2026-10-20 05:00"), date_of_birth=date(2008, 10, 20))
    assert interview_state(episode, [], episode.returned_at + HOUR, POLICY) is InterviewState.DUE


def test_a_child_born_on_29_february_is_18_on_1_march() -> None:
    born = date(2008, 2, 29)
    last_day = gone(1, 1, london("2026-02-28 23:59"), london("2026-03-01 03:00"), date_of_birth=born)
    day_after = gone(2, 1, london("2026-03-01 00:00"), london("2026-03-01 03:00"), date_of_birth=born)
    assert runs_clock(last_day, POLICY)
    assert day_after.out_of_counts is ExclusionReason.ADULT
    assert interview_state(day_after, [], DUE, POLICY) is InterviewState.WITHDRAWN


# The state, by time alone


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (BACK, InterviewState.DUE),
        (DUE - 24 * HOUR - MINUTE, InterviewState.DUE),
        (DUE - 24 * HOUR, InterviewState.DUE_SOON),
        (DUE, InterviewState.DUE_SOON),  # exactly 72.0 h: still in time
        (DUE + timedelta.resolution, InterviewState.OVERDUE),
        (DUE + 365 * 24 * HOUR, InterviewState.OVERDUE),
    ],
)
def test_the_state_by_time_alone(now: datetime, expected: InterviewState) -> None:
    assert state(now) is expected
    assert is_breached(EPISODE, [], now) is (expected is InterviewState.OVERDUE)


def test_hours_left_turn_negative() -> None:
    assert hours_left(EPISODE, DUE - 90 * MINUTE) == 1.5
    assert hours_left(EPISODE, DUE + 90 * MINUTE) == -1.5
    assert hours_left(gone(1, 1, BACK), DUE) is None


def test_before_the_return() -> None:
    assert state(DUE, gone(1, 1, BACK)) is InterviewState.AWAITING_RETURN
    assert state(DUE, gone(1, 1, BACK, found_at=BACK + HOUR)) is InterviewState.FOUND_NOT_RETURNED
    absent = gone(1, 1, BACK, BACK + HOUR, kind=EpisodeKind.NO_APPARENT_RISK)
    assert state(DUE, absent) is InterviewState.NO_CLOCK


# The state, closed


def test_held_exactly_at_72_hours_is_in_time_and_one_minute_later_is_late() -> None:
    long_after = DUE + 1000 * HOUR
    assert state(long_after, completed_at=DUE) is InterviewState.COMPLETED_IN_TIME
    assert state(long_after, completed_at=DUE + MINUTE) is InterviewState.COMPLETED_LATE
    assert not is_breached(EPISODE, [interview(completed_at=DUE)], long_after)
    assert is_breached(EPISODE, [interview(completed_at=DUE + MINUTE)], long_after)


def test_pending_approval_closes_nothing() -> None:
    assert state(DUE + HOUR, not_required_at=BACK) is InterviewState.OVERDUE
    assert state(DUE + HOUR, not_required_at=BACK, not_required_approved_at=BACK) is InterviewState.NOT_REQUIRED


def test_precedence_not_required_then_completed_then_declined() -> None:
    everything = {"declined_at": BACK, "completed_at": BACK + HOUR, "not_required_approved_at": DUE}
    assert state(DUE, **everything) is InterviewState.NOT_REQUIRED
    del everything["not_required_approved_at"]
    assert state(DUE, **everything) is InterviewState.COMPLETED_IN_TIME
    del everything["completed_at"]
    assert state(DUE, **everything) is InterviewState.DECLINED
    cancelled = replace(EPISODE, excluded=ExclusionReason.CANCELLED)
    assert state(DUE, cancelled, completed_at=BACK) is InterviewState.WITHDRAWN


@pytest.mark.parametrize("fact", ["declined_at", "not_required_approved_at"])
def test_deciding_after_the_deadline_leaves_the_breach_standing(fact: str) -> None:
    assert not is_breached(EPISODE, [interview(**{fact: DUE})], DUE + HOUR)
    assert is_breached(EPISODE, [interview(**{fact: DUE + MINUTE})], DUE + HOUR)


def test_an_interview_in_time_recorded_after_a_late_decline_takes_the_breach_away() -> None:
    declined_late = interview(declined_at=DUE + HOUR)
    held_in_time = ReturnHomeInterview(2, frozenset({1}), completed_at=DUE - HOUR)
    assert is_breached(EPISODE, [declined_late], DUE + 2 * HOUR)
    assert not is_breached(EPISODE, [declined_late, held_in_time], DUE + 2 * HOUR)


def test_one_interview_of_two_episodes_is_late_for_the_first_and_in_time_for_the_second() -> None:
    again = gone(2, 1, utc("2026-10-08 20:00"), utc("2026-10-09 20:00"))
    both = ReturnHomeInterview(1, frozenset({1, 2}), completed_at=utc("2026-10-10 12:00"))
    now = utc("2026-10-11 12:00")
    assert interview_state(EPISODE, [both], now, POLICY) is InterviewState.COMPLETED_LATE
    assert interview_state(again, [both], now, POLICY) is InterviewState.COMPLETED_IN_TIME
    assert closing_of(gone(3, 1, BACK, DUE), [both]) is None  # linked with neither


def test_an_interview_may_cover_what_had_ended_when_it_was_held() -> None:
    in_hospital = gone(1, 1, BACK - 10 * HOUR, BACK, found_at=BACK - 5 * HOUR)
    assert may_cover(in_hospital, BACK - 5 * HOUR)
    assert not may_cover(in_hospital, BACK - 5 * HOUR - MINUTE)
    assert not may_cover(gone(1, 1, BACK), BACK + HOUR)


def test_held_in_hospital_before_the_return_is_in_time() -> None:
    in_hospital = gone(1, 1, BACK - 10 * HOUR, BACK, found_at=BACK - 5 * HOUR)
    held = BACK - 2 * HOUR
    assert held_before_return(in_hospital, held)
    assert not held_before_return(in_hospital, BACK)
    assert state(DUE + HOUR, in_hospital, completed_at=held) is InterviewState.COMPLETED_IN_TIME


def test_an_offer_is_implied_by_the_answer_to_it() -> None:
    assert interview(completed_at=DUE).reached_offer_at() == DUE
    assert interview(declined_at=BACK, offered_at=DUE).reached_offer_at() == BACK
    assert interview(not_required_approved_at=DUE).reached_offer_at() is None
    assert not interview(offered_at=BACK, not_required_at=BACK).is_closed


# Properties


@st.composite
def cases(draw: st.DrawFn) -> tuple[MissingEpisode, list[ReturnHomeInterview]]:
    episode = draw(episodes(1))
    return episode, [draw(interviews(id, [episode])) for id in range(draw(st.integers(0, 3)))]


CASES = cases()
LATER = st.one_of(st.sampled_from([0, 1, 24, 48, 71, 72, 73]), st.integers(0, 2000))

NOT_BREACHED = {
    InterviewState.AWAITING_RETURN,
    InterviewState.FOUND_NOT_RETURNED,
    InterviewState.NO_CLOCK,
    InterviewState.DUE,
    InterviewState.DUE_SOON,
    InterviewState.COMPLETED_IN_TIME,
    InterviewState.WITHDRAWN,
}


@unhurried(100)
@given(CASES, LATER)
def test_the_state_is_always_one_and_agrees_with_the_breach(
    case: tuple[MissingEpisode, list[ReturnHomeInterview]], hours: int
) -> None:
    episode, held = case
    now = episode.missing_from_at + hours * HOUR
    found = interview_state(episode, held, now, POLICY)
    breached = is_breached(episode, held, now)
    assert found in InterviewState
    if found is InterviewState.OVERDUE:
        assert breached
    if found in NOT_BREACHED:
        assert not breached
    if breached:
        assert episode.interview_due_at is not None
        assert episode.interview_due_at < now


@unhurried(100)
@given(CASES, LATER, LATER)
def test_once_overdue_a_later_now_alone_never_takes_it_back(
    case: tuple[MissingEpisode, list[ReturnHomeInterview]], hours: int, more: int
) -> None:
    episode, held = case
    now = episode.missing_from_at + hours * HOUR
    later = now + more * HOUR
    if interview_state(episode, held, now, POLICY) is InterviewState.OVERDUE:
        assert interview_state(episode, held, later, POLICY) is InterviewState.OVERDUE
    if is_breached(episode, held, now):
        assert is_breached(episode, held, later)
