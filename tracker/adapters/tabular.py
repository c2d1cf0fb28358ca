"""Bytes and a file name → a table of text with its header found, or a refusal in a plain sentence.

What a file is, its content decides; a name that claims something else is refused, because somebody meant another file.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from tracker.adapters.tabular_csv import decode, read_csv
from tracker.adapters.tabular_parts import HEADER_WITHIN, MAX_CELL, Grid, Refusal, clean
from tracker.adapters.tabular_xlsx import read_xlsx
from tracker.core.daily_report import LineProblem
from tracker.core.feed import fold
from tracker.core.terms import ProblemCode

__all__ = ["Columns", "FileLimits", "Refusal", "Row", "Table", "clean", "columns_in", "read_table"]

_TORN_FROM = 6  # columns: below this, text with as many commas as a row has is too common to call a torn row


class FileLimits(Protocol):
    """How large a file may be: settings' `limits`."""

    @property
    def upload_bytes(self) -> int: ...
    @property
    def rows(self) -> int: ...


@dataclass(frozen=True)
class Columns:
    """What to look for. `names`: our field → the column names it may have, first match wins, case and spacing ignored.

    `required`: groups of fields, each with what people call it; of each group one field must have a column.
    """

    names: Mapping[str, Sequence[str]]
    required: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """One row as received: header → text. `line_no` is the row's number as a spreadsheet shows it."""

    line_no: int
    cells: dict[str, str]
    problems: tuple[LineProblem, ...] = ()


@dataclass(frozen=True)
class Table:
    """`columns`: our field → the header it stands under. `ignored`: headers that no field is read from."""

    headers: tuple[str, ...]
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    header_at: int
    grid: Grid

    def __len__(self) -> int:
        return len(self.grid.rows) - self.header_at - 1

    @property
    def last_line_no(self) -> int:
        return len(self.grid.rows)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows below the header, those whose number is above `after`."""
        kept = set(self.columns.values())
        fields_of: dict[str, list[str]] = {}
        for field, header in self.columns.items():
            fields_of.setdefault(header, []).append(field)
        for place in range(max(self.header_at + 1, after), len(self.grid.rows)):
            values = self.grid.rows[place]
            cells = {h: t for h, t in zip(self.headers, values, strict=False) if h in kept or t.strip()}
            cells |= {header: "" for header in self.headers if header in kept and header not in cells}
            extra = {f"Column {n + 1}": t for n, t in enumerate(values) if n >= len(self.headers) and t.strip()}
            problems = tuple(self._problems(place, values, fields_of, bool(extra)))
            yield Row(place + 1, cells | extra, problems)

    def _problems(
        self, place: int, values: Sequence[str], fields_of: Mapping[str, list[str]], too_many: bool
    ) -> Iterator[LineProblem]:
        if too_many:
            yield _TOO_MANY_CELLS
        if self._is_torn(values):
            yield _TORN
        for column, text in enumerate(values):
            if len(text) > MAX_CELL:
                fields = fields_of.get(self.headers[column], []) if column < len(self.headers) else []
                yield LineProblem(
                    ProblemCode.VALUE_TOO_LONG,
                    f"A value of this row is longer than {MAX_CELL:,} characters.",
                    tuple(fields),
                )
        for column in sorted(self.grid.no_value.get(place, ())):
            fields = fields_of.get(self.headers[column], []) if column < len(self.headers) else []
            if fields:
                yield LineProblem(ProblemCode.FORMULA_WITHOUT_VALUE, _FORMULA, tuple(fields))

    def _is_torn(self, values: Sequence[str]) -> bool:
        delimiter = self.grid.delimiter
        width = len(self.headers)
        if delimiter is None or width < _TORN_FROM:
            return False
        return any(
            part.count(delimiter) >= width - 1 for text in values if "\n" in text for part in text.split("\n")[1:]
        )


_TOO_MANY_CELLS = LineProblem(
    ProblemCode.ROW_TOO_LONG,
    "This row has more cells than there are columns, so its values may stand in the wrong columns.",
)
_TORN = LineProblem(
    ProblemCode.ROW_TOO_LONG, "This row seems to hold several rows: a quotation mark may be missing or left over."
)
_FORMULA = (
    "A cell of this row holds a formula whose result is not in the file. Open it in a spreadsheet program and save it, "
    "or type the value."
)


def read_table(content: bytes, filename: str, wanted: Columns, max_rows: int) -> Table | Refusal:
    """Read a CSV file or an .xlsx workbook. Never raises for any bytes."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return _EMPTY
    refusal = _wrong_kind(content, PurePath(filename).suffix.lower())
    if refusal:
        return refusal
    if content.startswith(b"PK\x03\x04"):
        grids = _workbook_grids(content, wanted, max_rows)
    else:
        grids = _csv_grids(content, wanted)
    if isinstance(grids, Refusal):
        return grids
    return _one_table(grids, wanted, max_rows)


def _csv_grids(content: bytes, wanted: Columns) -> list[Grid] | Refusal:
    text = decode(content)
    if isinstance(text, Refusal):
        return text
    known = {fold(name) for names in wanted.names.values() for name in names}
    grid = read_csv(text, lambda row: len(known & {fold(cell) for cell in row}))
    return grid if isinstance(grid, Refusal) else [grid]


def _workbook_grids(content: bytes, wanted: Columns, max_rows: int) -> list[Grid] | Refusal:
    sheets = read_xlsx(content, max_rows)
    return sheets if isinstance(sheets, Refusal) else [sheet.grid for sheet in sheets if sheet.grid.rows]


_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
_TEXTS = {".csv", ".tsv", ".txt"}


def _wrong_kind(content: bytes, suffix: str) -> Refusal | None:
    """What the first bytes show that cannot be a report, and names that claim another kind of file."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return _not_a_table("This workbook is protected by a password. Send it without one.")
        return _not_a_table("This is a workbook of the old .xls kind. Save it as .xlsx or as CSV and send it again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta")):
        return _not_a_table(
            "This is a web page or an XML document, not a table. Save the report as CSV or .xlsx and send it again."
        )
    if start.startswith(
        (b"%pdf", b"{\\rtf", b"\x89png", b"gif8", b"\xff\xd8\xff", b"\x1f\x8b", b"7z\xbc\xaf", b"rar!")
    ):
        return _not_a_table("This is not a table. Send the report as a CSV file or an .xlsx workbook.")
    is_package = content.startswith(b"PK\x03\x04")
    if is_package and suffix in _TEXTS | {".xls"}:
        return _not_a_table(f"This file is named {suffix} but its content is not. Name it by what it is (.xlsx).")
    if not is_package and suffix in _WORKBOOKS:
        return _not_a_table(f"This file is named {suffix} but does not hold a workbook that can be opened.")
    return None


def _not_a_table(sentence: str) -> Refusal:
    return Refusal(ProblemCode.NOT_A_TABLE, sentence)


_EMPTY = Refusal(ProblemCode.EMPTY_FILE, "The file is empty. A report without missing children still has a header row.")


def _one_table(grids: list[Grid], wanted: Columns, max_rows: int) -> Table | Refusal:
    """The one sheet with the header. Two such sheets are refused: reading one would lose the other in silence."""
    grids = [grid for grid in grids if any(any(cell.strip() for cell in row) for row in grid.rows)]
    if not grids:
        return _EMPTY
    places = [(grid, header) for grid in grids if (header := _header_place(grid, wanted)) is not None]
    if len(places) > 1:
        return _not_a_table("Two sheets of this workbook have the columns of a report. Send one sheet in a file.")
    if not places:
        return _missing_columns(grids, wanted)
    grid, header_at = places[0]
    headers = _headers(grid.rows[header_at])
    columns = columns_in(headers, wanted.names)
    folded = Counter(fold(cell) for cell in grid.rows[header_at] if cell.strip())
    twice = sorted({header for header in columns.values() if folded[fold(header)] > 1})
    if twice:
        return Refusal(ProblemCode.DUPLICATE_COLUMN, f"The column {_quoted(twice)} stands twice in the header row.")
    if len(grid.rows) - header_at - 1 > max_rows:
        return Refusal(ProblemCode.TOO_LARGE, f"The file has more than {max_rows:,} rows. Send the report in parts.")
    read = set(columns.values())
    return Table(
        headers, columns, tuple(header for header in headers if header and header not in read), header_at, grid
    )


def columns_in(headers: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Our field → the header it is read from: the first of its names that stands in the header row."""
    by_fold: dict[str, str] = {}
    for header in headers:
        by_fold.setdefault(fold(header), header)
    by_fold.pop("", None)
    found: dict[str, str] = {}
    for field, wanted in names.items():
        first = next((fold(name) for name in wanted if fold(name) in by_fold), None)
        if first is not None:
            found[field] = by_fold[first]
    return found


def _header_place(grid: Grid, wanted: Columns) -> int | None:
    for place, row in enumerate(grid.rows[:HEADER_WITHIN]):
        if not _lacking(row, wanted):
            return place
    return None


def _lacking(row: Sequence[str], wanted: Columns) -> list[tuple[str, ...]]:
    found = columns_in(row, wanted.names)
    return [group for group in wanted.required if not any(field in found for field in group)]


def _missing_columns(grids: list[Grid], wanted: Columns) -> Refusal:
    """Names the columns that the likeliest header row lacks."""
    rows = [row for grid in grids for row in grid.rows[:HEADER_WITHIN]]
    lacking = _lacking(max(rows, key=lambda row: len(columns_in(row, wanted.names))), wanted)
    parts = [
        _quoted([name for field in group for name in wanted.names.get(field, ())][:3] or [group[0]], " or ")
        for group in lacking
    ]
    what = f"The column {parts[0]} is" if len(parts) == 1 else f"The columns {'; '.join(parts)} are"
    sentence = f"{what} missing. The header row must stand within the first {HEADER_WITHIN} rows."
    return Refusal(ProblemCode.MISSING_COLUMN, sentence)


def _quoted(names: Sequence[str], between: str = ", ") -> str:
    return between.join(f"“{name[:80]}”" for name in names)


def _headers(row: Sequence[str]) -> tuple[str, ...]:
    """The header cells, each one's name its own: without spaces around, numbered where empty or repeated."""
    found: list[str] = []
    for number, cell in enumerate(row, start=1):
        name = " ".join(cell.split())[:200]
        if not name or name in found:
            name = f"{name} (column {number})" if name else f"Column {number}"
        found.append(name)
    while found and found[-1] == f"Column {len(found)}":
        found.pop()
    return tuple(found)
