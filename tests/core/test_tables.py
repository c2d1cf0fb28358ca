"""Tables that leave here: CSV that a spreadsheet takes for texts."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.tables import Table, csv_text, safe_cell


def test_a_table_reads_back_as_it_was() -> None:
    table = Table("who", "Who", ("Who", "How many"), (("Østby, A", 3), ('said "no"', None), ("=1+1", 0)))
    rows = list(csv.reader(io.StringIO(csv_text(table), newline="")))
    assert rows == [["Who", "How many"], ["Østby, A", "3"], ['said "no"', ""], ["'=1+1", "0"]]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "\tplain"])
def test_what_begins_like_a_formula_is_marked(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(st.text())
@unhurried(200)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert safe_cell(text).lstrip()[:1] not in set("=+-@＝＋－＠")


def test_rows_that_do_not_fit_are_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="not as wide"):
        Table("who", "Who", ("Who",), (("a", 1),))
