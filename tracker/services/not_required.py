"""An interview that is not required: proposed with a reason, and never so until a manager approves (definitions §3).

Each use case returns the interview's id.
"""

from sqlalchemy.orm import Session

from tracker.core.interview_terms import VisitEnd
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_rows import open_or_new, refuse_excluded, write_interview
from tracker.services.interview_visits import end_standing
from tracker.services.rows_for_change import episode_for_change, interview_for_change
from tracker.services.transaction import writing
from tracker.store import interviews, people
from tracker.store.models import Interview, Person

APPROVERS = frozenset({Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})


def propose_not_required(context: Context, *, episode_id: int, reason: str) -> int:
    """Closes nothing until a manager approves."""
    if not reason.strip():
        raise Refused(FormProblem("missing_value", "Say why no interview is required.", ("reason",)))
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        refuse_excluded([episode])
        row = open_or_new(session, interviews.rows_of_episode(session, episode.id), context)
        if waits_for_approval(row):
            raise Refused(FormProblem("already_proposed", "This waits for a manager already."))
        values: dict[str, object] = {
            "not_required_at": context.now,
            "not_required_by_id": context.actor.person_id,
            "not_required_reason": reason.strip(),
            "not_required_refused_at": None,
            "not_required_refused_reason": None,
        }
        write_interview(
            session, row, values, context, "interview_not_required_proposed", cover=[episode], reason=reason.strip()
        )
        return row.id


def waits_for_approval(row: Interview) -> bool:
    """Proposed, not decided, and nothing else closed it meanwhile."""
    decided = (row.not_required_approved_at, row.not_required_refused_at, row.completed_at, row.declined_at)
    return row.not_required_at is not None and not any(decided)


def approve_not_required(context: Context, *, interview_id: int) -> int:
    """By a manager who did not propose it."""
    with writing() as session:
        row = _row_to_decide(session, context, interview_id)
        values: dict[str, object] = {
            "not_required_approved_at": context.now,
            "not_required_approved_by_id": context.actor.person_id,
        }
        values |= end_standing(session, row, VisitEnd.CANCELLED, context)
        write_interview(session, row, values, context, "interview_not_required_approved")
        return row.id


def refuse_not_required(context: Context, *, interview_id: int, reason: str) -> int:
    """By a manager who did not propose it; the clock has run on meanwhile."""
    if not reason.strip():
        raise Refused(FormProblem("missing_value", "Say why an interview is required.", ("reason",)))
    with writing() as session:
        row = _row_to_decide(session, context, interview_id)
        values = {"not_required_refused_at": context.now, "not_required_refused_reason": reason.strip()}
        write_interview(session, row, values, context, "interview_not_required_refused", reason=reason.strip())
        return row.id


def _row_to_decide(session: Session, context: Context, interview_id: int) -> Interview:
    row, _ = interview_for_change(session, context, interview_id)
    actor = session.get(Person, context.actor.person_id) if context.actor.person_id else None
    if actor is None or not people.roles_of(actor) & APPROVERS:
        raise Refused(FormProblem("not_a_manager", "A manager decides this."))
    if not waits_for_approval(row):
        raise Refused(FormProblem("not_waiting", "This no longer waits for a decision."))
    if actor.id == row.not_required_by_id:
        raise Refused(FormProblem("own_proposal", "You proposed this. Another manager decides."))
    return row
