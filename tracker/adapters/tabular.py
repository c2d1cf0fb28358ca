"""Bytes and a file name → a table of text with its header found, or a refusal in a plain sentence.

What a file is, its content decides; a name that claims something else is refused, because somebody meant another file.
Read are CSV, JSON (a list of objects, or one object a line) and workbooks (.xlsx, .ods).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from tracker.adapters.tabular_csv import read_csv
from tracker.adapters.tabular_header import (
    Columns,
    columns_in,
    first_rows,
    header_place,
    header_texts,
    headers_of,
    refuse_missing,
    refuse_twice,
)
from tracker.adapters.tabular_json import looks_like_json, read_json
from tracker.adapters.tabular_kinds import JSONS, LINES, SUFFIXES, Kind, kind_of, package_kind, suffix_of
from tracker.adapters.tabular_ods import read_ods
from tracker.adapters.tabular_package import Package
from tracker.adapters.tabular_parts import HEADER_WITHIN, Grid, Refusal, Unusable, clean
from tracker.adapters.tabular_table import Row, Table
from tracker.adapters.tabular_text import decode
from tracker.adapters.tabular_xlsx import read_xlsx
from tracker.core.feed import fold
from tracker.core.report_terms import ProblemCode

__all__ = [
    "HEADER_WITHIN", "SUFFIXES", "Columns", "FileLimits", "Refusal", "Row", "Table", "clean", "columns_in",
    "first_rows", "read_table",
]  # fmt: skip


class FileLimits(Protocol):
    """How large a file may be: settings' `limits`."""

    @property
    def upload_bytes(self) -> int: ...
    @property
    def rows(self) -> int: ...


def read_table(content: bytes, filename: str, wanted: Columns, max_rows: int) -> Table | Refusal:
    """Read a report of any kind. Never raises for any bytes, and holds little more than its rows, packed."""
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return _EMPTY
    try:
        grids = _grids(content, filename, wanted, max_rows + HEADER_WITHIN)
        return _one_table(grids, wanted, max_rows)
    except Unusable as unusable:
        return unusable.refusal


def _grids(content: bytes, filename: str, wanted: Columns, limit: int) -> list[Grid]:
    if kind_of(content, filename) is not Kind.TEXT:
        package = Package(content)
        read = read_xlsx if package_kind(package, filename) is Kind.XLSX else read_ods
        return read(package, limit)
    text = decode(content)
    suffix = suffix_of(filename)
    if looks_like_json(text) or suffix in JSONS:
        _check_json_name(text, suffix)
        return [read_json(text, suffix in LINES, limit)]
    return [read_csv(text, _known_in(wanted), limit)]


def _known_in(wanted: Columns) -> Callable[[Sequence[str]], int]:
    known = {fold(name) for names in wanted.names.values() for name in names}
    return lambda row: len(known & {fold(cell) for cell in row})


def _check_json_name(text: str, suffix: str) -> None:
    if suffix in (".csv", ".tsv", ".tab", ".psv"):
        sentence = f"This file is named {suffix} but its content is JSON. Name it by what it is (.json)."
        raise Unusable(ProblemCode.NOT_A_TABLE, sentence)
    if not text.lstrip().startswith(("[", "{")):
        sentence = f"This file is named {suffix} but does not hold a list of objects. Name it by what it is."
        raise Unusable(ProblemCode.NOT_A_TABLE, sentence)


_EMPTY = Refusal(ProblemCode.EMPTY_FILE, "The file is empty. A report without missing children still has a header row.")


def _one_table(grids: list[Grid], wanted: Columns, max_rows: int) -> Table | Refusal:
    """The one sheet with the header. Two that have lines are refused: reading one would lose the other in silence."""
    grids = [grid for grid in grids if grid.headers is not None or any(map(_has_text, grid.rows.starting_at(0)))]
    if not grids:
        return _EMPTY
    if grids[0].headers is not None and not len(grids[0].rows):  # an empty list says that nobody is missing
        return Table((), {}, (), -1, grids[0])
    places = [(grid, place) for grid in grids if (place := header_place(grid, wanted)) is not None]
    if not places:
        raise refuse_missing(grids, wanted)
    with_lines = [(grid, place) for grid, place in places if any(map(_has_text, grid.rows.starting_at(place + 1)))]
    if len(with_lines) > 1:
        sentence = (
            "Two sheets of this workbook have the columns of a report and lines below them; one may be hidden. Send "
            "one sheet in a file."
        )
        raise Unusable(ProblemCode.NOT_A_TABLE, sentence)
    grid, header_at = (with_lines or places)[0]
    texts = header_texts(grid, header_at)
    headers = headers_of(texts)
    columns = columns_in(headers, wanted.names)
    refuse_twice(texts, columns)
    if len(grid.rows) - header_at - 1 > max_rows:
        raise Unusable(ProblemCode.TOO_LARGE, f"The file has more than {max_rows:,} rows. Send the report in parts.")
    read = set(columns.values())
    ignored = tuple(header for header in headers if header and header not in read)
    return Table(headers, columns, ignored, header_at, grid)


def _has_text(row: Sequence[object]) -> bool:
    return any(not isinstance(cell, str) or cell.strip() for cell in row)
