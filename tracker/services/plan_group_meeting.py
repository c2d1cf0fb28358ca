"""A meeting of the operational group is planned: when, where, who; and its agenda, made from the repeat flags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from tracker.core.clock import local_date
from tracker.core.group_agenda import Placed, Proposal, Why, proposed, to_be_added
from tracker.core.group_terms import AgendaReason, MeetingState
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.group_rows import item_for_change, meeting_for_change, refuse_unseen_in_group, text_problems
from tracker.services.rows_for_change import CHANGED_MEANWHILE
from tracker.services.transaction import writing
from tracker.store import audit, group_meetings, merges, people
from tracker.store.models import GroupItem, GroupMeeting, GroupMember
from tracker.store.visibility import SEES_ALL

MEMBERS = SEES_ALL | {Role.OPERATIONAL_GROUP}
"""Roles of the people here who may be invited: those who may open the group's pages."""

_OPEN = (MeetingState.PLANNED, MeetingState.BEING_HELD)


@dataclass(frozen=True)
class MeetingPlan:
    """`others`: people who do not sign in here, each with their agency."""

    meets_at: datetime
    place: str
    chair: str
    person_ids: tuple[int, ...] = ()
    others: tuple[str, ...] = ()


def plan_group_meeting(context: Context, plan: MeetingPlan) -> int:
    """The new meeting's id; its agenda is made at once. Refused: a day past, no place, chair or people."""
    with writing() as session:
        audit.hold_chain(session)
        problems = _problems(session, plan)
        problems += _time_problems(context, plan)
        if problems:
            raise Refused(problems)
        row = GroupMeeting(
            meets_at=plan.meets_at, place=plan.place.strip(), chair=plan.chair.strip(), planned_at=context.now,
            planned_by_id=context.actor.person_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.record(session, "group_meeting_planned", context.actor, context.now, "group_meeting", row.id)
        _invite(session, row.id, plan)
        fill_agenda(session, context, row)
        return row.id


def change_group_meeting(context: Context, *, meeting_id: int, version: int, plan: MeetingPlan) -> None:
    """Another time, place, chair or company. Who stays invited keeps what is recorded of their coming."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, version, *_OPEN)
        problems = _problems(session, plan)
        moved = plan.meets_at != row.meets_at
        problems += _time_problems(context, plan) if moved else []
        if problems:
            raise Refused(problems)
        values = {"meets_at": plan.meets_at, "place": plan.place.strip(), "chair": plan.chair.strip()}
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        if _invite(session, row.id, plan):
            flag_modified(row, "place")  # whoever has the same page open is told that it changed
            changed.append("members")
        if changed:
            details = {"changed": sorted(changed)}
            audit.record(session, "group_meeting_changed", context.actor, context.now, "group_meeting", row.id, details)
        if moved:
            fill_agenda(session, context, row)


def cancel_group_meeting(context: Context, *, meeting_id: int, version: int, reason: str) -> None:
    """It does not take place. Nobody on its agenda is lost: they stand on the next."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, version, MeetingState.PLANNED)
        if problems := text_problems(reason.strip(), "reason", "Write why the meeting is called off."):
            raise Refused(problems)
        row.cancelled_at, row.cancelled_by_id = context.now, context.actor.person_id
        row.cancelled_reason = reason.strip()
        audit.record(session, "group_meeting_cancelled", context.actor, context.now, "group_meeting", row.id)


def bring_up_to_date(context: Context, *, meeting_id: int) -> int:
    """Who belongs on the agenda by now and is not on it yet is put there; how many were."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, None, *_OPEN)
        return fill_agenda(session, context, row)


def add_child(context: Context, *, meeting_id: int, child_id: int, why: str) -> int:
    """Somebody puts a child on the agenda; the item's id. Refused: a child not seen, there already, no reason."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, None, *_OPEN)
        standing = merges.standing_for(session, child_id)
        refuse_unseen_in_group(session, context, standing)
        problems = text_problems(why.strip(), "why", "Write why the group should speak of this child.")
        if any(item.child_id == standing for item in group_meetings.items_of(session, meeting_id)):
            sentence = "This child is on the agenda, or was left out of it: put the child back there."
            problems.append(FormProblem("on_agenda", sentence, ("child_id",)))
        if problems:
            raise Refused(problems)
        proposal = Proposal(standing, (Why(AgendaReason.ASKED_FOR, local_date(context.now)),))
        return _add(session, context, row, [proposal], why.strip())[0]


def leave_out(context: Context, *, item_id: int, version: int, reason: str) -> None:
    """The group does not speak of the child this time, and why. Undecided, the child stands on the next agenda."""
    with writing() as session:
        item, _ = item_for_change(session, context, item_id, version, *_OPEN)
        if problems := text_problems(reason.strip(), "reason", "Write why the child is left out."):
            raise Refused(problems)
        item.left_out_at, item.left_out_by_id = context.now, context.actor.person_id
        item.left_out_reason = reason.strip()
        _record(session, context, item, "group_item_left_out")


def leave_out_several(context: Context, *, meeting_id: int, item_ids: Collection[int], reason: str) -> None:
    """The same of several, for one reason. Refused where one is not on the agenda, or is decided on already."""
    with writing() as session:
        meeting = meeting_for_change(session, context, meeting_id, None, *_OPEN)
        problems = text_problems(reason.strip(), "reason", "Write why the children are left out.")
        if not item_ids:
            problems.append(FormProblem("nobody_chosen", "Choose the children to leave out.", ("item_ids",)))
        standing = {item.id: item for item in group_meetings.items_of(session, meeting.id) if item.left_out_at is None}
        if not set(item_ids) <= standing.keys() or any(standing[id_].decision for id_ in item_ids):
            sentence = "One of these was left out or decided on meanwhile. Look at the agenda, and choose again."
            problems.append(FormProblem("not_on_agenda", sentence, ("item_ids",)))
        if problems:
            raise Refused(problems)
        for item_id in sorted(item_ids):
            item = standing[item_id]
            refuse_unseen_in_group(session, context, item.child_id)
            item.left_out_at, item.left_out_by_id = context.now, context.actor.person_id
            item.left_out_reason = reason.strip()
            _record(session, context, item, "group_item_left_out")


def put_back(context: Context, *, item_id: int, version: int) -> None:
    """On the agenda after all, in the old place. Refused where another record of the same child stands there."""
    with writing() as session:
        item, meeting = item_for_change(session, context, item_id, version, *_OPEN)
        for other in group_meetings.items_of(session, meeting.id):
            if other.child_id == item.child_id and other.id != item.id and other.left_out_at is None:
                raise Refused(FormProblem("on_agenda", "This child is on the agenda already."))
        item.left_out_at = item.left_out_by_id = item.left_out_reason = None
        _record(session, context, item, "group_item_put_back")


def move_item(context: Context, *, item_id: int, up: bool) -> None:
    """One place nearer to the beginning, or to the end, among those on the agenda."""
    with writing() as session:
        held = session.get(GroupItem, item_id)
        if held is None:
            raise Refused(FormProblem("unknown_item", "There is no such child on an agenda."))
        meeting = meeting_for_change(session, context, held.meeting_id, None, *_OPEN)
        items = group_meetings.items_of(session, meeting.id)
        order = [item.id for item in items if item.left_out_at is None]
        if item_id not in order:
            raise Conflict(CHANGED_MEANWHILE)
        place = order.index(item_id)
        other = place + (-1 if up else 1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            rest = [item.id for item in items if item.left_out_at is not None]
            group_meetings.write_places(session, [*order, *rest])
            audit.record(session, "group_agenda_ordered", context.actor, context.now, "group_meeting", meeting.id)


def fill_agenda(session: Session, context: Context, meeting: GroupMeeting) -> int:
    """Within a transaction: put on the agenda whoever the rules put there and it does not hold; how many."""
    return len(_add(session, context, meeting, missing_from(session, context, meeting), None))


def missing_from(session: Session, context: Context, meeting: GroupMeeting) -> Sequence[Proposal]:
    """Who belongs on the agenda of this meeting, and is neither on it nor left out of it."""
    proposals = proposed(
        group_meetings.standing_flags(session),
        group_meetings.decided_facts(session),
        local_date(meeting.meets_at),
        group_meetings.held(session),
        local_date(context.now),
        group_meetings.next_reviews(session),
    )
    items = group_meetings.items_of(session, meeting.id)
    return to_be_added(proposals, [Placed(item.child_id, item.left_out_at is not None) for item in items])


def _add(
    session: Session, context: Context, meeting: GroupMeeting, proposals: Sequence[Proposal], why: str | None
) -> list[int]:
    last = max((item.place for item in group_meetings.items_of(session, meeting.id)), default=0)
    rows = [
        GroupItem(
            meeting_id=meeting.id, child_id=one.child_id, place=place, asked_why=why, added_at=context.now,
            added_by_id=context.actor.person_id, reasons=[as_stored(reason) for reason in one.reasons],
        )
        for place, one in enumerate(proposals, start=last + 1)
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    acts = [
        audit.Act(
            "group_item_added", "child", row.child_id,
            {"group_item_id": row.id, "reasons": [reason["reason"] for reason in row.reasons]},
        )
        for row in rows
    ]  # fmt: skip
    audit.record_many(session, acts, context.actor, context.now)
    return [row.id for row in rows]


def as_stored(why: Why) -> dict[str, str | None]:
    return {"reason": str(why.reason), "on": why.on.isoformat() if why.on else None, "rule": why.rule}


def _record(session: Session, context: Context, item: GroupItem, action: str) -> None:
    details = {"group_item_id": item.id}
    audit.record(session, action, context.actor, context.now, "child", item.child_id, details)


def _invite(session: Session, meeting_id: int, plan: MeetingPlan) -> bool:
    """Whether anything changed of who is invited."""
    held = group_meetings.members_of(session, meeting_id)
    people_now = {row.person_id: row for row in held if row.person_id is not None}
    others_now = {row.name: row for row in held if row.person_id is None}
    others = list(dict.fromkeys(other.strip() for other in plan.others if other.strip()))
    new = [GroupMember(meeting_id=meeting_id, person_id=id_) for id_ in dict.fromkeys(plan.person_ids)
           if id_ not in people_now]  # fmt: skip
    new += [GroupMember(meeting_id=meeting_id, name=name) for name in others if name not in others_now]
    gone = [row for id_, row in people_now.items() if id_ not in plan.person_ids]
    gone += [row for name, row in others_now.items() if name not in others]
    session.add_all(new)
    for row in gone:
        session.delete(row)
    session.flush()
    return bool(new or gone)


def _time_problems(context: Context, plan: MeetingPlan) -> list[FormProblem]:
    """Any time of today will do: a meeting that has just begun may be entered."""
    if local_date(plan.meets_at) >= local_date(context.now):
        return []
    return [FormProblem("in_the_past", "This day has passed. Enter today or a later day.", ("meets_at",))]


def _problems(session: Session, plan: MeetingPlan) -> list[FormProblem]:
    found = text_problems(plan.place.strip(), "place", "Write where the group meets, or the link by which people join.")
    found += text_problems(plan.chair.strip(), "chair", "Write who chairs the meeting.")
    known = {row.id for row in people.all_people(session) if row.is_active and people.roles_of(row) & MEMBERS}
    if not set(plan.person_ids) <= known:
        found.append(FormProblem("unknown_person", "Choose people from the list.", ("person_ids",)))
    if not plan.person_ids and not any(other.strip() for other in plan.others):
        found.append(FormProblem("nobody_invited", "Say who is invited.", ("person_ids",)))
    if any(len(other) > 200 for other in plan.others):
        found.append(FormProblem("too_long", "Write at most 200 characters a line.", ("others",)))
    return found
