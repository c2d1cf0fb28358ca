"""What a reader can work out of tables with numbers kept back, against every table that looks the same."""

from collections.abc import Iterator
from itertools import product
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.sums import Cell, Kept, Sum, found_out, ranges, require_tree
from tracker.core.suppressing import suppress

# One whole in two breakdowns, a part of one of which is broken down again.
SUMS = (Sum("b", ("d", "e")), Sum("a", ("b", "c")), Sum("a", ("f", "g")))
MOST = 14
"""Above anything that the drawn tables reach: ranges without an end are looked at up to here."""

leaves = st.tuples(*[st.integers(0, 4)] * 3, st.integers(0, 12))


def table(drawn: tuple[int, int, int, int]) -> dict[str, int]:
    d, e, c, f = drawn
    a = c + d + e
    return {"a": a, "b": d + e, "c": c, "d": d, "e": e, "f": min(f, a), "g": a - min(f, a)}


def looks_the_same(cells: dict[str, Cell], threshold: int) -> Iterator[dict[str, int]]:
    """Every table of whole numbers, up to MOST, that would be shown like this: each tried, nothing clever."""

    def may_be(name: str, number: int) -> bool:
        cell = cells[name]
        if isinstance(cell, int):
            return number == cell
        return {Kept.FEWER: 0 < number < threshold, Kept.PARTNER: number >= threshold, Kept.TABLE: True}[cell]

    def values(name: str) -> list[int]:
        return [number for number in range(MOST + 1) if may_be(name, number)]

    for d, e, c in product(values("d"), values("e"), values("c")):
        a, b = d + e + c, d + e
        if a <= MOST and may_be("b", b) and may_be("a", a):
            for f in values("f"):
                if f <= a and may_be("g", a - f):
                    yield {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f, "g": a - f}


@unhurried(150)
@given(leaves, st.integers(2, 4))
def test_every_number_kept_back_may_be_two_at_least(drawn: tuple[int, int, int, int], threshold: int) -> None:
    counts = table(drawn)
    cells = suppress(counts, SUMS, threshold)
    hidden = {name for name, cell in cells.items() if isinstance(cell, Kept)}
    possible: dict[str, set[int]] = {name: set() for name in cells}
    for other in looks_the_same(cells, threshold):
        for name, number in other.items():
            possible[name].add(number)
    assert all(counts[name] in possible[name] for name in cells)
    assert all(len(possible[name]) > 1 for name in hidden), (counts, cells)
    check_ranges(cells, possible, threshold)


@unhurried(40)
@given(leaves, st.integers(2, 4))
def test_nor_by_whoever_knows_how_numbers_are_kept_back(drawn: tuple[int, int, int, int], threshold: int) -> None:
    """Of the tables that look the same, only those count that would have been published like this."""
    counts = table(drawn)
    cells = suppress(counts, SUMS, threshold)
    open_ones = {name for name, cell in cells.items() if isinstance(cell, Kept)}
    for other in looks_the_same(cells, threshold) if open_ones else ():
        differs = {name for name in open_ones if other[name] != counts[name]}
        if differs and suppress(other, SUMS, threshold) == cells:
            open_ones -= differs
        if not open_ones:
            break
    assert not open_ones, (counts, cells)


def check_ranges(cells: dict[str, Cell], possible: dict[str, set[int]], threshold: int) -> None:
    """What the audit says is the truth, to the number."""
    known = ranges(cells, SUMS, threshold)
    for name, (low, high) in known.items():
        assert min(possible[name]) == low, (name, cells)
        assert max(possible[name]) == high or known["a"][1] > MOST, (name, cells)


@unhurried(150)
@given(leaves, st.integers(2, 4), st.sets(st.sampled_from("abcdefg")))
def test_the_audit_is_exact_for_whatever_is_kept_back(
    drawn: tuple[int, int, int, int], threshold: int, kept: set[str]
) -> None:
    """Also where somebody else chose what to keep back, and chose badly."""
    cells: dict[str, Cell] = {
        name: (Kept.FEWER if 0 < n < threshold else Kept.PARTNER if n else Kept.TABLE) if name in kept else n
        for name, n in table(drawn).items()
    }
    possible: dict[str, set[int]] = {name: set() for name in cells}
    for other in looks_the_same(cells, threshold):
        for name, number in other.items():
            possible[name].add(number)
    check_ranges(cells, possible, threshold)
    told = {name for name in kept if len(possible[name]) == 1}
    found = set(found_out(cells, SUMS, threshold))
    assert found == told if ranges(cells, SUMS, threshold)["a"][1] <= MOST else found <= told


@unhurried(200)
@given(leaves, st.integers(2, 5))
def test_no_small_number_is_shown_and_what_is_shown_is_true(drawn: tuple[int, int, int, int], threshold: int) -> None:
    counts = table(drawn)
    cells = suppress(counts, SUMS, threshold)
    for name, cell in cells.items():
        assert isinstance(cell, Kept) or (cell == counts[name] and not 0 < cell < threshold)
        assert cell is not Kept.FEWER or 0 < counts[name] < threshold
        assert cell is not Kept.PARTNER or counts[name] >= threshold
    assert found_out(cells, SUMS, threshold) == []
    for one in SUMS:  # nor is a whole less what is shown of it a small number of the rest
        whole, shown = cells[one.whole], [cells[part] for part in one.parts if isinstance(cells[part], int)]
        assert not isinstance(whole, int) or not 0 < whole - sum(shown) < threshold


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"w": 20, "x": 12, "y": 8, "z": 0}, {"w": 20, "x": 12, "y": 8, "z": 0}),
        ({"w": 21, "x": 12, "y": 8, "z": 1}, {"w": 21, "x": 12, "y": Kept.PARTNER, "z": Kept.FEWER}),
        ({"w": 20, "x": 16, "y": 3, "z": 1}, {"w": 20, "x": Kept.PARTNER, "y": Kept.FEWER, "z": Kept.FEWER}),
        ({"w": 8, "x": 4, "y": 4, "z": 0}, dict.fromkeys("wxyz", Kept.TABLE)),
        ({"w": 3, "x": 3, "y": 0, "z": 0}, {"w": Kept.FEWER, "x": Kept.FEWER, "y": 0, "z": 0}),
        ({"w": 0, "x": 0, "y": 0, "z": 0}, {"w": 0, "x": 0, "y": 0, "z": 0}),
    ],
    ids=["none-small", "one-small", "two-small-together-small", "nothing-to-hide-behind", "all-in-one", "noughts"],
)
def test_what_stands_in_a_table_of_three(counts: dict[str, int], shown: dict[str, Cell]) -> None:
    assert suppress(counts, [Sum("w", ("x", "y", "z"))], 5) == shown


def test_a_small_number_is_not_found_through_another_table() -> None:
    sums = (Sum("all", ("ours", "other")), Sum("all", ("young", "old")))
    cells = suppress({"all": 30, "ours": 28, "other": 2, "young": 15, "old": 15}, sums, 5)
    assert cells == {"all": 30, "ours": Kept.PARTNER, "other": Kept.FEWER, "young": 15, "old": 15}
    assert ranges(cells, sums, 5)["ours"] == (26, 29)
    assert ranges({**cells, "all": Kept.PARTNER}, sums, 5)["all"] == (30, 30)  # the other table tells it


def test_what_is_no_tree_or_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        require_tree([Sum("a", ("b", "c")), Sum("b", ("c", "d"))])
    with pytest.raises(ValueError, match="add up"):
        suppress({"a": 3, "b": 1, "c": 1}, [Sum("a", ("b", "c"))], 5)
    assert ranges({"a": Kept.TABLE}, [], 5) == {"a": (0, inf)}
