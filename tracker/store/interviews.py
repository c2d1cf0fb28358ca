"""Interviews: rows to core values, and which cover which episodes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from tracker.core.interviews import ReturnHomeInterview
from tracker.core.terms import DeclinedBy
from tracker.store.models import Interview, InterviewEpisode


def to_core(row: Interview) -> ReturnHomeInterview:
    return ReturnHomeInterview(
        id=row.id,
        episode_ids=frozenset(link.episode_id for link in row.links),
        allocated_to_id=row.allocated_to_id,
        allocated_at=row.allocated_at,
        offered_at=row.offered_at,
        accepted_at=row.accepted_at,
        completed_at=row.completed_at,
        declined_at=row.declined_at,
        declined_by=DeclinedBy(row.declined_by) if row.declined_by else None,
        not_required_at=row.not_required_at,
        not_required_approved_at=row.not_required_approved_at,
    )


def rows_of_episode(session: Session, episode_id: int) -> list[Interview]:
    """Oldest first."""
    query = select(Interview).join(InterviewEpisode).where(InterviewEpisode.episode_id == episode_id)
    return list(session.scalars(query.order_by(Interview.id)))


def interviews_of_episode(session: Session, episode_id: int) -> list[ReturnHomeInterview]:
    return [to_core(row) for row in rows_of_episode(session, episode_id)]


def interviews_by_episode(session: Session, ids: Iterable[int]) -> dict[int, list[ReturnHomeInterview]]:
    """Episode id → its interviews, for many episodes in one query."""
    wanted = set(ids)
    query = select(Interview).join(InterviewEpisode).where(InterviewEpisode.episode_id.in_(wanted)).distinct()
    found: dict[int, list[ReturnHomeInterview]] = defaultdict(list)
    for row in session.scalars(query.order_by(Interview.id)):
        interview = to_core(row)
        for episode_id in interview.episode_ids & wanted:
            found[episode_id].append(interview)
    return found


def facts_by_episode(session: Session, ids: Collection[int]) -> dict[int, list[ReturnHomeInterview]]:
    """The same for thousands of episodes, of which few have an interview: plain columns, no objects of the ORM."""
    mine, other = aliased(InterviewEpisode), aliased(InterviewEpisode)
    query = (
        select(mine.episode_id, other.episode_id.label("covers_id"), *_FACTS)
        .join(Interview, Interview.id == mine.interview_id)
        .join(other, other.interview_id == Interview.id)
        .where(mine.episode_id.in_(ids))
        .order_by(Interview.id, mine.episode_id)
    )
    rows = session.connection().execute(query).all()
    covers: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        covers[row.id].add(row.covers_id)
    found: dict[int, dict[int, ReturnHomeInterview]] = defaultdict(dict)
    for row in rows:
        if row.id not in found[row.episode_id]:
            facts = {column.key: getattr(row, column.key) for column in _FACTS[1:]}
            found[row.episode_id][row.id] = _interview(row.id, frozenset(covers[row.id]), facts)
    return {of_id: list(held.values()) for of_id, held in found.items()}


_FACTS = (
    Interview.id, Interview.allocated_to_id, Interview.allocated_at, Interview.offered_at, Interview.accepted_at,
    Interview.completed_at, Interview.declined_at, Interview.declined_by, Interview.not_required_at,
    Interview.not_required_approved_at,
)  # fmt: skip


def _interview(id_: int, covers: frozenset[int], facts: Mapping[str, Any]) -> ReturnHomeInterview:
    by = facts["declined_by"]
    return ReturnHomeInterview(id_, covers, **{**facts, "declined_by": DeclinedBy(by) if by else None})


def open_row(session: Session, episode_id: int) -> Interview | None:
    """The interview still being arranged for an episode: the newest with no outcome."""
    return newest_open(rows_of_episode(session, episode_id))


def newest_open(rows: Sequence[Interview]) -> Interview | None:
    """Of one episode's interviews, oldest first."""
    return next((row for row in reversed(rows) if not to_core(row).is_closed), None)
