"""What the police are to know, as pages show it: of one interview, and what is open of all, for boards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.services.context import Viewer
from tracker.services.pages.episode_rows import name_of
from tracker.store import people
from tracker.store.models import Child, Episode, Interview, InterviewEpisode, PoliceShare
from tracker.store.visibility import episodes_visible_to


@dataclass(frozen=True)
class ShareView:
    """One, with the names of those who entered and sent it."""

    id: int
    version: int
    what: str
    created_at: datetime
    created_by: str | None
    sent_at: datetime | None
    sent_how: str | None
    sent_to: str | None
    sent_by: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    outcome: str | None
    outcome_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None


@dataclass(frozen=True)
class OpenShare:
    """One that is neither acknowledged nor withdrawn. `sent_at` None: still to be sent. Bears no word of what it is."""

    id: int
    interview_id: int
    episode_id: int
    child_id: int
    child_name: str
    allocated_to_id: int | None
    created_at: datetime
    sent_at: datetime | None


def shares_of(session: Session, interview_id: int) -> tuple[ShareView, ...]:
    """Of one interview, oldest first, those withdrawn too."""
    names = people.names_by_id(session)
    query = select(PoliceShare).where(PoliceShare.interview_id == interview_id).order_by(PoliceShare.id)
    same = [name for name in ShareView.__dataclass_fields__ if name not in ("created_by", "sent_by")]
    return tuple(
        ShareView(
            **{name: getattr(row, name) for name in same},
            created_by=names.get(row.created_by_id or 0),
            sent_by=names.get(row.sent_by_id or 0),
        )
        for row in session.scalars(query)
    )


def open_shares(
    session: Session, viewer: Viewer, *, allocated_to_id: int | None = None, limit: int | None = None
) -> tuple[OpenShare, ...]:
    """Those of the children whom the viewer may see, oldest first; one row a share. `allocated_to_id`: one person's."""
    first = (
        select(InterviewEpisode.interview_id, func.min(InterviewEpisode.episode_id).label("episode_id"))
        .group_by(InterviewEpisode.interview_id)
        .subquery()
    )
    query = (
        select(PoliceShare, Interview.allocated_to_id, Episode.id, Child)
        .join(Interview, Interview.id == PoliceShare.interview_id)
        .join(first, first.c.interview_id == Interview.id)
        .join(Episode, Episode.id == first.c.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .where(PoliceShare.acknowledged_at.is_(None), PoliceShare.withdrawn_at.is_(None), episodes_visible_to(viewer))
        .order_by(PoliceShare.created_at, PoliceShare.id)
    )
    if allocated_to_id is not None:
        query = query.where(Interview.allocated_to_id == allocated_to_id)
    return tuple(
        OpenShare(
            share.id, share.interview_id, episode_id, child.id, name_of(child), holder_id, share.created_at,
            share.sent_at,
        )
        for share, holder_id, episode_id, child in session.execute(query.limit(limit))
    )  # fmt: skip
