"""Workbooks (.xlsx): every sheet, hidden ones too, and every row, hidden or filtered too, as ECMA-376 writes them.

Whoever hides a row hides it from view; the child in it was reported all the same.
"""

import re
from collections.abc import Mapping
from functools import cache

from tracker.adapters.tabular_days import DAY_ZERO, DAY_ZERO_1904, NUMBER, serial_text, shown_as, written_day
from tracker.adapters.tabular_package import Package, damaged, local, too_large, unusual, with_macros
from tracker.adapters.tabular_parts import LONGEST_CELL, MAX_COLUMNS, Cell, Grid, Rows, cell_too_long, clean

_MOST_OTHERS = 2_000_000
"""Elements of a sheet beside its rows and cells and what is in them: merged ranges, links, conditions, columns."""

_OWN = frozenset({"c", "v", "row", "t", "is", "f"})
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LARGEST = 1e15
_MOST_TEXT = 100_000_000  # bytes that the shared texts may take together, roughly
_MOST_STYLES = 70_000  # a workbook can hold fewer


def read_xlsx(package: Package, limit: int) -> list[Grid]:
    """Every sheet of cells. Raises Unusable."""
    if any(name.endswith("vbaProject.bin") or "/macrosheets/" in name for name in package.names):
        raise with_macros()
    book = _Book(package)
    texts = _texts(package)
    kinds = _kinds_of_styles(package)
    sheets: list[Grid] = []
    for part in book.sheet_parts:
        sheet = _Sheet(texts, kinds, book, Rows(limit - sum(len(grid.rows) for grid in sheets)))
        package.parse(part, sheet.start, sheet.end, sheet.characters)
        sheets.append(Grid(sheet.rows, day_zero=book.day_zero))
    return sheets


class _Book:
    """What the workbook says of its sheets, and from which day it counts."""

    def __init__(self, package: Package) -> None:
        self.day_zero = DAY_ZERO
        self.sheet_parts: list[str] = []
        self._targets: dict[str, str] = {}
        package.parse("xl/_rels/workbook.xml.rels", self._relation)
        package.parse("xl/workbook.xml", self._element)
        if not self.sheet_parts:
            raise damaged()

    def _relation(self, name: str, given: Mapping[str, str]) -> None:
        target = given.get("Target", "")
        if local(name) == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            self._targets[given.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"

    def _element(self, name: str, given: Mapping[str, str]) -> None:
        name = local(name)
        if name == "workbookPr" and given.get("date1904") in ("1", "true", "on"):
            self.day_zero = DAY_ZERO_1904
        if name == "sheet":
            key = next((value for attribute, value in given.items() if attribute.endswith(":id")), "")
            if key in self._targets:  # a sheet of charts or dialogues is none of cells
                self.sheet_parts.append(self._targets.pop(key))  # said once: no part is read again and again


def _texts(package: Package) -> list[str]:
    """The texts that cells share, by number; the pronunciation beside East Asian text left out."""
    found: list[str] = []
    parts: list[str] = []
    is_text, silent, length, total = False, 0, 0, 0

    def start(name: str, _given: Mapping[str, str]) -> None:
        nonlocal is_text, silent
        name = local(name)
        if name == "rPh":
            silent += 1
        is_text = name == "t" and not silent

    def characters(text: str) -> None:
        nonlocal length
        if is_text:
            length += len(text)
            if length > LONGEST_CELL:
                raise cell_too_long()
            parts.append(text)

    def end(name: str) -> None:
        nonlocal is_text, silent, length, total
        is_text = False
        name = local(name)
        if name == "rPh":
            silent -= 1
        elif name == "si":
            text = _unescaped("".join(parts))
            parts.clear()
            length = 0
            total += len(text) + 60
            if total > _MOST_TEXT:
                raise too_large()
            found.append(text)

    if "xl/sharedStrings.xml" in package.names:
        package.parse("xl/sharedStrings.xml", start, end, characters)
    return found


def _unescaped(text: str) -> str:
    """`_x000D_` is how a workbook writes a character that XML cannot hold, `_x005F_` its own underscore."""
    if "_x" not in text:
        return clean(text)
    units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return clean(units.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _kinds_of_styles(package: Package) -> list[int]:
    """For each style of a cell, what its number format shows a number as."""
    codes: dict[int, str] = {}
    kinds: list[int] = []
    inside = False

    def start(name: str, given: Mapping[str, str]) -> None:
        nonlocal inside
        name = local(name)
        if name == "numFmt":
            codes[_whole(given.get("numFmtId"))] = given.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            number = _whole(given.get("numFmtId"))
            kinds.append(shown_as(number, codes.get(number)))
            if len(kinds) > _MOST_STYLES:
                raise too_large()

    def end(name: str) -> None:
        nonlocal inside
        inside = inside and local(name) != "cellXfs"

    if "xl/styles.xml" in package.names:
        package.parse("xl/styles.xml", start, end)
    return kinds


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


class _Sheet:
    """The rows of one sheet, gathered cell by cell. A row or cell that states no place follows the one before it."""

    def __init__(self, texts: list[str], kinds: list[int], book: _Book, rows: Rows) -> None:
        self.rows = rows
        self._texts, self._kinds, self._day_zero = texts, kinds, book.day_zero
        self._row: list[Cell] = []
        self._row_no = 0
        self._column = 0
        self._number_text = ""
        self._cell: Mapping[str, str] | None = None
        self._has_formula = False
        self._value: list[str] | None = None
        self._text: list[str] = []
        self._collects: list[str] | None = None
        self._silent = 0
        self._length = 0
        self._others = 0

    def start(self, name: str, given: Mapping[str, str]) -> None:
        if name not in _OWN:
            name = local(name)
            self._others += name not in _OWN
            if self._others > _MOST_OTHERS:
                raise too_large()
        if name == "c":
            self._start_cell(given)
        elif self._cell is None:
            if name == "row":
                self._start_row(given)
        elif name == "v":
            self._value = self._collects = []
        elif name == "t" and not self._silent:
            self._collects = self._text
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._silent += 1

    def _start_row(self, given: Mapping[str, str]) -> None:
        stated = given.get("r")
        number = self._row_no + 1 if stated is None else _whole(stated)
        if number <= self._row_no:
            raise unusual()
        self.rows.add_blank(number - self._row_no - 1)
        self._row_no, self._column, self._number_text = number, 0, str(number)

    def _start_cell(self, given: Mapping[str, str]) -> None:
        self._cell, self._has_formula, self._value, self._text = given, False, None, []
        self._length = 0
        stated = given.get("r")
        if stated is None:
            self._column += 1
            return
        letters = stated.rstrip("0123456789")
        column = _column_number(letters)
        if stated[len(letters) :] != self._number_text or column <= self._column:
            raise unusual()
        self._column = column

    def characters(self, text: str) -> None:
        if self._collects is not None:
            self._collects.append(text)
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise cell_too_long(self._row_no)

    def end(self, name: str) -> None:
        if name not in _OWN:
            name = local(name)
        if name == "v" or name == "t":
            self._collects = None
        elif name == "c" and self._cell is not None:
            value = self._cell_value(self._cell)
            if value != "":
                self._put(value)
            self._cell = None
        elif name == "rPh":
            self._silent -= 1
        elif name == "row":
            self.rows.add(self._row)
            self._row = []

    def _put(self, value: Cell) -> None:
        if self._column > MAX_COLUMNS:
            raise too_large()
        gap = self._column - 1 - len(self._row)
        if gap:
            self._row += [""] * gap
        self._row.append(value)

    def _cell_value(self, cell: Mapping[str, str]) -> Cell:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _unescaped("".join(self._text))
        value = "".join(self._value or ())
        if kind == "e":
            return clean(value) or "#ERROR"
        if not value:
            return None if self._has_formula and not (self._value is not None and kind == "str") else ""
        if kind == "s":
            return self._shared(value)
        if kind == "b":
            return "TRUE" if value in ("1", "true") else "FALSE"
        if kind == "d":
            return written_day(value) or clean(value)
        return self._number(value, _whole(cell.get("s"))) if kind == "n" else _unescaped(value)

    def _shared(self, number: str) -> str:
        place = _whole(number)
        if number != str(place) or place >= len(self._texts):
            raise damaged()
        return self._texts[place]

    def _number(self, value: str, style: int) -> Cell:
        kind = self._kinds[style] if style < len(self._kinds) else NUMBER
        try:
            number = float(value)
        except ValueError:
            return clean(value)
        if not abs(number) < _LARGEST:  # as it is written: a long reference loses its last digits as a number
            return clean(value)
        return number if kind == NUMBER else serial_text(number, kind, self._day_zero) or number


@cache
def _column_number(letters: str) -> int:
    """1 for A, 27 for AA. Raises Unusable for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise unusual()
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
