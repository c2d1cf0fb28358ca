"""What the readers of every kind of file hand to `tabular`: the rows of a sheet, or why the file is refused."""

import marshal
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from tracker.core.report_terms import ProblemCode

HEADER_WITHIN = 20
"""Title rows may stand above the header, as long as it is within the first so many rows."""

MAX_CELL = 10_000
"""Characters in one cell: more is no value of a report, and keeps its line out."""

LONGEST_CELL = 32_767
"""Characters that a spreadsheet can hold in one cell: more in any file is no table, and refuses it."""

MAX_COLUMNS = 500

_MOST_CELLS = 10_000_000
_MOST_BLANK = 1_100_000  # rows: a sheet has no more, and programs that fill it write them all

CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {127: None}
"""Control characters: they hold nothing a person wrote, and PostgreSQL refuses NUL."""

Cell = str | float | tuple[str] | None
"""A text; a number of a workbook that nothing calls a date; a text of nested JSON, in a tuple of one; None for a
formula whose value is not in the file."""


@dataclass(frozen=True)
class Refusal:
    """Why a whole file cannot be used: nothing of it is read. The sentence holds no child's data."""

    code: ProblemCode
    sentence: str


class Unusable(Exception):  # noqa: N818 (carried to `read_table`, which returns it as the value it holds)
    """Raised inside the readers, at whatever depth it shows that the file must be refused."""

    def __init__(self, code: ProblemCode, sentence: str) -> None:
        super().__init__()
        self.refusal = Refusal(code, sentence)


class Rows:
    """The rows of a sheet in their order, packed: a large report is held in a fraction of its size.

    Rows without cells at the end are not kept. Raises Unusable for more rows than `limit`, a row of too many cells
    to be one, and a cell longer than any spreadsheet can hold.
    """

    _BLOCK = 100

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._blocks: list[bytes] = []
        self._open: list[Sequence[Cell]] = []
        self._blank = 0
        self._cells = 0

    def __len__(self) -> int:
        return len(self._blocks) * self._BLOCK + len(self._open)

    def add(self, row: Sequence[Cell]) -> None:
        """The next row; one without cells counts once a row with cells follows."""
        if not row:
            self.add_blank(1)
            return
        if any(len(cell) > LONGEST_CELL for cell in row if isinstance(cell, str)):
            raise cell_too_long(len(self) + self._blank + 1)
        self._cells += len(row)
        if len(self) + self._blank >= self._limit or self._cells > _MOST_CELLS:
            raise _too_many()
        for _ in range(self._blank):
            self._append([])
        self._blank = 0
        self._append(row)

    def add_blank(self, count: int) -> None:
        """So many rows without cells."""
        self._blank += count
        if self._blank > _MOST_BLANK:
            raise _too_many()

    def _append(self, row: Sequence[Cell]) -> None:
        self._open.append(row)
        if len(self._open) == self._BLOCK:
            self._blocks.append(zlib.compress(marshal.dumps(self._open), 1))
            self._open = []

    def starting_at(self, place: int) -> Iterator[Sequence[Cell]]:
        """The rows from this place on, counted from 0. One block at a time is unpacked."""
        first, within = divmod(max(place, 0), self._BLOCK)
        for number in range(first, len(self._blocks) + 1):
            yield from islice(self._block(number), within, None)
            within = 0

    def _block(self, number: int) -> Sequence[Sequence[Cell]]:
        if number == len(self._blocks):
            return self._open
        block: list[Sequence[Cell]] = marshal.loads(zlib.decompress(self._blocks[number]))  # noqa: S302 (our own)
        return block


@dataclass(frozen=True)
class Grid:
    """One sheet, from its first row.

    `delimiter`: what separated the cells of a CSV file; a row that was torn by a quotation mark is found by it.
    `day_zero`: the day that a workbook counts its days from. `headers`: the names of the cells where no row holds
    them (JSON).
    """

    rows: Rows
    delimiter: str | None = None
    day_zero: date = date(1899, 12, 30)
    headers: tuple[str, ...] | None = None


def _too_many() -> Unusable:
    return Unusable(ProblemCode.TOO_LARGE, "The file has too many rows or cells. Send the report in parts.")


def cell_too_long(row: int = 0) -> Unusable:
    """`row`: where it stands, from 1, if that is known."""
    sentence = (
        f"A cell{f' of row {row:,}' if row else ''} holds more than {LONGEST_CELL:,} characters, which no report has. "
        "Correct it and send the file again."
    )
    return Unusable(ProblemCode.TOO_LARGE, sentence)


def clean(text: str) -> str:
    """The text without control characters; tabs and line ends stay."""
    return text if text.isprintable() else text.translate(CONTROLS)


def trimmed(row: list[Cell]) -> list[Cell]:
    """The row without the blank cells at its end."""
    while row and row[-1] == "":
        row.pop()
    return row
