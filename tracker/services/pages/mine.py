"""My interviews: the working day of whoever holds them. Only what is allocated to the viewer now."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from tracker.core.interview_terms import AllocationKind, ContactRelation, ReviewDecision
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import my_actions
from tracker.services.pages.clock_rows import ClockRow, clock_rows, count_open, find_clocks
from tracker.services.pages.episode_rows import Condition, is_allocated_to, record_list
from tracker.services.pages.interview_items import FoundInterviews, find_interviews, items_of
from tracker.services.pages.mine_shapes import GivenOver, MyInterviews, PhoneNumber, Returned, ToDo, Visit
from tracker.services.pages.rows import Section
from tracker.services.pages.today_clocks import end_of_today
from tracker.store.db import session as read_session
from tracker.store.models import ChildContact, Interview, InterviewAllocation, InterviewReview, Person
from tracker.store.models.interviews import TO_WRITE_UP, VISIT_STANDS

MOST_CLOCKS = 100
"""Clocks read: more than one person can hold in three days."""

MOST = 20
"""Rows of each other part."""

RECENTLY = timedelta(days=7)
"""For how long what was handed over is shown as such."""


def my_interviews(context: Context, viewer: Viewer) -> MyInterviews:
    """Everything of the viewer's own, the next first. Records one list view."""
    record_list(context, "my_interviews", {"mine": True})
    return _interviews_of(context, viewer, viewer.person_id)


def interviews_of(context: Context, viewer: Viewer, person_id: int) -> MyInterviews:
    """The same of somebody else, as far as the viewer may see it. Records one list view."""
    record_list(context, "interviews_of", {"person_id": person_id})
    return _interviews_of(context, viewer, person_id)


def _interviews_of(context: Context, viewer: Viewer, person_id: int) -> MyInterviews:
    session = read_session()
    clocks = _clocks(session, context, viewer, person_id)
    visits, unwritten = _visits(session, viewer, person_id), _to_write_up(session, viewer, person_id)
    returned, given = _returned_ids(session, person_id), _given_over_ids(session, context, person_id)
    shown = {*visits.ids, *unwritten.ids, *(row[0] for row in returned), *(row[0] for row in given)}
    items = items_of(session, shown)
    children = {clock.child_id for clock in clocks}
    phones = _phones(session, children | {items[id_].child_id for id_ in visits.ids if id_ in items})
    found = visits.shown(items)
    today = [item for item in found.rows if item.planned_at and item.planned_at < end_of_today(context.now)]
    return MyInterviews(
        now=context.now,
        visits=Section(tuple(Visit(item, phones.get(item.child_id, ())) for item in today), len(today)),
        to_do=_by_child(clocks, phones),
        clocks=_total(session, viewer, clocks, person_id),
        children=len(children),
        to_write_up=unwritten.shown(items),
        returned=tuple(Returned(items[id_], at, by, comments) for id_, at, by, comments in returned if id_ in items),
        given_over=tuple(
            GivenOver(items[id_], AllocationKind(kind), at, by, note)
            for id_, kind, at, by, note in given
            if id_ in items
        ),
        actions=my_actions(session, context, viewer, MOST) if person_id == viewer.person_id else Section(),
        later_visits=tuple(item for item in found.rows if item not in today),
    )


def _clocks(session: Session, context: Context, viewer: Viewer, person_id: int) -> tuple[ClockRow, ...]:
    theirs = [is_allocated_to(person_id)]
    return clock_rows(session, context, find_clocks(session, viewer, theirs, MOST_CLOCKS))


def _total(session: Session, viewer: Viewer, clocks: Sequence[ClockRow], person_id: int) -> int:
    if len(clocks) < MOST_CLOCKS:
        return len(clocks)
    return count_open(session, viewer, [is_allocated_to(person_id)])


def _by_child(clocks: Sequence[ClockRow], phones: dict[int, tuple[PhoneNumber, ...]]) -> tuple[ToDo, ...]:
    """A child with several episodes once, where their soonest deadline stands."""
    found: dict[int, list[ClockRow]] = defaultdict(list)
    for clock in clocks:
        found[clock.child_id].append(clock)
    return tuple(ToDo(tuple(rows), phones.get(child_id, ())) for child_id, rows in found.items())


def _visits(session: Session, viewer: Viewer, person_id: int) -> FoundInterviews:
    """Every visit that stands, in order of time: the passed, today's, and those of later days."""
    mine: list[Condition] = [VISIT_STANDS, Interview.allocated_to_id == person_id]
    return find_interviews(session, viewer, mine, [Interview.planned_at, Interview.id], 2 * MOST)


def _to_write_up(session: Session, viewer: Viewer, person_id: int) -> FoundInterviews:
    mine: list[Condition] = [TO_WRITE_UP, Interview.allocated_to_id == person_id]
    return find_interviews(session, viewer, mine, [Interview.completed_at, Interview.id], MOST)


def _returned_ids(session: Session, person_id: int) -> list[tuple[int, datetime, str | None, str | None]]:
    """Interview id, when and by whom it was returned, with which comments: the longest ago first."""
    newest = (
        select(func.max(InterviewReview.id))
        .where(InterviewReview.interview_id == Interview.id, InterviewReview.decision == str(ReviewDecision.RETURNED))
        .correlate(Interview)
        .scalar_subquery()
    )
    query = (
        select(Interview.id, Interview.returned_at, Person.name, InterviewReview.comments)
        .outerjoin(InterviewReview, InterviewReview.id == newest)
        .outerjoin(Person, Person.id == InterviewReview.decided_by_id)
        .where(Interview.allocated_to_id == person_id, Interview.returned_at.is_not(None))
        .where(Interview.approved_at.is_(None), Interview.closed_at.is_(None))
        .order_by(Interview.returned_at, Interview.id)
    )
    found = session.execute(query.limit(MOST))
    return [(id_, at, by, comments) for id_, at, by, comments in found if at is not None]


def _given_over_ids(
    session: Session, context: Context, person_id: int
) -> list[tuple[int, str, datetime, str | None, str | None]]:
    """Interview id, how, when and by whom it came to the viewer, with which word: the newest first."""
    kinds = [str(kind) for kind in (AllocationKind.HANDED_OVER, AllocationKind.COVER, AllocationKind.REALLOCATED)]
    of = InterviewAllocation
    query = (
        select(of.interview_id, of.kind, of.allocated_at, Person.name, of.note)
        .join(Interview, and_(Interview.id == of.interview_id, Interview.allocated_to_id == of.person_id))
        .outerjoin(Person, Person.id == of.allocated_by_id)
        .where(of.person_id == person_id, of.kind.in_(kinds), of.allocated_at > context.now - RECENTLY)
        .where(Interview.allocated_at == of.allocated_at, Interview.closed_at.is_(None))
        .order_by(of.allocated_at.desc(), of.id.desc())
    )
    return [(*row,) for row in session.execute(query.limit(MOST))]


def _phones(session: Session, child_ids: Collection[int]) -> dict[int, tuple[PhoneNumber, ...]]:
    """Child id → whom to ring: the child first, then carers, as they were added."""
    order = list(ContactRelation)
    query = (
        select(ChildContact.child_id, ChildContact.relation, ChildContact.name, ChildContact.phone, ChildContact.note)
        .where(ChildContact.child_id.in_(child_ids), ChildContact.removed_at.is_(None))
        .where(ChildContact.phone.is_not(None))
        .order_by(ChildContact.id)
    )
    found: dict[int, list[PhoneNumber]] = defaultdict(list)
    for child_id, relation, name, phone, note in session.execute(query):
        if phone:
            found[child_id].append(PhoneNumber(ContactRelation(relation), name, phone, note))
    return {id_: tuple(sorted(of, key=lambda one: order.index(one.relation))) for id_, of in found.items()}
