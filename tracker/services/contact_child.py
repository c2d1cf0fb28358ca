"""The child or carer is contacted: attempts, what came of each, and the answer to the offer.

`record_attempt` returns the attempt's id, `record_accepted` the interview's.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import require_aware
from tracker.core.interview_terms import ContactMethod, ContactOutcome, ContactWith
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_offers import keep_entered, offers_of
from tracker.services.interview_rows import being_arranged, facts_of, refuse_excluded, write_interview
from tracker.services.interview_times import refuse_times
from tracker.services.rows_for_change import episode_for_change, interview_for_change
from tracker.services.transaction import writing
from tracker.store import interviews
from tracker.store.models import ContactAttempt, Episode, Interview, InterviewEpisode


def record_attempt(
    context: Context,
    *,
    episode_id: int,
    at: datetime,
    method: ContactMethod,
    with_whom: ContactWith,
    outcome: ContactOutcome,
    note: str | None = None,
) -> int:
    """One attempt, recorded whenever. The same from the same person again (a double tap) is one.

    One that reached them with the offer sets when it was offered, and one accepted when that was, where no earlier time
    is held; a decline is recorded by itself. Made while the child is found and not yet returned, it counts. Refused: in
    the future; before the end of the episode; after the outcome of the interview (`already_closed`).
    """
    at = require_aware(at)
    values = {
        "at": at, "method": str(method), "with_whom": str(with_whom), "outcome": str(outcome),
        "note": (note or "").strip() or None, "recorded_by_id": context.actor.person_id,
    }  # fmt: skip
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        same = _same_attempt(session, episode, values)
        if same is not None:
            return same
        refuse_times([facts_of(session, episode)], at, "at", context.now)
        row = _row_for(session, context, episode, at)
        keep_entered(session, row)
        attempt = ContactAttempt(interview_id=row.id, recorded_at=context.now, **values)
        session.add(attempt)
        session.flush()
        details = {"attempt_id": attempt.id, "outcome": str(outcome)}
        steps = offers_of(session, row)
        write_interview(session, row, steps, context, "contact_attempt_recorded", details, cover=[episode])
        return attempt.id


def withdraw_attempt(context: Context, *, attempt_id: int, reason: str) -> None:
    """It was entered by mistake: kept, with the reason, and it counts no more. Again, it changes nothing.

    The offer or the answer that it alone gave is taken back; another attempt, or what a person entered by itself, goes
    on standing for it. An outcome implies its own offer (core/interviews.py) and needs no attempt for it.
    """
    if not reason.strip():
        raise Refused(FormProblem("missing_value", "Say why the attempt is withdrawn.", ("reason",)))
    with writing() as session:
        found = session.get(ContactAttempt, attempt_id)
        unknown = Refused(FormProblem("unknown_attempt", "There is no such attempt.", ("attempt_id",)))
        if found is None:
            raise unknown
        try:
            row, _ = interview_for_change(session, context, found.interview_id)
        except Refused:
            raise unknown from None
        session.refresh(found)
        if found.withdrawn_at is not None:
            return
        keep_entered(session, row)
        found.withdrawn_at, found.withdrawn_by_id = context.now, context.actor.person_id
        found.withdrawn_reason = reason.strip()
        session.flush()
        details = {"attempt_id": found.id}
        write_interview(session, row, offers_of(session, row), context, "contact_attempt_withdrawn", details)


def record_accepted(context: Context, *, episode_id: int, accepted_at: datetime, accepted_by: ContactWith) -> int:
    """The offer was accepted, where no attempt says so already. Given again, the newer stands."""
    accepted_at = require_aware(accepted_at)
    entered: dict[str, object] = {"entered_accepted_at": accepted_at, "entered_accepted_by": str(accepted_by)}
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        for held in interviews.rows_of_episode(session, episode.id):
            if all(getattr(held, name) == value for name, value in entered.items()):
                return held.id
        refuse_times([facts_of(session, episode)], accepted_at, "accepted_at", context.now)
        row = being_arranged(session, episode, context)
        keep_entered(session, row)
        for name, value in entered.items():
            setattr(row, name, value)
        details = {"accepted_by": str(accepted_by)}
        write_interview(session, row, offers_of(session, row), context, "interview_accepted", details, cover=[episode])
        return row.id


def _same_attempt(session: Session, episode: Episode, values: dict[str, object]) -> int | None:
    """The id of the attempt of this episode that says the same and stands."""
    query = (
        select(ContactAttempt.id)
        .join(InterviewEpisode, InterviewEpisode.interview_id == ContactAttempt.interview_id)
        .where(InterviewEpisode.episode_id == episode.id, ContactAttempt.withdrawn_at.is_(None))
        .where(*(getattr(ContactAttempt, name).is_not_distinct_from(value) for name, value in values.items()))
    )
    return session.scalar(query.order_by(ContactAttempt.id).limit(1))


def _row_for(session: Session, context: Context, episode: Episode, at: datetime) -> Interview:
    """The interview being arranged; for an attempt remembered late, the one whose outcome it came before."""
    refuse_excluded([episode])
    held = interviews.rows_of_episode(session, episode.id)
    ended = [
        row
        for row in held
        if any(at <= ended for ended in (row.completed_at, row.declined_at, row.not_required_approved_at) if ended)
    ]
    return ended[0] if ended else being_arranged(session, episode, context, held)
