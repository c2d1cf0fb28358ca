"""Tables → one XLSX workbook, a sheet for each; no text in it is a formula."""

import io
import re
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tracker.core.tables import Cell, Table, safe_cell

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDEST, _NARROWEST = 60, 9


def workbook(tables: Sequence[Table], title: str, at: datetime) -> bytes:
    """The workbook's bytes. Each sheet: headings in bold, held in sight; numbers as numbers; texts as texts.

    `title` and `at` (when it was made) stand in the file's properties. Sheet names are cut to Excel's 31 characters.
    """
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.created = book.properties.modified = at.replace(tzinfo=None)
    for table in tables:
        sheet = book.create_sheet(table.name[:31])
        sheet.freeze_panes = "A2"
        for number, width in enumerate(_widths(table), start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append([_cell(sheet, header, bold=True) for header in table.headers])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Cell, bold: bool = False) -> SheetCell:
    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        cell.value = safe_cell(_NOT_IN_XML.sub("�", value))
        cell.data_type = "s"
    else:
        cell.value = value
    if bold:
        cell.font = Font(bold=True)
    return cell


def _widths(table: Table) -> list[int]:
    longest = [max(len(str(row[at] or "")) for row in (table.headers, *table.rows)) for at in range(len(table.headers))]
    return [min(max(length + 2, _NARROWEST), _WIDEST) for length in longest]
