"""The operational group's meetings: what an agenda is made of, who is seen there, and the rows of a meeting."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.group_agenda import DecidedFact, FlagFact, Held
from tracker.core.group_terms import MeetingState
from tracker.core.terms import Role
from tracker.store.models import Child, GroupItem, GroupMeeting, GroupMember, Maramp, MinutesNote, RepeatFlagRow
from tracker.store.visibility import (
    Sees,
    Sight,
    children_in_sight,
    children_visible_to,
    frequent_visible_to,
    sees_all,
)

SEEN_FOR = timedelta(days=365)
"""For how long after a meeting the group still sees the children who were on its agenda."""

STANDING = (RepeatFlagRow.ended_on.is_(None), RepeatFlagRow.withdrawn_at.is_(None))
"""Conditions on `RepeatFlagRow`: the rule holds."""

MERGED = "One record with another child on this agenda."
"""Why an item was left out when the records of two children on one agenda became one."""


def group_sees(viewer: Sees, now: datetime) -> ColumnElement[bool]:
    """A condition on `Child`: who may be seen in the group's area.

    The operational group sees the children of its workspace, and those on the agenda of a meeting not older than a
    year; everybody else whom they see anywhere.
    """
    if sees_all(viewer) or Role.OPERATIONAL_GROUP not in viewer.roles:
        return children_visible_to(viewer)
    recent = and_(GroupMeeting.cancelled_at.is_(None), GroupMeeting.meets_at >= now - SEEN_FOR)
    met = select(GroupItem.child_id).join(GroupMeeting, GroupMeeting.id == GroupItem.meeting_id).where(recent)
    stands = children_in_sight(Sight.EVERYTHING, 0)
    workspace = frequent_visible_to(viewer, local_date(now))
    return or_(children_visible_to(viewer), workspace, and_(stands, Child.id.in_(met)))


def seen_children(session: Session, viewer: Sees, now: datetime, ids: Collection[int]) -> dict[int, Child]:
    """Id → row, of those of `ids` that may be seen in the group's area."""
    query = select(Child).where(Child.id.in_(ids), group_sees(viewer, now))
    return {row.id: row for row in session.scalars(query)}


def state_of(row: GroupMeeting) -> MeetingState:
    if row.cancelled_at is not None:
        return MeetingState.CANCELLED
    if row.closed_at is not None:
        return MeetingState.CLOSED
    return MeetingState.PLANNED if row.started_at is None else MeetingState.BEING_HELD


def standing_flags(session: Session) -> list[FlagFact]:
    """Of every child, in the order in which they were raised."""
    columns = (
        RepeatFlagRow.child_id, RepeatFlagRow.rule, RepeatFlagRow.raised_on, RepeatFlagRow.raised_at,
        RepeatFlagRow.reviewed_at, RepeatFlagRow.maramp_on,
    )  # fmt: skip
    query = select(*columns).where(*STANDING).order_by(RepeatFlagRow.raised_at, RepeatFlagRow.id)
    return [FlagFact(*row) for row in session.execute(query)]


def next_reviews(session: Session) -> dict[int, date]:
    """Child → the next review of an open MARAMP that has one, the earlier where two are open."""
    query = select(Maramp.child_id, func.min(Maramp.next_review_on)).where(
        Maramp.closed_at.is_(None), Maramp.next_review_on.is_not(None)
    )
    return {child_id: on for child_id, on in session.execute(query.group_by(Maramp.child_id)) if on is not None}


def decided_facts(session: Session) -> list[DecidedFact]:
    """Every decision of every meeting, of items that were not left out afterwards."""
    columns = (GroupItem.child_id, GroupItem.decided_at, GroupItem.bring_back_on)
    query = select(*columns).where(GroupItem.decided_at.is_not(None), GroupItem.left_out_at.is_(None))
    return [
        DecidedFact(child_id, decided_at, back)
        for child_id, decided_at, back in session.execute(query)
        if decided_at is not None
    ]


def held(session: Session) -> Held | None:
    """When the first and the newest meeting that are closed began; None where none is."""
    closed = GroupMeeting.closed_at.is_not(None)
    first, last = session.execute(
        select(func.min(GroupMeeting.started_at), func.max(GroupMeeting.started_at)).where(closed)
    ).one()
    return Held(first, last) if first is not None and last is not None else None


def members_of(session: Session, meeting_id: int) -> Sequence[GroupMember]:
    query = select(GroupMember).where(GroupMember.meeting_id == meeting_id)
    return session.scalars(query.order_by(GroupMember.id)).all()


def items_of(session: Session, meeting_id: int) -> Sequence[GroupItem]:
    """In the order of the agenda, those left out among them."""
    query = select(GroupItem).where(GroupItem.meeting_id == meeting_id)
    return session.scalars(query.order_by(GroupItem.place, GroupItem.id)).all()


def notes_of(session: Session, meeting_id: int) -> Sequence[MinutesNote]:
    query = select(MinutesNote).where(MinutesNote.meeting_id == meeting_id)
    return session.scalars(query.order_by(MinutesNote.id)).all()


def history_of(child_ids: Collection[int]) -> Select[GroupItem, GroupMeeting]:
    """The items of these children with their meetings, the newest first; of meetings that were not cancelled."""
    query = select(GroupItem, GroupMeeting).join(GroupMeeting, GroupMeeting.id == GroupItem.meeting_id)
    kept = query.where(GroupItem.child_id.in_(child_ids), GroupMeeting.cancelled_at.is_(None))
    return kept.order_by(GroupMeeting.meets_at.desc(), GroupItem.id.desc())


def write_places(session: Session, item_ids: Sequence[int]) -> None:
    """The order of an agenda. Raises no version: whoever writes of a child meanwhile is not disturbed."""
    for place, id_ in enumerate(item_ids, start=1):
        session.execute(update(GroupItem).where(GroupItem.id == id_).values(place=place))


def set_twins_aside(session: Session, child_id: int, moved: Collection[int], now: datetime) -> list[int]:
    """Of a meeting not closed that has the child twice, since two records became one: the moved item is left out.

    The ids of those items. What was written of them stays on them.
    """
    open_ones = select(GroupMeeting.id).where(GroupMeeting.closed_at.is_(None), GroupMeeting.cancelled_at.is_(None))
    standing = select(GroupItem).where(
        GroupItem.child_id == child_id, GroupItem.left_out_at.is_(None), GroupItem.meeting_id.in_(open_ones)
    )
    rows = session.scalars(standing.execution_options(populate_existing=True)).all()
    kept = {row.meeting_id for row in rows if row.id not in moved}
    twins = [row for row in rows if row.id in moved and row.meeting_id in kept]
    for row in twins:
        row.left_out_at, row.left_out_reason = now, MERGED
    session.flush()
    return [row.id for row in twins]


def put_twins_back(session: Session, ids: Collection[int]) -> None:
    """The two are two again: each stands on the agenda, unless somebody said otherwise since."""
    query = select(GroupItem).where(GroupItem.id.in_(ids), GroupItem.left_out_reason == MERGED)
    for row in session.scalars(query.execution_options(populate_existing=True)):
        row.left_out_at = row.left_out_reason = None
    session.flush()
