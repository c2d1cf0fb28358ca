"""Check an interview's quality: was the child heard, were the reasons understood, were the actions done."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.quality_check import LONGEST, Met, checker_role, needs_comment
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.form_access import viewer_of_actor
from tracker.services.frequent_access import sees_frequent
from tracker.services.rows_for_change import CHANGED_MEANWHILE
from tracker.services.transaction import writing
from tracker.store import audit, maramps
from tracker.store.models import Episode, Interview, InterviewEpisode, QualityCheck

_UNKNOWN = FormProblem("unknown_interview", "There is no such interview.", ("interview_id",))


def check_interview(
    context: Context, *, interview_id: int, seen_number: int, heard: Met, understood: Met, done: Met, comment: str = ""
) -> int:
    """What the actor's role found; the number of the check. Another look of the same role is kept beside the earlier.

    `seen_number`: of the role's newest check on the page, 0 for none. Refused: an interview that was not held, one's
    own, a comment left out where something is not met. Conflict: the role checked it meanwhile.
    """
    with writing() as session:
        audit.hold_chain(session)
        viewer = viewer_of_actor(session, context)
        role = checker_role(viewer.roles) if viewer else None
        query = select(Interview).where(Interview.id == interview_id).with_for_update()
        row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        child_id = _child_of(session, interview_id)
        if row is None or viewer is None or child_id is None or not sees_frequent(session, context, viewer, child_id):
            raise Refused(_UNKNOWN)
        if role is None:
            raise Refused(FormProblem("no_checker", "You do not check interviews here."))
        _refuse_unless_right(row, viewer.person_id, (heard, understood, done), comment.strip())
        earlier = [check for check in maramps.checks_of(session, [row.id]).get(row.id, ()) if check.role == role]
        number = max((check.number for check in earlier), default=0)
        if number != seen_number:
            raise Conflict(CHANGED_MEANWHILE)
        session.add(
            QualityCheck(
                interview_id=row.id, role=str(role), number=number + 1, heard=str(heard), understood=str(understood),
                done=str(done), comment=comment.strip() or None, checked_at=context.now,
                checked_by_id=viewer.person_id,
            )
        )  # fmt: skip
        details = {"role": str(role), "number": number + 1, "child_id": child_id}
        audit.record(session, "interview_quality_checked", context.actor, context.now, "interview", row.id, details)
        return number + 1


def _child_of(session: Session, interview_id: int) -> int | None:
    query = (
        select(Episode.child_id)
        .join(InterviewEpisode, InterviewEpisode.episode_id == Episode.id)
        .where(InterviewEpisode.interview_id == interview_id)
    )
    return session.scalar(query.limit(1))


def _refuse_unless_right(row: Interview, person_id: int, answers: tuple[Met, ...], comment: str) -> None:
    if row.completed_at is None:
        raise Refused(FormProblem("not_held", "This interview was not held: there is nothing to check."))
    if row.written_up_at is None and not row.written_elsewhere:
        raise Refused(FormProblem("not_written_up", "This interview is not written up yet: check it once it is."))
    if person_id in (row.completed_by_id, row.written_up_by_id):
        raise Refused(FormProblem("own_interview", "You held this interview or wrote it up. Somebody else checks it."))
    if needs_comment(answers) and not comment:
        sentence = "Write what was missing, so that whoever held the interview can do something about it."
        raise Refused(FormProblem("missing_value", sentence, ("comment",)))
    if len(comment) > LONGEST:
        raise Refused(FormProblem("too_long", f"Write at most {LONGEST:,} characters.", ("comment",)))
