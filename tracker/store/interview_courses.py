"""The courses of interviews: their dated steps, with the attempts that stand and what became of the last visit."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from tracker.core.interview_course import Attempt, Course
from tracker.core.interview_terms import ContactOutcome, VisitEnd
from tracker.store.db import plain_rows
from tracker.store.models import ContactAttempt, Interview, InterviewVisit

_SAME = (
    "allocated_at", "offered_at", "accepted_at", "planned_at", "completed_at", "declined_at", "not_required_at",
    "not_required_refused_at", "not_required_approved_at", "written_up_at", "returned_at", "approved_at", "closed_at",
)  # fmt: skip


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ATTEMPTS = (
    select(ContactAttempt.interview_id, ContactAttempt.at, ContactAttempt.outcome)
    .where(ContactAttempt.interview_id.in_(_IDS), ContactAttempt.withdrawn_at.is_(None))
    .order_by(ContactAttempt.at, ContactAttempt.id)
)
_ENDED_VISITS = (
    select(InterviewVisit.interview_id, InterviewVisit.ended_as)
    .where(InterviewVisit.interview_id.in_(_IDS), InterviewVisit.ended_as.is_not(None))
    .order_by(InterviewVisit.id)
)
"""Built once: building a statement takes longer than running it on the rows of a board."""


def courses_of(session: Session, rows: Sequence[Interview]) -> dict[int, Course]:
    """Interview id → its course, for many in two queries."""
    ids = [row.id for row in rows]
    attempts, last_visits = attempts_of(session, ids), last_visits_of(session, ids)
    return {row.id: course_of(row, attempts.get(row.id, ()), last_visits.get(row.id)) for row in rows}


def course_of(row: Interview, attempts: Sequence[Attempt], last_visit: VisitEnd | None) -> Course:
    allocated = None if row.allocated_to_id is None else row.allocated_at
    given = {name: getattr(row, name) for name in _SAME} | {"allocated_at": allocated}
    return Course(**given, attempts=attempts, last_visit=last_visit)


def attempts_of(session: Session, interview_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """Interview id → the attempts that stand, in order of time; those with none are left out."""
    found: dict[int, list[Attempt]] = defaultdict(list)
    for interview_id, at, outcome in plain_rows(session, _ATTEMPTS, ids=list(interview_ids)):
        found[interview_id].append(Attempt(at, ContactOutcome(outcome)))
    return found


def last_visits_of(session: Session, interview_ids: Collection[int]) -> dict[int, VisitEnd]:
    """Interview id → how the visit that was planned last ended; those of whom none has ended are left out."""
    found = plain_rows(session, _ENDED_VISITS, ids=list(interview_ids))
    return {interview_id: VisitEnd(ended) for interview_id, ended in found}
