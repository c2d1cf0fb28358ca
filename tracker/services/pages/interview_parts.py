"""The parts of the page of one interview, each read for itself."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.interview_course import Asked, Holder, who_holds
from tracker.core.interview_terms import (
    AllocationKind,
    AskedBecause,
    AuthorityAnswer,
    ContactMethod,
    ContactOutcome,
    ContactRelation,
    ContactWith,
    NotHeldReason,
    VisitEnd,
)
from tracker.services.pages.interview_shapes import (
    AllocationView,
    AttemptView,
    ContactView,
    RequestView,
    VisitView,
)
from tracker.store import child_contacts
from tracker.store.models import (
    AuthorityRequest,
    ChildContact,
    ContactAttempt,
    Episode,
    Interview,
    InterviewAllocation,
    InterviewEpisode,
    InterviewVisit,
)

Names = dict[int, str]


def contact_views(session: Session, child_id: int) -> tuple[ContactView, ...]:
    """Whom to ring about a child, the child first."""
    return tuple(contact_view(row) for row in child_contacts.contacts_of(session, child_id))


def contact_view(row: ChildContact) -> ContactView:
    return ContactView(
        row.id, ContactRelation(row.relation), row.name, row.phone, dial(row.phone), row.email, row.note, row.version
    )


def dial(phone: str | None) -> str | None:
    """The number as a telephone takes it: its first run of digits, with a leading plus; what follows is a remark."""
    text = (phone or "").strip().replace("(0)", "")
    for symbols, run in groupby(text, key=lambda letter: letter in "+0123456789 -().\u00a0"):
        number = "".join(run)
        digits = "".join(letter for letter in number if letter.isdigit())
        if symbols and len(digits) >= 5:
            return ("+" if number.strip(" (").startswith("+") else "") + digits
    return None


def allocation_views(session: Session, interview_id: int, names: Names) -> tuple[AllocationView, ...]:
    """Everybody who had it, in order."""
    query = select(InterviewAllocation).where(InterviewAllocation.interview_id == interview_id)
    found: list[AllocationView] = []
    for row in session.scalars(query.order_by(InterviewAllocation.id)):
        found.append(
            AllocationView(
                person=names[row.person_id],
                before=found[-1].person if found else None,
                at=row.allocated_at,
                by=names.get(row.allocated_by_id) if row.allocated_by_id else None,
                kind=AllocationKind(row.kind),
                independent=row.independent,
                not_independent_reason=row.not_independent_reason,
                note=row.note,
            )
        )
    return tuple(found)


def attempt_views(session: Session, interview_id: int, names: Names) -> tuple[AttemptView, ...]:
    query = select(ContactAttempt).where(ContactAttempt.interview_id == interview_id)
    return tuple(
        AttemptView(
            id=row.id,
            at=row.at,
            method=ContactMethod(row.method),
            with_whom=ContactWith(row.with_whom),
            outcome=ContactOutcome(row.outcome),
            note=row.note,
            recorded_by=names.get(row.recorded_by_id) if row.recorded_by_id else None,
            withdrawn_at=row.withdrawn_at,
            withdrawn_by=names.get(row.withdrawn_by_id) if row.withdrawn_by_id else None,
            withdrawn_reason=row.withdrawn_reason,
        )
        for row in session.scalars(query.order_by(ContactAttempt.at, ContactAttempt.id))
    )


def visit_views(session: Session, interview_id: int, names: Names) -> tuple[VisitView, ...]:
    query = select(InterviewVisit).where(InterviewVisit.interview_id == interview_id).order_by(InterviewVisit.id)
    moved: dict[str, int] = {}
    found = []
    for row in session.scalars(query):
        sequence = moved[row.calendar_uid] = moved.get(row.calendar_uid, -1) + 1
        found.append(
            VisitView(
                id=row.id,
                planned_at=row.planned_at,
                minutes=row.minutes,
                place=row.place,
                note=row.note,
                calendar_uid=row.calendar_uid,
                sequence=sequence,
                recorded_by=names.get(row.recorded_by_id) if row.recorded_by_id else None,
                ended_as=VisitEnd(row.ended_as) if row.ended_as else None,
                ended_at=row.ended_at,
                not_held_reason=NotHeldReason(row.not_held_reason) if row.not_held_reason else None,
                ended_note=row.ended_note,
            )
        )
    return tuple(found)


def request_views(session: Session, interview_id: int) -> tuple[RequestView, ...]:
    """What was asked of other councils, in order of asking, requests withdrawn as well."""
    query = select(AuthorityRequest).where(AuthorityRequest.interview_id == interview_id)
    return tuple(
        RequestView(
            id=row.id,
            authority=row.authority,
            why=AskedBecause(row.why),
            asked_at=row.asked_at,
            asked_how=ContactMethod(row.asked_how),
            asked_of=row.asked_of,
            answer=AuthorityAnswer(row.answer) if row.answer else None,
            answered_at=row.answered_at,
            answered_by=row.answered_by,
            answer_note=row.answer_note,
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
        )
        for row in session.scalars(query.order_by(AuthorityRequest.asked_at, AuthorityRequest.id))
    )


def asked(requests: Sequence[RequestView]) -> list[Asked]:
    """As the rules know them, those withdrawn left out."""
    return [Asked(request.authority, request.answer) for request in requests if request.withdrawn_at is None]


def holders_of(session: Session, rows: Sequence[Interview]) -> dict[int, Holder]:
    """Interview id → who must hold it, by whose child it is and what other councils were asked: in two queries."""
    ids = [row.id for row in rows]
    covered = select(InterviewEpisode.interview_id, Episode.is_ours).join(Episode)
    is_ours = dict(session.execute(covered.where(InterviewEpisode.interview_id.in_(ids))).all())
    requests: dict[int, list[Asked]] = defaultdict(list)
    query = select(AuthorityRequest).where(
        AuthorityRequest.interview_id.in_(ids), AuthorityRequest.withdrawn_at.is_(None)
    )
    for row in session.scalars(query.order_by(AuthorityRequest.asked_at, AuthorityRequest.id)):
        answer = AuthorityAnswer(row.answer) if row.answer else None
        requests[row.interview_id].append(Asked(row.authority, answer))
    return {id_: who_holds(requests[id_], is_ours.get(id_)) for id_ in ids}
