"""A manager's look at what was written of an interview, or at a decline: returned with comments, approved, closed.

`completed_at` is when the conversation ended; nothing here moves it (definitions §1).
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.interview_terms import ReviewDecision
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.form_access import roles_of_actor
from tracker.services.interview_rows import write_interview
from tracker.services.not_required import APPROVERS
from tracker.services.rows_for_change import interview_for_change
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import Interview, InterviewAllocation, InterviewReview

LONGEST_COMMENT = 4_000


def review(
    context: Context,
    *,
    interview_id: int,
    decision: ReviewDecision,
    comments: str | None = None,
    close: bool = True,
) -> None:
    """By a manager who neither held the interview nor wrote it up. Approving closes it, unless `close` is False.

    Refused: no comments with a return (`missing_value`), nothing that waits (`not_waiting`), one's own (`own_work`).
    """
    decision = ReviewDecision(decision)
    text = _comments(comments, needed=decision is ReviewDecision.RETURNED, why="Say what is to be changed.")
    with writing() as session:
        row = _row_for_manager(session, context, interview_id)
        if not waits_for_review(row):
            raise Refused(FormProblem("not_waiting", "This does not wait for a review. Look at it as it stands now."))
        if context.actor.person_id in whose_work(session, row):
            raise Refused(
                FormProblem("own_work", "You held this interview or wrote it up. Another manager reviews it.")
            )
        _add(session, context, interview_id, decision, text)
        values: dict[str, object] = {"returned_at": context.now}
        if decision is ReviewDecision.APPROVED:
            values = {"approved_at": context.now, "approved_by_id": context.actor.person_id}
            values |= {"closed_at": context.now, "closed_by_id": context.actor.person_id} if close else {}
        write_interview(session, row, values, context, "interview_reviewed", {"decision": str(decision)})
        if row.closed_at is not None:
            audit.record(session, "interview_closed", context.actor, context.now, "interview", interview_id)


def close_interview(context: Context, *, interview_id: int) -> None:
    """By a manager, once it is approved and nothing is left to do. Closed already: nothing changes."""
    with writing() as session:
        row = _row_for_manager(session, context, interview_id)
        if row.closed_at is not None:
            return
        if row.approved_at is None:
            raise Refused(FormProblem("not_approved", "It is closed after a manager has approved it."))
        values = {"closed_at": context.now, "closed_by_id": context.actor.person_id}
        write_interview(session, row, values, context, "interview_closed")


def reopen_interview(context: Context, *, interview_id: int, reason: str) -> None:
    """By a manager, with the reason: it stands as returned for changes again, and is reviewed anew."""
    text = _comments(reason, needed=True, why="Say why it is opened again.")
    with writing() as session:
        row = _row_for_manager(session, context, interview_id)
        if row.approved_at is None and row.closed_at is None:
            raise Refused(FormProblem("not_closed", "It is neither approved nor closed."))
        if row.written_elsewhere:
            raise Refused(FormProblem("written_elsewhere", "The form of this interview is kept elsewhere."))
        _add(session, context, interview_id, ReviewDecision.RETURNED, text)
        values = {
            "returned_at": context.now, "approved_at": None, "approved_by_id": None, "closed_at": None,
            "closed_by_id": None,
        }  # fmt: skip
        write_interview(session, row, values, context, "interview_reopened")


def waits_for_review(row: Interview) -> bool:
    """Written up, or declined and not held after all; not returned, approved, closed or kept elsewhere."""
    decided = row.approved_at or row.closed_at or row.returned_at or row.not_required_approved_at
    ready = row.written_up_at is not None or (row.declined_at is not None and row.completed_at is None)
    return ready and decided is None and not row.written_elsewhere


def whose_work(session: Session, row: Interview) -> set[int]:
    """The people whose work it is: who has it, who had it when it was held, who wrote it up."""
    query = select(InterviewAllocation.person_id).where(InterviewAllocation.interview_id == row.id)
    if row.completed_at is not None:
        query = query.where(InterviewAllocation.allocated_at <= row.completed_at)
    latest = session.scalar(query.order_by(InterviewAllocation.allocated_at.desc(), InterviewAllocation.id.desc()))
    return {id_ for id_ in (row.allocated_to_id, row.written_up_by_id, latest) if id_ is not None}


def _row_for_manager(session: Session, context: Context, interview_id: int) -> Interview:
    row, _ = interview_for_change(session, context, interview_id)
    roles = roles_of_actor(session, context)
    if roles is not None and not roles & APPROVERS:
        raise Refused(FormProblem("not_a_manager", "A manager decides this."))
    return row


def _add(session: Session, context: Context, interview_id: int, decision: ReviewDecision, comments: str | None) -> None:
    session.add(
        InterviewReview(
            interview_id=interview_id,
            decision=str(decision),
            comments=comments,
            decided_at=context.now,
            decided_by_id=context.actor.person_id,
        )
    )


def _comments(given: str | None, *, needed: bool, why: str) -> str | None:
    text = (given or "").strip() or None
    if needed and text is None:
        raise Refused(FormProblem("missing_value", why, ("comments",)))
    if text is not None and len(text) > LONGEST_COMMENT:
        sentence = f"Write at most {LONGEST_COMMENT:,} characters here."
        raise Refused(FormProblem("too_long", sentence, ("comments",)))
    return text
