"""The shapes of the pages of reports: receipts, their lines, and one line that waits with what it may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.core.daily_report import LineProblem
from tracker.core.matching import Comparison
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.pages.rows import Page


@dataclass(frozen=True)
class FeedRow:
    """A feed that a report may be read by, for a choice."""

    name: str
    force: str
    description: str


@dataclass(frozen=True)
class ReceiptRow:
    """A report received. `outcomes`: every outcome with its lines so far; `waiting`: of them, not yet settled.

    `lines_read` is None until all lines are read; `status` is `reading`, `complete`, `refused`, `undoing` or `undone`.
    """

    id: int
    feed: str
    force: str
    filename: str
    source: str
    size_bytes: int
    sha256: str
    received_at: datetime
    received_by: str | None
    report_at: datetime
    is_history: bool
    duplicate_of_id: int | None
    status: str
    problem_code: str | None
    problem_sentence: str | None
    lines_read: int | None
    outcomes: Mapping[LineOutcome, int]
    waiting: int
    ignored_columns: tuple[str, ...]
    finished_at: datetime | None
    lines_total: int | None  # known once the table is read

    @property
    def lines_done(self) -> int:
        """Lines with an outcome so far."""
        return sum(self.outcomes.values())


@dataclass(frozen=True)
class LineRow:
    """A line in a receipt's list. `waits`: it asks something of a person, on the line's own page."""

    id: int
    line_no: int
    outcome: LineOutcome
    child_id: int | None
    child_name: str | None
    episode_id: int | None
    police_reference: str | None  # of that episode
    problems: tuple[LineProblem, ...]
    waits: bool
    due_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    settled_how: str | None
    settled_reason: str | None
    version: int
    cells: Mapping[str, Any] = field(default_factory=dict, repr=False)  # as corrected, else as received


@dataclass(frozen=True)
class ProblemGroup:
    """Waiting lines with the same problem: how many, and the first of them. `words`: those that are not known."""

    code: ProblemCode
    sentence: str
    lines: int
    first_line_id: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class UndoView:
    """That the load is or was undone. `counts`: what became of episodes and children, `episodes_withdrawn` …"""

    reason: str
    started_at: datetime
    started_by: str | None
    finished_at: datetime | None
    counts: Mapping[str, int]


@dataclass(frozen=True)
class ReceiptPage:
    """`problems`: waiting lines by what is wrong with them, the most first. `copies`: other receipts of these bytes."""

    receipt: ReceiptRow
    lines: Page[LineRow]
    problems: tuple[ProblemGroup, ...]
    copies: tuple[int, ...]
    undo: UndoView | None


@dataclass(frozen=True)
class CellView:
    """One cell: the column's own name, what it is to us (None: not read), as received and as corrected since."""

    column: str
    field: str | None
    received: str
    corrected: str | None
    is_problem: bool

    @property
    def text(self) -> str:
        """What stands now, for a form that corrects it."""
        return self.received if self.corrected is None else self.corrected


@dataclass(frozen=True)
class Compared:
    """One field of the line beside the same field held. Weight 0 and comparison None where it is only shown."""

    field: str
    line_value: str
    held_value: str
    comparison: Comparison | None = None
    weight: int = 0


@dataclass(frozen=True)
class EpisodeInBrief:
    """An episode of a candidate. `overlaps`: it and the line's own share an instant."""

    id: int
    missing_from_at: datetime
    ended_at: datetime | None
    overlaps: bool


@dataclass(frozen=True)
class ChildCandidate:
    """A child held who may be the one meant, the likeliest first; all that was compared, in the open.

    `latest`: their newest episodes, and any that overlaps the line's own. `age` is that of today.
    """

    child_id: int
    name: str
    date_of_birth: date | None
    age: int | None
    episodes: int
    weight: int
    fields: tuple[Compared, ...]
    latest: tuple[EpisodeInBrief, ...] = ()

    @property
    def overlaps(self) -> bool:
        return any(episode.overlaps for episode in self.latest)

    def of(self, comparison: str) -> tuple[str, ...]:
        """The fields that compared so: `match`, `near`, `differs` or `blank`."""
        return tuple(one.field for one in self.fields if one.comparison == comparison)


@dataclass(frozen=True)
class LineSaid:
    """Of whom and of what a line that can be read speaks; `values`: each field that is compared, as it was said."""

    name: str
    values: Mapping[str, str]
    missing_from_at: datetime
    ended_at: datetime | None
    returned_at: datetime | None
    held_episode_id: int | None  # the episode held under its reference


@dataclass(frozen=True)
class MatchView:
    """How a line came to be this child's. `automatic`: by the rules, for `reasons`; else a person decided it.

    `may_undo`: the line made an episode by that decision, and would wait again.
    """

    automatic: bool
    episode_id: int | None
    child_id: int | None
    is_new: bool
    by: str | None
    at: datetime | None
    reasons: tuple[tuple[str, Comparison], ...]
    may_undo: bool = False


@dataclass(frozen=True)
class EpisodeCandidate:
    """An episode logged by hand that may be the one meant. `is_taken`: it has a police reference by now."""

    episode_id: int
    child_name: str
    missing_from_at: datetime
    returned_at: datetime | None
    is_taken: bool
    fields: tuple[Compared, ...]


@dataclass(frozen=True)
class LinePage:
    """One line in full. `children` or `episodes` are given where a person must choose between them.

    `is_different_child`: its reference is that of an episode of another child, who stands as the only candidate.

    `feed_is_known`: without its feed file a line cannot be read again. `next_waiting_id`: once this one waits no
    longer, the line to decide next.
    """

    receipt: ReceiptRow
    line: LineRow
    as_of_at: datetime
    cells: tuple[CellView, ...]
    children: tuple[ChildCandidate, ...]
    episodes: tuple[EpisodeCandidate, ...]
    feed_is_known: bool
    asks_which_child: bool = False
    is_different_child: bool = False
    said: LineSaid | None = None
    match: MatchView | None = None
    next_waiting_id: int | None = None
