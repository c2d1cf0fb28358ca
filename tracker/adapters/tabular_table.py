"""A table: the rows under a header, each as header → text with what is wrong with the row itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.adapters.tabular_days import bare_fraction, bare_serial, number_text
from tracker.adapters.tabular_footers import FOOTERS_WITHIN, is_footer
from tracker.adapters.tabular_parts import MAX_CELL, Cell, Grid
from tracker.core.daily_report import LineProblem
from tracker.core.report_terms import ProblemCode

_TORN_FROM = 6  # columns: below this, text with as many commas as a row has is too common to call a torn row


@dataclass(frozen=True)
class Row:
    """One row as received: header → text. `line_no` is the row's number as a spreadsheet shows it.

    In JSON it is the object's place in its list, from 1, or the line on which it stands.
    `holds_no_child`: the header once more, or totals and the like below the last line.
    """

    line_no: int
    cells: dict[str, str]
    problems: tuple[LineProblem, ...] = ()
    holds_no_child: bool = False


@dataclass(frozen=True)
class Table:
    """`columns`: our field → the header it stands under. `ignored`: headers that no field is read from.

    `header_at`: the place of the header row, from 0; -1 where no row holds it.
    """

    headers: tuple[str, ...]
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    header_at: int
    grid: Grid
    _footers: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_footers", frozenset(self._footer_places()))

    def __len__(self) -> int:
        return len(self.grid.rows) - self.header_at - 1

    @property
    def last_line_no(self) -> int:
        return len(self.grid.rows)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The rows below the header, those whose number is above `after`; cheap from any number on."""
        kept = set(self.columns.values())
        columns = self._columns_by_place()
        width = len(self.headers)
        heading = self._heading()
        place = max(self.header_at + 1, after)
        for row in self.grid.rows.starting_at(place):
            values = self._texts(row, columns)
            cells = {h: t for h, t in zip(self.headers, values, strict=False) if h in kept or t.strip()}
            cells |= {header: "" for header in self.headers if header in kept and header not in cells}
            extra = {f"Column {n + 1}": t for n, t in enumerate(values[width:], start=width) if t.strip()}
            problems = tuple(self._problems(row, values, columns, bool(extra)))
            place += 1
            yield Row(place, cells | extra, problems, values == heading or place - 1 in self._footers)

    def _columns_by_place(self) -> dict[int, tuple[str, ...]]:
        """Column, from 0 → the fields read from it."""
        places = {header: place for place, header in enumerate(self.headers)}
        found: dict[int, tuple[str, ...]] = {}
        for name, header in self.columns.items():
            found[places[header]] = (*found.get(places[header], ()), name)
        return found

    def _heading(self) -> list[str] | None:
        """The header row's own texts: a report that is printed on pages repeats it."""
        if self.header_at < 0:
            return None
        row = next(self.grid.rows.starting_at(self.header_at))
        return [cell for cell in row if isinstance(cell, str)] if len(row) else None

    def _texts(self, row: Sequence[Cell], columns: Mapping[int, tuple[str, ...]]) -> list[str]:
        return [
            cell if isinstance(cell, str) else self._text(cell, columns.get(place, ()))
            for place, cell in enumerate(row)
        ]

    def _text(self, cell: Cell, fields: Sequence[str]) -> str:
        """What is no text as one: a bare number under a date or time is one if it can be nothing else."""
        if isinstance(cell, float):
            if any(_is_day(name) for name in fields):
                return bare_serial(cell, self.grid.day_zero) or number_text(cell)
            if any(name.endswith("_time") for name in fields):
                return bare_fraction(cell) or number_text(cell)
            return number_text(cell)
        return cell[0] if isinstance(cell, tuple) else ""

    def _problems(
        self, row: Sequence[Cell], values: Sequence[str], columns: Mapping[int, tuple[str, ...]], too_many: bool
    ) -> Iterator[LineProblem]:
        if too_many:
            yield _TOO_MANY_CELLS
        if self._is_torn(values):
            yield _TORN
        for place, text in enumerate(values):
            if len(text) > MAX_CELL:
                yield LineProblem(ProblemCode.VALUE_TOO_LONG, _TOO_LONG, columns.get(place, ()))
        for place, fields in columns.items():
            cell = row[place] if place < len(row) else ""
            if cell is None:
                yield LineProblem(ProblemCode.FORMULA_WITHOUT_VALUE, _FORMULA, fields)
            elif isinstance(cell, tuple):
                yield LineProblem(ProblemCode.NESTED_VALUE, _NESTED, fields)

    def _is_torn(self, values: Sequence[str]) -> bool:
        delimiter = self.grid.delimiter
        width = len(self.headers)
        if delimiter is None or width < _TORN_FROM:
            return False
        return any(
            part.count(delimiter) >= width - 1 for text in values if "\n" in text for part in text.split("\n")[1:]
        )

    def _footer_places(self) -> list[int]:
        """The rows at the very end that hold totals and the like, blank ones between them passed over."""
        if self.header_at < 0:
            return []
        first = max(self.header_at + 1, len(self.grid.rows) - FOOTERS_WITHIN)
        columns = self._columns_by_place()
        reference = next((place for place, fields in columns.items() if "police_reference" in fields), None)
        last = [self._texts(row, columns) for row in self.grid.rows.starting_at(first)]
        found = []
        for place, texts in reversed(list(enumerate(last, start=first))):
            if is_footer(texts, reference):
                found.append(place)
            elif any(text.strip() for text in texts):
                break
        return found


def _is_day(name: str) -> bool:
    return name.endswith(("_at", "_date", "_on")) or name in ("date_of_birth", "report_time")


_TOO_MANY_CELLS = LineProblem(
    ProblemCode.ROW_TOO_LONG,
    "This row has more cells than there are columns, so its values may stand in the wrong columns.",
)
_TORN = LineProblem(
    ProblemCode.ROW_TOO_LONG, "This row seems to hold several rows: a quotation mark may be missing or left over."
)
_TOO_LONG = f"A value of this row is longer than {MAX_CELL:,} characters."
_FORMULA = (
    "A cell of this row holds a formula whose result is not in the file. Open it in a spreadsheet program and save it, "
    "or type the value."
)
_NESTED = "A value of this line is a list or an object of its own, where one text or number should stand."
