"""A meeting of the operational group is closed: its minutes are frozen, and whoever was invited is told.

The minutes are one canonical document with its SHA-256, as a published month is. What proves wrong afterwards is said
in a correction beside them.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.frozen import sha256_of
from tracker.core.group_terms import Attendance, MeetingState
from tracker.services.context import Context
from tracker.services.email_texts import message_domain, minutes_text
from tracker.services.errors import FormProblem, Refused
from tracker.services.group_rows import meeting_for_change, text_problems
from tracker.services.transaction import writing
from tracker.store import audit, group_meetings, outbox, people
from tracker.store.models import Action, Child, ChildName, GroupItem, GroupMeeting, GroupMember, MinutesNote, Person

FORMAT = 1
"""Raised when minutes of an earlier release can no longer be read as they stand."""


def close_meeting(context: Context, *, meeting_id: int, version: int) -> str:
    """Freeze the minutes; their SHA-256. Refused: a child without a decision, or nobody said to have been there.

    Steps: 1. nothing is missing; 2. the document, and its hash; 3. one email for each member who signs in here, in the
    same transaction.
    """
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, version, MeetingState.BEING_HELD)
        members = group_meetings.members_of(session, meeting_id)
        items = group_meetings.items_of(session, meeting_id)
        if problems := _missing(members, items):
            raise Refused(problems)
        row.closed_at, row.closed_by_id = context.now, context.actor.person_id
        row.minutes = _minutes(session, context, row, members, items)
        row.sha256 = sha256_of(row.minutes)
        details = {"sha256": row.sha256}
        audit.record(session, "group_meeting_closed", context.actor, context.now, "group_meeting", row.id, details)
        _tell(session, context, row, members)
        return row.sha256


def correct_minutes(context: Context, *, meeting_id: int, text: str) -> int:
    """A correction to frozen minutes, by somebody, now; its id. The minutes themselves stay as they are."""
    with writing() as session:
        row = meeting_for_change(session, context, meeting_id, None, MeetingState.CLOSED)
        if problems := text_problems(text.strip(), "text", "Write what is wrong, and what is right."):
            raise Refused(problems)
        note = MinutesNote(
            meeting_id=row.id, text=text.strip(), added_at=context.now, added_by_id=context.actor.person_id
        )
        session.add(note)
        session.flush()
        details = {"note_id": note.id}
        audit.record(session, "group_minutes_corrected", context.actor, context.now, "group_meeting", row.id, details)
        return note.id


def is_as_frozen(row: GroupMeeting) -> bool:
    """Whether the minutes held still give the hash under which they were frozen."""
    return row.minutes is not None and sha256_of(row.minutes) == row.sha256


def _missing(members: Sequence[GroupMember], items: Sequence[GroupItem]) -> list[FormProblem]:
    found = []
    if not any(member.attendance == Attendance.PRESENT for member in members):
        found.append(FormProblem("nobody_present", "Say first who is at the meeting."))
    undecided = sum(item.left_out_at is None and item.decision is None for item in items)
    if undecided:
        children = "1 child has" if undecided == 1 else f"{undecided} children have"
        sentence = f"{children} no decision yet. Decide, or leave the child out with a reason."
        found.append(FormProblem("not_decided", sentence))
    return found


def _minutes(
    session: Session,
    context: Context,
    row: GroupMeeting,
    members: Sequence[GroupMember],
    items: Sequence[GroupItem],
) -> dict[str, Any]:
    names = people.names_by_id(session)
    standing = [item for item in items if item.left_out_at is None]
    return {
        "format": FORMAT,
        "meeting_id": row.id,
        "meets_at": row.meets_at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "closed_at": context.now.isoformat(),
        "closed_by": context.actor.name,
        "place": row.place,
        "chair": row.chair,
        "people": [
            {"name": names.get(member.person_id or 0) or member.name, "attendance": member.attendance}
            for member in members
        ],
        "items": [_item(session, item, names) for item in standing],
        "left_out": [_left_out(session, item, names) for item in items if item.left_out_at is not None],
        "other_business": row.other_business,
        "next_at": row.next_at.isoformat() if row.next_at else None,
    }


def _item(session: Session, item: GroupItem, names: dict[int, str]) -> dict[str, Any]:
    query = select(Action).where(Action.group_item_id == item.id, Action.withdrawn_at.is_(None))
    return {
        **_child(session, item.child_id),
        "item_id": item.id,
        "reasons": item.reasons,
        "asked_why": item.asked_why,
        "discussion": item.discussion,
        "decision": item.decision,
        "words": item.decision_words,
        "maramp_on": item.maramp_on.isoformat() if item.maramp_on else None,
        "bring_back_on": item.bring_back_on.isoformat() if item.bring_back_on else None,
        "actions": [
            {
                "what": action.what,
                "owner": names.get(action.owner_id or 0) or action.owner_name,
                "due_on": action.due_on.isoformat(),
            }
            for action in session.scalars(query.order_by(Action.due_on, Action.id))
        ],
    }


def _left_out(session: Session, item: GroupItem, names: dict[int, str]) -> dict[str, Any]:
    return {
        **_child(session, item.child_id),
        "item_id": item.id,
        "reasons": item.reasons,
        "why": item.left_out_reason,
        "by": names.get(item.left_out_by_id or 0),
        "discussion": item.discussion,
    }


def _child(session: Session, child_id: int) -> dict[str, Any]:
    """With every name under which people may have written of the child, for the version without names."""
    child = session.get_one(Child, child_id)
    query = select(ChildName).where(ChildName.child_id == child_id).order_by(ChildName.id)
    others = [part for name in session.scalars(query) for part in (name.forename, name.surname) if part]
    return {
        "child_id": child_id,
        "forename": child.forename,
        "surname": child.surname,
        "other_names": sorted(set(others) - {child.forename, child.surname}),
    }


def _tell(session: Session, context: Context, row: GroupMeeting, members: Sequence[GroupMember]) -> None:
    """Each member who signs in here and has not left, once for a meeting."""
    ids = [member.person_id for member in members if member.person_id is not None]
    query = select(Person.id, Person.email).where(Person.id.in_(ids), Person.is_active).order_by(Person.id)
    text = minutes_text(local_date(row.meets_at), row.id, context.base_url)
    emails = [
        outbox.NewEmail(
            dedupe_key=f"group_minutes:{row.id}:{person_id}", template=text.template, to_address=address,
            subject=text.subject, body=text.body, recipient_id=person_id,
        )
        for person_id, address in session.execute(query)
    ]  # fmt: skip
    outbox.queue_emails(session, emails, context.now, message_domain(context.base_url))
