"""By when a report is expected, across clock changes; what settles it; and what an outage leaves."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.clock import local
from tracker.core.expected_reports import (
    EARLY,
    MOST_DAYS,
    Arrival,
    expectation_of,
    expectations,
    missed,
    next_expected,
)

EIGHT = time(8)
DAILY = frozenset(range(7))
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TICK = timedelta(microseconds=1)


def came(*at: datetime) -> list[Arrival]:
    return [Arrival(number, when) for number, when in enumerate(sorted(at), 1)]


@pytest.mark.parametrize(
    ("day", "by", "expected"),
    [
        (date(2026, 11, 23), EIGHT, datetime(2026, 11, 23, 8, tzinfo=UTC)),
        (date(2026, 7, 1), EIGHT, datetime(2026, 7, 1, 7, tzinfo=UTC)),
        (date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # occurs twice: the earlier
        (date(2026, 10, 25), EIGHT, datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (date(2027, 3, 28), time(1, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # does not exist: read forward
        (date(2026, 11, 23), time(0), datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_the_time_is_londons(day: date, by: time, expected: datetime) -> None:
    assert expectation_of(day, by).at == expected


def test_at_the_very_time_it_is_not_yet_missed() -> None:
    assert list(expectations(EIGHT, DAILY, MONDAY - HOUR, MONDAY)) == []
    assert [one.at for one in expectations(EIGHT, DAILY, MONDAY - HOUR, MONDAY + TICK)] == [MONDAY]
    assert list(expectations(EIGHT, DAILY, MONDAY, MONDAY + HOUR)) == [], "judged once"


def test_only_on_its_days() -> None:
    weekdays = frozenset({0, 1, 2, 3, 4})
    found = [one.day.weekday() for one in expectations(EIGHT, weekdays, MONDAY - DAY, MONDAY + 14 * DAY)]
    assert found == [0, 1, 2, 3, 4] * 2
    assert list(expectations(EIGHT, frozenset(), MONDAY, MONDAY + 30 * DAY)) == []


@given(
    st.times(), st.sets(st.integers(0, 6)), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.integers(1, 90), st.integers(1, 60),
)  # fmt: skip
def test_two_passes_judge_what_one_would(by: time, days: set[int], start: datetime, first: int, second: int) -> None:
    after = start.replace(tzinfo=UTC)
    between, until = after + first * 7 * HOUR, after + (first + second) * 7 * HOUR
    parts = [*expectations(by, days, after, between), *expectations(by, days, between - TICK, until)]
    assert parts == list(expectations(by, days, after, until))
    assert all(local(one.at).weekday() in days for one in parts)


@pytest.mark.parametrize(
    ("at", "is_missed"),
    [
        (MONDAY, False),  # at the very time
        (MONDAY - 20 * timedelta(minutes=1), False),
        (MONDAY - timedelta(hours=8, minutes=10), False),  # 23:50 the evening before
        (MONDAY - EARLY + TICK, False),
        (MONDAY - EARLY, True),
        (MONDAY - 22 * HOUR, True),  # sent again yesterday at ten: not this morning's
    ],
)
def test_what_came_before_its_time(at: datetime, is_missed: bool) -> None:
    found = missed([expectation_of(MONDAY.date(), EIGHT)], came(at))
    assert [one.settled_by for one in found] == ([None] if is_missed else [])


def test_a_late_report_settles_and_is_known_as_late() -> None:
    (one,) = missed([expectation_of(MONDAY.date(), EIGHT)], came(MONDAY - 2 * DAY, MONDAY + TICK, MONDAY + HOUR))
    assert one.settled_by == Arrival(2, MONDAY + TICK)


def test_a_late_report_is_not_the_next_mornings() -> None:
    due = list(expectations(EIGHT, DAILY, MONDAY - HOUR, MONDAY + DAY + HOUR))
    found = missed(due, came(MONDAY + 2 * HOUR))
    assert [(one.expectation.at, one.settled_by is not None) for one in found] == [
        (MONDAY, True),
        (MONDAY + DAY, False),
    ]


def test_after_days_of_silence_one_report_settles_them_all() -> None:
    due = list(expectations(EIGHT, DAILY, MONDAY - HOUR, MONDAY + 3 * DAY + HOUR))
    found = missed(due, came(MONDAY + 3 * DAY - HOUR))
    assert [one.expectation.at for one in found] == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]
    assert {one.settled_by and one.settled_by.at for one in found} == {MONDAY + 3 * DAY - HOUR}


@given(st.lists(st.integers(-100, 400), max_size=30), st.integers(1, 12))
def test_a_later_report_never_makes_a_day_missed(hours: list[int], days: int) -> None:
    due = list(expectations(EIGHT, DAILY, MONDAY - HOUR, MONDAY + days * DAY))
    arrivals = came(*(MONDAY + hour * HOUR for hour in hours))
    now_missed = {one.expectation for one in missed(due, arrivals)}
    assert now_missed <= {one.expectation for one in missed(due, arrivals[:-1])}
    in_time = set(due) - now_missed
    assert all(any(one.from_at < arrival.at <= one.at for arrival in arrivals) for one in in_time)


def test_a_silent_year_is_no_endless_list() -> None:
    found = list(expectations(EIGHT, DAILY, datetime(1990, 1, 1, tzinfo=UTC), MONDAY + HOUR))
    assert len(found) == MOST_DAYS + 1
    assert found[-1].at == MONDAY


def test_the_next_one() -> None:
    assert next_expected(EIGHT, DAILY, MONDAY) == expectation_of(date(2026, 11, 23), EIGHT)
    assert next_expected(EIGHT, DAILY, MONDAY + TICK) == expectation_of(date(2026, 11, 24), EIGHT)
    assert next_expected(EIGHT, frozenset({6}), MONDAY) == expectation_of(date(2026, 11, 29), EIGHT)
    assert next_expected(EIGHT, frozenset(), MONDAY) is None
