"""What leaves a meeting of the operational group as a document: its agenda, and its minutes. Each download recorded."""

from dataclasses import dataclass

from tracker.core.group_terms import MeetingState
from tracker.services.context import Context, Viewer
from tracker.services.pages.group import meeting_shown
from tracker.services.pages.group_item import picture_of
from tracker.services.pages.group_shapes import ChildPicture, GroupMeetingPage, ItemRow
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.models import GroupMeeting


@dataclass(frozen=True)
class Agenda:
    """A meeting, and each child on its agenda as the group sees them."""

    page: GroupMeetingPage
    children: tuple[tuple[ItemRow, ChildPicture], ...]


def take_agenda(context: Context, viewer: Viewer, meeting_id: int) -> Agenda | None:
    """None where there is no such meeting, it was called off, or this viewer may not see a child on it."""
    with writing() as session:
        row = session.get(GroupMeeting, meeting_id)
        page = meeting_shown(session, context, viewer, row) if row else None
        if row is None or page is None or page.not_shown or page.state is MeetingState.CANCELLED:
            return None
        children = tuple(
            (item, picture)
            for item in page.items
            if (picture := picture_of(session, context, viewer, item.child_id, row)) is not None
        )
        details = {"child_ids": [item.child_id for item in page.items]}
        audit.record(
            session, "group_agenda_downloaded", context.actor, context.now, "group_meeting", meeting_id, details
        )
        return Agenda(page, children)


def take_minutes(context: Context, viewer: Viewer, meeting_id: int, *, names: bool) -> GroupMeetingPage | None:
    """None where there are none yet, or this viewer may not see a child in them. `names`: with the children's names."""
    with writing() as session:
        row = session.get(GroupMeeting, meeting_id)
        page = meeting_shown(session, context, viewer, row) if row else None
        if page is None or page.minutes is None:
            return None
        details = {"sha256": page.sha256, "names": names}
        audit.record(
            session, "group_minutes_downloaded", context.actor, context.now, "group_meeting", meeting_id, details
        )
        return page
