"""What stands out in a child's going missing, in sentences, and the places and times that they rest on. Pure.

What is said in words is never noise: it must be true of at least four episodes and of more than half of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from tracker.core.clock import local, local_date
from tracker.core.missing_episode import MissingEpisode
from tracker.core.overlap import CountedEpisode

T = TypeVar("T", bound=Hashable)

LEAST = 4
"""So many episodes at least before anything is called a pattern."""

BAND_HOURS = 6

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class PlaceCount:
    """A place, or who found the child, as it was first written; how often, and when last."""

    place: str
    times: int
    last_on: date


def nights_of(one: CountedEpisode, today: date) -> int:
    """Midnights that passed while the child was missing; until today where they still are."""
    until = local_date(one.ended_at) if one.ended_at else today
    return max(0, (until - one.stands.start_on).days)


def places_of(facts: Sequence[MissingEpisode], of: Callable[[MissingEpisode], str | None]) -> tuple[PlaceCount, ...]:
    """Written in the same way but for capitals and spaces is the same place; the most frequent first."""
    seen: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for fact in facts:
        written = " ".join((of(fact) or "").split())
        if written:
            seen[written.casefold()].append((written, fact.start_on))
    found = [PlaceCount(held[0][0], len(held), max(on for _, on in held)) for held in seen.values()]
    return tuple(sorted(found, key=lambda place: (-place.times, -place.last_on.toordinal(), place.place)))


def began(fact: MissingEpisode) -> tuple[int, int]:
    at = local(fact.missing_from_at)
    return at.weekday(), at.hour // BAND_HOURS


def sentences_of(mine: Sequence[CountedEpisode], today: date) -> Iterator[str]:
    facts = [one.stands for one in mine]
    yield from _times(facts)
    for of, words in (
        (lambda fact: fact.missing_from_address, "began at {}"),
        (lambda fact: fact.found_location, "ended at {}"),
        (lambda fact: fact.found_by, "ended when the child was found by {}"),
    ):
        places = places_of(facts, of)
        if places and is_pattern(places[0].times, len(facts)):
            yield _sentence(places[0].times, len(facts), words.format(places[0].place))
    over_night = sum(nights_of(one, today) > 0 for one in mine)
    if is_pattern(over_night, len(mine)):
        yield _sentence(over_night, len(mine), "went over a night")


def _times(facts: Sequence[MissingEpisode]) -> Iterator[str]:
    """Weekday and hours together where both hold, else whichever does."""
    begun = [began(fact) for fact in facts]
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
