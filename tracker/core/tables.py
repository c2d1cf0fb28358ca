"""Tables that leave here: plain values under headings, as CSV; no cell that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float | None
"""A value of a table. None is an empty cell, never a nought."""

BYTE_ORDER_MARK = "\ufeff"
"""At the head of a CSV file for people: without it spreadsheets take UTF-8 for Windows-1252."""

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Table:
    """`name`: of the file or sheet, in lower case with hyphens. `title`: what it is. Rows are as wide as headings."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headers) for row in self.rows):
            raise ValueError(f"a row of the table {self.name} is not as wide as its headings")


def csv_text(table: Table) -> str:
    """The table as CSV (RFC 4180): one line of headings, CRLF, texts made inert."""
    return csv_of(table.headers, table.rows)


def csv_of(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The same of headings and rows as they stand."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A text that a spreadsheet will not take for a formula: marked with an apostrophe if it begins like one."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or (text[:1] in "\t\r\n" and text) else text
