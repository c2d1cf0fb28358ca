"""Interviews: rows to core values, and which cover which episodes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, joinedload

from tracker.core.interviews import ReturnHomeInterview
from tracker.core.terms import DeclinedBy
from tracker.store.db import plain_rows
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
    return list(session.scalars(_ROWS, {"episode_id": episode_id}).unique())


_ROWS = (
    select(Interview)
    .join(InterviewEpisode)
    .where(InterviewEpisode.episode_id == bindparam("episode_id"))
    .order_by(Interview.id)
    .options(joinedload(Interview.links))
)  # built once: asked with every change of an interview


def interviews_of_episode(session: Session, episode_id: int) -> list[ReturnHomeInterview]:
    return [to_core(row) for row in rows_of_episode(session, episode_id)]


def interviews_by_episode(session: Session, ids: Iterable[int]) -> dict[int, list[ReturnHomeInterview]]:
    """Episode id → its interviews, for many episodes in one query that makes no objects of the ORM."""
    wanted = set(ids)
    found: dict[int, list[ReturnHomeInterview]] = defaultdict(list)
    for _, rows in groupby(plain_rows(session, _OF_EPISODES, ids=list(wanted)), key=itemgetter(0)):
        interview = _plain_to_core(list(rows))
        for episode_id in interview.episode_ids & wanted:
            found[episode_id].append(interview)
    return found


_PLAIN = (
    "id", "allocated_to_id", "allocated_at", "offered_at", "accepted_at", "completed_at", "declined_at", "declined_by",
    "not_required_at", "not_required_approved_at",
)  # fmt: skip
_interview, _link = Interview.__table__, InterviewEpisode.__table__
_asked = _link.alias("asked")
_ids: BindParameter[int] = bindparam("ids", expanding=True)
_OF_EPISODES = (
    select(*(_interview.c[name] for name in _PLAIN), _link.c.episode_id)
    .select_from(_interview.join(_link, _link.c.interview_id == _interview.c.id))
    .where(_interview.c.id.in_(select(_asked.c.interview_id).where(_asked.c.episode_id.in_(_ids))))
    .order_by(_interview.c.id)
)


def _plain_to_core(rows: Sequence[Any]) -> ReturnHomeInterview:
    """`rows`: those of one interview, one for each episode that it covers."""
    values = dict(zip(_PLAIN, rows[0], strict=False))
    values["declined_by"] = DeclinedBy(values["declined_by"]) if values["declined_by"] else None
    return ReturnHomeInterview(episode_ids=frozenset(row.episode_id for row in rows), **values)


def open_row(session: Session, episode_id: int) -> Interview | None:
    """The interview still being arranged for an episode: the newest with no outcome."""
    return newest_open(rows_of_episode(session, episode_id))


def newest_open(rows: Sequence[Interview]) -> Interview | None:
    """Of one episode's interviews, oldest first."""
    return next((row for row in reversed(rows) if not to_core(row).is_closed), None)
