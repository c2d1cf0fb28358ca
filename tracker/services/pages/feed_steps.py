"""The steps of making a feed, as their pages show them: columns, words, dates, and what a sample would become."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.adapters.tabular import FileLimits, Refusal
from tracker.core.date_shapes import DateGuess
from tracker.core.feed import Feed, fold
from tracker.core.feed_changes import fields_of_headings
from tracker.core.feed_definition import FeedProblem, read_definition
from tracker.core.feed_guess import ColumnGuess
from tracker.core.feed_rules import names_of
from tracker.core.value_guess import CODED, guess_word
from tracker.services.context import Context, Viewer
from tracker.services.feed_drafts import Draft, as_shown, sample_file
from tracker.services.feed_sample import Known, Sample, coded_headings, dates_of, guesses_of
from tracker.services.preview_feed import Preview, preview_feed

EXAMPLES = 3
MOST_WORDS = 40
"""Of one field: more different words than this are hardly a code, and the page says so."""


@dataclass(frozen=True)
class ColumnRow:
    """A column of the sample. `fields`: what is read from it now, the first of which can be chosen."""

    place: int
    heading: str
    examples: tuple[str, ...]
    fields: tuple[str, ...]
    guess: ColumnGuess

    @property
    def is_marked(self) -> bool:
        """Read, or something that a person should look at."""
        return bool(self.fields or self.guess.field or self.guess.why)


@dataclass(frozen=True)
class WordRow:
    """A word of a coded column. `meaning`: ours, "" for "not known", None while it has none; `why`, where guessed."""

    word: str
    lines: int
    meaning: str | None
    why: str


@dataclass(frozen=True)
class WordTable:
    """The words of one coded field: those of the sample, the commonest first, then those that only the feed has."""

    field: str
    headings: tuple[str, ...]
    words: tuple[WordRow, ...]
    left_out: int
    others: tuple[WordRow, ...]


def column_rows(draft: Draft, sample: Sample, known: Known) -> tuple[ColumnRow, ...]:
    """Every column of the sample in its order."""
    guesses = guesses_of(sample, known)
    read = fields_of_headings(draft.definition, sample.headings)
    return tuple(
        ColumnRow(
            place,
            heading,
            tuple(dict.fromkeys(text.strip()[:80] for text in sample.cells(heading)))[:EXAMPLES],
            tuple(read.get(heading, ())),
            guesses[heading],
        )
        for place, heading in enumerate(sample.headings)
    )


def word_tables(draft: Draft, sample: Sample | None, known: Known) -> tuple[WordTable, ...]:
    """A table for every coded field that has a column or words."""
    headings = coded_headings(draft.definition, sample) if sample else {}
    held: Mapping[str, Mapping[str, str]] = draft.definition.get("values") or {}
    columns = draft.definition.get("columns") or {}
    found = []
    for field in CODED:
        if field not in columns and field not in held:
            continue
        table = dict(held.get(field, {}))
        spelt = {fold(word): word for word in table}
        counted = sample.words(headings.get(field, ())) if sample else {}
        common = sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS]
        words = tuple(_word_row(field, spelt.get(fold(word), word), n, table, known) for word, n in common)
        shown = {row.word for row in words}
        others = tuple(WordRow(word, 0, ours, "") for word, ours in table.items() if word not in shown)
        names = tuple(headings.get(field) or names_of(columns.get(field, ())))
        found.append(WordTable(field, names, words, len(counted) - len(common), others))
    return tuple(found)


def _word_row(field: str, word: str, lines: int, table: Mapping[str, str], known: Known) -> WordRow:
    guess = guess_word(field, word, known.words.get(field, {}))
    if word in table:
        return WordRow(word, lines, table[word], guess.why if guess.value == table[word] else "")
    return WordRow(word, lines, guess.value, guess.why)


def date_guess(draft: Draft, sample: Sample) -> DateGuess:
    """How the sample writes its dates."""
    return dates_of(draft.definition, sample)


def draft_problems(draft: Draft) -> tuple[FeedProblem, ...]:
    """What still keeps the draft from being a feed, its name aside."""
    found = read_definition(as_shown(draft.definition))
    return () if isinstance(found, Feed) else found


def draft_preview(
    context: Context, viewer: Viewer, draft: Draft, own_names: tuple[str, ...], limits: FileLimits
) -> Preview | Refusal | None:
    """What would become of every line of the sample; None without a sample, or while the draft is no feed yet."""
    feed = read_definition(as_shown(draft.definition), own_names)
    file = sample_file(context, viewer) if isinstance(feed, Feed) else None
    if file is None or not isinstance(feed, Feed):
        return None
    return preview_feed(context, content=file.content, filename=file.filename, feed=feed, limits=limits)


def authorities_in(draft: Draft, sample: Sample) -> tuple[str, ...]:
    """How the sample writes the responsible authorities, the commonest first."""
    read = fields_of_headings(draft.definition, sample.headings)
    headings = [heading for heading, fields in read.items() if "responsible_authority" in fields]
    return tuple(word for word, _ in sample.words(headings).most_common(12))
