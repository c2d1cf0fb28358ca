"""When a pull is due: at its times of day in London, or every so many minutes; soon again after a failure."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.clock import local
from tracker.core.pulls import LONGEST_BACK_OFF, Pull, latest_time, next_time, time_after_failure

INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)
)  # fmt: skip
TIMES = st.lists(st.times().map(lambda at: at.replace(second=0, microsecond=0)), min_size=1, max_size=4)


def pull(**given: object) -> Pull:
    return Pull(name="north", feed="north", url="https://reports.police.invalid/", max_bytes=1, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "at", "due"),
    [
        ("2026-11-16T06:00+00:00", ["07:30"], "2026-11-16T07:30+00:00"),
        ("2026-11-16T07:30+00:00", ["07:30"], "2026-11-17T07:30+00:00"),
        ("2026-07-16T06:00+00:00", ["07:30"], "2026-07-16T06:30+00:00"),  # British summer
        ("2026-11-16T12:00+00:00", ["07:30", "19:00"], "2026-11-16T19:00+00:00"),
        ("2026-10-25T00:10+00:00", ["01:30"], "2026-10-25T00:30+00:00"),  # the hour that occurs twice: once
        ("2026-10-25T00:30+00:00", ["01:30"], "2026-10-26T01:30+00:00"),
        ("2027-03-28T00:10+00:00", ["01:30"], "2027-03-28T01:30+00:00"),  # the hour that does not occur
    ],
)
def test_times_of_day_are_londons(now: str, at: list[str], due: str) -> None:
    found = next_time(pull(at=tuple(map(time.fromisoformat, at))), datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(due)


@given(INSTANTS, TIMES)
def test_the_next_time_lies_ahead_within_a_day_and_a_bit(now: datetime, at: list[time]) -> None:
    due = next_time(pull(at=tuple(at)), now)
    assert now < due <= now + timedelta(hours=26)
    wall = local(due).time().replace(fold=0)
    assert wall in at or (datetime.combine(due, wall) - timedelta(hours=1)).time() in at, "read forward in March"


@given(INSTANTS, st.integers(min_value=1, max_value=10_000))
def test_after_a_failure_it_is_tried_ever_later_but_within_the_hour(now: datetime, failures: int) -> None:
    every = pull(every_minutes=15)
    wait = time_after_failure(every, now, failures) - now
    assert timedelta(seconds=48) <= wait <= LONGEST_BACK_OFF
    assert wait <= timedelta(minutes=1) * 2 ** min(failures - 1, 20)
    assert now + wait <= latest_time(every, now, failures)


def test_many_councils_do_not_ask_in_the_same_second() -> None:
    now = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
    names = [f"council-{number}" for number in range(50)]
    again = {time_after_failure(Pull(name, name, "", 1, every_minutes=5), now, 7) for name in names}
    assert len(again) == 50


def test_a_report_fetched_at_a_time_of_day_is_tried_then_whatever_failed_before() -> None:
    now = datetime(2026, 11, 16, 7, 15, tzinfo=UTC)
    assert time_after_failure(pull(at=(time(7, 30),)), now, 9) == datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
