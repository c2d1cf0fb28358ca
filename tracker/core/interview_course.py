"""The course of one interview: which step it has reached, and what is to be done next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.core.interview_terms import (
    REACHED,
    AuthorityAnswer,
    ContactOutcome,
    InterviewStage,
    VisitEnd,
    WhoHolds,
)


@dataclass(frozen=True)
class Attempt:
    """One attempt to reach the child or carer that stands (one withdrawn is left out)."""

    at: datetime
    outcome: ContactOutcome

    @property
    def reached(self) -> bool:
        return self.outcome in REACHED


@dataclass(frozen=True)
class Course:
    """The dated steps of an interview, each None until it is taken.

    `planned_at`: of the visit still ahead or not yet answered for. `last_visit`: what became of the latest one that
    ended. `returned_at`: a manager asked for changes that are not made yet.
    """

    allocated_at: datetime | None = None
    attempts: Sequence[Attempt] = ()
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    planned_at: datetime | None = None
    last_visit: VisitEnd | None = None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    not_required_at: datetime | None = None
    not_required_refused_at: datetime | None = None
    not_required_approved_at: datetime | None = None
    written_up_at: datetime | None = None
    returned_at: datetime | None = None
    approved_at: datetime | None = None
    closed_at: datetime | None = None


def stage_of(course: Course) -> InterviewStage:
    """The furthest step reached; what closes comes before what is under way, as for the clock (definitions §3)."""
    for at, stage in (
        (course.not_required_approved_at, InterviewStage.NOT_REQUIRED),
        (course.closed_at, InterviewStage.CLOSED),
        (course.approved_at, InterviewStage.APPROVED),
        (course.returned_at, InterviewStage.RETURNED),
        (course.written_up_at, InterviewStage.WRITTEN_UP),
        (course.completed_at, InterviewStage.HELD),
        (course.declined_at, InterviewStage.DECLINED),
        (None if course.not_required_refused_at else course.not_required_at, InterviewStage.NOT_REQUIRED_PROPOSED),
        (course.planned_at, InterviewStage.PLANNED),
    ):
        if at is not None:
            return stage
    if course.last_visit is VisitEnd.NOT_HELD:
        return InterviewStage.NOT_HELD
    for at, stage in (
        (course.accepted_at, InterviewStage.ACCEPTED),
        (course.offered_at, InterviewStage.OFFERED),
        (course.attempts[0].at if course.attempts else None, InterviewStage.ATTEMPTED),
        (course.allocated_at, InterviewStage.ALLOCATED),
    ):
        if at is not None:
            return stage
    return InterviewStage.NEEDED


def attempts_to_first_contact(attempts: Sequence[Attempt]) -> int | None:
    """How many attempts it took until somebody answered, that one counted; None while nobody has."""
    ordered = sorted(attempts, key=lambda attempt: attempt.at)
    return next((place for place, attempt in enumerate(ordered, start=1) if attempt.reached), None)


@dataclass(frozen=True)
class Asked:
    """That another council was asked to hold the interview, and its answer; one withdrawn is left out."""

    authority: str
    answer: AuthorityAnswer | None = None


@dataclass(frozen=True)
class Holder:
    """Who must hold the interview. `authority`: the other council concerned, where one was asked."""

    holds: WhoHolds
    authority: str | None = None


def who_holds(requests: Sequence[Asked], is_ours: bool | None) -> Holder:
    """By what was asked last, oldest first. Whoever must do it, the clock runs (definitions §1, host authority).

    `is_ours`: whether we are responsible for the child; for another council's child, its own council is to be asked.
    A council that will not do it leaves it to us, as does one that has not answered yet.
    """
    if not requests:
        return Holder(WhoHolds.TO_ASK if is_ours is False else WhoHolds.US)
    last = requests[-1]
    if last.answer is None:
        return Holder(WhoHolds.ASKED, last.authority)
    if last.answer is AuthorityAnswer.WILL_NOT:
        return Holder(WhoHolds.US, last.authority)
    return Holder(WhoHolds.THEM if last.answer is AuthorityAnswer.WILL_HOLD else WhoHolds.THEY_HELD, last.authority)
