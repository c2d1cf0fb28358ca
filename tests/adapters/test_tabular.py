"""Tables of text from CSV files and workbooks; what is none is refused by its content, in a plain sentence."""

import csv
import io
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.workbooks import SHEET, rewritten, with_cells, workbook
from tracker.adapters.tabular import Columns, Refusal, Table, read_table
from tracker.core.terms import ProblemCode

WANTED = Columns(
    {
        "police_reference": ("Ref", "Reference"),
        "surname": ("Surname",),
        "full_name": ("Name",),
        "start": ("Missing from",),
    },
    (("police_reference",), ("surname", "full_name"), ("start",)),
)
HEAD = ["Ref", "Surname", "Missing from"]


def read(content: bytes, filename: str = "report.csv", max_rows: int = 1000) -> Table:
    table = read_table(content, filename, WANTED, max_rows)
    assert isinstance(table, Table), table
    return table


def refused(content: bytes, filename: str = "report.csv", max_rows: int = 1000) -> Refusal:
    found = read_table(content, filename, WANTED, max_rows)
    assert isinstance(found, Refusal), found
    assert found.sentence.endswith(".") and len(found.sentence) < 250
    return found


def cells(table: Table) -> list[list[str]]:
    return [[row.cells[header] for header in HEAD] for row in table.rows()]


TEXT = "Ref,Surname,Missing from\nA1,Łukaszewicz-Ó,1 May\nA2,Naïve,2 May\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "|").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        ("A title\n\nRun 1 May, by nobody\n" + TEXT).encode(),
        ("sep=;\n" + TEXT.replace(",", ";")).encode(),
    ],
)
def test_the_usual_forms_of_csv_read_alike(content: bytes) -> None:
    assert cells(read(content)) == [["A1", "Łukaszewicz-Ó", "1 May"], ["A2", "Naïve", "2 May"]]


def test_windows_1252_is_read_where_it_is_no_utf8() -> None:
    assert cells(read("Ref,Surname,Missing from\nA1,O’Inventé,1 May\n".encode("cp1252")))[0][1] == "O’Inventé"


def test_columns_are_found_whatever_their_case_order_and_spacing() -> None:
    table = read(b"Notes,missing  FROM,SURNAME,reference\nx,1 May,Madeup,A1\n")
    assert table.columns == {"police_reference": "reference", "surname": "SURNAME", "start": "missing FROM"}
    assert table.ignored == ("Notes",)
    assert next(table.rows()).cells == {"Notes": "x", "missing FROM": "1 May", "SURNAME": "Madeup", "reference": "A1"}


def test_line_numbers_are_those_of_the_spreadsheet() -> None:
    table = read(b"Title\n\nRef,Surname,Missing from\nA1,a,1\n,,\nA2,b,2\n")
    assert [row.line_no for row in table.rows()] == [4, 5, 6] and len(table) == 3
    assert [row.line_no for row in table.rows(after=5)] == [6]


def test_quoted_newlines_and_separators_stay_in_their_cell() -> None:
    assert cells(read(b'Ref,Surname,Missing from\nA1,"two\nlines, one name","1 ""May"""\n')) == [
        ["A1", "two\nlines, one name", '1 "May"']
    ]


def test_a_quotation_mark_never_closed_refuses_the_file_and_names_the_row() -> None:
    found = refused(b'Ref,Surname,Missing from\nA1,a,1\nA2,"b,2\nA3,c,3\n')
    assert found.code is ProblemCode.NOT_A_TABLE and "row 3" in found.sentence


def test_a_row_that_swallowed_others_by_stray_quotation_marks_is_a_problem_of_its_line() -> None:
    head = "Ref,Surname,Missing from,a,b,c\n"
    table = read((head + 'A1,"x,1,,,\nA2,y,2,,,\nA3,z",3,,,\nA4,w,4,,,\n').encode())
    first, last = table.rows()
    assert [problem.code for problem in first.problems] == [ProblemCode.ROW_TOO_LONG] and not last.problems


def test_more_cells_than_columns_is_a_problem_of_the_line() -> None:
    good, bad, blank = read(b"Ref,Surname,Missing from\nA1,a,1\nA2,b,2,left over\nA3,c,3,,\n").rows()
    assert not good.problems and not blank.problems
    assert bad.problems[0].code is ProblemCode.ROW_TOO_LONG and bad.cells["Column 4"] == "left over"


def test_a_value_too_long_is_a_problem_of_the_line_and_names_its_field() -> None:
    (row,) = read(b"Ref,Surname,Missing from\nA1," + b"x" * 200_000 + b",1\n").rows()
    assert [(one.code, one.fields) for one in row.problems] == [(ProblemCode.VALUE_TOO_LONG, ("surname",))]


def test_a_short_row_has_blanks() -> None:
    assert cells(read(b"Ref,Surname,Missing from\nA1\n")) == [["A1", "", ""]]


def test_a_header_alone_is_a_table_of_no_rows() -> None:
    assert len(read(b"Ref,Surname,Missing from\n")) == 0


@pytest.mark.parametrize(
    ("content", "filename", "code", "word"),
    [
        (b"", "report.csv", ProblemCode.EMPTY_FILE, "empty"),
        (b"\xef\xbb\xbf \r\n\r\n", "report.csv", ProblemCode.EMPTY_FILE, "empty"),
        (workbook([]), "report.xlsx", ProblemCode.EMPTY_FILE, "empty"),
        (b"Ref,Missing from\nA1,1\n", "report.csv", ProblemCode.MISSING_COLUMN, "“Surname” or “Name”"),
        (b"Surname\nx\n", "report.csv", ProblemCode.MISSING_COLUMN, "“Ref” or “Reference”; “Missing from”"),
        (b"Dear all, nobody is missing.\n", "report.csv", ProblemCode.MISSING_COLUMN, "“Ref”"),
        (b"Ref,Ref,Surname,Missing from\n1,2,x,3\n", "report.csv", ProblemCode.DUPLICATE_COLUMN, "“Ref”"),
        (b"Ref,REF.,Surname,Missing from\n1,2,x,3\n", "report.csv", ProblemCode.DUPLICATE_COLUMN, "“Ref”"),
        (b"%PDF-1.7\n%\xe2\xe3", "report.csv", ProblemCode.NOT_A_TABLE, "not a table"),
        (b"\x89PNG\r\n\x1a\n\0\0", "report.csv", ProblemCode.NOT_A_TABLE, "not a table"),
        (b"<html><table><tr><td>Ref", "report.xls", ProblemCode.NOT_A_TABLE, "web page"),
        (b"\n <!DOCTYPE html><table>", "report.csv", ProblemCode.NOT_A_TABLE, "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "report.xls", ProblemCode.NOT_A_TABLE, ".xls kind"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "report.xlsx",
            ProblemCode.NOT_A_TABLE,
            "password",
        ),
        (TEXT.encode(), "report.xlsx", ProblemCode.NOT_A_TABLE, "named .xlsx"),
        (workbook([HEAD]), "report.csv", ProblemCode.NOT_A_TABLE, "named .csv"),
        (workbook([HEAD, ["A1", "a", "1"]])[:900], "report.xlsx", ProblemCode.NOT_A_TABLE, "damaged"),
        (TEXT.encode("utf-16-le"), "report.csv", ProblemCode.WRONG_ENCODING, "CSV UTF-8"),
        (b"\xef\xbb\xbfRef,Surname,Missing from\nA1,Na\xefve,1", "report.csv", ProblemCode.WRONG_ENCODING, "CSV UTF-8"),
        (b"Ref,Surname,Missing from\nA1,\x8d\x8f,1", "report.csv", ProblemCode.WRONG_ENCODING, "CSV UTF-8"),
        (TEXT.encode("cp037", "replace"), "report.csv", ProblemCode.WRONG_ENCODING, "CSV UTF-8"),
        (b"Ref,Surname\0,Missing from\n" * 9, "report.csv", ProblemCode.NOT_A_TABLE, "not a table"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_in_a_sentence(content: bytes, filename: str, code: ProblemCode, word: str) -> None:
    found = refused(content, filename)
    assert found.code is code and word in found.sentence


def test_too_many_rows_are_refused() -> None:
    lines = b"A1,a,1\n" * 11
    assert refused(b"Ref,Surname,Missing from\n" + lines, max_rows=10).code is ProblemCode.TOO_LARGE


# workbooks


def test_the_values_of_a_workbook_as_text() -> None:
    head = [*HEAD, "a", "b", "c", "d", "e", "f", "g"]
    values = [
        4300123456.0, "Madeup", datetime(2026, 11, 2, 14, 5), date(2012, 3, 4), time(14, 5),
        timedelta(hours=9, minutes=30), 2.5, True, 7, "  kept  ",
    ]  # fmt: skip
    (row,) = read(workbook([["Title"], [], head, values]), "report.xlsx").rows()
    assert row.line_no == 4
    assert list(row.cells.values()) == [
        "4300123456", "Madeup", "2026-11-02T14:05:00", "2012-03-04", "14:05:00", "09:30:00", "2.5", "TRUE", "7",
        "  kept  ",
    ]  # fmt: skip


def test_rows_that_hold_formatting_only_are_no_rows() -> None:
    content = with_cells(workbook([HEAD, ["A1", "a", "1"]]), b'<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert len(read(content, "report.xlsx")) == 1


def test_a_formula_without_its_value_is_a_problem_of_its_line() -> None:
    content = workbook([[*HEAD, "Other"], ["A1", "a", "1", "=1+1"], ["A2", "b", "=TODAY()", ""]])
    unread, needed = read(content, "report.xlsx").rows()
    assert not unread.problems  # nothing is read from that column
    assert [(one.code, one.fields) for one in needed.problems] == [(ProblemCode.FORMULA_WITHOUT_VALUE, ("start",))]


def test_a_formula_with_its_value_is_that_value() -> None:
    cells_ = b'<row r="2"><c r="A2" t="str"><f>"A"&amp;1</f><v>A1</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
    (row,) = read(with_cells(workbook([HEAD]), cells_), "report.xlsx").rows()
    assert row.cells == {"Ref": "A1", "Surname": "", "Missing from": ""} and not row.problems


def test_an_error_in_a_cell_is_not_taken_for_a_blank() -> None:
    cells_ = b'<row r="2"><c r="A2" t="str"><v>A1</v></c><c r="C2" t="e"><v>#N/A</v></c></row>'
    (row,) = read(with_cells(workbook([HEAD]), cells_), "report.xlsx").rows()
    assert row.cells["Missing from"] == "#N/A"


def test_a_title_sheet_before_the_report_is_passed_over() -> None:
    assert cells(read(workbook([["Daily report"], ["for nobody"]], [HEAD, ["A1", "a", "1"]]), "report.xlsx")) == [
        ["A1", "a", "1"]
    ]


def test_two_sheets_with_a_report_each_are_refused_and_neither_is_lost() -> None:
    found = refused(workbook([HEAD, ["A1", "a", "1"]], [HEAD, ["A2", "b", "2"]]), "report.xlsx")
    assert found.code is ProblemCode.NOT_A_TABLE and "Two sheets" in found.sentence


SMALL = workbook([HEAD, ["A1", "a", "1"]])


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (rewritten(SMALL, {}, xl__vbaProject_bin=b"x"), ProblemCode.NOT_A_TABLE, "macros"),
        (
            with_cells(SMALL, b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
            ProblemCode.TOO_LARGE,
            "too many rows",
        ),
        (with_cells(SMALL, b'<row r="3"><c r="XFD3"><v>1</v></c></row>'), ProblemCode.TOO_LARGE, "too large"),
        (with_cells(SMALL, b'<row r="3"><c s="/>" r="XFD3"><v>1</v></c></row>'), ProblemCode.TOO_LARGE, "too large"),
        (with_cells(SMALL, b"<row r='3'><c s=\" r='A1'\" r='XFD3'/></row>"), ProblemCode.TOO_LARGE, "too large"),
        (with_cells(SMALL, b'<row r="3"><c><v>1</v></c></row>'), ProblemCode.NOT_A_TABLE, "safely"),
        (
            rewritten(SMALL, {SHEET: lambda data: b'<!DOCTYPE x [<!ENTITY a "b">]>' + data}),
            ProblemCode.NOT_A_TABLE,
            "safely",
        ),
        (rewritten(SMALL, {SHEET: lambda data: data + b" " * 210_000_000}), ProblemCode.TOO_LARGE, "too large"),
        (rewritten(SMALL, {SHEET: lambda data: data.replace(b"</row>", b"")}), ProblemCode.NOT_A_TABLE, "damaged"),
        (rewritten(SMALL, {"xl/workbook.xml": lambda data: b"<x/>"}), ProblemCode.NOT_A_TABLE, "damaged"),
    ],
)  # fmt: skip
def test_tampered_workbooks_are_refused_before_they_are_opened(content: bytes, code: ProblemCode, word: str) -> None:
    found = refused(content, "report.xlsx")
    assert (found.code, word in found.sentence) == (code, True), found


def test_a_document_in_the_same_kind_of_package_is_no_workbook() -> None:
    content = rewritten(SMALL, {}).replace(b"xl/workbook.xml", b"xw/workbook.xml")
    assert "not an Excel workbook" in refused(content, "report.xlsx").sentence


# for any bytes and any cells


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a", "a.txt"]))
def test_random_bytes_never_raise(content: bytes, filename: str) -> None:
    assert isinstance(read_table(content, filename, WANTED, 50), Table | Refusal)


@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=1, max_size=30))
def test_a_workbook_damaged_anywhere_never_raises(place: int, damage: bytes) -> None:
    content = SMALL[:place] + damage + SMALL[place + len(damage) :]
    found = read_table(content, "report.xlsx", WANTED, 50)
    if isinstance(found, Table):
        assert len(list(found.rows())) == len(found)


WRITTEN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


@given(st.lists(st.tuples(WRITTEN, WRITTEN, WRITTEN), max_size=8), st.sampled_from([",", ";", "\t", "|"]))
def test_what_was_written_is_what_is_read(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([HEAD, *rows])
    table = read(text.getvalue().encode())
    assert cells(table) == [list(row) for row in rows] and len(table) == len(rows)
