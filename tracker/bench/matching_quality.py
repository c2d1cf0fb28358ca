"""How well lines find their children: linked rightly or wrongly, offered to a person, or missed.

Children are held in memory under the keys that the store would hold, and each line is matched as the intake would match
it. What is tuned and what is reported are apart: the true child's number decides by a fixed hash which of the two it is
for (`is_held_out`), and only the held-out part is reported.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from zlib import crc32

from tracker.bench.corruption import corrupted
from tracker.bench.measures import Measure
from tracker.bench.population import InventedChild, population
from tracker.core.candidates import Ambiguous, KnownChild, Matched
from tracker.core.daily_report import ReportLine
from tracker.core.matching import blocking_keys, match_child
from tracker.services.line_memory import keys_of

INVENTED = 20_000
"""Children held and not held; a line is made about each of the held-out half."""

NOT_HELD = 0.2
"""The share of invented children who are not held, so that a line about one of them should make a new child."""

_SEED = 7


@dataclass(frozen=True)
class TrueLine:
    """A line and the child it is really about; `is_held`: whether that child is among those held."""

    line: ReportLine
    child_id: int
    is_held: bool = True


class Held:
    """Children held in memory, found by their keys."""

    def __init__(self, children: Iterable[KnownChild]) -> None:
        self._children: dict[int, KnownChild] = {}
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for child in children:
            self._children[child.id] = child
            for key in _keys(child):
                self._by_key[key].append(child.id)

    def candidates(self, line: ReportLine, besides: int | None = None) -> list[KnownChild]:
        ids = {child_id for key in keys_of(line) for child_id in self._by_key.get(key, ())}
        return [self._children[child_id] for child_id in ids if child_id != besides]


def _keys(child: KnownChild) -> frozenset[str]:
    (surname, forename), *_ = child.names
    return blocking_keys(
        surname,
        forename,
        child.date_of_birth,
        next(iter(child.police_person_ids), None),
        next(iter(child.council_ids), None),
        next(iter(child.postcodes), None),
        next(iter(child.addresses), None),
    )


def is_held_out(data: str, number: int) -> bool:
    """Half of the true children, always the same half: no rule was tuned on these."""
    return crc32(f"{data}:{number}".encode()) % 2 == 1


@dataclass
class Tally:
    """Lines by what became of them; a line about a child who is not held should make a new one."""

    pairs: int = 0
    linked: int = 0
    linked_wrong: int = 0
    offered: int = 0
    missed: int = 0
    unheld: int = 0
    unheld_linked: int = 0
    unheld_asked: int = 0
    others_asked: int = 0

    def add(self, one: TrueLine, candidates: Collection[KnownChild]) -> None:
        result = match_child(one.line, list(candidates))
        linked = result.child_id if isinstance(result, Matched) else None
        asked = [found.child_id for found in result.candidates] if isinstance(result, Ambiguous) else []
        if not one.is_held:
            self.unheld += 1
            self.unheld_linked += linked is not None
            self.unheld_asked += bool(asked)
            return
        self.pairs += 1
        self.linked += linked == one.child_id
        self.linked_wrong += linked not in (None, one.child_id)
        self.offered += one.child_id in asked
        self.missed += linked != one.child_id and one.child_id not in asked
        self.others_asked += bool(asked) and one.child_id not in asked

    def measure(self, key: str, title: str) -> Measure:
        """Precision: of the automatic links, the right ones. Recall: of the true pairs, those linked or offered."""
        links = self.linked + self.linked_wrong + self.unheld_linked
        wrong = self.linked_wrong + self.unheld_linked
        asked = self.offered + self.others_asked + self.unheld_asked
        return Measure(
            key,
            title,
            {
                "true_pairs": self.pairs,
                "linked": self.linked,
                "offered_among_three": self.offered,
                "missed": self.missed,
                "automatic_links": links,
                "wrong_links": wrong,
                "wrong_in_2000": round(2000 * wrong / links, 2) if links else None,
                "precision_pct": _pct(links - wrong, links, places=3),
                "recall_pct": _pct(self.linked + self.offered, self.pairs),
                "left_to_people_pct": _pct(asked, self.pairs + self.unheld),
                "children_not_held": self.unheld,
                "asked_of_those_pct": _pct(self.unheld_asked, self.unheld),
            },
        )


def _pct(part: int, whole: int, places: int = 2) -> float | None:
    return round(100 * part / whole, places) if whole else None


def measure_invented(size: int, today: date) -> Measure:
    """Corrupted copies of invented children, a fifth of whom are not held."""
    children = list(population(size, _SEED, today))
    rng = Random(_SEED)  # noqa: S311 (a simulation)
    unheld = {child.number for child in children if rng.random() < NOT_HELD}
    held = Held(_known(child) for child in children if child.number not in unheld)
    tally = Tally()
    for child in children:
        line = corrupted(child, rng)
        if is_held_out("invented", child.number):
            tally.add(TrueLine(line, child.number, child.number not in unheld), held.candidates(line))
    return tally.measure("matching_invented", f"Matching of garbled lines, {len(children):,} invented children")


def _known(child: InventedChild) -> KnownChild:
    return KnownChild(
        id=child.number,
        names=((child.surname, child.forename),),
        date_of_birth=child.date_of_birth,
        sex=child.sex,
        postcodes=(child.postcode,) if child.postcode else (),
        addresses=(child.address,),
        police_person_ids=(child.person_id,) if child.person_id else (),
    )


def tally_of(lines: Iterator[TrueLine], held: Held) -> Tally:
    """A line about a child who is not held is matched without that child: FEBRL's originals are held, and asked about
    as if they were not."""
    tally = Tally()
    for one in lines:
        tally.add(one, held.candidates(one.line, None if one.is_held else one.child_id))
    return tally
