"""The pattern of going missing: the calendar bears every day once, and no sentence is made of noise."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, POLICY, gone, london, unhurried
from tracker.core.clock import local_date
from tracker.core.overlap import count_once
from tracker.core.pattern import DayMark, Pattern, pattern_of
from tracker.core.pattern_words import LEAST, is_pattern

TODAY = date(2026, 11, 16)


def pattern(*spans: tuple[str, str | None], **more: object) -> Pattern:
    """Of episodes by the London clock; the second time is the return."""
    told = [
        gone(number, 1, london(start), london(end) if end else None, **more)
        for number, (start, end) in enumerate(spans, 1)
    ]
    return pattern_of(count_once(told, POLICY), TODAY)


FRIDAYS = [(f"2026-{day} 19:00", f"2026-{day} 23:30") for day in ("09-04", "09-11", "09-18", "10-02", "10-09")]
OTHERS = [("2026-10-20 09:00", "2026-10-20 11:00"), ("2026-11-01 02:00", "2026-11-01 03:00")]


def test_five_of_seven_are_said_in_words_and_four_of_nine_are_not() -> None:
    assert "Five of seven began on a Friday between 18:00 and 24:00." in pattern(*FRIDAYS, *OTHERS).sentences
    scattered = [(f"2026-06-{day:02} {hour:02}:00", f"2026-06-{day:02} {hour + 1:02}:00")
                 for day, hour in ((1, 1), (2, 8), (10, 13), (18, 15), (27, 2))]  # fmt: skip
    assert pattern(*FRIDAYS[:4], *scattered).sentences == (), "four of nine are no half"
    assert pattern(*FRIDAYS[:3]).sentences == (), "three of three are too few"
    assert pattern(*FRIDAYS[:4]).sentences == ("All four began on a Friday between 18:00 and 24:00.",)


def test_a_day_and_hours_are_said_apart_where_they_do_not_meet() -> None:
    evenings = [(f"2026-09-{day:02} 19:00", f"2026-09-{day:02} 20:00") for day in (7, 8, 10, 12, 13)]
    assert pattern(*evenings).sentences == ("All five began between 18:00 and 24:00.",)


def test_places_are_one_whatever_their_capitals_and_nights_are_counted() -> None:
    told = [
        gone(number, 1, london(f"2026-10-{number:02} 22:00"), london(f"2026-10-{number + 1:02} 07:00"),
             missing_from_address=place, found_location="Invented Station")
        for number, place in ((1, "1 Invented Lane"), (5, "1  invented lane"), (9, "1 INVENTED LANE"),
                              (13, "Another Road"), (17, "1 Invented Lane"))
    ]  # fmt: skip
    found = pattern_of(count_once(told, POLICY), TODAY)
    assert [(place.place, place.times) for place in found.from_places] == [("1 Invented Lane", 4), ("Another Road", 1)]
    assert found.nights == 5
    assert "Four of five began at 1 Invented Lane." in found.sentences
    assert "All five ended at Invented Station." in found.sentences
    assert "All five went over a night." in found.sentences
    assert (found.median_hours, found.longest_hours) == (9, 9)


def test_the_calendar_of_one_long_one_short_and_one_that_is_not_over() -> None:
    found = pattern(
        ("2026-09-01 12:00", "2026-09-04 12:00"), ("2026-09-04 20:00", "2026-09-04 21:00"), ("2026-11-14 12:00", None)
    )
    assert [(day.on.day, day.mark) for day in found.days] == [
        (1, DayMark.WENT), (2, DayMark.AWAY), (3, DayMark.AWAY), (4, DayMark.WENT_AND_BACK),
        (14, DayMark.WENT), (15, DayMark.AWAY), (16, DayMark.AWAY),
    ]  # fmt: skip
    assert (found.first_on, found.last_on) == (date(2025, 12, 1), TODAY)
    assert found.nights == 5
    assert found.by_time == {(1, 2): 1, (4, 3): 1, (5, 2): 1}


def test_one_that_began_before_the_months_shows_its_days_and_is_not_counted() -> None:
    found = pattern(("2025-11-29 12:00", "2025-12-02 12:00"))
    assert [(day.on, day.mark) for day in found.days] == [
        (date(2025, 12, 1), DayMark.AWAY), (date(2025, 12, 2), DayMark.BACK),
    ]  # fmt: skip
    assert found.episodes == () and found.median_hours is None


@unhurried(80)
@given(st.lists(st.tuples(st.integers(0, 24 * 400), st.none() | st.integers(0, 200)), max_size=12))
def test_every_day_once_in_order_within_the_months(spans: list[tuple[int, int | None]]) -> None:
    first = london("2025-10-20 00:00")
    told = [
        gone(number, 1, first + start * HOUR, None if hours is None else first + (start + hours) * HOUR)
        for number, (start, hours) in enumerate(spans, 1)
    ]
    found = pattern_of(count_once(told, POLICY), TODAY)
    days = [day.on for day in found.days]
    assert days == sorted(set(days)) and all(found.first_on <= on <= TODAY for on in days)
    begun = {one.stands.start_on for one in found.episodes}
    assert {day.on for day in found.days if day.mark in (DayMark.WENT, DayMark.WENT_AND_BACK)} == begun
    assert sum(found.by_time.values()) == len(found.episodes)
    assert len(found.episodes) >= LEAST or not found.sentences
    for one in told:
        if one.returned_at and found.first_on <= one.start_on and local_date(one.returned_at) <= TODAY:
            inside = (local_date(one.returned_at) - one.start_on).days
            assert all(one.start_on + timedelta(days=ahead) in days for ahead in range(inside + 1))


@unhurried(60)
@given(st.integers(0, 40), st.integers(0, 40))
def test_what_is_called_a_pattern(times: int, rest: int) -> None:
    assert is_pattern(times, times + rest) == (times >= 4 and times > rest)
