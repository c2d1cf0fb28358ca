"""Tables of text from CSV files and workbooks; what is none is refused by its content, in a plain sentence."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.reading import HEAD, cells, read, refused
from tests.adapters.workbooks import workbook
from tests.core.made import unhurried
from tracker.core.report_terms import ProblemCode

TEXT = "Ref,Surname,Missing from\nA1,Łukaszewicz-Ó,1 May\nA2,Naïve,2 May\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace(",", "|").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        ("A title\n\nRun 1 May, by nobody\n" + TEXT).encode(),
        TEXT.replace("Ref", '"Ref"').replace("A1", '"A1"').encode(),
        ("sep=;\n" + TEXT.replace(",", ";")).encode(),
    ],
)
def test_the_usual_forms_of_csv_read_alike(content: bytes) -> None:
    assert cells(read(content)) == [["A1", "Łukaszewicz-Ó", "1 May"], ["A2", "Naïve", "2 May"]]


def test_windows_1252_is_read_where_it_is_no_utf8() -> None:
    assert cells(read("Ref,Surname,Missing from\nA1,O’Inventé,1 May\n".encode("cp1252")))[0][1] == "O’Inventé"


@pytest.mark.parametrize("name", ["Ó’Inventé", "Ó’Invented", "JOSÉ’S", "É – Ñ’"])
def test_an_accented_capital_before_a_curly_quote_is_not_taken_for_a_letter_of_utf8(name: str) -> None:
    assert cells(read(f"Ref,Surname,Missing from\nA1,{name},1 May\n".encode("cp1252")))[0][1] == name
    assert cells(read(f"Ref,Surname,Missing from\nA1,{name},1 May\n".encode()))[0][1] == name


@pytest.mark.parametrize("name", ["Əliyev", "Иванов", "Βασίλης", "Səlimova", "Œuvré", "王"])
def test_letters_of_other_scripts_are_read_as_they_are(name: str) -> None:
    assert cells(read(f"Ref,Surname,Missing from\nA1,{name},1 May\n".encode()))[0][1] == name


def test_columns_are_found_whatever_their_case_order_and_spacing() -> None:
    table = read(b"Notes,missing  FROM,SURNAME,reference\nx,1 May,Madeup,A1\n")
    assert table.columns == {"police_reference": "reference", "surname": "SURNAME", "start_at": "missing FROM"}
    assert table.ignored == ("Notes",)
    assert next(table.rows()).cells == {"Notes": "x", "missing FROM": "1 May", "SURNAME": "Madeup", "reference": "A1"}


def test_of_two_columns_for_one_field_the_feeds_first_name_is_read_and_the_other_listed() -> None:
    table = read(b"Reference,Ref,Surname,Missing from\nB1,A1,a,1\n")
    assert table.columns["police_reference"] == "Ref" and table.ignored == ("Reference",)
    assert next(table.rows()).cells["Ref"] == "A1"


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
    (row,) = read(b"Ref,Surname,Missing from\nA1," + b"x" * 10_001 + b",1\n").rows()
    assert [(one.code, one.fields) for one in row.problems] == [(ProblemCode.VALUE_TOO_LONG, ("surname",))]


def test_a_cell_longer_than_any_spreadsheet_holds_refuses_the_file_and_names_the_row() -> None:
    found = refused(b"Ref,Surname,Missing from\nA0,a,1\n\nA1," + b"x" * 200_000 + b",1\n")
    assert found.code is ProblemCode.TOO_LARGE and "cell of row 4 " in found.sentence


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
        (TEXT.encode("utf-16-le")[:-1], "report.csv", ProblemCode.WRONG_ENCODING, "CSV UTF-8"),
        (TEXT.encode()[:-14] + b"\xc3", "report.csv", ProblemCode.WRONG_ENCODING, "CSV UTF-8"),  # cut in a letter
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


WRITTEN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


@given(
    st.lists(st.tuples(WRITTEN, WRITTEN, WRITTEN), max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["", "sep=", "Report for nobody"]),
)
@unhurried(150)
def test_what_was_written_is_what_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, line_end: str, encoding: str, before: str
) -> None:
    rows = [*rows, ("Zoë", "Łukasz", "ß")]  # one letter of another script alone may be Windows-1252 (see above)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([HEAD, *rows])
    first = before + delimiter + line_end if before == "sep=" else before and before + line_end
    table = read((first + text.getvalue()).encode(encoding))
    assert cells(table) == [list(row) for row in rows] and len(table) == len(rows)
    assert next(table.rows()).line_no == 2 + before.startswith("Report")
