"""The digest's day and readers: one day, one digest; the away have none, and whoever covers them has theirs within."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given

from tests.core.test_notices import recipients
from tracker.core.clock import local
from tracker.core.digest import DigestPolicy, Scope, digest_day, readers, scope_of
from tracker.core.directory import Recipient
from tracker.core.terms import Role

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
EIGHT = time(8)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 28, 7, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 28, 8, 0, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 6, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 29, 7, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 10, 24, 7, 0, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 25, 7, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 10, 25, 8, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 6, 1, 22, 59, tzinfo=UTC), date(2026, 6, 1)),
        (datetime(2026, 6, 1, 23, 0, tzinfo=UTC), None),
    ],
)
def test_eight_oclock_in_london_across_both_clock_changes(now: datetime, day: date | None) -> None:
    assert digest_day(now, EIGHT) == day


@pytest.mark.parametrize("at", [time(1, 30), time(0, 0), time(23, 59)])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)])
def test_any_time_has_one_instant_in_the_day_from_which_on_it_is_due(day: date, at: time) -> None:
    """Minute by minute: no before the instant, yes after it, also through the hour that occurs twice or not at all."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=2)
    said = [digest_day(start + timedelta(minutes=m), at) == day for m in range(30 * 60)]
    changes = sum(one != two for one, two in pairwise(said))
    assert changes == (2 if local(start + timedelta(minutes=30 * 60 - 1)).date() > day else 1)


@given(recipients)
def test_each_reader_once_here_and_covering_only_those_away(people: list[Recipient]) -> None:
    found = list(readers(people, DigestPolicy().roles, NOW))
    ids = [reader.id for reader, _ in found]
    assert len(set(ids)) == len(ids)
    by_id = {person.id: person for person in people}
    for reader, scope in found:
        assert not reader.is_away(NOW)
        assert reader.id in scope.people
        assert all(id_ == reader.id or by_id[id_].is_away(NOW) for id_ in scope.people)
    here = {p.id for p in people if p.roles & DigestPolicy().roles and not p.is_away(NOW)}
    assert here <= set(ids)


@pytest.mark.parametrize(
    ("roles", "team_id", "scope"),
    [
        ({Role.INTERVIEWER}, 1, Scope(people=frozenset({7}))),
        ({Role.MANAGER}, 1, Scope(teams=frozenset({1}), people=frozenset({7}))),
        ({Role.MANAGER}, None, Scope(everything=True, people=frozenset({7}))),
        ({Role.MANAGER, Role.LEAD}, 1, Scope(everything=True, people=frozenset({7}))),
        ({Role.HEAD_OF_SERVICE}, None, Scope(everything=True, people=frozenset({7}))),
    ],
)
def test_whose_work(roles: set[Role], team_id: int | None, scope: Scope) -> None:
    assert scope_of(Recipient(7, frozenset(roles), team_id)) == scope
