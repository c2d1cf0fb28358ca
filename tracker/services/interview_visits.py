"""The planned visit of an interview that stands, at most one, and how it ends. `interview.planned_at` is its time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.interview_terms import NotHeldReason, VisitEnd
from tracker.services.context import Context
from tracker.services.interview_rows import covered_by
from tracker.store import audit
from tracker.store.models import Interview, InterviewVisit


def standing_visit(session: Session, interview_id: int) -> InterviewVisit | None:
    """The visit planned and not answered for, held against other writers by the interview's own row."""
    return session.scalars(_STANDING, {"interview_id": interview_id}).one_or_none()


_STANDING = (
    select(InterviewVisit)
    .where(InterviewVisit.interview_id == bindparam("interview_id"), InterviewVisit.ended_as.is_(None))
    .execution_options(populate_existing=True)
)  # built once: asked with every outcome


def end_standing(
    session: Session,
    row: Interview,
    ended_as: VisitEnd,
    context: Context,
    *,
    reason: NotHeldReason | None = None,
    note: str | None = None,
) -> dict[str, object]:
    """End the visit that stands, if one does; the columns of the interview that follow, for the caller to write."""
    visit = standing_visit(session, row.id)
    if visit is None:
        return {}
    visit.ended_as, visit.ended_at, visit.ended_by_id = str(ended_as), context.now, context.actor.person_id
    visit.not_held_reason, visit.ended_note = str(reason) if reason else None, note
    details: dict[str, object] = {"visit_id": visit.id, "ended_as": str(ended_as)}
    details |= {"reason": str(reason) if reason else None, "episode_ids": sorted(covered_by(row))}
    audit.record(session, "interview_visit_ended", context.actor, context.now, "interview", row.id, details)
    return {"planned_at": None}


def end_by_completion(session: Session, row: Interview, completed_at: datetime, context: Context) -> dict[str, object]:
    """Held on the day it was planned for, or later: this was the visit. Held on an earlier day, it needs none."""
    visit = standing_visit(session, row.id)
    if visit is None:
        return {}
    was_it = local_date(visit.planned_at) <= local_date(completed_at)
    return end_standing(session, row, VisitEnd.HELD if was_it else VisitEnd.CANCELLED, context)


def cancel_overtaken(session: Session, others: Collection[Interview], context: Context) -> None:
    """The outcome stands on another interview of the same episodes: nobody waits for these visits any more."""
    for other in others:
        for name, value in end_standing(session, other, VisitEnd.CANCELLED, context).items():
            setattr(other, name, value)
