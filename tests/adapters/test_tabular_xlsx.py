"""Workbooks (.xlsx): every sheet and row of them, days and times told by their format, and what is no workbook."""

from datetime import date, datetime, time, timedelta

import pytest

from tests.adapters.reading import HEAD, cells, read, refused
from tests.adapters.workbooks import SHEET, rewritten, with_cells, workbook
from tracker.core.report_terms import ProblemCode


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
    assert [(one.code, one.fields) for one in needed.problems] == [(ProblemCode.FORMULA_WITHOUT_VALUE, ("start_at",))]


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


def test_a_sheet_with_the_header_alone_does_not_stand_in_the_way_of_the_report() -> None:
    assert len(read(workbook([HEAD], [HEAD, ["A1", "a", "1"]]), "report.xlsx")) == 1
    assert len(read(workbook([HEAD], [HEAD]), "report.xlsx")) == 0


def test_two_sheets_with_a_report_each_are_refused_and_neither_is_lost() -> None:
    found = refused(workbook([HEAD, ["A1", "a", "1"]], [HEAD, ["A2", "b", "2"]]), "report.xlsx")
    assert found.code is ProblemCode.NOT_A_TABLE and "Two sheets" in found.sentence


SMALL = workbook([HEAD, ["A1", "a", "1"]])
SHEETS = "xl/workbook.xml"


def test_a_hidden_sheet_is_read_like_any_other() -> None:
    def hide(data: bytes) -> bytes:
        return data.replace(b'state="visible"', b'state="veryHidden"', 1)

    only = rewritten(workbook([HEAD, ["A1", "a", "1"]], [["Notes"]]), {SHEETS: hide})
    assert cells(read(only, "report.xlsx")) == [["A1", "a", "1"]]
    both = rewritten(workbook([HEAD, ["A1", "a", "1"]], [HEAD, ["A2", "b", "2"]]), {SHEETS: hide})
    assert "may be hidden" in refused(both, "report.xlsx").sentence


@pytest.mark.parametrize("hidden", [b' hidden="1"', b' ht="0" customHeight="1"', b' outlineLevel="1" hidden="true"'])
def test_a_hidden_or_filtered_row_is_a_child_like_any_other(hidden: bytes) -> None:
    def change(data: bytes) -> bytes:
        return data.replace(b'<row r="2"', b'<row r="2"' + hidden).replace(
            b"</sheetData>", b'</sheetData><autoFilter ref="A1:C3"/>'
        )

    content = rewritten(workbook([HEAD, ["A1", "a", "1"], ["A2", "b", "2"]]), {SHEET: change})
    assert cells(read(content, "report.xlsx")) == [["A1", "a", "1"], ["A2", "b", "2"]]


def test_merged_title_cells_above_the_header() -> None:
    content = workbook([["Daily missing report", None, None], [], HEAD, ["A1", "a", "1"]])
    merged = rewritten(
        content,
        {
            SHEET: lambda data: data.replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
            )
        },
    )
    assert [row.line_no for row in read(merged, "report.xlsx").rows()] == [4]


@pytest.mark.parametrize("prefix", [b"", b"x:"])
def test_cells_and_rows_without_a_stated_place_follow_one_another(prefix: bytes) -> None:
    def change(_data: bytes) -> bytes:
        rows = b"".join(
            b"<row>" + b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % text.encode() for text in row) + b"</row>"
            for row in (HEAD, ["A1", "a", "1"])
        )
        sheet = b"<sheetData>" + rows + b"</sheetData>"
        if prefix:
            sheet = sheet.replace(b"</", b"<//").replace(b"<", b"<x:").replace(b"<x://", b"</x:")
        space = b' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        return b"<" + prefix + b"worksheet" + space + b">" + sheet + b"</" + prefix + b"worksheet>"

    assert cells(read(rewritten(SMALL, {SHEET: change}), "report.xlsx")) == [["A1", "a", "1"]]


def shared(xml: bytes) -> bytes:
    """A workbook whose third column's only text is the shared text given as XML."""
    sheet = (
        b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>2</v></c>'
        b'<c r="C1" t="s"><v>3</v></c></row><row r="2"><c r="B2" t="s"><v>0</v></c></row></sheetData></worksheet>'
    )
    texts = b"<sst>%s<si><t>Ref</t></si><si><t>Surname</t></si><si><t>Missing from</t></si></sst>" % xml
    return rewritten(SMALL, {SHEET: lambda _data: sheet}, xl__sharedStrings_xml=texts)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (b"<si><t xml:space='preserve'> kept </t></si>", " kept "),
        (b"<si><r><rPr><b/></rPr><t>Made</t></r><r><t>up</t></r></si>", "Madeup"),
        (b"<si><t>Made</t><rPh sb='0' eb='1'><t>not read</t></rPh><phoneticPr fontId='1'/></si>", "Made"),
        (b"<si><t>one_x000D_\ntwo_x005F_x0041_</t></si>", "one\r\ntwo_x0041_"),
        (b"<si><t>&#x1F600;_xD83D__xDE00__xD83D_</t></si>", "\U0001f600\U0001f600\ufffd"),
        (b"<si><t>O&#8217;Invent&#233;</t></si>", "O’Inventé"),
    ],
)
def test_shared_texts(xml: bytes, text: str) -> None:
    (row,) = read(shared(xml), "report.xlsx").rows()
    assert row.cells["Surname"] == text


def dated(number: str, code: str, *, is_1904: bool = False, reference: str = "A1") -> str:
    """What a number under this format reads as, in the column of the start."""
    book = workbook([HEAD, [reference, "a", 1.5]])
    value = f'<c r="C2" s="1"><v>{number}</v></c>'.encode()
    style = (
        b'<numFmts count="1"><numFmt numFmtId="200" formatCode="%s"/></numFmts>' % code.replace('"', "&quot;").encode()
    )

    def styles(data: bytes) -> bytes:
        data = (
            data.replace(b"<fonts", style + b"<fonts", 1)
            .replace(b'<numFmts count="0"/>', b"")
            .replace(b"<numFmts/>", b"")
        )
        return data.replace(
            b"</cellXfs>", b'<xf numFmtId="200" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        )

    def sheet(data: bytes) -> bytes:
        return data.replace(b'<c r="C2" t="n"><v>1.5</v></c>', value)

    def epoch(data: bytes) -> bytes:
        return data.replace(b"<workbookPr ", b'<workbookPr date1904="1" ') if is_1904 else data

    changed = rewritten(book, {"xl/styles.xml": styles, SHEET: sheet, SHEETS: epoch})
    (row,) = read(changed, "report.xlsx").rows()
    return row.cells["Missing from"]


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        ("46342.5875", "dd/mm/yyyy hh:mm", "2026-11-16T14:06:00"),
        ("46342.586805555555", "dd/mm/yyyy hh:mm", "2026-11-16T14:05:00"),
        ("46342.586805555555", "dd/mm/yyyy", "2026-11-16T14:05:00"),  # the time is there, shown or not
        ("46342", "dd/mm/yyyy", "2026-11-16"),
        ("46342", "[$-809]dd mmmm yyyy;@", "2026-11-16"),
        ("46342", 'd" of "mmm', "2026-11-16"),
        ("46342", "mmm-yy", "2026-11-16"),
        ("46342.99999999", "yyyy-mm-dd hh:mm:ss", "2026-11-17"),
        ("0.586805555555", "hh:mm", "14:05:00"),
        ("1.586805555555", "hh:mm AM/PM", "14:05:00"),
        ("1.586805555555", "[h]:mm", "38:05:00"),
        ("0", "hh:mm", "00:00:00"),
        ("61", "dd/mm/yyyy", "1900-03-01"),
        ("59", "dd/mm/yyyy", "1900-02-28"),
        ("46342", '"day "0', "46342"),  # a number with words around it
        ("46342", "[Red]0.00", "46342"),
        ("46342", "General", "46342"),
        ("-1", "dd/mm/yyyy", "-1"),
        ("99999999", "dd/mm/yyyy", "99999999"),
        ("1e400", "dd/mm/yyyy", "1e400"),
        ("x", "dd/mm/yyyy", "x"),
    ],
)  # fmt: skip
def test_a_number_is_a_day_where_its_format_says_so(number: str, code: str, text: str) -> None:
    read_as = dated(number, code)
    assert read_as == ("2026-11-16" if text == "46342" else text)  # a whole serial under "Missing from" is a day anyway


def test_a_workbook_that_counts_from_1904_is_read_by_its_own_count() -> None:
    assert dated("44880.586805555555", "dd/mm/yyyy hh:mm", is_1904=True) == "2026-11-16T14:05:00"
    assert dated("44880.586805555555", "General", is_1904=True) == "2026-11-16T14:05:00"


@pytest.mark.parametrize(
    ("column", "number", "text"),
    [
        ("Missing from", 46342.5875, "2026-11-16T14:06:00"),
        ("Missing from", 46342, "2026-11-16"),
        ("DOB", 41400, "2013-05-06"),
        ("DOB", 40909, "40909"),  # 1 January 2012, or 4 September 2009 typed as 040909
        ("DOB", 40909.5, "2012-01-01T12:00:00"),
        ("Missing from", 16112026, "16112026"),
        ("Missing from", 20261116, "20261116"),
        ("Missing from", 161126, "161126"),
        ("Missing from", 2026, "2026"),
        ("Missing from", 0.5, "0.5"),
        ("Time", 0.586805555555, "14:05:00"),
        ("Time", 0.3, "0.3"),  # half past midnight, or 07:12
        ("Time", 1405, "1405"),
        ("Ref", 46342, "46342"),
        ("Surname", 46342.5875, "46342.5875"),
    ],
)
def test_a_bare_number_is_a_day_or_time_where_it_can_be_nothing_else(column: str, number: float, text: str) -> None:
    head = [*HEAD, "DOB", "Time"]
    values = [number if name == column else "x" for name in head]
    (row,) = read(workbook([head, values]), "report.xlsx").rows()
    assert row.cells[column] == text


def test_a_reference_of_many_digits_keeps_them_all() -> None:
    content = with_cells(workbook([HEAD]), b'<row r="2"><c r="A2"><v>1234567890123456789</v></c></row>')
    assert next(read(content, "report.xlsx").rows()).cells["Ref"] == "1234567890123456789"


def test_text_that_looks_like_a_number_stays_as_it_is() -> None:
    (row,) = read(workbook([HEAD, ["00123", "1e5", "46342.5875"]]), "report.xlsx").rows()
    assert list(row.cells.values()) == ["00123", "1e5", "46342.5875"]


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
        (with_cells(SMALL, b"<row r='3'><c s=\" r='A1'\" r='XFD3'><v>1</v></c></row>"), ProblemCode.TOO_LARGE, "large"),
        (with_cells(SMALL, b'<row r="3"><c r="A4"><v>1</v></c></row>'), ProblemCode.NOT_A_TABLE, "safely"),
        (with_cells(SMALL, b'<row r="3"><c r="B3"/><c r="B3"/></row>'), ProblemCode.NOT_A_TABLE, "safely"),
        (with_cells(SMALL, b'<row r="3"><c r="A&#49;"/></row>'), ProblemCode.NOT_A_TABLE, "safely"),
        (with_cells(SMALL, b'<row r="2"><c r="A2"><v>1</v></c></row>'), ProblemCode.NOT_A_TABLE, "safely"),
        (with_cells(SMALL, b'<row r="3"><c r="A3" t="s"><v>9</v></c></row>'), ProblemCode.NOT_A_TABLE, "damaged"),
        (
            rewritten(SMALL, {SHEET: lambda data: b'<!DOCTYPE x [<!ENTITY a "b">]>' + data}),
            ProblemCode.NOT_A_TABLE,
            "safely",
        ),
        (rewritten(SMALL, {SHEET: lambda data: b""}), ProblemCode.NOT_A_TABLE, "damaged"),
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
