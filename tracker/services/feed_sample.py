"""A sample of an unknown force's report: its header row is looked for, and its columns, dates and words are guessed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.adapters.tabular import HEADER_WITHIN, Columns, FileLimits, Refusal, Table, first_rows, read_table
from tracker.core.date_shapes import DateGuess, date_formats_in
from tracker.core.feed import Feed, fold
from tracker.core.feed_changes import fields_of_headings, with_columns
from tracker.core.feed_guess import ColumnGuess, guess_columns
from tracker.core.feed_rules import REQUIRED
from tracker.core.report_row import TIME_CELLS
from tracker.core.report_terms import ProblemCode
from tracker.core.value_guess import CODED, guess_word
from tracker.services.report_table import too_large

MOST_LINES = 1_000
"""Of a sample: some days' reports are enough, and every one of its lines is shown."""

_FEWEST_COLUMNS = 3
_TIMED = frozenset(cell for cells in TIME_CELLS.values() for cell in cells) | {"date_of_birth"}


@dataclass(frozen=True)
class Known:
    """What the feeds that there are say, for guessing: our field → headings, and coded field → folded word → value."""

    headings: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sample:
    """The rows below the header, as heading → text."""

    headings: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]

    def cells(self, heading: str) -> list[str]:
        """The column's cells that are not blank."""
        return [row[heading] for row in self.rows if row.get(heading, "").strip()]

    def words(self, headings: Iterable[str]) -> Counter[str]:
        """The distinct texts of these columns, with how often each stands there; one spelling of each."""
        spelt: dict[str, str] = {}
        found: Counter[str] = Counter()
        for heading in headings:
            for text in self.cells(heading):
                found[spelt.setdefault(fold(text), " ".join(text.split())[:200])] += 1
        return found


def known_of(feeds: Mapping[str, Feed]) -> Known:
    """What these feeds say; where two differ, the first by name."""
    headings: dict[str, tuple[str, ...]] = {}
    words: dict[str, dict[str, str]] = {field: {} for field in CODED}
    for _, feed in sorted(feeds.items()):
        for field, names in feed.columns.items():
            headings[field] = (*headings.get(field, ()), *names)
        for field in CODED:
            words[field] = {**feed.values.get(field, {}), **words[field]}
    return Known(headings, words)


def read_sample(content: bytes, filename: str, known: Known, limits: FileLimits) -> Sample | Refusal:
    """The sample with its header row found, or why it cannot be used. Never raises for any bytes.

    The header is the row that a known feed would take, else the row of the first 20 that looks most like headings.
    """
    refusal = too_large(content, limits)
    if refusal:
        return refusal
    rows = min(limits.rows, MOST_LINES)
    table = read_table(content, filename, Columns(known.headings, REQUIRED), rows)
    if isinstance(table, Refusal) and table.code is ProblemCode.MISSING_COLUMN:
        whole = read_table(content, filename, Columns(known.headings, ()), rows)
        table = whole if isinstance(whole, Refusal) else _with_likely_header(content, filename, whole, known, rows)
    if isinstance(table, Refusal):
        return table
    return Sample(table.headers, tuple(row.cells for row in table.rows()))


def _with_likely_header(content: bytes, filename: str, whole: Table, known: Known, most: int) -> Table | Refusal:
    """The table read again with the header row that has the most headings that can be guessed, then the most cells."""

    def likeness(row: Sequence[str]) -> tuple[int, int]:
        texts = list(dict.fromkeys(text.strip() for text in row if text.strip()))
        guesses = guess_columns(texts, (), known.headings)
        return sum(guess.field is not None for guess in guesses.values()), len(texts)

    header = max(first_rows(whole.grid), key=likeness)
    once = [text for text, times in Counter(fold(cell) for cell in header).items() if text and times == 1]
    if len(once) < _FEWEST_COLUMNS:
        sentence = (
            f"No row within the first {HEADER_WITHIN} looks like headings. A report has at least a reference, a name "
            "and a start, each in a column of its own."
        )
        return Refusal(ProblemCode.NOT_A_TABLE, sentence)
    wanted = Columns({text: (text,) for text in once}, tuple((text,) for text in once))
    return read_table(content, filename, wanted, most)


def guess_definition(sample: Sample, known: Known) -> dict[str, Any]:
    """The columns, date formats and words that are guessed, as a definition without a name."""
    guesses = guesses_of(sample, known)
    chosen = {heading: guess.field for heading, guess in guesses.items()}
    made = with_columns({}, sample.headings, chosen)
    return with_guessed_words(with_guessed_dates(made, sample), sample, known)


def guesses_of(sample: Sample, known: Known) -> dict[str, ColumnGuess]:
    """Heading → which field it may hold, and why."""
    return guess_columns(sample.headings, sample.rows, known.headings)


def with_guessed_dates(definition: Mapping[str, Any], sample: Sample) -> dict[str, Any]:
    """With the formats of the dates in its columns. ISO is always read, and stands alone where nothing else may."""
    return {**definition, "date_formats": list(dates_of(definition, sample).formats) or ["%Y-%m-%d"]}


def dates_of(definition: Mapping[str, Any], sample: Sample) -> DateGuess:
    """How the dates in the columns that are read as times are written."""
    read = fields_of_headings(definition, sample.headings)
    dated = [heading for heading, fields in read.items() if _TIMED & set(fields)]
    return date_formats_in(text for heading in dated for text in sample.cells(heading))


def with_guessed_words(definition: Mapping[str, Any], sample: Sample, known: Known) -> dict[str, Any]:
    """With a meaning for every word of a coded column that has one by guess and would not be read without."""
    tables: dict[str, dict[str, str]] = {}
    for field, headings in coded_headings(definition, sample).items():
        for word in sample.words(headings):
            guess = guess_word(field, word, known.words.get(field, {}))
            if guess.value is not None and not guess.is_own:
                tables.setdefault(field, {})[word] = guess.value
    return {**definition, "values": tables}


def coded_headings(definition: Mapping[str, Any], sample: Sample) -> dict[str, list[str]]:
    """Coded field → the headings of the sample that it is read from."""
    found: dict[str, list[str]] = {}
    for heading, fields in fields_of_headings(definition, sample.headings).items():
        for field in fields:
            if field in CODED:
                found.setdefault(field, []).append(heading)
    return {field: found[field] for field in CODED if field in found}
