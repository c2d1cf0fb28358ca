"""Small numbers of a system of tables kept back, so that none can be worked out.

1. Every count of 1 to one less than the threshold is kept back as "fewer". A nought stays shown.
2. From the whole of everything down, each sum with a hidden whole or part hides a part that is no small number, the
   last of the table's order; and one more while its hidden parts are together so few that they leave a small one less
   than all its values.
3. If a number can still be worked out, everything that hangs together with it is kept back as a whole, noughts too.

Steps 1 and 2 look at what is shown in the end, never at the size of what is hidden (but for its being small, and for so
few together); and what makes step 3 happen is not shown at all. So whoever knows these steps, and tries which tables
would have been shown like this, is no further either: tests/core/test_sums.py tries them all.
"""

from collections.abc import Mapping, Sequence

from tracker.core.sums import Cell, Kept, Sum, cells_of, found_out


def suppress(counts: Mapping[str, int], sums: Sequence[Sum], threshold: int) -> dict[str, Cell]:
    """Cell → its number, or what stands in its place. Raises ValueError where the sums do not hold, or are no tree."""
    _require_sums(counts, sums)
    cells: dict[str, Cell] = {name: Kept.FEWER if 0 < n < threshold else n for name, n in counts.items()}
    for one in _from_the_top(sums):
        while _wants_partner(cells, one, threshold):
            able = [name for name in one.parts if isinstance(cell := cells[name], int) and cell >= threshold]
            if not able:
                break
            cells[able[-1]] = Kept.PARTNER
    while told := found_out(cells, sums, threshold):
        cells |= dict.fromkeys(_hanging_together(sums, told[0]), Kept.TABLE)
    return cells


def _wants_partner(cells: Mapping[str, Cell], one: Sum, threshold: int) -> bool:
    """Whether what is hidden of this sum has no partner yet, or too small ones."""
    hidden = [cells[name] for name in one.parts if not isinstance(cells[name], int)]
    whole = cells[one.whole]
    if not hidden:
        return isinstance(whole, Kept)
    if Kept.PARTNER not in hidden:
        return True
    if isinstance(whole, Kept):
        return False
    together = whole - sum(cell for name in one.parts if isinstance(cell := cells[name], int))
    least = sum(threshold if cell is Kept.PARTNER else 1 for cell in hidden)
    return together - least < threshold - 2


def _from_the_top(sums: Sequence[Sum]) -> list[Sum]:
    """Each sum after the one of which its whole is a part, so that a whole is settled before its parts are."""
    above = {part: one for one in sums for part in one.parts}

    def depth(name: str) -> int:
        return 1 + depth(above[name].whole) if name in above else 0

    return sorted(sums, key=lambda one: depth(one.whole))


def _hanging_together(sums: Sequence[Sum], name: str) -> set[str]:
    """All cells that any chain of sums joins with this one."""
    found = {name}
    while True:
        more = {other for one in sums if found & {*cells_of(one)} for other in cells_of(one)}
        if more <= found:
            return found
        found |= more


def _require_sums(counts: Mapping[str, int], sums: Sequence[Sum]) -> None:
    for one in sums:
        if counts[one.whole] != sum(counts[part] for part in one.parts):
            raise ValueError(f"the parts of {one.whole} do not add up to it")
