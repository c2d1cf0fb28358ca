"""Marks of waiting lines, and texts made inert for spreadsheets: the round trip gives the identical text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.line_marks import as_it_was, inert, is_live, mark_of, read_mark

TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("'=+-@\t\r\n \u00a0\u200b\uff1d\uff0b\uff0d\uff20\ufe63ab1", max_size=8),
)


@given(TEXTS)
def test_what_was_made_inert_comes_back_identical(text: str) -> None:
    assert as_it_was(inert(text)) == text


@given(TEXTS)
def test_nothing_inert_can_be_run(text: str) -> None:
    assert not is_live(inert(text))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), st.text("'=+-@\t\r\n ,\";", max_size=8))
def test_it_comes_back_through_a_csv_file_too(first: str, second: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(["R1-2", inert(first), inert(second)])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert [as_it_was(cell) for cell in row[1:]] == [first, second]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+44 7700",
        "-5",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\uff1d1",
        "\n =1",
        "\ufeff=1",
    ],
)
def test_what_a_spreadsheet_might_run_is_live(text: str) -> None:
    assert is_live(text)


@pytest.mark.parametrize("text", ["", "Surname", "O'Quill", "12/11/2026 10:00", "'tis", "a=b", "  ", "7-9"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert inert(text) == text and as_it_was(text) == text


@given(st.integers(1, 999_999_999), st.integers(1, 999_999_999))
def test_a_mark_names_its_line(receipt_id: int, line_no: int) -> None:
    assert read_mark(mark_of(receipt_id, line_no)) == (receipt_id, line_no)


@pytest.mark.parametrize("text", ["", "R12", "12-5", "R12-5x", "R-5", "R12-", "R1234567890-1", "\u0661-5", "R\u0661-5"])
def test_anything_else_is_no_mark(text: str) -> None:
    assert read_mark(text) is None


def test_a_mark_may_come_back_untidy() -> None:
    assert read_mark(" r12 - 5 ") == (12, 5)
