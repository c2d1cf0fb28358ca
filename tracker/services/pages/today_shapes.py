"""What stands on Today, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.forecast import Outlook
from tracker.core.terms import InterviewState
from tracker.services.pages.actions import ActionView
from tracker.services.pages.clock_rows import ClockRow
from tracker.services.pages.interview_items import InterviewItem
from tracker.services.pages.meetings import ChildMeetings
from tracker.services.pages.overdue_reviews import OverdueReview
from tracker.services.pages.rows import EpisodeRow, Section, Urgency, WaitingLine, urgency_of


@dataclass(frozen=True)
class TodayFilter:
    """Of one team, or allocated to the viewer. Lines and reports belong to nobody yet: `mine` leaves them out.

    `unallocated`: of the clocks, only those that are nobody's.
    """

    team_id: int | None = None
    mine: bool = False
    unallocated: bool = False


@dataclass(frozen=True)
class ClockTotals:
    """Of episodes whose clock is open: all, and of them the overdue, those due soon, those that are nobody's, and of
    these the overdue."""

    running: int = 0
    overdue: int = 0
    due_soon: int = 0
    unallocated: int = 0
    unallocated_overdue: int = 0


@dataclass(frozen=True)
class Clock:
    """A clock that runs or has run out: an episode's, or that which a waiting line's readable return would run.

    Exactly one of `episode` and `line` is given. `planned_at` is the plan that somebody gave in acknowledging;
    `outlook` whether an episode's deadline will be missed at the present pace, while it lies ahead.
    """

    due_at: datetime
    hours_left: float
    state: InterviewState
    episode: ClockRow | None = None
    line: WaitingLine | None = None
    planned_at: datetime | None = None
    outlook: Outlook | None = None

    @property
    def urgency(self) -> Urgency:
        return urgency_of(self.state)


@dataclass(frozen=True, slots=True)
class UnansweredRequest:
    """Another council was asked to hold an interview whose clock is open, and has not answered."""

    id: int
    authority: str
    asked_at: datetime
    interview: InterviewItem


@dataclass(frozen=True)
class ValueDecision:
    """The police's value for a field that a person entered: which stands?"""

    id: int
    episode_id: int
    child_name: str
    field: str
    held_value: str
    police_value: str
    raised_at: datetime
    entered_by: str | None = None
    entered_at: datetime | None = None
    line_id: int | None = None
    line_no: int | None = None
    receipt_id: int | None = None


@dataclass(frozen=True)
class Approval:
    """ "Not required", proposed and waiting for a manager who did not propose it."""

    interview_id: int
    episode_ids: tuple[int, ...]
    child_id: int
    child_name: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    due_at: datetime | None
    may_approve: bool


@dataclass(frozen=True)
class NewRepeatFlag:
    id: int
    child_id: int
    child_name: str
    rule: str
    title: str
    action: str
    raised_on: date
    ends_on: date
    episodes: int


@dataclass(frozen=True)
class ReportReceived:
    """A report of the last 24 hours. `outcomes`: each LineOutcome met → lines; `waiting`: not yet decided."""

    receipt_id: int
    feed: str
    filename: str
    received_at: datetime
    status: str
    problem_sentence: str | None
    lines_read: int | None
    outcomes: Mapping[str, int]
    waiting: int


@dataclass(frozen=True)
class Today:
    """`overdue`: longest first. `running`: soonest first. Both hold episodes and waiting lines.

    `visits_passed`: begun, and nobody has said what became of them.
    """

    now: datetime
    totals: ClockTotals
    overdue: Section[Clock]
    running: Section[Clock]
    visits_today: Section[InterviewItem]
    visits_passed: Section[InterviewItem]
    to_write_up: Section[InterviewItem]
    unanswered_requests: Section[UnansweredRequest]
    overdue_actions: Section[ActionView]
    overdue_reviews: Section[OverdueReview]
    meetings: Section[ChildMeetings]
    found_not_returned: Section[EpisodeRow]
    awaiting_return: Section[EpisodeRow]
    lines_to_decide: Section[WaitingLine]
    same_episode: Section[WaitingLine]
    value_decisions: Section[ValueDecision]
    still_missing: Section[EpisodeRow]
    conflicts: Section[EpisodeRow]
    interviews_to_check: Section[EpisodeRow]
    approvals: Section[Approval]
    repeat_flags: Section[NewRepeatFlag]
    reports: Section[ReportReceived]
    last_report_at: datetime | None = None

    @property
    def nothing_yet(self) -> bool:
        """No report has ever come, and nothing runs or is awaited: a council's first day."""
        parts = (self.overdue, self.running, self.awaiting_return, self.found_not_returned, self.to_write_up)
        return self.last_report_at is None and not any(part.total for part in parts)
