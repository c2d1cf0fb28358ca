"""The pattern of a child's going missing: twelve months day by day, places, times, lengths; and sentences. Pure.

What is said in words is never noise: it must be true of at least four episodes and of more than half of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median
from typing import TypeVar

from tracker.core.clock import local, local_date
from tracker.core.missing_episode import MissingEpisode
from tracker.core.overlap import CountedEpisode

T = TypeVar("T", bound=Hashable)

LEAST = 4
"""So many episodes at least before anything is called a pattern."""

MONTHS = 12

BAND_HOURS = 6

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
class PlaceCount:
    """A place, or who found the child, as it was first written; how often, and when last."""

    place: str
    times: int
    last_on: date


@dataclass(frozen=True)
class Pattern:
    """Of the countable episodes of ONE child that began within the twelve months; `nights` away of those that ended."""

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
        from_places=_places(facts, lambda fact: fact.missing_from_address),
        found_places=_places(facts, lambda fact: fact.found_location),
        found_by=_places(facts, lambda fact: fact.found_by),
        by_time=dict(Counter(_began(fact) for fact in facts)),
        median_hours=median(hours) if hours else None,
        longest_hours=max(hours, default=None),
        nights=sum(nights_of(one, today) for one in mine),
        sentences=tuple(_sentences(mine, today)),
    )


def _first_day(today: date) -> date:
    """The first of the month eleven months before."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def nights_of(one: CountedEpisode, today: date) -> int:
    """Midnights that passed while the child was missing; until today where they still are."""
    until = local_date(one.ended_at) if one.ended_at else today
    return max(0, (until - one.stands.start_on).days)


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


def _places(facts: Sequence[MissingEpisode], of: Callable[[MissingEpisode], str | None]) -> tuple[PlaceCount, ...]:
    """Written in the same way but for capitals and spaces is the same place; the most frequent first."""
    seen: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for fact in facts:
        written = " ".join((of(fact) or "").split())
        if written:
            seen[written.casefold()].append((written, fact.start_on))
    found = [PlaceCount(held[0][0], len(held), max(on for _, on in held)) for held in seen.values()]
    return tuple(sorted(found, key=lambda place: (-place.times, -place.last_on.toordinal(), place.place)))


def _began(fact: MissingEpisode) -> tuple[int, int]:
    at = local(fact.missing_from_at)
    return at.weekday(), at.hour // BAND_HOURS


def _sentences(mine: Sequence[CountedEpisode], today: date) -> Iterator[str]:
    facts = [one.stands for one in mine]
    yield from _times(facts)
    for of, words in (
        (lambda fact: fact.missing_from_address, "began at {}"),
        (lambda fact: fact.found_location, "ended at {}"),
        (lambda fact: fact.found_by, "ended when the child was found by {}"),
    ):
        places = _places(facts, of)
        if places and is_pattern(places[0].times, len(facts)):
            yield _sentence(places[0].times, len(facts), words.format(places[0].place))
    over_night = sum(nights_of(one, today) > 0 for one in mine)
    if is_pattern(over_night, len(mine)):
        yield _sentence(over_night, len(mine), "went over a night")


def _times(facts: Sequence[MissingEpisode]) -> Iterator[str]:
    """Weekday and hours together where both hold, else whichever does."""
    begun = [_began(fact) for fact in facts]
    both, times = _most(begun)
    if both is not None and is_pattern(times, len(begun)):
        yield _sentence(times, len(begun), f"began on a {DAYS[both[0]]} between {_band(both[1])}")
        return
    day, times = _most(weekday for weekday, _ in begun)
    if day is not None and is_pattern(times, len(begun)):
        yield _sentence(times, len(begun), f"began on a {DAYS[day]}")
    band, times = _most(band for _, band in begun)
    if band is not None and is_pattern(times, len(begun)):
        yield _sentence(times, len(begun), f"began between {_band(band)}")


def _most(values: Iterable[T]) -> tuple[T | None, int]:
    found = Counter(values).most_common(1)
    return found[0] if found else (None, 0)


def _band(band: int) -> str:
    return f"{band * BAND_HOURS:02}:00 and {(band + 1) * BAND_HOURS:02}:00"


def is_pattern(times: int, of: int) -> bool:
    """At least four, and more than half: fewer may be chance."""
    return times >= LEAST and times * 2 > of


_NUMBERS = ("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _sentence(times: int, of: int, what: str) -> str:
    """Five of seven began on a Friday between 18:00 and 24:00."""
    if times == of:
        return f"All {_word(of)} {what}."
    return f"{_word(times).capitalize()} of {_word(of)} {what}."


def _word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
