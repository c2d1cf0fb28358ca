"""Workbooks for tests: ordinary ones, and ones that were tampered with part by part."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping

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
