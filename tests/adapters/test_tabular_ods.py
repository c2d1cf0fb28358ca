"""Workbooks of OpenDocument (.ods): as LibreOffice writes them, and as somebody would who means harm."""

import pytest

from tests.adapters.reading import HEAD, cells, read, refused
from tests.adapters.workbooks import ods, ods_cell, ods_row, rewritten
from tracker.core.report_terms import ProblemCode

HEADER = ods_row(*HEAD)
SOUND = ods_row("A1", "a", "1 May")


def value(kind: str, attribute: str, stated: str, text: str = "as shown", **more: str) -> str:
    said = "".join(f' {name.replace("__", ":").replace("_", "-")}="{given}"' for name, given in more.items())
    attributes = f'office:value-type="{kind}" office:{attribute}="{stated}"{said}'
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (ods_cell("  as  it is "), "as it is"),
        ("<table:table-cell/>", ""),
        ("<table:covered-table-cell/>", ""),
        (value("float", "value", "4300123456"), "4300123456"),
        (value("float", "value", "2.5"), "2.5"),
        (value("percentage", "value", "0.5"), "0.5"),
        (value("float", "value", "1234567890123456789"), "1234567890123456789"),
        (value("date", "date-value", "2026-11-16", "16/11/26"), "2026-11-16"),
        (value("date", "date-value", "2026-11-16T14:04:59.999999999"), "2026-11-16T14:05:00"),
        (value("date", "date-value", "2026-11-16T00:00:00"), "2026-11-16T00:00:00"),
        (value("date", "date-value", "soon"), "soon"),
        (value("time", "time-value", "PT14H05M00S"), "14:05:00"),
        (value("time", "time-value", "PT14H04M59.9999S"), "14:05:00"),
        (value("time", "time-value", "P1DT14H05M"), "38:05:00"),
        (value("boolean", "boolean-value", "true"), "TRUE"),
        (value("string", "string-value", "stated"), "stated"),
        (value("string", "string-value", "", "#N/A", calcext__value_type="error"), "#N/A"),
        (
            '<table:table-cell office:value-type="string">'
            "<office:annotation><text:p>a comment</text:p></office:annotation><text:p>one<text:s text:c='2'/>two"
            "<text:tab/>three <text:span>bold <text:a>link</text:a></text:span></text:p>"
            "<draw:frame xmlns:draw='d'><draw:text-box><text:p>drawn</text:p></draw:text-box></draw:frame>"
            "<text:p>next<text:line-break/>line</text:p></table:table-cell>",
            "one  two three bold link\nnext\nline",
        ),
    ],
)
def test_the_values_of_a_workbook_as_text(cell: str, text: str) -> None:
    (row,) = read(ods(HEADER + ods_row("A1", cell, "1 May")), "report.ods").rows()
    assert row.cells["Surname"] == text and not row.problems


def test_a_bare_number_under_a_date_is_counted_from_the_workbooks_day_zero() -> None:
    rows = HEADER + ods_row("A1", "a", value("float", "value", "44880.586805555555"))
    zero = '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    assert cells(read(ods(rows, before=zero), "a.ods"))[0][2] == "2026-11-16T14:05:00"
    assert cells(read(ods(rows), "a.ods"))[0][2] == "2022-11-15T14:05:00"


def test_a_formula_without_its_value_is_a_problem_of_its_line() -> None:
    formula = '<table:table-cell table:formula="of:=TODAY()"/>'
    computed = value("string", "string-value", "", "", table__formula="of:=&quot;&quot;")
    unread, needed = read(
        ods(ods_row(*HEAD, "x") + ods_row("A1", computed, "1", formula) + ods_row("A2", "b", formula)), "a.ods"
    ).rows()
    assert not unread.problems and unread.cells["Surname"] == ""
    assert [(one.code, one.fields) for one in needed.problems] == [(ProblemCode.FORMULA_WITHOUT_VALUE, ("start_at",))]


def test_rows_and_cells_that_are_said_once_for_many() -> None:
    blank = '<table:table-cell table:number-columns-repeated="16380"/>'
    twice = value("string", "string-value", "b", table__number_columns_repeated="2")
    rows = (
        ods_row(blank, number_rows_repeated=2)
        + f"<table:table-header-rows>{HEADER}</table:table-header-rows>"
        + ods_row("A1", twice, blank)
        + ods_row(blank, number_rows_repeated=3)
        + ods_row("A2", "c", "d", number_rows_repeated=2)
        + ods_row(blank, number_rows_repeated=1_048_000)
    )
    table = read(ods(rows), "report.ods")
    assert [(row.line_no, row.cells["Ref"]) for row in table.rows()] == [
        (4, "A1"), (5, ""), (6, ""), (7, ""), (8, "A2"), (9, "A2")
    ]  # fmt: skip
    assert cells(table)[0] == ["A1", "b", "b"]


@pytest.mark.parametrize("hidden", ["collapse", "filter"])
def test_a_hidden_or_filtered_row_is_a_child_like_any_other(hidden: str) -> None:
    table = read(
        ods(HEADER + ods_row("A1", "a", "1 May", visibility=hidden) + ods_row("A2", "b", "2 May")), "report.ods"
    )
    assert [row.cells["Ref"] for row in table.rows()] == ["A1", "A2"]


def test_a_sheet_of_notes_beside_the_report_is_passed_over_and_a_second_report_is_not() -> None:
    assert cells(read(ods(ods_row("Notes"), HEADER + SOUND), "report.ods")) == [["A1", "a", "1 May"]]
    assert "Two sheets" in refused(ods(HEADER + SOUND, HEADER + SOUND), "report.ods").sentence


MANY = 2_000_000_000
NO_TABLE, TOO_LARGE = ProblemCode.NOT_A_TABLE, ProblemCode.TOO_LARGE
FAR_OUT = '<table:table-cell table:number-columns-repeated="16000"/>'
MINUS = '<table:table-cell table:number-columns-repeated="-1"/>'
WIDE = value("float", "value", "1", table__number_columns_repeated="16384")
INNER = f"<table:table-cell><table:table>{SOUND}</table:table></table:table-cell>"
LOCKED = b"<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
BEGIN, ENTITY = b"<office:document", b'<!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (ods(HEADER + ods_row("A1", "a", "1", number_rows_repeated=1_000_000)), TOO_LARGE, "too many rows"),
        (ods(HEADER + ods_row("A1", number_rows_repeated=MANY)), NO_TABLE, "safely"),
        (ods(HEADER + ods_row("<table:table-cell/>", number_rows_repeated=1_000_000) + SOUND), TOO_LARGE, "rows"),
        (ods(HEADER + ods_row(WIDE)), TOO_LARGE, "large"),
        (ods(HEADER + ods_row(FAR_OUT, "x")), TOO_LARGE, "large"),
        (ods(HEADER + ods_row(MINUS)), NO_TABLE, "safely"),
        (ods(HEADER + ods_row(INNER)), NO_TABLE, "safely"),
        (ods(HEADER + SOUND, Basic__Standard__Module1_xml=b"<x/>"), NO_TABLE, "macros"),
        (ods(HEADER + SOUND, Scripts__python__a_py=b"x"), NO_TABLE, "macros"),
        (
            ods(HEADER, **{"META-INF__manifest_xml": LOCKED}),
            NO_TABLE, "password",
        ),
        (ods(HEADER, mimetype="text"), NO_TABLE, "document, not a spreadsheet"),
        (rewritten(ods(HEADER + SOUND), {"content.xml": lambda data: data[:-40]}), NO_TABLE, "damaged"),
        (
            rewritten(ods(HEADER), {"content.xml": lambda data: data.replace(BEGIN, ENTITY + BEGIN, 1)}),
            NO_TABLE, "safely",
        ),
        (rewritten(ods(HEADER), {"content.xml": lambda data: b"\xff\xfe<"}), NO_TABLE, "damaged"),
        (ods(HEADER + ods_row("A1", "x" * 40_000, "1")), TOO_LARGE, "A cell holds more"),
        (ods(ods_row("Surname", "Missing from")), ProblemCode.MISSING_COLUMN, "“Ref”"),
        (ods(""), ProblemCode.EMPTY_FILE, "empty"),
        (ods(), ProblemCode.EMPTY_FILE, "empty"),
    ],
)  # fmt: skip
def test_bad_workbooks_are_refused_in_a_sentence(content: bytes, code: ProblemCode, word: str) -> None:
    found = refused(content, "report.ods")
    assert (found.code, word in found.sentence) == (code, True), found


def test_one_kind_of_workbook_under_the_name_of_the_other_is_refused() -> None:
    assert "named .xlsx" in refused(ods(HEADER + SOUND), "report.xlsx").sentence
    assert "named .csv" in refused(ods(HEADER + SOUND), "report.csv").sentence
    assert len(read(ods(HEADER + SOUND), "report")) == 1
