"""The order of a person's story: what happened, the earliest first, by years and months; attempts in one breath."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from tracker.core.clock import local_date
from tracker.core.interview_course import Attempt, attempts_to_first_contact

OPEN_ENTRIES = 15
"""A story of so many entries is read at once; of a longer one the earlier years are folded."""


class Dated(Protocol):
    @property
    def at(self) -> datetime: ...


T = TypeVar("T", bound=Dated)


@dataclass(frozen=True)
class Chapter(Generic[T]):
    """One year, with its months in order. `folded`: there is much to read, and this is not its newest year."""

    year: int
    months: tuple[tuple[date, tuple[T, ...]], ...]  # (its first day, what happened)
    folded: bool

    @property
    def entries(self) -> int:
        return sum(len(told) for _, told in self.months)


def chapters(told: Iterable[T]) -> tuple[Chapter[T], ...]:
    """By London days, oldest first; of two at one instant, the one given first."""
    ordered = sorted(told, key=lambda one: one.at)
    found = []
    for year, of_year in groupby(ordered, key=lambda one: local_date(one.at).year):
        months = groupby(of_year, key=lambda one: local_date(one.at).replace(day=1))
        found.append((year, tuple((month, tuple(of_month)) for month, of_month in months)))
    newest = found[-1][0] if found else None
    return tuple(Chapter(year, months, len(ordered) > OPEN_ENTRIES and year != newest) for year, months in found)


@dataclass(frozen=True)
class Tried:
    """The attempts to reach somebody, in one breath. `reached_on`: at which of them somebody answered, or None."""

    times: int
    first_at: datetime
    last_at: datetime
    reached_on: int | None


def tried(attempts: Sequence[Attempt]) -> Tried | None:
    """None where there was none."""
    if not attempts:
        return None
    instants = sorted(attempt.at for attempt in attempts)
    return Tried(len(attempts), instants[0], instants[-1], attempts_to_first_contact(attempts))
