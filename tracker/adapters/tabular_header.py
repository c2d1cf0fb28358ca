"""The row that names the columns: found among the first rows, and what it lacks or has twice said in a sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.adapters.tabular_parts import HEADER_WITHIN, MAX_COLUMNS, Cell, Grid, Unusable
from tracker.core.feed import fold
from tracker.core.report_terms import ProblemCode


@dataclass(frozen=True)
class Columns:
    """What to look for. `names`: our field → the column names it may have, first match wins, case and spacing ignored.

    `required`: groups of fields, each with what people call it; of each group one field must have a column.
    """

    names: Mapping[str, Sequence[str]]
    required: Sequence[tuple[str, ...]]


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


def header_place(grid: Grid, wanted: Columns) -> int | None:
    """Where the first row with every required column stands; -1 where the names stand in no row (JSON)."""
    if grid.headers is not None:
        return -1 if not lacking(grid.headers, wanted) else None
    for place, row in enumerate(islice(grid.rows.starting_at(0), HEADER_WITHIN)):
        if not lacking(texts_of(row), wanted):
            return place
    return None


def header_texts(grid: Grid, place: int) -> list[str]:
    """The names as they stand, blank ones at the end left out. Raises Unusable for too many."""
    texts = list(grid.headers) if grid.headers is not None else texts_of(next(grid.rows.starting_at(place)))
    while texts and not texts[-1].strip():
        texts.pop()
    if len(texts) > MAX_COLUMNS:
        raise Unusable(ProblemCode.TOO_LARGE, f"The header row has more than {MAX_COLUMNS} columns.")
    return texts


def first_rows(grid: Grid) -> list[list[str]]:
    """The rows among which the header must stand, as texts; the names themselves where no row holds them (JSON)."""
    if grid.headers is not None:
        return [list(grid.headers)]
    return [texts_of(row) for row in islice(grid.rows.starting_at(0), HEADER_WITHIN)]


def texts_of(row: Sequence[Cell]) -> list[str]:
    """A header's or title's cells; what is no text there is no name of a column."""
    return [cell if isinstance(cell, str) else "" for cell in row]


def lacking(row: Sequence[str], wanted: Columns) -> list[tuple[str, ...]]:
    """The required groups of which the row names no column."""
    found = columns_in(row, wanted.names)
    return [group for group in wanted.required if not any(field in found for field in group)]


def refuse_missing(grids: Iterable[Grid], wanted: Columns) -> Unusable:
    """Names the columns that the likeliest header row lacks."""
    rows: list[Sequence[str]] = []
    is_json = False
    for grid in grids:
        is_json = grid.headers is not None
        rows += first_rows(grid)
    groups = lacking(max(rows, key=lambda row: len(columns_in(row, wanted.names))), wanted)
    parts = [
        quoted([name for field in group for name in wanted.names.get(field, ())][:3] or [group[0]], " or ")
        for group in groups
    ]
    what = f"The column {parts[0]} is" if len(parts) == 1 else f"The columns {'; '.join(parts)} are"
    where = (
        "No object has such a name" if is_json else f"The header row must stand within the first {HEADER_WITHIN} rows"
    )
    return Unusable(ProblemCode.MISSING_COLUMN, f"{what} missing. {where}.")


def refuse_twice(texts: Sequence[str], columns: Mapping[str, str]) -> None:
    """A column that is read from must stand once: which of two is meant, nobody can tell. Raises Unusable."""
    folded = Counter(fold(cell) for cell in texts if cell.strip())
    twice = sorted({header for header in columns.values() if folded[fold(header)] > 1})
    if twice:
        raise Unusable(ProblemCode.DUPLICATE_COLUMN, f"The column {quoted(twice)} stands twice in the header row.")


def quoted(names: Sequence[str], between: str = ", ") -> str:
    return between.join(f"“{name[:80]}”" for name in names)


def headers_of(texts: Sequence[str]) -> tuple[str, ...]:
    """The header cells, each one's name its own: without spaces around, numbered where empty or repeated."""
    found: list[str] = []
    for number, cell in enumerate(texts, start=1):
        name = " ".join(cell.split())[:200]
        if not name or name in found:
            name = f"{name} (column {number})" if name else f"Column {number}"
        found.append(name)
    return tuple(found)
