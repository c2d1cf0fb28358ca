"""CSV as police systems and spreadsheets write it, with any usual separator and line end."""

import csv
import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from tracker.adapters.tabular_parts import HEADER_WITHIN, LONGEST_CELL, MAX_COLUMNS, Grid, Rows, Unusable
from tracker.core.report_terms import ProblemCode

DELIMITERS = (",", ";", "\t", "|")
_SAID = re.compile(r'\s*"?sep=([,;\t|])"?\r?\n?')
"""The line by which Excel is told the separator. A spreadsheet does not show it, so it has no row number."""

_END = "\x1eend of file\x1e"  # follows the last line: found inside a cell, it shows a quotation mark never closed
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]+")
_LONGEST_ROW = MAX_COLUMNS * LONGEST_CELL // 10

csv.field_size_limit(1 << 30)  # a long cell is told in a sentence; never an exception


def read_csv(text: str, columns_known: Callable[[Sequence[str]], int], limit: int) -> Grid:
    """Split into rows by the separator that the file states, else that under which a row has the most known columns.

    Raises Unusable.
    """
    said = _SAID.match(text)
    start = said.end() if said else 0
    delimiter = said[1] if said else max(DELIMITERS, key=lambda one: _score(text, one, columns_known))
    rows = Rows(limit)
    last: Sequence[str] = ()
    for number, row in enumerate(_records(text, delimiter, start)):
        if number:
            rows.add(last)
        last = row
    if last != [_END]:
        sentence = (
            f"A quotation mark is opened in row {len(rows) + 1} and never closed, so the rows after it cannot be told "
            "apart. Correct it and send the file again."
        )
        raise Unusable(ProblemCode.NOT_A_TABLE, sentence)
    return Grid(rows, delimiter=delimiter)


def _records(text: str, delimiter: str, start: int = 0) -> Iterator[list[str]]:
    """The rows, then the mark of the end. A row that goes on and on is one whose quotation mark nothing closes."""
    length = 0

    def lines() -> Iterator[str]:
        """One at a time: a copy of the whole text as a stream would take four times its size."""
        nonlocal length
        for line in _LINE.finditer(text, start):
            length += line.end() - line.start()
            if length > _LONGEST_ROW:
                raise Unusable(ProblemCode.TOO_LARGE, _ROW_TOO_LONG)
            yield line[0]
        yield _END

    for row in csv.reader(lines(), delimiter=delimiter):
        length = 0
        yield row


def _score(text: str, delimiter: str, columns_known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    try:
        first = list(itertools.islice(_records(text, delimiter), HEADER_WITHIN))
    except Unusable:  # quotation marks that make no sense under this separator may do so under another
        return 0, 0
    return max(columns_known(row) for row in first), max(len(row) for row in first)


_ROW_TOO_LONG = (
    "A row of this file is far too long to be a row of a report. A quotation mark may be missing. Correct it and send "
    "the file again."
)
