"""When the offer reached the child or carer, and when it was accepted: by the attempts that stand and what was entered.

An unanswered attempt is no offer (definitions §1). What a person entered by itself stands beside the attempts, so that
an attempt withdrawn takes back what it alone said and nothing else. The earliest of them all counts.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.core.interview_terms import OFFERS, ContactOutcome
from tracker.store.models import ContactAttempt, Interview

Said = tuple[datetime, str | None]
"""When, and by or to whom."""


def offers_of(session: Session, row: Interview) -> dict[str, object]:
    """The columns `offered_*` and `accepted_*` as the facts of this interview give them now."""
    attempts = standing_attempts(session, row.id)
    offered = [(one.at, one.with_whom) for one in attempts if ContactOutcome(one.outcome) in OFFERS]
    accepted = [(one.at, one.with_whom) for one in attempts if one.outcome == ContactOutcome.ACCEPTED]
    offered_at, offered_to = _earliest(row.entered_offered_at, row.entered_offered_to, offered)
    accepted_at, accepted_by = _earliest(row.entered_accepted_at, row.entered_accepted_by, accepted)
    return {
        "offered_at": offered_at,
        "offered_to": offered_to,
        "accepted_at": accepted_at,
        "accepted_by": accepted_by,
    }


def keep_entered(session: Session, row: Interview) -> None:
    """An offer or an answer that no attempt explains was entered by itself, and is kept so before attempts change."""
    attempts = standing_attempts(session, row.id)
    offers = {one.at for one in attempts if ContactOutcome(one.outcome) in OFFERS}
    answers = {one.at for one in attempts if one.outcome == ContactOutcome.ACCEPTED}
    if row.offered_at and row.entered_offered_at is None and row.offered_at not in offers:
        row.entered_offered_at, row.entered_offered_to = row.offered_at, row.offered_to
    if row.accepted_at and row.entered_accepted_at is None and row.accepted_at not in answers:
        row.entered_accepted_at, row.entered_accepted_by = row.accepted_at, row.accepted_by


def standing_attempts(session: Session, interview_id: int) -> list[ContactAttempt]:
    """Those not withdrawn, in order of time."""
    return list(session.scalars(_STANDING, {"interview_id": interview_id}))


_STANDING = (
    select(ContactAttempt)
    .where(ContactAttempt.interview_id == bindparam("interview_id"), ContactAttempt.withdrawn_at.is_(None))
    .order_by(ContactAttempt.at, ContactAttempt.id)
)


def _earliest(at: datetime | None, who: str | None, others: Iterable[Said]) -> tuple[datetime | None, str | None]:
    said: list[Said] = [*([(at, who)] if at else []), *others]
    return min(said, key=lambda one: one[0], default=(None, None))
