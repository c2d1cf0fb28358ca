"""No count kept back can be worked out from what is shown: another table that is shown the same has another number."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.suppression import FAMILIES, THRESHOLD, Hidden, suppressed
from tracker.core.terms import Cohort

INTERVIEWS = (
    ("required",),
    ("required", "offered"),
    ("required", "offered", "accepted"),
    ("required", "offered", "declined"),
    ("required", "offered", "accepted", "declined"),
    ("required", "offered", "accepted", "completed"),
    ("required", "offered", "accepted", "completed", "completed_in_72h"),
)
"""Everything that can have become of one required interview."""
MOST_TIMES = 4

One = tuple[bool, int]
"""Whether it is ours; the place in INTERVIEWS, or how many episodes a child has."""


def interview_table(ones: list[One]) -> dict[str, dict[Cohort, int]]:
    names = FAMILIES[1].names
    return {name: _by_cohort([(ours, int(name in INTERVIEWS[profile])) for ours, profile in ones]) for name in names}


def child_table(ones: list[One]) -> dict[str, dict[Cohort, int]]:
    children = [(ours, 1) for ours, _ in ones]
    return {"episodes": _by_cohort([(ours, times + 1) for ours, times in ones]), "children": _by_cohort(children)}


def _by_cohort(weighed: list[tuple[bool, int]]) -> dict[Cohort, int]:
    return {
        Cohort.ALL: sum(weight for _, weight in weighed),
        Cohort.OURS: sum(weight for ours, weight in weighed if ours),
        Cohort.OTHER: sum(weight for ours, weight in weighed if not ours),
    }


NOTHING = {name: dict.fromkeys(Cohort, 0) for family in FAMILIES for name in family.names}


def shown(table: dict[str, dict[Cohort, int]], threshold: int) -> dict[str, dict[Cohort, object]]:
    found = suppressed({**NOTHING, **table}, threshold)
    return {name: dict(found[name]) for name in table}


def neighbours(ones: list[One], kinds: int) -> Iterator[list[One]]:
    """Tables near this one: one more, one fewer, one changed; and all but one with one council."""
    every = [(ours, kind) for ours in (True, False) for kind in range(kinds)]
    yield from ([*ones, new] for new in every)
    for place in range(len(ones)):
        rest = ones[:place] + ones[place + 1 :]
        yield rest
        yield from ([*rest, new] for new in every)
        for ours in (True, False):
            yield [(ours if at == place else not ours, kind) for at, (_, kind) in enumerate(ones)]
    yield from ([(ours, kind) for _, kind in ones] for ours in (True, False))


def child_neighbours(ones: list[One], kinds: int) -> Iterator[list[One]]:
    """Also: the episodes of one child are those of two, or of two those of one."""
    yield from neighbours(ones, kinds)
    for place, (ours, times) in enumerate(ones):
        rest = ones[:place] + ones[place + 1 :]
        yield from ([*rest, (ours, first), (ours, times - first - 1)] for first in range(times))
        for at, (whose, also) in enumerate(rest):
            if whose == ours:
                yield [*rest[:at], *rest[at + 1 :], (ours, times + also + 1)]


Table = dict[str, dict[Cohort, int]]


def check(
    ones: list[One],
    table_of: Callable[[list[One]], Table],
    kinds: int,
    threshold: int,
    near: Callable[[list[One], int], Iterator[list[One]]] = neighbours,
) -> None:
    table = table_of(ones)
    seen = shown(table, threshold)
    kept = {(name, cohort) for name, by in seen.items() for cohort in by if isinstance(by[cohort], Hidden)}
    for other in twice(ones, kinds, near):
        if not kept:
            break
        another = table_of(other)
        if shown(another, threshold) == seen:
            kept -= {(name, cohort) for name, cohort in kept if another[name][cohort] != table[name][cohort]}
    assert not kept, (table, seen)


def twice(ones: list[One], kinds: int, near: Callable[[list[One], int], Iterator[list[One]]]) -> Iterator[list[One]]:
    """Those near, then those near to them."""
    yield from near(ones, kinds)
    for other in near(ones, kinds):
        yield from near(other, kinds)


def some(kinds: int, most: int) -> st.SearchStrategy[list[One]]:
    return st.lists(st.tuples(st.booleans(), st.integers(0, kinds - 1)), max_size=most)


@unhurried(150)
@given(some(len(INTERVIEWS), 16))
def test_no_count_of_interviews_kept_back_can_be_worked_out(ones: list[One]) -> None:
    check(ones, interview_table, len(INTERVIEWS), THRESHOLD)


@unhurried(100)
@given(some(len(INTERVIEWS), 9), st.just(4))
def test_nor_with_a_lower_threshold_where_edges_are_met_more_often(ones: list[One], threshold: int) -> None:
    check(ones, interview_table, len(INTERVIEWS), threshold)


@unhurried(100)
@given(some(MOST_TIMES, 16))
def test_no_count_of_children_kept_back_can_be_worked_out(ones: list[One]) -> None:
    check(ones, child_table, MOST_TIMES, THRESHOLD, child_neighbours)


@unhurried(150)
@given(some(len(INTERVIEWS), 40))
def test_nothing_that_one_shown_count_leaves_of_another_is_small(ones: list[One]) -> None:
    for family, table in (
        (FAMILIES[1], interview_table(ones)),
        (FAMILIES[0], child_table([(o, k % 4) for o, k in ones])),
    ):
        for cohort, by in (((c, {name: v[c] for name, v in shown(table, THRESHOLD).items()})) for c in Cohort):
            for whole, parts in family.left:
                if all(isinstance(by[name], int) and not isinstance(by[name], Hidden) for name in (whole, *parts)):
                    left = table[whole][cohort] - sum(table[part][cohort] for part in parts)
                    assert not 0 < left < THRESHOLD, (whole, parts, by)


@unhurried(100)
@given(some(len(INTERVIEWS), 40))
def test_no_small_count_is_ever_shown_and_a_shown_one_is_true(ones: list[One]) -> None:
    table = interview_table(ones)
    for name, by_cohort in shown(table, THRESHOLD).items():
        for cohort, value in by_cohort.items():
            assert isinstance(value, Hidden) or (value == table[name][cohort] and not 0 < value < THRESHOLD)
            assert value is not Hidden.FEWER or 0 < table[name][cohort] < THRESHOLD


@pytest.mark.parametrize(
    ("profiles", "what", "stands"),
    [
        ([6] * 12, "completed", 12),
        ([6] * 9 + [3], "declined", Hidden.WITHHELD),  # 10 offered, 9 held: nine and one would tell
        ([6] * 9 + [3], "completed", Hidden.WITHHELD),
        ([6] * 9 + [3], "offered", 10),
        ([6] * 9 + [3], "completed_in_72h", Hidden.WITHHELD),
        ([5] * 9 + [6] * 2, "completed_in_72h", Hidden.WITHHELD),
        ([6] * 12 + [0], "offered", Hidden.WITHHELD),  # 13 required, 12 offered: one was not
        ([6] * 12 + [5], "completed_in_72h", Hidden.WITHHELD),  # 13 held, 12 in time: one was late
        ([6] * 12 + [3] * 6 + [1], "declined", Hidden.WITHHELD),  # 19 required, 12 held, 6 declined: one was neither
        ([6] * 12 + [3] * 6 + [1], "completed", 12),
        ([5] * 9 + [6] * 2, "completed", 11),
        ([0] * 3, "required", Hidden.FEWER),
        ([], "required", 0),
        ([0] * 7, "declined", 0),
    ],
)
def test_what_stands_for_all_children(profiles: list[int], what: str, stands: object) -> None:
    assert shown(interview_table([(True, profile) for profile in profiles]), THRESHOLD)[what][Cohort.ALL] == stands
