"""Another council is asked to hold the interview, and what it answers. It never stops the clock (definitions §1).

`ask_authority` returns the request's id. Whoever must hold it is told by `core.interview_course.who_holds`.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import require_aware
from tracker.core.interview_terms import AskedBecause, AuthorityAnswer, ContactMethod
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_rows import being_arranged, write_interview
from tracker.services.interview_times import refuse_future
from tracker.services.rows_for_change import episode_for_change, interview_for_change
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import AuthorityRequest, Interview


def ask_authority(
    context: Context,
    *,
    episode_id: int,
    authority: str,
    why: AskedBecause,
    asked_at: datetime,
    asked_how: ContactMethod,
    asked_of: str | None = None,
) -> int:
    """The same asked again in the same words (a double tap) is one. It may be asked before the child is back."""
    asked_at = require_aware(asked_at)
    values = {
        "authority": authority.strip(), "why": str(why), "asked_at": asked_at, "asked_how": str(asked_how),
        "asked_of": (asked_of or "").strip() or None,
    }  # fmt: skip
    if not authority.strip():
        raise Refused(FormProblem("missing_value", "Say which council was asked.", ("authority",)))
    refuse_future(asked_at, "asked_at", context.now)
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        if asked_at < episode.missing_from_at:
            sentence = "This is before the child went missing. Check both times."
            raise Refused(FormProblem("before_start", sentence, ("asked_at",)))
        row = being_arranged(session, episode, context)
        same = select(AuthorityRequest.id).where(
            AuthorityRequest.interview_id == row.id, AuthorityRequest.withdrawn_at.is_(None),
            *(getattr(AuthorityRequest, name).is_not_distinct_from(value) for name, value in values.items()),
        )  # fmt: skip
        held = session.scalar(same.limit(1))
        if held is not None:
            return held
        request = AuthorityRequest(
            interview_id=row.id, recorded_at=context.now, recorded_by_id=context.actor.person_id, **values
        )
        session.add(request)
        session.flush()
        details = {"why": str(why), "request_id": request.id}
        write_interview(session, row, {}, context, "authority_asked", details, cover=[episode])
        return request.id


def record_answer(
    context: Context,
    *,
    request_id: int,
    answer: AuthorityAnswer,
    answered_at: datetime,
    answered_by: str | None = None,
    note: str | None = None,
) -> None:
    """It will hold it, has held it, or will not. A later answer replaces an earlier one; the same changes nothing.

    "Has held it" closes nothing: the interview is recorded as held by itself, with its own time.
    """
    answered_at = require_aware(answered_at)
    refuse_future(answered_at, "answered_at", context.now)
    values = {
        "answer": str(answer), "answered_at": answered_at, "answered_by": (answered_by or "").strip() or None,
        "answer_note": (note or "").strip() or None,
    }  # fmt: skip
    with writing() as session:
        request, row = _request_for_change(session, context, request_id)
        if request.withdrawn_at is not None:
            raise Refused(FormProblem("request_withdrawn", "This request was withdrawn.", ("answer",)))
        if answered_at < request.asked_at:
            sentence = "This is before the council was asked. Check both times."
            raise Refused(FormProblem("before_asked", sentence, ("answered_at",)))
        if all(getattr(request, name) == value for name, value in values.items()):
            return
        details = {"answer": str(answer), "request_id": request.id, "before": request.answer}
        for name, value in values.items():
            setattr(request, name, value)
        request.answer_recorded_by_id = context.actor.person_id
        write_interview(session, row, {}, context, "authority_answered", details)


def withdraw_request(context: Context, *, request_id: int, reason: str) -> None:
    """It was entered by mistake, or is no longer asked: kept, with the reason. Again, it changes nothing."""
    if not reason.strip():
        raise Refused(FormProblem("missing_value", "Say why the request is withdrawn.", ("reason",)))
    with writing() as session:
        request, row = _request_for_change(session, context, request_id)
        if request.withdrawn_at is not None:
            return
        request.withdrawn_at, request.withdrawn_reason = context.now, reason.strip()
        write_interview(session, row, {}, context, "authority_request_withdrawn", {"request_id": request.id})


def _request_for_change(session: Session, context: Context, request_id: int) -> tuple[AuthorityRequest, Interview]:
    unknown = Refused(FormProblem("unknown_request", "There is no such request.", ("request_id",)))
    audit.hold_chain(session)
    request = session.get(AuthorityRequest, request_id, populate_existing=True)
    if request is None:
        raise unknown
    try:
        row, _ = interview_for_change(session, context, request.interview_id)
    except Refused:
        raise unknown from None
    return request, row
