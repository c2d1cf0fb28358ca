"""What the police's prevention interviews said: for the pages of the episode, the interview and the child."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.missing_episode import MissingEpisode
from tracker.services.context import Context
from tracker.store import episodes
from tracker.store.db import session as read_session
from tracker.store.models import Episode, InterviewEpisode


@dataclass(frozen=True)
class PreventionView:
    """`held_at` None: the child is back, and nothing of a prevention interview is recorded."""

    episode_id: int
    returned_at: datetime | None
    held_at: datetime | None
    outcome: str | None
    raised_harm: bool | None

    @property
    def before_return(self) -> bool:
        """Held when the child was found and not back yet."""
        return self.held_at is not None and (self.returned_at is None or self.held_at < self.returned_at)


def prevention_of(facts: MissingEpisode) -> PreventionView | None:
    """None while the child is still missing and nothing is said of one."""
    if facts.ended_at is None and facts.prevention_interview_at is None and facts.prevention_interview_outcome is None:
        return None
    return PreventionView(
        episode_id=facts.id,
        returned_at=facts.returned_at,
        held_at=facts.prevention_interview_at,
        outcome=facts.prevention_interview_outcome,
        raised_harm=facts.prevention_interview_raised_harm,
    )


def prevention_of_interview(session: Session, context: Context, interview_id: int) -> tuple[PreventionView, ...]:
    """Of every episode that the interview covers, in order of start; the page has looked at who may see it."""
    covered = select(InterviewEpisode.episode_id).where(InterviewEpisode.interview_id == interview_id)
    views = (prevention_of(facts) for facts in episodes.with_children(session, Episode.id.in_(covered)))
    return tuple(view for view in views if view is not None)


def preventions_of_opened(context: Context, interview_id: int | None) -> tuple[PreventionView, ...]:
    """Likewise, for the page of an interview that the caller has opened; of none there is nothing to say."""
    return () if interview_id is None else prevention_of_interview(read_session(), context, interview_id)
