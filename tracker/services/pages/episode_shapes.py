"""What the list of episodes is narrowed to, and the whole of one episode, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.core.alert_terms import EscalationReason
from tracker.core.episodes import MissingEpisode
from tracker.core.interview_course import Holder
from tracker.core.interview_terms import InterviewStage
from tracker.core.terms import BreachReason, Cohort, EpisodeKind, FlagCode, InterviewState, RiskLevel
from tracker.services.pages.report_shapes import MatchView
from tracker.services.pages.rows import EpisodeRow


@dataclass(frozen=True)
class EpisodeFilters:
    """What a list of episodes is narrowed to. Dates are local and both ends count.

    `ids`: the episodes behind a figure. `text`: part of a name, or a police reference.
    `order`: `newest` start first, or `deadline` soonest first (those with a clock).
    """

    states: frozenset[InterviewState] = frozenset()
    kind: EpisodeKind | None = None
    risk: RiskLevel | None = None
    cohort: Cohort = Cohort.ALL
    started_from: date | None = None
    started_to: date | None = None
    returned_from: date | None = None
    returned_to: date | None = None
    ids: tuple[int, ...] | None = None
    text: str = ""
    team_id: int | None = None
    mine: bool = False
    order: str = "newest"


class Act(StrEnum):
    """What may be done with an episode now, as far as its state goes; the page also asks for the permission."""

    RECORD_FOUND = "record_found"
    RECORD_RETURNED = "record_returned"
    RECORD_PREVENTION = "record_prevention"
    CORRECT = "correct"
    EXCLUDE = "exclude"
    REINSTATE = "reinstate"
    REQUEST_INTERVIEW = "request_interview"
    SETTLE_CONFLICT = "settle_conflict"
    DETACH_INTERVIEW = "detach_interview"
    ALLOCATE = "allocate"
    RECORD_ATTEMPT = "record_attempt"
    RECORD_OFFER = "record_offer"
    RECORD_ACCEPTED = "record_accepted"
    PLAN_VISIT = "plan_visit"
    ASK_AUTHORITY = "ask_authority"
    RECORD_COMPLETED = "record_completed"
    RECORD_DECLINED = "record_declined"
    PROPOSE_NOT_REQUIRED = "propose_not_required"
    APPROVE_NOT_REQUIRED = "approve_not_required"
    GIVE_BREACH_REASON = "give_breach_reason"


@dataclass(frozen=True)
class ChildHeader:
    id: int
    name: str
    date_of_birth: date | None
    age: int | None  # at the start of the episode, or today on the child's page
    sex: str | None
    ethnicity: str | None
    address: str | None
    postcode: str | None
    responsible_authority: str | None
    is_ours: bool
    known_to_services: bool | None
    council_id: str | None
    team: str | None
    repeat_titles: tuple[str, ...]  # of the flags that stand now


@dataclass(frozen=True)
class ClockView:
    """Both clocks (definitions §2.6): the statutory one from the return, and the one from when we were told."""

    returned_at: datetime
    due_at: datetime
    hours_left: float
    deadline_hours: int
    rules_version: str
    clock_no: int
    notified_at: datetime | None
    notice_hours: float | None  # from the return until we were told
    due_from_notice_at: datetime | None
    is_open: bool


@dataclass(frozen=True)
class InterviewView:
    """One interview in full. `episode_ids`: every episode that it covers."""

    id: int
    episode_ids: tuple[int, ...]
    allocated_to_id: int | None
    allocated_to: str | None
    allocated_at: datetime | None
    allocated_before: tuple[str, ...]  # names of those who had it earlier
    not_independent_reason: str | None
    offered_at: datetime | None
    offered_to: str | None
    accepted_at: datetime | None
    accepted_by: str | None
    planned_at: datetime | None
    completed_at: datetime | None
    completed_recorded_at: datetime | None
    completed_by: str | None
    interviewer_name: str | None
    declined_at: datetime | None
    declined_by: str | None
    decline_reason: str | None
    child_was_asked: bool | None
    child_not_asked_reason: str | None
    carer_asked_instead: str | None
    declined_recorded_at: datetime | None
    not_required_at: datetime | None
    not_required_by: str | None
    not_required_reason: str | None
    not_required_approved_at: datetime | None
    not_required_approved_by: str | None
    not_required_refused_at: datetime | None
    not_required_refused_reason: str | None
    written_elsewhere: bool
    written_up_at: datetime | None
    written_up_by: str | None
    returned_at: datetime | None
    approved_at: datetime | None
    approved_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    stage: InterviewStage
    attempts: int  # that stand
    holder: Holder
    waits_for_approval: bool
    may_approve: bool  # by this viewer: a manager who did not propose it


@dataclass(frozen=True)
class BreachView:
    clock_no: int
    breached_at: datetime
    detected_at: datetime
    reason: BreachReason | None
    reason_note: str | None
    reason_by: str | None
    reason_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True)
class AlertView:
    """Who was told of which rung, when the email went, and what they answered."""

    id: int
    reference: str
    rung: str
    clock_no: int
    due_at: datetime
    raised_at: datetime
    recipient_id: int | None
    recipient: str
    sent_at: datetime | None
    undelivered_why: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_reason: BreachReason | None
    planned_at: datetime | None
    escalated_by: str | None = None
    escalated_reason: EscalationReason | None = None


@dataclass(frozen=True)
class VersionView:
    """One change: by whom, or by which line of which report. `changes`: field → (old, new)."""

    changed_at: datetime
    changed_by: str | None
    receipt_id: int | None
    line_no: int | None
    changes: Mapping[str, tuple[object, object]]
    reason: str | None


@dataclass(frozen=True)
class DecisionView:
    """The police's value beside the one a person entered; `decided_at` None: it waits."""

    id: int
    field: str
    held_value: str
    police_value: str
    raised_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    took_police_value: bool | None
    entered_by: str | None = None
    entered_at: datetime | None = None
    line_id: int | None = None
    line_no: int | None = None
    receipt_id: int | None = None


@dataclass(frozen=True)
class EpisodePage:
    row: EpisodeRow
    facts: MissingEpisode
    child: ChildHeader
    clock: ClockView | None
    state: InterviewState
    flags: tuple[FlagCode, ...]
    excluded_reason: str | None
    interviews: tuple[InterviewView, ...]
    breaches: tuple[BreachView, ...]
    alerts: tuple[AlertView, ...]
    history: tuple[VersionView, ...]  # newest first
    decisions: tuple[DecisionView, ...]
    others: tuple[EpisodeRow, ...]  # the child's other episodes, newest first
    may: frozenset[Act]
    match: MatchView | None = None  # how the line that made it came to be this child's
