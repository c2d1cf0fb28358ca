"""My interviews: the working day of whoever holds them. Only what is allocated to the viewer now."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select

from tracker.core.interview_terms import AllocationKind, ContactRelation, ReviewDecision
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import my_actions
from tracker.services.pages.asking import IDS, PERSON_ID, Asking, Listed, Scope, asking
from tracker.services.pages.clock_rows import ClockRow, clock_rows, clocks_count, clocks_query
from tracker.services.pages.episode_rows import Condition, is_allocated_to, record_list
from tracker.services.pages.interview_items import find_interviews, interviews_query, items_of
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
    asked = asking(session, context, viewer)
    clocks = clock_rows(session, context, asked.rows(_clocks(asked.scope), person_id=person_id))
    visits = find_interviews(asked, _visits(asked.scope), person_id=person_id)
    unwritten = find_interviews(asked, _to_write_up(asked.scope), person_id=person_id)
    returned = asked.rows(_RETURNED, person_id=person_id)
    given = asked.rows(_GIVEN_OVER, person_id=person_id, since=context.now - RECENTLY)
    shown = {*visits.ids, *unwritten.ids, *(row[0] for row in returned), *(row[0] for row in given)}
    items = items_of(session, shown)
    children = {clock.child_id for clock in clocks}
    phones = _phones(asked, children | {items[id_].child_id for id_ in visits.ids if id_ in items})
    found = visits.shown(items)
    today = [item for item in found.rows if item.planned_at and item.planned_at < end_of_today(context.now)]
    return MyInterviews(
        now=context.now,
        visits=Section(tuple(Visit(item, phones.get(item.child_id, ())) for item in today), len(today)),
        to_do=_by_child(clocks, phones),
        clocks=_total(asked, clocks, person_id),
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


@cache
def _clocks(scope: Scope) -> Select[*tuple[Any, ...]]:
    return clocks_query(scope, is_allocated_to(PERSON_ID)).limit(MOST_CLOCKS)


def _total(asked: Asking, clocks: Sequence[ClockRow], person_id: int) -> int:
    if len(clocks) < MOST_CLOCKS:
        return len(clocks)
    return asked.number(clocks_count(asked.scope, is_allocated_to(PERSON_ID)), person_id=person_id)


def _by_child(clocks: Sequence[ClockRow], phones: dict[int, tuple[PhoneNumber, ...]]) -> tuple[ToDo, ...]:
    """A child with several episodes once, where their soonest deadline stands."""
    found: dict[int, list[ClockRow]] = defaultdict(list)
    for clock in clocks:
        found[clock.child_id].append(clock)
    return tuple(ToDo(tuple(rows), phones.get(child_id, ())) for child_id, rows in found.items())


@cache
def _visits(scope: Scope) -> Listed:
    """Every visit that stands, in order of time: the passed, today's, and those of later days."""
    mine: list[Condition] = [VISIT_STANDS, Interview.allocated_to_id == PERSON_ID]
    return interviews_query(scope, mine, [Interview.planned_at, Interview.id], 2 * MOST)


@cache
def _to_write_up(scope: Scope) -> Listed:
    mine: list[Condition] = [TO_WRITE_UP, Interview.allocated_to_id == PERSON_ID]
    return interviews_query(scope, mine, [Interview.completed_at, Interview.id], MOST)


_NEWEST_RETURN = (
    select(func.max(InterviewReview.id))
    .where(InterviewReview.interview_id == Interview.id, InterviewReview.decision == str(ReviewDecision.RETURNED))
    .correlate(Interview)
    .scalar_subquery()
)
_RETURNED = (
    select(Interview.id, Interview.returned_at, Person.name, InterviewReview.comments)
    .outerjoin(InterviewReview, InterviewReview.id == _NEWEST_RETURN)
    .outerjoin(Person, Person.id == InterviewReview.decided_by_id)
    .where(Interview.allocated_to_id == PERSON_ID, Interview.returned_at.is_not(None))
    .where(Interview.approved_at.is_(None), Interview.closed_at.is_(None))
    .order_by(Interview.returned_at, Interview.id)
    .limit(MOST)
)
"""Interview id, when and by whom it was returned, with which comments: the longest ago first."""

_CAME_BY = [str(kind) for kind in (AllocationKind.HANDED_OVER, AllocationKind.COVER, AllocationKind.REALLOCATED)]
_OF = InterviewAllocation
_GIVEN_OVER = (
    select(_OF.interview_id, _OF.kind, _OF.allocated_at, Person.name, _OF.note)
    .join(Interview, and_(Interview.id == _OF.interview_id, Interview.allocated_to_id == _OF.person_id))
    .outerjoin(Person, Person.id == _OF.allocated_by_id)
    .where(_OF.person_id == PERSON_ID, _OF.kind.in_(_CAME_BY), _OF.allocated_at > bindparam("since"))
    .where(Interview.allocated_at == _OF.allocated_at, Interview.closed_at.is_(None))
    .order_by(_OF.allocated_at.desc(), _OF.id.desc())
    .limit(MOST)
)
"""Interview id, how, when and by whom it came to them, with which word: the newest first."""

_WHOM_TO_RING = (
    select(ChildContact.child_id, ChildContact.relation, ChildContact.name, ChildContact.phone, ChildContact.note)
    .where(ChildContact.child_id.in_(IDS), ChildContact.removed_at.is_(None))
    .where(ChildContact.phone.is_not(None))
    .order_by(ChildContact.id)
)


def _phones(asked: Asking, child_ids: Collection[int]) -> dict[int, tuple[PhoneNumber, ...]]:
    """Child id → whom to ring: the child first, then carers, as they were added."""
    order = list(ContactRelation)
    found: dict[int, list[PhoneNumber]] = defaultdict(list)
    for child_id, relation, name, phone, note in asked.rows(_WHOM_TO_RING, ids=list(child_ids)):
        if phone:
            found[child_id].append(PhoneNumber(ContactRelation(relation), name, phone, note))
    return {id_: tuple(sorted(of, key=lambda one: order.index(one.relation))) for id_, of in found.items()}
