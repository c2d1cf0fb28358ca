"""What is planned for a child, for the pages of records that somebody has opened: the opening is recorded there."""

from dataclasses import dataclass

from tracker.services.context import Context
from tracker.services.pages.actions import ActionView, actions_of_child, actions_of_interview
from tracker.services.pages.interview_parts import contact_views
from tracker.services.pages.interview_shapes import ContactView
from tracker.services.pages.meetings import MeetingView, meetings_of_child
from tracker.store.db import session as read_session


@dataclass(frozen=True)
class ChildPlans:
    """Actions and meetings as their pages order them, and whom to ring about the child."""

    actions: tuple[ActionView, ...]
    meetings: tuple[MeetingView, ...]
    contacts: tuple[ContactView, ...]


def plans_of_child(context: Context, child_id: int) -> ChildPlans:
    session = read_session()
    return ChildPlans(
        actions_of_child(session, context, child_id),
        meetings_of_child(session, context, child_id),
        contact_views(session, child_id),
    )


def actions_from_interview(context: Context, interview_id: int | None) -> tuple[ActionView, ...]:
    """Those that come from one interview; from none there are none."""
    return () if interview_id is None else actions_of_interview(read_session(), context, interview_id)
