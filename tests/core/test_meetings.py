"""When a strategy meeting is asked for: elapsed hours, a risk level, and what is known too late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.meetings import (
    SHIPPED_MEETINGS,
    MeetingPolicy,
    MeetingTrigger,
    come_true,
    comes_true,
    is_history,
    next_check_at,
    trigger_of_rule,
    was_back,
)
from tracker.core.missing_episode import MissingEpisode
from tracker.core.policy import Policy
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, RiskLevel

START = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy()
TRIGGERS = SHIPPED_MEETINGS.triggers
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
HOURS = st.integers(0, 400).map(lambda hours: timedelta(hours=hours))


def episode(hours: float | None = None, **more: object) -> MissingEpisode:
    ended = None if hours is None else START + hours * HOUR
    return replace(MissingEpisode(1, 1, START, returned_at=ended), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(24, set()), (24.01, {"missing_24h"}), (72, {"missing_24h"}), (72.01, {"missing_24h", "missing_72h"})],
)
def test_more_than_so_many_hours_measured_to_the_end(hours: float, expected: set[str]) -> None:
    assert set(come_true(comes_true(episode(hours), TRIGGERS, POLICY), START + 1000 * HOUR)) == expected


def test_while_missing_each_comes_true_at_its_hour() -> None:
    times = comes_true(episode(), TRIGGERS, POLICY)
    assert times == {"missing_24h": START + 24 * HOUR, "missing_72h": START + 72 * HOUR}
    assert set(come_true(times, START + 24 * HOUR)) == {"missing_24h"}
    assert come_true(times, START + 24 * HOUR - timedelta(seconds=1)) == {}
    assert next_check_at(times, ()) == START + 24 * HOUR
    assert next_check_at(times, {"missing_24h"}) == START + 72 * HOUR
    assert next_check_at(times, set(times)) is None


def test_high_risk_asks_from_the_start_and_other_levels_do_not() -> None:
    assert comes_true(episode(1, risk=RiskLevel.HIGH), TRIGGERS, POLICY) == {"high_risk": START}
    assert comes_true(episode(1, risk=RiskLevel.MEDIUM), TRIGGERS, POLICY) == {}


@pytest.mark.parametrize(
    "out",
    [
        {"excluded": ExclusionReason.CANCELLED},
        {"kind": EpisodeKind.NO_APPARENT_RISK},
        {"date_of_birth": datetime(2000, 1, 1, tzinfo=UTC).date()},
    ],
)
def test_what_does_not_count_asks_for_nothing(out: dict[str, object]) -> None:
    assert comes_true(episode(risk=RiskLevel.HIGH, **out), TRIGGERS, POLICY) == {}


def test_known_too_late() -> None:
    now = START + 300 * HOUR
    assert not is_history(episode(300 - 7 * 24), SHIPPED_MEETINGS, now)
    assert is_history(episode(299 - 7 * 24), SHIPPED_MEETINGS, now)
    assert not is_history(episode(), SHIPPED_MEETINGS, START + timedelta(days=400)), "a child missing now is no history"
    unknown = episode(flags=frozenset({FlagCode.END_UNKNOWN}))
    assert was_back(unknown) and not was_back(episode()) and not was_back(replace(unknown, returned_at=START))


@given(start=INSTANTS, lasted=st.none() | HOURS, now=HOURS, later=HOURS, risk=st.sampled_from([None, *RiskLevel]))
def test_a_later_now_never_unasks_and_what_is_asked_is_never_due_again(
    start: datetime, lasted: timedelta | None, now: timedelta, later: timedelta, risk: RiskLevel | None
) -> None:
    held = MissingEpisode(1, 1, start, risk=risk, returned_at=None if lasted is None else start + lasted)
    times = comes_true(held, TRIGGERS, POLICY)
    first, second = come_true(times, start + now), come_true(times, start + now + later)
    assert first.items() <= second.items()
    due = next_check_at(times, first)
    assert due is None or due > start + now
    if due is not None and due <= start + now + later:
        assert len(second) > len(first)


@given(start=INSTANTS, hours=st.integers(1, 400))
def test_hours_are_elapsed_ones_across_every_clock_change(start: datetime, hours: int) -> None:
    trigger = MeetingTrigger("long", "Long", missing_hours=hours)
    at = comes_true(MissingEpisode(1, 1, start), [trigger], POLICY)["long"]
    assert (at - start).total_seconds() == hours * 3600


def test_a_trigger_says_one_thing() -> None:
    for given_ in ({}, {"missing_hours": 24, "risk": RiskLevel.HIGH}, {"risk": RiskLevel.HIGH, "repeat_rule": "x"}):
        with pytest.raises(ValueError, match="needs one of"):
            MeetingTrigger("one", "One", **given_)  # type: ignore[arg-type]


def test_a_rule_finds_its_trigger() -> None:
    found = trigger_of_rule(SHIPPED_MEETINGS, "3_in_90")
    assert found is not None
    assert found.name == "repeat_3_in_90"
    assert trigger_of_rule(SHIPPED_MEETINGS, "3_in_365") is None
    assert trigger_of_rule(MeetingPolicy(), "3_in_90") is None
