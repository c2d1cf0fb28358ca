"""What can be worked out of tables with numbers kept back: a system of sums, and how far each hidden number is pinned.

Whoever reads a published table knows each shown number, that no count is negative, what "fewer than 5" means, that a
partner is kept back only where it is no small number itself, and that the tables' sums hold, across tables too. The
exact range that this leaves of a hidden number is found by narrowing every range by every sum until nothing changes.
That is exact, not only safe, because the sums form a tree: no two of them share two cells, directly or round about, so
any value within the ranges can be completed to whole tables. A system that is no tree is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf


class Kept(StrEnum):
    """What stands in the place of a number that is kept back."""

    FEWER = "fewer"  # 1 to one less than the threshold
    PARTNER = "partner"  # the threshold or more: shown, it would give a small one away
    TABLE = "table"  # any number: all that hangs together with it is kept back, noughts too


Cell = int | Kept
Range = tuple[float, float]
"""The least and the most that a hidden number may be; `inf` where nothing limits it."""


@dataclass(frozen=True)
class Sum:
    """`whole` is the sum of `parts`, each part named once."""

    whole: str
    parts: tuple[str, ...]


def cells_of(one: Sum) -> tuple[str, ...]:
    return one.whole, *one.parts


def require_tree(sums: Iterable[Sum]) -> None:
    """Raises ValueError where two cells are joined by two ways: ranges would then promise more than is true."""
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            name = group[name]
        return name

    for one in sums:
        roots = [root(name) for name in cells_of(one)]
        if len(set(roots)) != len(roots):
            raise ValueError(f"the sums of {one.whole} go round in a circle")
        for other in roots[1:]:
            group[other] = roots[0]


def ranges(cells: Mapping[str, Cell], sums: Sequence[Sum], threshold: int) -> dict[str, Range]:
    """What a reader can work out of each cell: shown ones have one value. Raises ValueError for what is no tree."""
    require_tree(sums)
    known = {name: _at_first(cell, threshold) for name, cell in cells.items()}
    while True:
        before = dict(known)
        for one in sums:
            _narrow_sum(known, one)
        if known == before:
            return known


def _at_first(cell: Cell, threshold: int) -> Range:
    if isinstance(cell, int):
        return cell, cell
    return {Kept.FEWER: (1, threshold - 1), Kept.PARTNER: (threshold, inf), Kept.TABLE: (0, inf)}[cell]


def _narrow_sum(known: dict[str, Range], one: Sum) -> None:
    parts = one.parts
    _narrow(known, one.whole, (sum(known[part][0] for part in parts), sum(known[part][1] for part in parts)))
    for part in parts:
        others = [known[other] for other in parts if other != part]
        least, most = known[one.whole]
        more_of_others = sum(high for _, high in others)
        low = 0 if more_of_others == inf else least - more_of_others
        _narrow(known, part, (low, most - sum(low for low, _ in others)))


def _narrow(known: dict[str, Range], name: str, by: Range) -> None:
    low, high = known[name]
    known[name] = max(low, by[0]), min(high, by[1])


def found_out(cells: Mapping[str, Cell], sums: Sequence[Sum], threshold: int) -> list[str]:
    """The hidden cells whose number a reader can work out. Empty is what may be published."""
    known = ranges(cells, sums, threshold)
    return [name for name, cell in cells.items() if isinstance(cell, Kept) and known[name][0] == known[name][1]]
