"""Lines that wait, in a file: the mark that names each, and texts made safe to open in a spreadsheet and back again."""

import re
import unicodedata
from collections.abc import Mapping

from tracker.core.feed import fold

MARK, CODE, PROBLEM = "Waiting line", "Problem code", "Problem"

_OURS = {fold(name) for name in (MARK, CODE, PROBLEM)}

_MARK = re.compile(r"\s*R\s*([0-9]{1,9})\s*-\s*([0-9]{1,9})\s*", re.ASCII | re.IGNORECASE)


def mark_of(receipt_id: int, line_no: int) -> str:
    """`R12-5`: row 5 of receipt 12."""
    return f"R{receipt_id}-{line_no}"


def read_mark(text: str) -> tuple[int, int] | None:
    """(receipt, row) of a mark as it came back; None for anything else."""
    found = _MARK.fullmatch(as_it_was(text))
    return (int(found[1]), int(found[2])) if found else None


def is_live(text: str) -> bool:
    """Whether a spreadsheet program may run it: it begins, after spaces of any kind, with what begins a formula.

    Full-width forms count, because programs fold them; so do a tab and the ends of lines, which some skip.
    """
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for character in text:
        plain = unicodedata.normalize("NFKC", character)
        if plain.strip() and unicodedata.category(character) not in ("Cf", "Cc", "Zs", "Zl", "Zp"):
            return plain[0] in "=+-@"
    return False


def inert(text: str) -> str:
    """The text with an apostrophe before it where it would be run; `as_it_was` takes exactly that away again."""
    return "'" + text if is_live(text.lstrip("'")) else text


def as_it_was(text: str) -> str:
    """What `inert` was given. A text that it left alone comes back as it is."""
    return text[1:] if text.startswith("'") and is_live(text.lstrip("'")) else text


def is_added(column: str) -> bool:
    """Whether it is a column that we add to a file of waiting lines, and none of the report."""
    return fold(column) in _OURS


def mark_in(cells: Mapping[str, str]) -> str:
    """The mark that a row bears, as it came; empty where it bears none."""
    return next((text.strip() for column, text in cells.items() if fold(column) == fold(MARK)), "")


def report_cells(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells of the report itself, as they were, without the columns that we added."""
    return {column: as_it_was(text) for column, text in cells.items() if not is_added(column)}
