"""What the police say is open against what we hold open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.feed import Feed
from tracker.core.reconciliation import Said, reconcile, says_open

FEED = Feed(
    "test",
    "testshire",
    columns={},
    values={"status": {"Outstanding": "missing", "Closed": "returned", "Traced": "found"}},
)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"status": "Outstanding"}, True),
        ({"status": "missing", "found_at": "", "returned_at": " "}, True),
        ({"status": "", "returned_at": "", "surname": "Invented"}, True),  # no word that it has ended
        ({"status": "no such word"}, True),  # not known to have ended
        ({"status": "Closed"}, False),
        ({"status": "Traced"}, False),
        ({"status": "cancelled"}, False),
        ({"status": "Outstanding", "returned_at": "16/11/2026 10:00"}, False),
        ({"status": "Outstanding", "returned_date": "16/11/2026"}, False),
        ({"found_date": "nonsense"}, False),
        ({"status": "Outstanding", "returned_at": "N/A"}, True),
        ({"status": "Outstanding", "returned_at": "-"}, True),
        ({}, True),  # a report without these columns
    ],
)
def test_what_a_row_says(cells: dict[str, str], expected: bool) -> None:
    assert says_open(cells, FEED) is expected


def said(line_id: int, episode_id: int | None, is_open: bool = True, reference: str = "") -> Said:
    return Said(line_id, reference or f"R{line_id}", episode_id, is_open)


def test_both_sides_and_what_only_one_has() -> None:
    found = reconcile([said(1, 10), said(2, 11), said(3, 12, is_open=False), said(4, None)], {10, 13})
    assert (found.police_open, found.held_open, found.here_only, found.there_only) == (3, 2, (13,), (2, 4))
    assert not found.agrees


def test_nothing_open_on_either_side_agrees() -> None:
    assert reconcile([], set()).agrees
    assert reconcile([said(1, 10, is_open=False)], set()).agrees


def test_the_last_line_of_an_episode_stands() -> None:
    assert reconcile([said(1, 10), said(2, 10, is_open=False)], set()).police_open == 0
    assert reconcile([said(1, 10, is_open=False), said(2, 10)], {10}).agrees
    assert reconcile([said(1, None, reference="R"), said(2, None, reference="R")], set()).there_only == (2,)


def test_neither_side_speaks_of_what_is_out_of_the_counts() -> None:
    assert reconcile([said(1, 10)], set(), out_of_counts={10}) == reconcile([], set())


_LINES = st.lists(st.tuples(st.one_of(st.none(), st.integers(1, 6)), st.booleans()), max_size=12)


@given(_LINES, st.sets(st.integers(1, 8)))
def test_the_figures_add_up(lines: list[tuple[int | None, bool]], held: set[int]) -> None:
    found = reconcile([said(100 + place, *line) for place, line in enumerate(lines)], held)
    assert found.police_open - len(found.there_only) == found.held_open - len(found.here_only)
    assert found.agrees == (found.police_open == found.held_open == found.held_open - len(found.here_only))
