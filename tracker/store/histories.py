"""Whole histories of episodes, without what the month's figures need beside them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from tracker.core.missing_episode import MissingEpisode
from tracker.store import episodes
from tracker.store.models import Episode


def of_children_between(
    session: Session, since: datetime, until: datetime, cut_off: datetime
) -> Sequence[MissingEpisode]:
    """Every episode up to the cut-off of each child with one that started in `[since, until)`: for counting once."""
    starting = select(Episode.child_id).where(Episode.missing_from_at >= since, Episode.missing_from_at < until)
    return episodes.with_children(session, and_(Episode.child_id.in_(starting), Episode.missing_from_at <= cut_off))
