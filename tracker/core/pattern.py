"""The pattern of a child's going missing: twelve months by days, places, times, lengths, what stands out. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from tracker.core.clock import local_date
from tracker.core.overlap import CountedEpisode
from tracker.core.pattern_words import PlaceCount, began, nights_of, places_of, sentences_of

MONTHS = 12


class DayMark(StrEnum):
    """What a day was, of the child's going missing; the first that is true."""

    WENT_AND_BACK = "went_and_back"  # went missing and ended on the same day
    WENT = "went"
    BACK = "back"
    AWAY = "away"  # missing from midnight to midnight


@dataclass(frozen=True)
class CalendarDay:
    on: date
    mark: DayMark


@dataclass(frozen=True)
class Pattern:
    """Of the countable episodes of ONE child that began within the twelve months.

    `nights`: away in all; until today where the child is still missing.
    """

    first_on: date
    last_on: date
    episodes: tuple[CountedEpisode, ...]
    days: tuple[CalendarDay, ...]
    from_places: tuple[PlaceCount, ...]
    found_places: tuple[PlaceCount, ...]
    found_by: tuple[PlaceCount, ...]
    by_time: dict[tuple[int, int], int]  # (weekday from Monday 0, six-hour band from midnight 0) → how many began
    median_hours: float | None
    longest_hours: float | None
    nights: int
    sentences: tuple[str, ...]


def pattern_of(counted: Sequence[CountedEpisode], today: date) -> Pattern:
    """`counted`: every countable episode, conflicts counted once. The months are the last twelve, today's included."""
    first_on = _first_day(today)
    mine = tuple(one for one in counted if first_on <= one.stands.start_on <= today)
    hours = [one.hours for one in mine if one.hours is not None]
    facts = [one.stands for one in mine]
    return Pattern(
        first_on=first_on,
        last_on=today,
        episodes=mine,
        days=tuple(_calendar(counted, first_on, today)),
        from_places=places_of(facts, lambda fact: fact.missing_from_address),
        found_places=places_of(facts, lambda fact: fact.found_location),
        found_by=places_of(facts, lambda fact: fact.found_by),
        by_time=dict(Counter(began(fact) for fact in facts)),
        median_hours=median(hours) if hours else None,
        longest_hours=max(hours, default=None),
        nights=sum(nights_of(one, today) for one in mine),
        sentences=tuple(sentences_of(mine, today)),
    )


def _first_day(today: date) -> date:
    """The first of the month eleven months before."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _calendar(counted: Iterable[CountedEpisode], first_on: date, last_on: date) -> Iterator[CalendarDay]:
    marks: dict[date, set[DayMark]] = defaultdict(set)
    for one in counted:
        start = one.stands.start_on
        end = local_date(one.ended_at) if one.ended_at else None
        if end == start:
            marks[start].add(DayMark.WENT_AND_BACK)
            continue
        marks[start].add(DayMark.WENT)
        if end:
            marks[end].add(DayMark.BACK)
        between = ((end or last_on + timedelta(days=1)) - start).days
        for ahead in range(1, between):
            marks[start + timedelta(days=ahead)].add(DayMark.AWAY)
    for on in sorted(marks):
        if first_on <= on <= last_on:
            yield CalendarDay(on, next(mark for mark in DayMark if mark in marks[on]))
