"""What the demonstration must ask of the store to hold the operational group's meetings. Read only."""

from dataclasses import dataclass

from sqlalchemy import select

from tracker.store import group_meetings
from tracker.store.db import session as current_session
from tracker.store.models import GroupMeeting


@dataclass(frozen=True)
class OnAgenda:
    """A child on an agenda."""

    id: int
    child_id: int
    version: int


def flagged_children() -> list[int]:
    """On a standing flag, whose was raised last first."""
    session = current_session()
    flags = sorted(group_meetings.standing_flags(session), key=lambda flag: (flag.raised_at, flag.child_id))
    session.rollback()
    return list(dict.fromkeys(flag.child_id for flag in reversed(flags)))


def agenda(meeting_id: int) -> list[OnAgenda]:
    """Its items in their order."""
    session = current_session()
    found = [OnAgenda(row.id, row.child_id, row.version) for row in group_meetings.items_of(session, meeting_id)]
    session.rollback()
    return found


def members(meeting_id: int) -> list[int]:
    """The ids of the places of those invited."""
    session = current_session()
    found = [row.id for row in group_meetings.members_of(session, meeting_id)]
    session.rollback()
    return found


def version(meeting_id: int) -> int:
    session = current_session()
    found = session.scalars(select(GroupMeeting.version).where(GroupMeeting.id == meeting_id)).one()
    session.rollback()
    return found
