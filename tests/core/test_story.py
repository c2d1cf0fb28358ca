"""A story's order: everything once, the earliest first, in its year and month by the London calendar."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import FIRST, HOUR, hours_in, unhurried, utc
from tracker.core.clock import local_date
from tracker.core.interview_course import Attempt
from tracker.core.interview_terms import ContactOutcome
from tracker.core.story import OPEN_ENTRIES, chapters, tried


@dataclass(frozen=True)
class Told:
    at: datetime
    number: int = 0


@unhurried(60)
@given(st.lists(hours_in, max_size=40))
def test_everything_is_told_once_in_order_and_under_its_month(hours: list[int]) -> None:
    told = [Told(FIRST + hour * HOUR, number) for number, hour in enumerate(hours)]
    found = chapters(told)
    inside = [one for chapter in found for _, of_month in chapter.months for one in of_month]
    assert inside == sorted(told, key=lambda one: one.at)
    assert [chapter.year for chapter in found] == sorted({local_date(one.at).year for one in told})
    for chapter in found:
        for month, of_month in chapter.months:
            assert month.year == chapter.year
            assert {local_date(one.at).replace(day=1) for one in of_month} == {month}


@unhurried(30)
@given(st.lists(hours_in, min_size=1, max_size=40))
def test_only_earlier_years_of_a_long_story_are_folded(hours: list[int]) -> None:
    found = chapters(Told(FIRST + hour * HOUR) for hour in hours)
    assert not found[-1].folded
    assert all(chapter.folded == (len(hours) > OPEN_ENTRIES) for chapter in found[:-1])


def test_the_calendar_is_that_of_london() -> None:
    (chapter,) = chapters([Told(utc("2026-05-31 23:30"))])
    assert chapter.months[0][0] == date(2026, 6, 1)
    assert chapters([]) == ()


def test_attempts_in_one_breath() -> None:
    at = utc("2026-05-01 10:00")
    outcomes = (ContactOutcome.NO_ANSWER, ContactOutcome.MESSAGE_LEFT, ContactOutcome.ACCEPTED)
    attempts = [Attempt(at + timedelta(hours=place), outcome) for place, outcome in enumerate(outcomes)]
    found = tried(attempts)
    assert found is not None
    assert (found.times, found.reached_on, found.last_at) == (3, 3, at + timedelta(hours=2))
    unanswered = tried(attempts[:2])
    assert unanswered is not None
    assert unanswered.reached_on is None
    assert tried([]) is None
