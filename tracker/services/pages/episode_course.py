"""What was done to arrange an episode's interview, and what was settled on: for its timeline."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.interview_terms import ReviewDecision
from tracker.services.pages import interview_parts as parts
from tracker.services.pages.child_story import actions_told, meetings_told
from tracker.services.pages.episode_shapes import EpisodePage
from tracker.services.pages.interview_shapes import AllocationView, AttemptView, RequestView, VisitView
from tracker.services.pages.story_shapes import ActionTold, MeetingTold
from tracker.store import people
from tracker.store.db import session as read_session
from tracker.store.models import Action, InterviewReview, StrategyMeeting


@dataclass(frozen=True)
class ReviewView:
    """A manager's look at what was written."""

    decision: ReviewDecision
    at: datetime
    by: str | None


@dataclass(frozen=True)
class EpisodeCourse:
    """Of every interview that covers the episode; what was withdrawn is left out of attempts and requests."""

    allocations: tuple[AllocationView, ...]
    attempts: tuple[AttemptView, ...]
    visits: tuple[VisitView, ...]
    requests: tuple[RequestView, ...]
    reviews: tuple[ReviewView, ...]
    actions: tuple[ActionTold, ...]
    meetings: tuple[MeetingTold, ...]


def episode_course(page: EpisodePage) -> EpisodeCourse:
    """Of an episode that the caller has opened."""
    session, ids = read_session(), [interview.id for interview in page.interviews]
    names = people.names_by_id(session)
    attempts = (one for id_ in ids for one in parts.attempt_views(session, id_, names))
    requests = (one for id_ in ids for one in parts.request_views(session, id_))
    concerned = or_(Action.episode_id == page.row.id, Action.interview_id.in_(ids))
    return EpisodeCourse(
        allocations=tuple(one for id_ in ids for one in parts.allocation_views(session, id_, names)),
        attempts=tuple(one for one in attempts if one.withdrawn_at is None),
        visits=tuple(one for id_ in ids for one in parts.visit_views(session, id_, names)),
        requests=tuple(one for one in requests if one.withdrawn_at is None),
        reviews=_reviews(session, ids, names),
        actions=actions_told(session, concerned, names),
        meetings=meetings_told(session, StrategyMeeting.episode_id == page.row.id),
    )


def _reviews(session: Session, ids: list[int], names: dict[int, str]) -> tuple[ReviewView, ...]:
    query = select(InterviewReview).where(InterviewReview.interview_id.in_(ids)).order_by(InterviewReview.id)
    return tuple(
        ReviewView(
            ReviewDecision(row.decision), row.decided_at, names.get(row.decided_by_id) if row.decided_by_id else None
        )
        for row in session.scalars(query)
    )
