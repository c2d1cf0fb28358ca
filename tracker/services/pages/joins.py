"""Two episodes beside one another, and which of a child's episodes were made one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.core.clock import elapsed_hours
from tracker.core.episodes import LINE_FIELDS
from tracker.services.context import Context, Viewer
from tracker.services.pages.episodes import EpisodePage, episode_page
from tracker.services.pages.rows import EpisodeRow
from tracker.store import people
from tracker.store.db import session as read_session
from tracker.store.models import Episode, EpisodeJoin
from tracker.store.visibility import episodes_visible_to

NEAR_HOURS = 48
"""Beyond so many hours between two starts nobody would take the episodes for one."""


@dataclass(frozen=True)
class JoinView:
    """That an episode was made one with another, which stands for both."""

    id: int
    kept_id: int
    joined_id: int
    joined_at: datetime
    joined_by: str | None


@dataclass(frozen=True)
class JoinPage:
    """`kept` stands: the one logged by hand. `fields`: (name, its value, the police's)."""

    kept: EpisodePage
    joined: EpisodePage
    fields: tuple[tuple[str, object, object], ...]


def join_page(context: Context, viewer: Viewer, episode_id: int, other_id: int) -> JoinPage | None:
    """Both episodes, their opening recorded; None where either is not one that this viewer may see."""
    one, other = episode_page(context, viewer, episode_id), episode_page(context, viewer, other_id)
    if one is None or other is None:
        return None
    kept, joined = (other, one) if one.row.police_reference and not other.row.police_reference else (one, other)
    pairs = ((name, getattr(kept.facts, name), getattr(joined.facts, name)) for name in (*LINE_FIELDS, "district"))
    return JoinPage(kept, joined, tuple(pair for pair in pairs if pair[1:] != (None, None)))


def may_be_one(row: EpisodeRow, others: Sequence[EpisodeRow]) -> tuple[int, ...]:
    """The child's other episodes that may be this very one: near in time, one by hand and one from the police."""
    return tuple(
        other.id
        for other in others
        if bool(other.police_reference) != bool(row.police_reference)
        and other.out_of_counts is None
        and row.out_of_counts is None
        and (abs(elapsed_hours(row.missing_from_at, other.missing_from_at)) <= NEAR_HOURS or _overlap(row, other))
    )


def _overlap(row: EpisodeRow, other: EpisodeRow) -> bool:
    if row.ended_at is None or other.ended_at is None:
        return False
    return row.missing_from_at < other.ended_at and other.missing_from_at < row.ended_at


def joins_of(episode_id: int) -> tuple[JoinView, ...]:
    """The standing joins into an episode whose page was opened, the newest first."""
    session = read_session()
    query = select(EpisodeJoin).where(EpisodeJoin.kept_id == episode_id, EpisodeJoin.undone_at.is_(None))
    rows = session.scalars(query.order_by(EpisodeJoin.id.desc())).all()
    names = people.names_by_id(session) if rows else {}
    return tuple(_view(row, names) for row in rows)


def where_joined(viewer: Viewer, episode_id: int) -> JoinView | None:
    """The join by which an episode became one with another that this viewer may see."""
    session = read_session()
    query = select(EpisodeJoin).where(EpisodeJoin.joined_id == episode_id, EpisodeJoin.undone_at.is_(None))
    held = session.scalar(query)
    if held is None:
        return None
    if session.scalar(select(Episode.id).where(Episode.id == held.kept_id, episodes_visible_to(viewer))) is None:
        return None
    return _view(held, people.names_by_id(session))


def _view(row: EpisodeJoin, names: dict[int, str]) -> JoinView:
    by = names.get(row.joined_by_id) if row.joined_by_id else None
    return JoinView(row.id, row.kept_id, row.joined_id, row.joined_at, by)
