"""Workbooks of OpenDocument (.ods): every sheet and every row, hidden ones too, as OASIS ODF 1.3 writes them."""

import re
from collections.abc import Mapping
from datetime import date

from tracker.adapters.tabular_days import DAY_ZERO, written_day
from tracker.adapters.tabular_package import Package, local, protected, too_large, unusual, with_macros
from tracker.adapters.tabular_parts import (
    LONGEST_CELL,
    MAX_COLUMNS,
    Cell,
    Grid,
    Rows,
    Unusable,
    cell_too_long,
    clean,
    trimmed,
)
from tracker.core.report_terms import ProblemCode

MIMETYPE = b"application/vnd.oasis.opendocument."
_SHEETS = (MIMETYPE + b"spreadsheet", MIMETYPE + b"spreadsheet-template")
_SPACES = re.compile(r"[ \t\r\n]+")
_DURATION = re.compile(r"P(?:(\d{1,5})D)?T?(?:(\d{1,6})H)?(?:(\d{1,3})M)?(?:(\d{1,3})(?:[.,](\d+))?S)?")
_MOST_REPEATED = 1_100_000  # a sheet has no more rows
_MOST_SHEETS = 1_000
_LARGEST = 1e15


def read_ods(package: Package, limit: int) -> list[Grid]:
    """Every sheet. Raises Unusable."""
    if package.read("mimetype", 200).strip() not in _SHEETS:
        sentence = "This is a document, not a spreadsheet. Send the report as a CSV file or an .xlsx or .ods workbook."
        raise Unusable(ProblemCode.NOT_A_TABLE, sentence)
    _no_password(package)
    if any(name.startswith(("Basic/", "Scripts/")) for name in package.names):
        raise with_macros()
    book = _Book(limit)
    package.parse("content.xml", book.start, book.end, book.characters)
    return [Grid(rows, day_zero=book.day_zero) for rows in book.sheets]


def _no_password(package: Package) -> None:
    def start(name: str, _given: Mapping[str, str]) -> None:
        if local(name) == "encryption-data":
            raise protected()

    if "META-INF/manifest.xml" in package.names:
        package.parse("META-INF/manifest.xml", start)


class _Book:
    """The sheets, gathered element by element. Only the paragraphs of a cell itself are its text: no comment, no
    drawing over it.
    """

    def __init__(self, limit: int) -> None:
        self.sheets: list[Rows] = []
        self.day_zero = DAY_ZERO
        self._limit = limit
        self._row: list[Cell] = []
        self._row_times = 1
        self._cell: Mapping[str, str] | None = None
        self._paragraphs: list[str] = []
        self._words: list[str] | None = None
        self._depth = 0  # of elements inside the cell
        self._length = 0
        self._silent = 0  # the depth at which a comment or a drawing began

    def start(self, name: str, given: Mapping[str, str]) -> None:
        name = local(name)
        if self._cell is not None:
            self._depth += 1
            self._inside_cell(name, given)
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._paragraphs = given, []
            self._depth = self._silent = self._length = 0
        elif name == "table-row":
            self._row, self._row_times = [], _times(given, "number-rows-repeated")
        elif name == "table":
            if len(self.sheets) == _MOST_SHEETS:
                raise too_large()
            self.sheets.append(Rows(self._limit - sum(map(len, self.sheets))))
        elif name == "null-date":
            self.day_zero = _day(_given(given, "date-value")) or DAY_ZERO

    def _inside_cell(self, name: str, given: Mapping[str, str]) -> None:
        if name in ("table", "table-row", "table-cell"):
            raise unusual()  # a table inside a cell
        if self._silent:
            return
        if name == "p" and self._depth == 1:
            self._words = []
            self._length += 1
            if self._length > LONGEST_CELL:
                raise cell_too_long()
        elif self._words is None or name in ("annotation", "frame", "ruby-text", "note"):
            self._silent = self._depth
        elif name == "s":
            self._words.append("\u00a0" * min(_times(given, "c"), 100))
        elif name == "tab":
            self._words.append("\u00a0")
        elif name == "line-break":
            self._words.append("\n")

    def characters(self, text: str) -> None:
        if self._words is not None and not self._silent:
            self._words.append(_SPACES.sub(" ", text))
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise cell_too_long()

    def end(self, name: str) -> None:
        name = local(name)
        if self._cell is not None and self._depth:
            if self._silent == self._depth:
                self._silent = 0
            elif name == "p" and self._depth == 1 and self._words is not None:
                self._paragraphs.append("".join(self._words).strip(" ").replace("\u00a0", " "))
                self._words = None
            self._depth -= 1
        elif self._cell is not None:
            self._put(self._cell)
            self._cell = None
        elif name == "table-row" and self.sheets:
            self._end_row()

    def _put(self, cell: Mapping[str, str]) -> None:
        value, times = self._value(cell), _times(cell, "number-columns-repeated")
        if len(self._row) + times <= MAX_COLUMNS:
            self._row.extend([value] * times)
        elif value != "":
            raise too_large()
        else:
            self._row.extend([""] * max(0, MAX_COLUMNS + 1 - len(self._row)))  # a value after it is too far out

    def _end_row(self) -> None:
        rows, row = self.sheets[-1], trimmed(self._row)
        if not row:
            rows.add_blank(self._row_times)
            return
        for _ in range(self._row_times):
            rows.add(row)

    def _value(self, cell: Mapping[str, str]) -> Cell:
        kind = _given(cell, "value-type", "office:value-type")
        written = clean("\n".join(self._paragraphs))
        if any(key.endswith(":value-type") and value == "error" for key, value in cell.items()):
            return written or "#ERROR"
        if kind in ("float", "percentage", "currency"):
            return _number(_given(cell, "value", "office:value")) or written
        if kind == "date":
            stated = _given(cell, "date-value")
            return written_day(stated) or clean(stated) or written
        if kind == "time":
            stated = _given(cell, "time-value")
            return _duration(stated) or clean(stated) or written
        if kind == "boolean":
            return _given(cell, "boolean-value").upper() or written
        if kind == "string":
            return clean(_given(cell, "string-value")) or written
        return written or (None if _given(cell, "formula") else "")


def _given(attributes: Mapping[str, str], name: str, whole: str | None = None) -> str:
    """An attribute by its name, or by its name with the usual prefix where two prefixes have it."""
    if whole in attributes:
        return attributes[whole or ""]
    return next((value for key, value in attributes.items() if local(key) == name), "")


def _times(attributes: Mapping[str, str], name: str) -> int:
    stated = _given(attributes, name)
    if not stated:
        return 1
    if not (stated.isascii() and stated.isdigit() and len(stated) < 9):
        raise unusual()
    return min(max(int(stated), 1), _MOST_REPEATED)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _number(text: str) -> Cell:
    try:
        number = float(text)
    except ValueError:
        return clean(text)
    return number if abs(number) < _LARGEST else clean(text)


def _duration(text: str) -> str | None:
    """`PT14H05M00S` as 14:05:00, to the nearest second."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:4])
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds + ((found[5] or "0")[0] >= "5")
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
