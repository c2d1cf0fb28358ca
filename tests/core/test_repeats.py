"""Repeat runaways (definitions §5)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, POLICY, gone, london, unhurried
from tracker.core.episodes import MissingEpisode
from tracker.core.repeats import RepeatFlag, RepeatRule, holds_on, in_window, repeat_flags
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import EpisodeKind, ExclusionReason

IN_365, IN_90 = SHIPPED_REPEAT_RULES
FAR = date(2035, 1, 1)


def started(id: int, day: date, hour: int = 20, **more: object) -> MissingEpisode:
    """Gone from `hour` on that London day, for two hours."""
    start = london(f"{day} {hour:02}:00")
    return gone(id, 7, start, start + 2 * HOUR, **more)


def flags(days: list[date], rule: RepeatRule, today: date = FAR) -> list[RepeatFlag]:
    """Of episodes 1, 2 … that start on those days, an hour between those that share one."""
    history = [started(id, day, hour=2 + 3 * days[: id - 1].count(day)) for id, day in enumerate(days, 1)]
    return repeat_flags(history, [rule], POLICY, today)


def test_day_90_is_in_and_day_91_is_out() -> None:
    # 90 days ending on 31 March 2026 begin on 1 January: 31 − 1 + 28 + 31 = 89 days of difference.
    first, second = date(2026, 1, 1), date(2026, 2, 1)
    assert (date(2026, 3, 31) - first).days == 89
    (flag,) = flags([first, second, date(2026, 3, 31)], IN_90)
    assert (flag.raised_on, flag.ends_on, flag.episode_ids) == (date(2026, 3, 31), date(2026, 4, 1), (1, 2, 3))
    assert flags([first, second, date(2026, 4, 1)], IN_90) == []


def test_day_365_is_in_and_day_366_is_out() -> None:
    # 365 days ending on 31 December 2026 begin on 1 January 2026.
    first, second = date(2026, 1, 1), date(2026, 6, 1)
    (flag,) = flags([first, second, date(2026, 12, 31)], IN_365)
    assert (flag.raised_on, flag.ends_on) == (date(2026, 12, 31), date(2027, 1, 1))
    assert flags([first, second, date(2027, 1, 1)], IN_365) == []


def test_29_february_is_a_day_like_any_other() -> None:
    # From 1 March 2027 to 28 February 2028 are 364 days; to 29 February 2028, 365.
    first, second = date(2027, 3, 1), date(2027, 9, 1)
    assert len(flags([first, second, date(2028, 2, 28)], IN_365)) == 1
    assert flags([first, second, date(2028, 2, 29)], IN_365) == []
    # And as the first day: 29 February 2028 + 365 = 28 February 2029 is out, the day before is in.
    leap = date(2028, 2, 29)
    assert in_window(leap, date(2029, 2, 27), IN_365)
    assert not in_window(leap, date(2029, 2, 28), IN_365)


def test_what_starts_after_the_day_does_not_count() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
    assert not holds_on(days, date(2026, 1, 2), IN_90)
    assert holds_on(days, date(2026, 1, 3), IN_90)
    assert flags(days, IN_90, today=date(2026, 1, 2)) == []


def test_the_day_is_the_london_day() -> None:
    # 30 June 2026 at 23:30 UTC is 1 July at 00:30 in London.
    late = gone(1, 7, london("2026-07-01 00:30"), london("2026-07-01 02:00"))
    assert late.missing_from_at.date() == date(2026, 6, 30)
    (flag,) = repeat_flags(
        [late, started(2, date(2026, 7, 2)), started(3, date(2026, 7, 3))], [IN_90], POLICY, today=FAR
    )
    assert flag.ends_on == date(2026, 7, 1) + timedelta(days=90)


def test_a_flag_takes_in_what_follows_and_a_new_crossing_is_a_new_flag() -> None:
    spring = [date(2026, 1, 1), date(2026, 1, 10), date(2026, 1, 20), date(2026, 2, 1)]
    autumn = [date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3)]
    first, second = flags(spring + autumn, IN_90)
    # The last three of spring lie within 90 days until 10 January + 90 days = 10 April.
    assert (first.raised_on, first.ends_on, first.episode_ids) == (spring[2], date(2026, 4, 10), (1, 2, 3, 4))
    assert (second.raised_on, second.ends_on, second.episode_ids) == (autumn[2], date(2026, 11, 30), (5, 6, 7))
    assert first.has_ended(date(2026, 4, 10))
    assert not first.has_ended(date(2026, 4, 9))


def test_a_rule_that_would_end_on_the_day_it_holds_again_never_stopped() -> None:
    three_in_ten = RepeatRule("3_in_10", 3, 10)
    days = [date(2026, 5, day) for day in (1, 5, 6, 11)]  # on the 11th the 1st has left, and 5, 6, 11 hold
    (flag,) = flags(days, three_in_ten)
    assert (flag.raised_on, flag.ends_on, flag.episode_ids) == (days[2], date(2026, 5, 15), (1, 2, 3, 4))


def test_two_on_the_day_of_holding_again_are_both_taken_in() -> None:
    days = [date(2026, 5, day) for day in (1, 1, 2, 2)]  # with 2 in 1: on the 2nd, only the later of them makes it hold
    (flag,) = flags(days, RepeatRule("2_in_1", 2, 1))
    assert (flag.raised_on, flag.ends_on, flag.episode_ids) == (days[0], date(2026, 5, 3), (1, 2, 3, 4))


def test_three_on_one_day_cross_on_that_day() -> None:
    day = date(2026, 5, 1)
    history = [started(id, day, hour) for id, hour in ((1, 1), (2, 9), (3, 15), (4, 20))]
    (flag,) = repeat_flags(history, [IN_90], POLICY, today=FAR)
    assert (flag.raised_on, flag.episode_ids) == (day, (1, 2, 3, 4))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": EpisodeKind.NO_APPARENT_RISK},
        {"excluded": ExclusionReason.CANCELLED},
        {"excluded": ExclusionReason.CREATED_IN_ERROR},
        {"date_of_birth": date(2000, 1, 1)},
    ],
)
def test_what_is_not_countable_raises_nothing(change: dict[str, object]) -> None:
    history = [started(id, date(2026, 5, id)) for id in (1, 2)]
    assert repeat_flags([*history, started(3, date(2026, 5, 3), **change)], [IN_90], POLICY, FAR) == []
    assert len(repeat_flags([*history, started(3, date(2026, 5, 3))], [IN_90], POLICY, FAR)) == 1


def test_two_records_of_one_going_missing_count_once_until_settled() -> None:
    day = date(2026, 5, 2)
    history = [started(1, date(2026, 5, 1)), started(2, day, 20), started(3, day, 21)]  # 20–22 and 21–23 overlap
    assert repeat_flags(history, [IN_90], POLICY, FAR) == []
    settled = [history[0], started(2, day, 20, conflict_settled=True), started(3, day, 21, conflict_settled=True)]
    assert len(repeat_flags(settled, [IN_90], POLICY, FAR)) == 1
    touching = [history[0], started(2, day, 20), started(3, day, 22)]  # 20–22 and 22–24 do not
    assert len(repeat_flags(touching, [IN_90], POLICY, FAR)) == 1


# Against a plain recomputation, day by day


def day_by_day(days: dict[int, date], rule: RepeatRule, first: date, last: date) -> list[tuple[date, date, set[int]]]:
    """Walks every day: when the rule begins and ceases to hold, and which episodes lay in its windows meanwhile."""
    found: list[tuple[date, date, set[int]]] = []
    held_yesterday = False
    day = first
    while day <= last:
        window = {id for id, start_on in days.items() if day - timedelta(days=rule.window_days) < start_on <= day}
        holds = len(window) >= rule.count
        if holds and not held_yesterday:
            found.append((day, day, set()))
        if holds:
            raised_on, _, ids = found[-1]
            found[-1] = (raised_on, day + timedelta(days=1), ids | window)
        held_yesterday = holds
        day += timedelta(days=1)
    return found


@unhurried(200)
@given(
    st.lists(st.integers(0, 120), min_size=1, max_size=14),
    st.integers(2, 4),
    st.integers(1, 40),
    st.integers(0, 130),
)
def test_flags_are_those_of_a_day_by_day_recomputation(
    offsets: list[int], count: int, window_days: int, until: int
) -> None:
    first = date(2026, 2, 1)
    rule = RepeatRule("any", count, window_days)
    episodes = [
        gone(place, 7, at, at)  # ended as they start: no two overlap
        for place, at in enumerate(london(f"{first + timedelta(days=offset)} 12:00") for offset in offsets)
    ]
    today = first + timedelta(days=until)
    days = {episode.id: episode.start_on for episode in episodes if episode.start_on <= today}
    expected = day_by_day(days, rule, first, first + timedelta(days=200))
    found = repeat_flags(episodes, [rule], POLICY, today)
    assert [(flag.raised_on, flag.ends_on, set(flag.episode_ids)) for flag in found] == expected
    assert all(len(set(flag.episode_ids)) == len(flag.episode_ids) for flag in found)
    assert any(not flag.has_ended(today) for flag in found) == holds_on(days.values(), today, rule)


def test_flags_come_by_rule_and_then_by_day() -> None:
    history = [started(place, date(2026, 1, place)) for place in (1, 2, 3)]
    found = repeat_flags(history, SHIPPED_REPEAT_RULES, POLICY, FAR)
    assert [(flag.rule, flag.child_id) for flag in found] == [("3_in_365", 7), ("3_in_90", 7)]
