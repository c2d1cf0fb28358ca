"""What the readers of CSV and of workbooks hand to `tabular`: a grid of text, or why the file is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.terms import ProblemCode

HEADER_WITHIN = 20
"""Title rows may stand above the header, as long as it is within the first so many rows."""

MAX_CELL = 10_000
"""Characters in one cell: more is no value of a report."""

CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {127: None}
"""Control characters: they hold nothing a person wrote, and PostgreSQL refuses NUL."""


@dataclass(frozen=True)
class Refusal:
    """Why a whole file cannot be used: nothing of it is read. The sentence holds no child's data."""

    code: ProblemCode
    sentence: str


@dataclass(frozen=True)
class Grid:
    """Every row from the first of the sheet, as text. `no_value`: (row, column) of formulas without a value, from 0.

    `delimiter` is what separated the cells of a CSV file; a row that was torn by a quotation mark is found by it.
    """

    rows: Sequence[Sequence[str]]
    no_value: Mapping[int, frozenset[int]] = field(default_factory=dict)
    delimiter: str | None = None


def clean(text: str) -> str:
    """The text without control characters; tabs and line ends stay."""
    return text if text.isprintable() else text.translate(CONTROLS)
