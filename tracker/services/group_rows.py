"""The rows of the operational group's meetings, held for a change; and whether the actor may see a child there."""

from typing import Never

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.group_terms import MeetingState
from tracker.services.context import Context, Viewer
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.rows_for_change import CHANGED_MEANWHILE, children_seen_by_actor
from tracker.store import audit, group_meetings, people
from tracker.store.models import Child, GroupItem, GroupMeeting

MOST = 4_000
"""Characters of a text."""

UNKNOWN_CHILD = FormProblem("unknown_child", "There is no such child.", ("child_id",))
_UNKNOWN = FormProblem("unknown_meeting", "There is no such meeting.", ("meeting_id",))

_SENTENCES = {
    MeetingState.PLANNED: "This meeting has not begun. Begin it first.",
    MeetingState.BEING_HELD: "This meeting has begun.",
    MeetingState.CLOSED: "This meeting is closed, and its minutes stand. Add a correction to the minutes instead.",
    MeetingState.CANCELLED: "This meeting was called off.",
}


def meeting_for_change(
    session: Session, context: Context, meeting_id: int, version: int | None, *states: MeetingState
) -> GroupMeeting:
    """The row, locked. Refused where there is none, or it is in no state of `states`; Conflict where it was changed."""
    audit.hold_chain(session)
    query = select(GroupMeeting).where(GroupMeeting.id == meeting_id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise Refused(_UNKNOWN)
    if version is not None and row.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    state = group_meetings.state_of(row)
    if state not in states:
        _refuse(state)
    return row


def _refuse(state: MeetingState) -> Never:
    raise Refused(FormProblem(f"is_{state}", _SENTENCES[state]))


def item_for_change(
    session: Session, context: Context, item_id: int, version: int | None, *states: MeetingState
) -> tuple[GroupItem, GroupMeeting]:
    """The item and its meeting, locked. Refused as above, and where the actor may not see the child.

    `version`: None where nothing of the item itself is changed.
    """
    audit.hold_chain(session)
    meeting_id = session.scalar(select(GroupItem.meeting_id).where(GroupItem.id == item_id))
    if meeting_id is None:
        raise Refused(_UNKNOWN)
    meeting = meeting_for_change(session, context, meeting_id, None, *states)
    query = select(GroupItem).where(GroupItem.id == item_id).with_for_update()
    item = session.scalars(query.execution_options(populate_existing=True)).one()
    refuse_unseen_in_group(session, context, item.child_id)
    if version is not None and item.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return item, meeting


def refuse_unseen_in_group(session: Session, context: Context, child_id: int) -> None:
    """Refused where there is no such child, or none that the actor may see in the group's area."""
    seen = children_seen_by_actor(session, context)
    person_id = context.actor.person_id
    if person_id is not None:
        name, team_id, roles = people.acting(session, person_id)
        viewer = Viewer(person_id, name, roles, team_id)
        seen = select(Child.id).where(Child.undone_at.is_(None), group_meetings.group_sees(viewer, context.now))
    if session.scalar(seen.where(Child.id == child_id)) is None:
        raise Refused(UNKNOWN_CHILD)


def text_problems(text: str, field: str, missing: str | None = None) -> list[FormProblem]:
    """`missing`: what is said where nothing is written; None where nothing need be."""
    if not text and missing:
        return [FormProblem("missing_value", missing, (field,))]
    if len(text) > MOST:
        return [FormProblem("too_long", f"Write at most {MOST:,} characters.", (field,))]
    return []
