"""Workbooks that leave here, read back by another reader."""

import io
from datetime import UTC, datetime

import openpyxl
import python_calamine as calamine

from tracker.adapters.workbook import workbook
from tracker.core.tables import Table

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
TABLES = (
    Table("headline", "Headline", ("Figure", "All"), (("Held within 72 hours", 70.5), ("Overdue", 3), ("None", None))),
    Table("a-name-that-is-longer-than-excel-allows", "Long", ("=1+1",), (("=HYPERLINK(1)",), ("+44",), ("a\x00b",))),
)


def test_numbers_stay_numbers_and_texts_stay_texts() -> None:
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook(TABLES, "October 2026", AT)))
    assert book.sheet_names == ["headline", "a-name-that-is-longer-than-exce"]
    assert book.get_sheet_by_index(0).to_python() == [
        ["Figure", "All"], ["Held within 72 hours", 70.5], ["Overdue", 3.0], ["None", ""],
    ]  # fmt: skip
    assert book.get_sheet_by_index(1).to_python() == [["'=1+1"], ["'=HYPERLINK(1)"], ["'+44"], ["a�b"]]


def test_nothing_in_it_is_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(TABLES, "October 2026", AT)))
    assert book.properties.title == "October 2026"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
