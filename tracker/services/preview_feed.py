"""What a feed would make of every line of a sample, by the real readers and the real matching; nothing is written.

A held child is never named: whoever manages feeds may not see records. What the sample itself says may be shown to
them, because they brought it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.adapters.tabular import FileLimits, Refusal, Row
from tracker.core.daily_report import ReportLine
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Context
from tracker.services.feed_sample import MOST_LINES
from tracker.services.line_memory import remember
from tracker.services.line_verdicts import Verdict
from tracker.services.read_lines import FieldsOf, judge, read_row
from tracker.services.report_table import report_table
from tracker.store.db import session as current_session


class PreviewOutcome(StrEnum):
    """What a line would do: exactly one of these, so that the lines are their sum."""

    NEW_CHILD = "new_child"
    KNOWN_CHILD = "known_child"
    KNOWN_EPISODE = "known_episode"
    TO_DECIDE = "to_decide"
    PROBLEM = "problem"
    BLANK = "blank"


@dataclass(frozen=True)
class PreviewLine:
    """One line of the sample: what it would do, the sentences that keep it out, and what was read of it."""

    line_no: int
    outcome: PreviewOutcome
    sentences: tuple[str, ...] = ()
    line: ReportLine | None = None


@dataclass(frozen=True)
class Preview:
    """Every line in order. `ignored`: headings that nothing is read from."""

    lines: tuple[PreviewLine, ...]
    ignored: tuple[str, ...]

    @property
    def counts(self) -> Mapping[PreviewOutcome, int]:
        """Every outcome with its number of lines, 0 included."""
        found = Counter(line.outcome for line in self.lines)
        return {outcome: found[outcome] for outcome in PreviewOutcome}


@dataclass(frozen=True)
class _SampleLimits:
    upload_bytes: int
    rows: int


def preview_feed(
    context: Context, *, content: bytes, filename: str, feed: Feed, limits: FileLimits
) -> Preview | Refusal:
    """The outcome of every line if the sample came in now. Rolled back at the end: it only looks."""
    given = _SampleLimits(limits.upload_bytes, min(limits.rows, MOST_LINES))
    table = report_table(content, filename, feed, given)
    if isinstance(table, Refusal):
        return table
    rows = list(table.rows())
    try:
        with current_session().no_autoflush:
            lines = tuple(_lines(rows, feed, context))
    finally:
        current_session().rollback()
    return Preview(lines, table.ignored)


def _lines(rows: Sequence[Row], feed: Feed, context: Context) -> Iterator[PreviewLine]:
    fields_of = FieldsOf(feed)
    readings = [read_row(row, fields_of, context.now) for row in rows]
    memory = remember(current_session(), [one.reading.line for one in readings if one.reading.line], feed.force)
    references: set[str] = set()
    for one in readings:
        line = one.reading.line
        if line and line.police_reference in references:  # a further line of an episode above it
            yield PreviewLine(one.row.line_no, PreviewOutcome.KNOWN_EPISODE, line=line)
            continue
        verdict = judge(one, memory, context)
        if line and verdict.outcome is not LineOutcome.QUARANTINED:
            references.add(line.police_reference)
        sentences = tuple(problem.sentence for problem in verdict.problems)
        yield PreviewLine(one.row.line_no, _outcome(verdict), sentences, line)


_ASKS = {ProblemCode.MATCH_UNDECIDED, ProblemCode.SAME_EPISODE_UNDECIDED, ProblemCode.DIFFERENT_CHILD}


def _outcome(verdict: Verdict) -> PreviewOutcome:
    """A child remembered under a stand-in (a negative id) is one that the sample itself would make."""
    if verdict.outcome is LineOutcome.BLANK:
        return PreviewOutcome.BLANK
    if verdict.outcome is LineOutcome.QUARANTINED:
        asks = any(problem.code in _ASKS for problem in verdict.problems)
        return PreviewOutcome.TO_DECIDE if asks else PreviewOutcome.PROBLEM
    if verdict.outcome is LineOutcome.CREATED:
        is_new = verdict.child_id is None or verdict.child_id < 0
        return PreviewOutcome.NEW_CHILD if is_new else PreviewOutcome.KNOWN_CHILD
    return PreviewOutcome.KNOWN_EPISODE
