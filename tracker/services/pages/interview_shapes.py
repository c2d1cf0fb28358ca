"""The whole of one interview, as values: its course, whom to ring, who must hold it, every episode that it covers."""

from dataclasses import dataclass
from datetime import datetime

from tracker.core.interview_course import Course, Holder
from tracker.core.interview_terms import (
    AllocationKind,
    AskedBecause,
    AuthorityAnswer,
    ContactMethod,
    ContactOutcome,
    ContactRelation,
    ContactWith,
    InterviewStage,
    NotHeldReason,
    VisitEnd,
)
from tracker.services.pages.episode_shapes import ChildHeader, InterviewView
from tracker.services.pages.rows import EpisodeRow


@dataclass(frozen=True)
class ContactView:
    """Somebody to ring. `dial`: the number as a telephone takes it, None where there is none."""

    id: int
    relation: ContactRelation
    name: str
    phone: str | None
    dial: str | None
    email: str | None
    note: str | None
    version: int


@dataclass(frozen=True)
class ContactPage:
    """A child, and one of whom to ring about them; None: another is to be added."""

    child_id: int
    child_name: str
    contact: ContactView | None


@dataclass(frozen=True)
class AllocationView:
    """Who had it from when, from whom, and what was said of it."""

    person: str
    before: str | None  # who had it until then
    at: datetime
    by: str | None
    kind: AllocationKind
    independent: bool | None
    not_independent_reason: str | None
    note: str | None


@dataclass(frozen=True)
class AttemptView:
    id: int
    at: datetime
    method: ContactMethod
    with_whom: ContactWith
    outcome: ContactOutcome
    note: str | None
    recorded_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


@dataclass(frozen=True)
class VisitView:
    """`sequence`: how often it had been moved when it was planned."""

    id: int
    planned_at: datetime
    minutes: int
    place: str
    note: str | None
    calendar_uid: str
    sequence: int
    recorded_by: str | None
    ended_as: VisitEnd | None
    ended_at: datetime | None
    not_held_reason: NotHeldReason | None
    ended_note: str | None


@dataclass(frozen=True)
class RequestView:
    """Another council asked. `answer` None: none yet."""

    id: int
    authority: str
    why: AskedBecause
    asked_at: datetime
    asked_how: ContactMethod
    asked_of: str | None
    answer: AuthorityAnswer | None
    answered_at: datetime | None
    answered_by: str | None
    answer_note: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True)
class InterviewPage:
    """One interview, or the need of one: `id` and `view` are None while nothing of it is recorded.

    `episode_id`: by which episode its acts are recorded. `is_open`: neither it nor any other interview closed that
    episode. `closed_by_id`: another interview that closed it. `holder_cares_as`: as what the child's contacts name
    whoever has it, where that makes them not independent. `coverable`: other episodes that one conversation may answer.
    """

    id: int | None
    episode_id: int
    child: ChildHeader
    stage: InterviewStage
    course: Course
    view: InterviewView | None
    covered: tuple[EpisodeRow, ...]  # the earliest start first
    coverable: tuple[EpisodeRow, ...]
    arranged: tuple[InterviewView, ...]  # where none is recorded: the child's others under way, which could cover it
    contacts: tuple[ContactView, ...]
    allocations: tuple[AllocationView, ...]
    attempts: tuple[AttemptView, ...]  # in order of time, those withdrawn as well
    visits: tuple[VisitView, ...]  # in order of planning
    requests: tuple[RequestView, ...]
    holder: Holder
    is_open: bool
    closed_by_id: int | None
    may_hand_over: bool
    holder_cares_as: ContactRelation | None

    @property
    def standing_visit(self) -> VisitView | None:
        return next((visit for visit in self.visits if visit.ended_as is None), None)

    @property
    def standing_requests(self) -> tuple[RequestView, ...]:
        return tuple(request for request in self.requests if request.withdrawn_at is None)

    @property
    def standing_attempts(self) -> tuple[AttemptView, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.withdrawn_at is None)
