"""The operational group's meetings as pages show them: the list, one meeting with its agenda, what is still open."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.group_agenda import Why
from tracker.core.group_terms import AgendaReason, Attendance, GroupDecision, MeetingState
from tracker.services.close_group_meeting import is_as_frozen
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import actions_of_group_items
from tracker.services.pages.episode_rows import name_of, record_list
from tracker.services.pages.group_names import names_in
from tracker.services.pages.group_shapes import (
    Company,
    GroupMeetingPage,
    ItemRow,
    MeetingRow,
    MemberView,
    NoteView,
    OpenDecision,
    ToAdd,
)
from tracker.services.pages.rows import PAGE_SIZE, Page
from tracker.services.plan_group_meeting import MEMBERS, missing_from
from tracker.services.transaction import writing
from tracker.store import audit, group_meetings, people
from tracker.store.db import session as read_session
from tracker.store.models import Action, Child, GroupItem, GroupMeeting, GroupMember, Maramp, StrategyMeeting

Names = Mapping[int, str]
Seen = Mapping[int, Child]


def meetings_ahead() -> tuple[MeetingRow, ...]:
    """Those that are planned or being held, the next first. No child is named."""
    session = read_session()
    query = select(GroupMeeting).where(GroupMeeting.closed_at.is_(None), GroupMeeting.cancelled_at.is_(None))
    return _rows(session, session.scalars(query.order_by(GroupMeeting.meets_at, GroupMeeting.id)).all())


def past_meetings(page: int = 1) -> Page[MeetingRow]:
    """Those closed or called off, the newest first."""
    session, number = read_session(), max(1, page)
    past = GroupMeeting.closed_at.is_not(None) | GroupMeeting.cancelled_at.is_not(None)
    total = session.scalar(select(func.count()).select_from(GroupMeeting).where(past)) or 0
    query = select(GroupMeeting).where(past).order_by(GroupMeeting.meets_at.desc(), GroupMeeting.id.desc())
    rows = session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(_rows(session, rows), total, number)


def _rows(session: Session, rows: Sequence[GroupMeeting]) -> tuple[MeetingRow, ...]:
    counts = select(GroupItem.meeting_id, func.count(), func.count(GroupItem.decision)).where(
        GroupItem.meeting_id.in_([row.id for row in rows]), GroupItem.left_out_at.is_(None)
    )
    counted = {row[0]: (row[1], row[2]) for row in session.execute(counts.group_by(GroupItem.meeting_id))}
    return tuple(
        MeetingRow(
            row.id, row.meets_at, row.place, row.chair, group_meetings.state_of(row),
            *counted.get(row.id, (0, 0)), row.cancelled_reason,
        )
        for row in rows
    )  # fmt: skip


def who_may_be_invited() -> tuple[tuple[int, str], ...]:
    """(id, name) of the people here who may open the group's pages, by name."""
    found = people.all_people(read_session())
    return tuple((row.id, row.name) for row in found if row.is_active and people.roles_of(row) & MEMBERS)


def last_company(context: Context) -> Company | None:
    """Who was invited to the newest meeting, by whom it was chaired and where: a start for the next. None: no meeting.

    `next_at`: when that one said that the group meets next, while that lies ahead.
    """
    session = read_session()
    newest = select(GroupMeeting).order_by(GroupMeeting.meets_at.desc(), GroupMeeting.id.desc()).limit(1)
    row = session.scalar(newest)
    if row is None:
        return None
    members = group_meetings.members_of(session, row.id)
    return Company(
        person_ids=tuple(member.person_id for member in members if member.person_id is not None),
        others=tuple(member.name for member in members if member.name),
        chair=row.chair,
        place=row.place,
        next_at=row.next_at if row.next_at and row.next_at > context.now else None,
    )


def next_planned_at(context: Context, meeting_id: int) -> datetime | None:
    """When the group meets next by what is planned already, for whoever writes it into the minutes of this meeting."""
    later = select(GroupMeeting.meets_at).where(
        GroupMeeting.id != meeting_id, GroupMeeting.closed_at.is_(None), GroupMeeting.cancelled_at.is_(None),
        GroupMeeting.started_at.is_(None), GroupMeeting.meets_at > context.now,
    )  # fmt: skip
    return read_session().scalar(later.order_by(GroupMeeting.meets_at).limit(1))


def group_meeting_page(context: Context, viewer: Viewer, meeting_id: int) -> GroupMeetingPage | None:
    """One meeting; its opening, with the children shown, recorded first. None where there is none."""
    with writing() as current:
        row = current.get(GroupMeeting, meeting_id)
        if row is None:
            return None
        page = meeting_shown(current, context, viewer, row)
        ids = [item.child_id for item in (*page.items, *page.left_out)] + [one.child_id for one in page.to_add]
        details = {"child_ids": sorted(set(ids))}
        audit.record(current, "group_meeting_viewed", context.actor, context.now, "group_meeting", meeting_id, details)
        return page


def meeting_shown(session: Session, context: Context, viewer: Viewer, row: GroupMeeting) -> GroupMeetingPage:
    """The same, for whoever records the opening themselves."""
    items, state = group_meetings.items_of(session, row.id), group_meetings.state_of(row)
    missing = missing_from(session, context, row) if state in (MeetingState.PLANNED, MeetingState.BEING_HELD) else ()
    ids = [item.child_id for item in items] + [one.child_id for one in missing]
    seen = group_meetings.seen_children(session, viewer, context.now, ids)
    names = people.names_by_id(session)
    shown = _items(items, seen, names)
    unseen = sum(item.child_id not in seen for item in items)
    return GroupMeetingPage(
        id=row.id,
        meets_at=row.meets_at,
        place=row.place,
        chair=row.chair,
        state=state,
        members=member_views(group_meetings.members_of(session, row.id), names),
        items=tuple(item for item in shown if item.place is not None),
        left_out=tuple(item for item in shown if item.place is None),
        to_add=tuple(
            ToAdd(one.child_id, name_of(seen[one.child_id]), one.reasons) for one in missing if one.child_id in seen
        ),
        not_shown=unseen,
        other_business=row.other_business,
        next_at=row.next_at,
        started_at=row.started_at,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by_id or 0),
        cancelled_reason=row.cancelled_reason,
        minutes=row.minutes if not unseen else None,
        sha256=row.sha256,
        as_frozen=is_as_frozen(row),
        notes=tuple(
            NoteView(note.text, note.added_at, names.get(note.added_by_id or 0))
            for note in group_meetings.notes_of(session, row.id)
        ),
        version=row.version,
        named=names_in(session, row.minutes) if row.minutes and not unseen else (),
    )


def _items(items: Iterable[GroupItem], seen: Seen, names: Names) -> list[ItemRow]:
    found, place = [], 0
    for item in items:
        place += item.left_out_at is None
        if item.child_id not in seen:
            continue
        found.append(
            ItemRow(
                id=item.id,
                child_id=item.child_id,
                child_name=name_of(seen[item.child_id]),
                place=place if item.left_out_at is None else None,
                reasons=reasons_of(item),
                asked_why=item.asked_why,
                decision=GroupDecision(item.decision) if item.decision else None,
                discussion=item.discussion,
                left_out_reason=item.left_out_reason,
                left_out_by=names.get(item.left_out_by_id or 0),
                version=item.version,
            )
        )
    return found


def reasons_of(item: GroupItem) -> tuple[Why, ...]:
    """As they are stored → as the rules know them."""
    return tuple(
        Why(AgendaReason(one["reason"]), date.fromisoformat(one["on"]) if one["on"] else None, one["rule"])
        for one in item.reasons
    )


def member_views(members: Iterable[GroupMember], names: Names) -> tuple[MemberView, ...]:
    return tuple(
        MemberView(
            member.id, member.person_id, names.get(member.person_id or 0) or member.name or "",
            Attendance(member.attendance) if member.attendance else None,
        )
        for member in members
    )  # fmt: skip


def flagged_children(context: Context, viewer: Viewer, meeting_id: int) -> tuple[tuple[int, str], ...]:
    """(id, name) of the children on a standing flag who are not on this agenda, by name. Records one list."""
    record_list(context, "group_children", {"meeting_id": meeting_id})
    session = read_session()
    held = {item.child_id for item in group_meetings.items_of(session, meeting_id)}
    ids = {flag.child_id for flag in group_meetings.standing_flags(session)} - held
    seen = group_meetings.seen_children(session, viewer, context.now, ids)
    return tuple(
        sorted(((id_, name_of(row)) for id_, row in seen.items()), key=lambda one: (one[1].casefold(), one[0]))
    )


def open_decisions(context: Context, viewer: Viewer) -> tuple[OpenDecision, ...]:
    """What is still open across all meetings: children to be brought back, actions to be done, MARAMPs not opened and
    strategy meetings not held. Of one child the newest decision alone; actions of every one. Records one list.
    """
    record_list(context, "group_open_decisions", {})
    session = read_session()
    undone = select(Action.group_item_id).where(
        Action.group_item_id.is_not(None), Action.done_at.is_(None), Action.withdrawn_at.is_(None)
    )
    query = select(GroupItem, GroupMeeting).join(GroupMeeting, GroupMeeting.id == GroupItem.meeting_id)
    query = query.where(GroupItem.decision.is_not(None), GroupItem.left_out_at.is_(None))
    awaits = GroupItem.bring_back_on.is_not(None) | GroupItem.decision.in_(AWAITED)
    query = query.where(GroupItem.id.in_(undone) | awaits)
    rows = session.execute(query.order_by(GroupMeeting.meets_at, GroupItem.place, GroupItem.id)).all()
    seen = group_meetings.seen_children(session, viewer, context.now, {item.child_id for item, _ in rows})
    facts = sorted(group_meetings.decided_facts(session), key=lambda fact: fact.decided_at)
    last = {fact.child_id: fact.decided_at for fact in facts}
    shown = [(item, meeting) for item, meeting in rows if item.child_id in seen]
    actions = actions_of_group_items(session, context, [item.id for item, _ in shown])
    newest = {item.id for item, _ in shown if last.get(item.child_id) == item.decided_at}
    maramps, strategy = _not_opened(session, shown), _not_held(session)
    found = []
    for item, meeting in shown:
        open_ones = tuple(action for action in actions.get(item.id, ()) if action.is_open)
        back, maramp_on = (item.bring_back_on, maramps.get(item.id)) if item.id in newest else (None, None)
        awaits_strategy = item.id in newest and item.strategy_meeting_id in strategy
        if open_ones or back or maramp_on or awaits_strategy:
            found.append(
                OpenDecision(
                    item.child_id, name_of(seen[item.child_id]), item.id, meeting.meets_at,
                    GroupDecision(item.decision or ""), item.decision_words, back, open_ones, maramp_on,
                    awaits_strategy,
                )
            )  # fmt: skip
    return tuple(found)


AWAITED = (GroupDecision.OPEN_MARAMP, GroupDecision.STRATEGY_MEETING)
"""Decisions that ask for something which may not have come."""


def _not_opened(session: Session, shown: Sequence[tuple[GroupItem, GroupMeeting]]) -> dict[int, date]:
    """Item → the day by which its MARAMP was to be opened, where none is open and none was opened since."""
    asked = [item for item, _ in shown if item.decision == GroupDecision.OPEN_MARAMP and item.maramp_on]
    query = select(Maramp.child_id, Maramp.opened_at, Maramp.closed_at)
    plans = session.execute(query.where(Maramp.child_id.in_({item.child_id for item in asked}))).all()
    return {
        item.id: item.maramp_on
        for item in asked
        if item.maramp_on and item.decided_at
        and not any(
            child_id == item.child_id and (closed_at is None or opened_at >= item.decided_at)
            for child_id, opened_at, closed_at in plans
        )
    }  # fmt: skip


def _not_held(session: Session) -> set[int]:
    """Strategy meetings that the group asked for and that are neither held, found not needed nor withdrawn."""
    asked = select(GroupItem.strategy_meeting_id).where(GroupItem.strategy_meeting_id.is_not(None))
    open_ones = select(StrategyMeeting.id).where(
        StrategyMeeting.id.in_(asked), StrategyMeeting.held_at.is_(None),
        StrategyMeeting.not_needed_reason.is_(None), StrategyMeeting.withdrawn_at.is_(None),
    )  # fmt: skip
    return set(session.scalars(open_ones))
