"""Instants and the London wall clock (definitions §2), with both clock changes of 2026 worked by hand."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried, utc
from tests.core.strategies import CLOCK_CHANGES, instants, near_changes
from tracker.core.clock import (
    FixedClock,
    Period,
    ShiftedClock,
    SystemClock,
    age_on,
    elapsed_hours,
    financial_year_of,
    follows_gap,
    is_ambiguous,
    local,
    local_date,
    local_midnight,
    month_of,
    parse_month,
    read_local,
    require_aware,
    show_instant,
)
from tracker.core.interviews import interview_due_at
from tracker.core.terms import FlagCode


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_clock_changes_of_2026_are_where_the_tests_think() -> None:
    assert utc("2026-03-29 01:00") in CLOCK_CHANGES
    assert utc("2026-10-25 01:00") in CLOCK_CHANGES


def test_a_clock_stands_ticks_or_is_shifted() -> None:
    assert FixedClock(datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=1)))).now() == utc("2026-07-01 11:00")
    hour = timedelta(hours=1)
    assert ShiftedClock(FixedClock(utc("2026-07-01 11:00")), hour).now() == utc("2026-07-01 12:00")
    before = SystemClock().now()
    assert before.tzinfo is UTC
    assert SystemClock().now() >= before


def test_a_datetime_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="names no instant"):
        require_aware(wall("2026-07-01 12:00"))
    with pytest.raises(ValueError, match="names no instant"):
        FixedClock(wall("2026-07-01 12:00")).now()
    with pytest.raises(ValueError, match="an instant already"):
        read_local(utc("2026-07-01 12:00"))


# What a local time means (§2.4)


@pytest.mark.parametrize(
    ("written", "meant", "flag"),
    [
        ("2026-01-15 12:00", "2026-01-15 12:00", None),
        ("2026-07-15 12:00", "2026-07-15 11:00", None),
        # 29 March 2026: 01:00 GMT becomes 02:00 BST; 01:00 to 01:59 do not exist and are read forward by the hour.
        ("2026-03-29 00:59", "2026-03-29 00:59", None),
        ("2026-03-29 01:00", "2026-03-29 01:00", FlagCode.TIME_NONEXISTENT),
        ("2026-03-29 01:30", "2026-03-29 01:30", FlagCode.TIME_NONEXISTENT),
        ("2026-03-29 01:59", "2026-03-29 01:59", FlagCode.TIME_NONEXISTENT),
        ("2026-03-29 02:00", "2026-03-29 01:00", None),
        # 25 October 2026: 02:00 BST becomes 01:00 GMT; 01:00 to 01:59 occur twice, and the first is meant.
        ("2026-10-25 00:59", "2026-10-24 23:59", None),
        ("2026-10-25 01:00", "2026-10-25 00:00", FlagCode.TIME_AMBIGUOUS),
        ("2026-10-25 01:59", "2026-10-25 00:59", FlagCode.TIME_AMBIGUOUS),
        ("2026-10-25 02:00", "2026-10-25 02:00", None),
    ],
)
def test_a_local_time_is_read(written: str, meant: str, flag: FlagCode | None) -> None:
    reading = read_local(wall(written))
    assert (reading.at, reading.flag) == (utc(meant), flag)


def test_the_later_of_two_is_taken_only_where_the_earlier_would_come_before_the_start() -> None:
    written = wall("2026-10-25 01:15")
    first, second = utc("2026-10-25 00:15"), utc("2026-10-25 01:15")
    assert read_local(written, not_before=utc("2026-10-24 20:00")).at == first
    assert read_local(written, not_before=first).at == first
    assert read_local(written, not_before=first + timedelta(minutes=1)).at == second
    assert read_local(written, not_before=second).at == second
    # Where both come before the start nothing is rescued: the earlier is taken, and refused by the order of the times.
    assert read_local(written, not_before=second + timedelta(minutes=1)).at == first
    assert read_local(written, not_before=second).flag is FlagCode.TIME_AMBIGUOUS


@given(instants())
@unhurried(200)
def test_what_the_wall_shows_is_read_back(at: datetime) -> None:
    reading = read_local(local(at).replace(tzinfo=None))
    if is_ambiguous(at):
        assert reading.flag is FlagCode.TIME_AMBIGUOUS
        assert at - reading.at in (timedelta(0), timedelta(hours=1))
        assert read_local(local(at).replace(tzinfo=None), not_before=at).at == at
    else:
        assert (reading.at, reading.flag) == (at, None)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 1)), st.none() | instants())
@unhurried(200)
def test_reading_a_local_time_never_moves_it_back(written: datetime, not_before: datetime | None) -> None:
    reading = read_local(written, not_before)
    shown = local(reading.at).replace(tzinfo=None)
    if reading.flag is FlagCode.TIME_NONEXISTENT:
        assert shown - written == timedelta(hours=1)
        assert follows_gap(reading.at)
    else:
        assert shown == written


@given(st.datetimes())
@unhurried(100)
def test_no_wall_time_at_all_makes_reading_fail(written: datetime) -> None:
    assert read_local(written).at.tzinfo is UTC


# The deadline (§2.3)


@given(near_changes(), st.integers(1, 24 * 31))
@unhurried(300)
def test_the_deadline_is_exactly_the_hours_of_the_policy_across_every_clock_change(at: datetime, hours: int) -> None:
    due = interview_due_at(at, hours)
    assert (due - at).total_seconds() == hours * 3600
    assert elapsed_hours(at, due) == hours


@pytest.mark.parametrize(
    ("returned", "due"),
    [
        ("2026-03-27 12:00", "30 Mar 2026, 13:00"),  # Friday noon GMT; the night of the change has 23 hours
        ("2026-10-23 12:00", "26 Oct 2026, 11:00"),  # Friday noon BST; the night of the change has 25 hours
        ("2026-11-13 12:00", "16 Nov 2026, 12:00"),
    ],
)
def test_72_hours_by_the_wall(returned: str, due: str) -> None:
    assert show_instant(interview_due_at(read_local(wall(returned)).at, 72)) == due


# What is shown (§2.2)


def test_gmt_or_bst_is_said_only_where_it_matters() -> None:
    first, second = utc("2026-10-25 00:30"), utc("2026-10-25 01:30")
    assert show_instant(first) == "25 Oct 2026, 01:30 BST"
    assert show_instant(second) == "25 Oct 2026, 01:30 GMT"
    assert show_instant(utc("2026-07-01 11:05")) == "1 Jul 2026, 12:05"
    assert show_instant(utc("2026-10-23 11:00"), beside=utc("2026-10-26 11:00")) == "23 Oct 2026, 12:00 BST"
    assert show_instant(utc("2026-10-26 11:00"), beside=utc("2026-10-23 11:00")) == "26 Oct 2026, 11:00 GMT"
    assert show_instant(utc("2026-07-01 11:05"), beside=utc("2026-07-04 11:05")) == "1 Jul 2026, 12:05"
    assert show_instant(utc("2026-11-16 14:05"), always_zone=True) == "16 Nov 2026, 14:05 GMT"


def test_the_hours_around_the_changes_are_told_apart() -> None:
    minutes = [utc("2026-10-24 23:00") + timedelta(minutes=n) for n in range(240)]
    assert [at for at in minutes if is_ambiguous(at)] == minutes[60:180]  # 00:00 to 01:59 UTC
    minutes = [utc("2026-03-29 00:00") + timedelta(minutes=n) for n in range(180)]
    assert [at for at in minutes if follows_gap(at)] == minutes[60:120]  # 02:00 to 02:59 BST
    assert not any(is_ambiguous(at) for at in minutes)


# Months, years, ages


def test_a_month_is_half_open_in_local_time() -> None:
    october = parse_month("2026-10")
    assert (october.start_at, october.end_at) == (utc("2026-09-30 23:00"), utc("2026-11-01 00:00"))
    assert utc("2026-09-30 23:00") in october
    assert utc("2026-09-30 22:59") not in october
    assert utc("2026-10-31 23:59") in october
    assert utc("2026-11-01 00:00") not in october
    assert elapsed_hours(october.start_at, october.end_at) == 31 * 24 + 1
    assert (october.last_day, october.key) == (date(2026, 10, 31), "2026-10")
    assert (october.previous().key, october.next().key) == ("2026-09", "2026-11")
    assert (parse_month("2026-12").next().key, parse_month("2026-01").previous().key) == ("2027-01", "2025-12")


@given(st.dates(date(1995, 1, 1), date(2100, 1, 1)))
@unhurried(60)
def test_the_months_partition_the_year(day: date) -> None:
    year = financial_year_of(day)
    months = list(year.months())
    assert len(months) == 12
    assert (months[0].start_on, months[-1].end_on) == (year.start_on, year.end_on)
    assert all(one.end_on == two.start_on and one.end_at == two.start_at for one, two in pairwise(months))
    assert sum(local_midnight(day) in month for month in months) == 1
    assert month_of(day) in months


def test_the_financial_year_turns_on_1_april() -> None:
    assert financial_year_of(date(2026, 3, 31)) == Period(date(2025, 4, 1), date(2026, 4, 1))
    assert financial_year_of(date(2026, 4, 1)) == Period(date(2026, 4, 1), date(2027, 4, 1))


@pytest.mark.parametrize("key", ["", "2026", "2026-13", "2026-00", "26-10", "2026-1", "+026-10", "٢٠٢٦-10", "2026-10 ",
                                 "0001-01", "9999-12", "2026-10-01", "x" * 5000])  # fmt: skip
def test_what_is_no_month_is_said_in_a_sentence(key: str) -> None:
    with pytest.raises(
        ValueError, match=r"is not a month\. Write the year and the month, for example 2026-10\.$"
    ) as error:
        parse_month(key)
    assert len(str(error.value)) < 120


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-11-16", "2026-11-15", 17),
        ("2008-11-16", "2026-11-16", 18),  # the birthday itself
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),  # 2026 has no 29 February
        ("2008-02-29", "2028-02-29", 20),
        ("2026-11-16", "2026-11-16", 0),
    ],
)
def test_age_in_whole_years(born: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


def test_the_local_date_is_londons() -> None:
    assert local_date(utc("2026-07-01 22:59")) == date(2026, 7, 1)
    assert local_date(utc("2026-07-01 23:00")) == date(2026, 7, 2)
    assert local_date(utc("2026-11-16 23:59")) == date(2026, 11, 16)
