"""Invented children as a country has them: common names and rare ones, families, twins, homes that many share.

Nothing here is taken from the demonstration, whose names are too rare to be mistaken for one another.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from tracker.bench.names_pool import COMMUNITIES, Community

YEARS = 26
"""Children of so many years of birth are held: ten years of reports about people under 18."""

TWINS, SIBLING, IN_A_HOME, NEW_YEARS_DAY, NO_POSTCODE = 0.015, 0.25, 0.05, 0.01, 0.06
"""Shares: families with twins; of the children, how many have a brother or sister held, live in a children's home
with many others, are given 1 January for a birthday nobody knows; have an address without a postcode."""


@dataclass(frozen=True)
class InventedChild:
    """One child as the council holds it."""

    number: int
    surname: str
    forename: str
    sex: str
    date_of_birth: date
    address: str
    postcode: str | None
    person_id: str | None
    twin_of: int | None = None


class Ranked:
    """Draws from names in order of how common they are."""

    def __init__(self, names: Sequence[str], head: float) -> None:
        self._names = names
        self._sums = list(accumulate(1 / (rank + head) for rank in range(len(names))))

    def draw(self, rng: Random) -> str:
        return self._names[bisect(self._sums, rng.random() * self._sums[-1])]


class Names:
    """The names of one community."""

    def __init__(self, community: Community) -> None:
        self.surnames = Ranked(community.surnames, community.head)
        self.girls, self.boys = Ranked(community.girls, 6.0), Ranked(community.boys, 6.0)

    def surname(self, rng: Random) -> str:
        one = self.surnames.draw(rng)
        return f"{one}-{self.surnames.draw(rng)}" if rng.random() < 0.06 else one

    def forename(self, rng: Random, sex: str) -> str:
        names = self.girls if sex == "female" else self.boys
        one = names.draw(rng)
        return f"{one} {names.draw(rng)}" if rng.random() < 0.12 else one


_NAMES = [Names(community) for community in COMMUNITIES]
_SHARES = list(accumulate(community.share for community in COMMUNITIES))
_STREETS = (
    "High|Church|Station|Victoria|Park|Mill|London|Albert|Kings|Queens|Manor|Windsor|Grange|York|George|Chapel|Alexandra|"
    "Springfield|New|School|Meadow|Orchard|Willow|Oak|Beech|Cedar|Chestnut|Hawthorn|Poplar|Sycamore|Priory|Abbey|Castle|"
    "Bridge|River|Lakeside|Moor|Heath|Valley|Highfield|Northfield|Southfield|Westfield|Eastfield|Nelson|Wellington|"
    "Churchill|Gladstone|Cromwell|Stanley|Clarence|Cavendish|Devonshire|Rutland|Norfolk|Cambridge|Oxford|Chester"
)
_KINDS = ("Road", "Street", "Avenue", "Close", "Lane", "Drive")
_TOWN_HEADS = "Ald|Bar|Cor|Dun|Eas|Far|Gor|Hax|Ing|Kel|Lin|Mor|Nor|Ock|Pel|Rad|Sel|Tav|Ulv|Wen"
_TOWN_ENDS = ("bury", "ford", "ham", "stead", "minster", "port")
STREETS = tuple(f"{name} {kind}" for name in _STREETS.split("|") for kind in _KINDS)
TOWNS = tuple(head + end for head in _TOWN_HEADS.split("|") for end in _TOWN_ENDS)


def population(size: int, seed: int, today: date) -> Iterator[InventedChild]:
    """So many children, family by family; the same for the same seed."""
    rng, number = Random(seed), 0  # noqa: S311 (a simulation)
    homes = [_address(rng) for _ in range(max(1, size // 400))]
    while number < size:
        names = _NAMES[min(bisect(_SHARES, rng.random()), len(_NAMES) - 1)]
        surname = names.surname(rng)
        home = rng.choice(homes) if rng.random() < IN_A_HOME else _address(rng)
        twins = rng.random() < TWINS
        born = _birthday(rng, today)
        used: set[str] = set()
        for place in range(2 if twins else 1 + (rng.random() < SIBLING)):
            sex = rng.choice(("female", "male"))
            forename = _unlike(names, sex, used, rng)
            on = born if twins or place == 0 else born - timedelta(days=rng.randint(300, 2200))
            person_id = f"P{number:07d}" if rng.random() < 0.5 else None
            twin_of = number - 1 if twins and place else None
            yield InventedChild(number, surname, forename, sex, on, *home, person_id, twin_of)
            number += 1


def _unlike(names: Names, sex: str, used: set[str], rng: Random) -> str:
    """A forename that no brother or sister has; Mohammed may be followed by another name in each."""
    while True:
        forename = names.forename(rng, sex)
        first, _, further = forename.partition(" ")
        own = forename if further and first in ("Mohammed", "Muhammad") else first
        if own not in used:
            used.add(own)
            return forename


def _birthday(rng: Random, today: date) -> date:
    born = today - timedelta(days=rng.randint(365, YEARS * 365))
    return born.replace(month=1, day=1) if rng.random() < NEW_YEARS_DAY else born


def moved(rng: Random) -> tuple[str, str | None]:
    """Another home."""
    return _address(rng)


def _address(rng: Random) -> tuple[str, str | None]:
    street, town = rng.choice(STREETS), rng.randrange(len(TOWNS))
    postcode = f"{_AREAS[town % len(_AREAS)]}{rng.randint(1, 25)} {rng.randint(1, 9)}{_letter(rng)}{_letter(rng)}"
    return f"{rng.randint(1, 160)} {street}, {TOWNS[town]}", None if rng.random() < NO_POSTCODE else postcode


def _letter(rng: Random) -> str:
    return rng.choice("ABDEFGHJLNPQRSTUWXYZ")


_AREAS = tuple(f"{one}{other}" for one in "BCDEGHLMNPRSTW" for other in "ABDGLNRSTX")
