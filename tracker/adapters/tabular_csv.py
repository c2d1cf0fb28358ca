"""CSV as police systems and spreadsheets write it: any usual separator; UTF-8, UTF-16 with its mark, Windows-1252."""

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence

from tracker.adapters.tabular_parts import HEADER_WITHIN, Grid, Refusal, clean
from tracker.core.terms import ProblemCode

DELIMITERS = (",", ";", "\t", "|")
_END = "\x1eend of file\x1e"  # follows the last line: found inside a cell, it shows a quotation mark never closed

csv.field_size_limit(1 << 30)  # a long cell is a problem of its line, told in a sentence; never an exception


def decode(content: bytes) -> str | Refusal:
    """The text. A byte order mark decides; else UTF-8 if it is that, else Windows-1252."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded(content, name)
    if b"\0" in content:
        looks_utf16 = content[:2000].count(0) * 3 > len(content[:2000])
        return _WRONG_ENCODING if looks_utf16 else _NOT_TEXT
    text = _decoded(content, "utf-8")
    return _decoded(content, "cp1252") if isinstance(text, Refusal) else text


def _decoded(content: bytes, encoding: str) -> str | Refusal:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return _WRONG_ENCODING
    controls = len(text) - len(clean(text))
    return _NOT_TEXT if controls else text


_WRONG_ENCODING = Refusal(
    ProblemCode.WRONG_ENCODING,
    "The characters of this file cannot be read. Save it as “CSV UTF-8”, or as an .xlsx workbook, and send it again.",
)
_NOT_TEXT = Refusal(
    ProblemCode.NOT_A_TABLE, "This is not a table of text. Send the report as a CSV file or an .xlsx workbook."
)


def read_csv(text: str, columns_known: Callable[[Sequence[str]], int]) -> Grid | Refusal:
    """Split into rows by the separator under which a row among the first 20 has the most known columns."""
    delimiter = max(DELIMITERS, key=lambda one: _score(text, one, columns_known))
    rows: list[Sequence[str]] = list(_records(text, delimiter))
    if rows[-1] != [_END]:
        sentence = (
            f"A quotation mark is opened in row {len(rows)} and never closed, so the rows after it cannot be told "
            "apart. Correct it and send the file again."
        )
        return Refusal(ProblemCode.NOT_A_TABLE, sentence)
    rows.pop()
    while rows and not rows[-1]:
        rows.pop()
    return Grid(rows, delimiter=delimiter)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = itertools.chain(io.StringIO(text, newline=""), [_END])
    return csv.reader(lines, delimiter=delimiter)


def _score(text: str, delimiter: str, columns_known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    first = list(itertools.islice(_records(text, delimiter), HEADER_WITHIN))
    return max(columns_known(row) for row in first), max(len(row) for row in first)
