"""Workbooks for tests: ordinary ones, and ones that were tampered with part by part."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from xml.sax.saxutils import escape

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows: Iterable[Iterable[object]], *more_sheets: Iterable[Iterable[object]]) -> bytes:
    book = openpyxl.Workbook()
    for number, sheet_rows in enumerate((rows, *more_sheets)):
        sheet = book.active if number == 0 else book.create_sheet(f"Sheet {number}")
        for cells in sheet_rows:
            sheet.append(list(cells))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def rewritten(content: bytes, change: Mapping[str, Callable[[bytes], bytes]], **more: bytes) -> bytes:
    """The same package with some parts changed, and others added (`__` in a name stands for `/`, `_` for `.`)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, bytes)(old.read(name)))
        for name, data in more.items():
            new.writestr(name.replace("__", "/").replace("_", "."), data)
    return packed.getvalue()


def with_cells(content: bytes, xml: bytes) -> bytes:
    """Rows of raw XML put at the end of the first sheet."""
    return rewritten(content, {SHEET: lambda data: data.replace(b"</sheetData>", xml + b"</sheetData>")})


ODS_BEGIN = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' office:version="1.3"><office:body><office:spreadsheet>'
)
ODS_END = "</office:spreadsheet></office:body></office:document-content>"


def ods_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def ods_row(*cells: str, **given: object) -> str:
    """A row of cells as XML (`ods_cell`, or a whole element); attributes of the row by their local names."""
    said = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in given.items())
    inside = "".join(one if one.startswith("<") else ods_cell(one) for one in cells)
    return f"<table:table-row{said}>{inside}</table:table-row>"


def ods(*sheets: str, before: str = "", mimetype: str = "spreadsheet", **more: bytes) -> bytes:
    """A workbook of OpenDocument from the rows of its sheets as XML; other parts as in `rewritten`."""
    tables = "".join(f'<table:table table:name="S{number}">{rows}</table:table>' for number, rows in enumerate(sheets))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("mimetype", f"application/vnd.oasis.opendocument.{mimetype}", zipfile.ZIP_STORED)
        new.writestr("content.xml", ODS_BEGIN + before + tables + ODS_END)
        for name, data in more.items():
            new.writestr(name.replace("__", "/").replace("_", "."), data)
    return packed.getvalue()
