"""The visit is planned, planned anew, and what became of it. At most one visit of an interview stands."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from tracker.core.clock import require_aware
from tracker.core.interview_terms import NotHeldReason, VisitEnd
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_rows import being_arranged, facts_of, write_interview
from tracker.services.interview_visits import end_standing, standing_visit
from tracker.services.rows_for_change import episode_for_change, interview_for_change
from tracker.services.transaction import writing
from tracker.store.models import InterviewVisit

SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
FURTHEST = timedelta(days=366)
"""A plan further ahead is a slip of the hand."""


def plan_visit(
    context: Context, *, episode_id: int, planned_at: datetime, minutes: int, place: str, note: str | None = None
) -> int:
    """The visit's id. A visit that stands is ended as moved; the same again changes nothing.

    It says nothing of the offer: what was not recorded as accepted is not made so. Refused: a time that is past, or
    over a year ahead; while the child is neither found nor returned; once the outcome is recorded.
    """
    planned_at = require_aware(planned_at)
    values = {
        "planned_at": planned_at,
        "minutes": minutes,
        "place": place.strip(),
        "note": (note or "").strip() or None,
    }
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        if facts_of(session, episode).ended_at is None:
            sentence = "The child has been neither found nor returned. Record that first."
            raise Refused(FormProblem("not_ended", sentence, ("episode_id",)))
        row = being_arranged(session, episode, context)
        standing = standing_visit(session, row.id)
        if standing is not None and all(getattr(standing, name) == value for name, value in values.items()):
            return standing.id
        problems = _problems(planned_at, minutes, place, context.now)
        if problems:
            raise Refused(problems)
        uid = standing.calendar_uid if standing else str(uuid4())
        end_standing(session, row, VisitEnd.MOVED, context)
        visit = InterviewVisit(
            interview_id=row.id, calendar_uid=uid, recorded_at=context.now, recorded_by_id=context.actor.person_id,
            **values,
        )  # fmt: skip
        session.add(visit)
        session.flush()
        details = {"visit_id": visit.id, "moved_from_id": standing.id if standing else None}
        planned: dict[str, object] = {"planned_at": planned_at}
        write_interview(session, row, planned, context, "interview_planned", details, cover=[episode])
        return visit.id


def end_visit(
    context: Context,
    *,
    visit_id: int,
    ended_as: VisitEnd,
    reason: NotHeldReason | None = None,
    note: str | None = None,
) -> None:
    """Not held, with the reason, or cancelled; known before its time as well. The same again changes nothing.

    A visit that was held ends by recording the interview, one moved by planning it anew.
    """
    if ended_as not in (VisitEnd.NOT_HELD, VisitEnd.CANCELLED):
        sentence = "A visit ends so by recording the interview as held, or by planning it anew."
        raise Refused(FormProblem("ends_otherwise", sentence, ("ended_as",)))
    if ended_as is VisitEnd.NOT_HELD and reason is None:
        raise Refused(FormProblem("missing_value", "Say why the visit was not held.", ("reason",)))
    with writing() as session:
        visit = _visit_for_change(session, context, visit_id)
        if visit.ended_as is not None:
            if (visit.ended_as, visit.not_held_reason) == (ended_as, reason):
                return
            raise Refused(FormProblem("visit_ended", "What became of this visit is recorded already.", ("ended_as",)))
        row, _ = interview_for_change(session, context, visit.interview_id)
        held = (note or "").strip() or None
        values = end_standing(session, row, ended_as, context, reason=reason, note=held)
        write_interview(session, row, values, context, None)


def _visit_for_change(session: Session, context: Context, visit_id: int) -> InterviewVisit:
    unknown = Refused(FormProblem("unknown_visit", "There is no such visit.", ("visit_id",)))
    visit = session.get(InterviewVisit, visit_id)
    if visit is None:
        raise unknown
    try:
        interview_for_change(session, context, visit.interview_id)
    except Refused:
        raise unknown from None
    session.refresh(visit)
    return visit


def _problems(planned_at: datetime, minutes: int, place: str, now: datetime) -> list[FormProblem]:
    problems = []
    if planned_at < now:
        sentence = "This time is past. Plan a time that lies ahead, or record the interview as held."
        problems.append(FormProblem("in_the_past", sentence, ("planned_at",)))
    if planned_at > now + FURTHEST:
        problems.append(
            FormProblem("too_far_ahead", "This lies more than a year ahead. Check the date.", ("planned_at",))
        )
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        sentence = f"Between {SHORTEST_MINUTES} and {LONGEST_MINUTES} minutes."
        problems.append(FormProblem("bad_minutes", sentence, ("minutes",)))
    if not place.strip():
        problems.append(FormProblem("missing_value", "Say where it is to be.", ("place",)))
    return problems
