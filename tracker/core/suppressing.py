"""Small numbers of a system of tables kept back, with as few others as it takes so that none can be worked out.

1. Every count of 1 to one less than the threshold is kept back as "fewer".
2. While a hidden number can be worked out, or the hidden parts of a sum are together a small number: one more is kept
   back, the smallest shown part that is no small number. A nought stays shown.
3. Where a sum has no such part left, what is hidden of it and its noughts say nothing any more: the table is kept back
   as a whole.
What comes out has been checked by `found_out` (core/sums.py), which knows the steps above.
"""

from collections.abc import Mapping, Sequence

from tracker.core.sums import Cell, Kept, Relation, Sum, cells_of, found_out, small_remainders


def suppress(counts: Mapping[str, int], relations: Sequence[Relation], threshold: int) -> dict[str, Cell]:
    """Cell → its number, or what stands in its place. Raises ValueError where the sums do not hold, or are no tree."""
    _require_sums(counts, relations)
    cells: dict[str, Cell] = {name: Kept.FEWER if 0 < n < threshold else n for name, n in counts.items()}
    while True:
        told = set(found_out(cells, relations, threshold))
        open_sums = [one for one in relations if isinstance(one, Sum) and told & {*cells_of(one)}]
        open_sums += small_remainders(cells, relations, threshold)
        if not told and not open_sums:
            return cells
        if not _keep_one_back(cells, open_sums, threshold):
            cells |= dict.fromkeys(cells, Kept.TABLE)


def _keep_one_back(cells: dict[str, Cell], open_sums: Sequence[Sum], threshold: int) -> bool:
    """One step; False where there is none left."""
    partners = [
        (cell, place, name)
        for one in open_sums
        for place, name in enumerate(one.parts)
        if isinstance(cell := cells[name], int) and cell >= threshold
    ]
    if partners:
        cells[min(partners)[2]] = Kept.PARTNER
        return True
    for one in open_sums:
        small = [name for name in one.parts if cells[name] in (0, Kept.FEWER)]
        if small:
            cells.update(dict.fromkeys(small, Kept.TABLE))
            return True
    return False


def _require_sums(counts: Mapping[str, int], relations: Sequence[Relation]) -> None:
    for one in relations:
        if isinstance(one, Sum) and counts[one.whole] != sum(counts[part] for part in one.parts):
            raise ValueError(f"the parts of {one.whole} do not add up to it")
        if not isinstance(one, Sum) and counts[one.less] > counts[one.more]:
            raise ValueError(f"{one.less} is more than {one.more}")
