"""A person's story as values: what happened, who came, what was said, what was done."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.episodes import MissingEpisode
from tracker.core.interview_course import Attempt
from tracker.core.interview_terms import AllocationKind, ContactMethod, NotHeldReason, VisitEnd
from tracker.core.terms import DeclinedBy
from tracker.services.pages.children import RepeatFlagView
from tracker.services.pages.episode_shapes import ChildHeader


@dataclass(frozen=True)
class Quote:
    """What was written under one question. `verbatim`: only what the child said, word for word."""

    label: str
    text: str
    verbatim: bool


@dataclass(frozen=True)
class Holding:
    """Whose the interview became."""

    name: str
    kind: AllocationKind
    at: datetime


@dataclass(frozen=True)
class VisitTold:
    planned_at: datetime
    place: str
    ended_as: VisitEnd | None
    not_held_reason: NotHeldReason | None


@dataclass(frozen=True)
class CouncilAsked:
    authority: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True)
class InterviewTold:
    """One interview, from whose it was to what became of it. `words`, `wishes`: what the child said, and would help."""

    id: int
    created_at: datetime
    episode_ids: tuple[int, ...]
    holders: tuple[Holding, ...]
    attempts: tuple[Attempt, ...]
    methods: tuple[ContactMethod, ...]  # of the attempts, in their order
    visits: tuple[VisitTold, ...]
    asked: tuple[CouncilAsked, ...]
    offered_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str | None
    completed_at: datetime | None
    interviewer: str | None
    declined_at: datetime | None
    declined_by: DeclinedBy | None
    decline_reason: str | None
    child_was_asked: bool | None
    not_required_approved_at: datetime | None
    not_required_reason: str | None
    words: tuple[Quote, ...]
    wishes: tuple[Quote, ...]

    @property
    def told_at(self) -> datetime:
        """Where it stands in the story: what became of it, else the latest of what was done for it so far."""
        closed = self.completed_at or self.declined_at or self.not_required_approved_at
        steps = [self.accepted_at, self.offered_at, *(one.at for one in self.attempts), *(h.at for h in self.holders)]
        return closed or max((at for at in steps if at), default=self.created_at)


@dataclass(frozen=True)
class ActionTold:
    id: int
    what: str
    due_on: date
    owner: str | None
    asked_by_child: bool
    interview_id: int | None
    created_at: datetime
    done_at: datetime | None
    done_by: str | None
    outcome: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True)
class MeetingTold:
    id: int
    title: str
    reason: str | None
    asked_at: datetime
    planned_at: datetime | None
    held_at: datetime | None
    outcome: str | None
    decided_at: datetime | None
    not_needed_reason: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class PlanVersionTold:
    """`highest`: the highest score of its risks. `why`: what moved the plan on."""

    number: int
    published_at: datetime
    published_by: str | None
    why: str
    highest: int | None
    lead: str | None
    next_review_on: date | None


@dataclass(frozen=True)
class PlanTold:
    """A MARAMP. `review_passed`: it is open, and the day of its review is over."""

    id: int
    opened_at: datetime
    opened_by: str | None
    versions: tuple[PlanVersionTold, ...]
    review_passed: bool
    closed_at: datetime | None
    closed_by: str | None
    closed_reason: str | None

    @property
    def reopened(self) -> bool:
        """The reason for closing stays where a plan is opened again (store/models/maramps.py)."""
        return self.closed_at is None and self.closed_reason is not None


@dataclass(frozen=True)
class StoryPage:
    """`episodes` in order of start. `plans`: none for whoever may not read of the child among the frequent runaways."""

    child: ChildHeader
    forename: str
    episodes: tuple[MissingEpisode, ...]
    interviews: tuple[InterviewTold, ...]
    actions: tuple[ActionTold, ...]
    meetings: tuple[MeetingTold, ...]
    flags: tuple[RepeatFlagView, ...]
    plans: tuple[PlanTold, ...] = ()
