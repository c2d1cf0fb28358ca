"""The past of a month, read as plain rows: of episodes that stand for themselves, what the series and the repeat rules
ask."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, not_, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from tracker.core.interviews import first_of
from tracker.core.missing_episode import was_adult
from tracker.core.month_past import PastEpisode
from tracker.core.month_spans import Span
from tracker.core.policy import Policy
from tracker.store.db import plain_rows
from tracker.store.models import Child, Episode, Interview, InterviewEpisode

_episode, _child = Episode.__table__.c, Child.__table__.c
_link, _interview = InterviewEpisode.__table__.c, Interview.__table__.c

_OF_EPISODE = (
    "id", "child_id", "is_ours", "missing_from_at", "found_at", "returned_at", "notified_at", "interview_due_at",
)  # fmt: skip
_OF_INTERVIEW = ("completed_at", "declined_at", "not_required_approved_at")
_WIDTH = len(_OF_EPISODE) + len(_OF_INTERVIEW)


def past_rows(
    session: Session, times: Sequence[Span], elsewhere: Collection[int], policy: Policy
) -> tuple[list[PastEpisode], set[int]]:
    """The episodes that started in these times, in order of start, and the children who are to be read in full instead:
    with one that ended later than its time, or conflicts with another, or whose clock is not as it would be pinned;
    and those given as `elsewhere`.
    """
    found: dict[int, PastEpisode] = {}
    last_ends: dict[int, datetime] = {}
    not_alone: set[int] = set()
    for time in times:
        for row in plain_rows(session, _asked(time, policy)):
            id_, child_id, _, started_at, found_at, returned_at, _, _, _, _, _, born_on, is_odd = row
            if child_id in elsewhere or (born_on is not None and was_adult(born_on, started_at)):
                continue
            episode = PastEpisode._make(row[:_WIDTH])
            if id_ in found:  # of another interview
                found[id_] = _with_earliest(found[id_], episode)
                continue
            found[id_] = episode
            ended_at, last_end = found_at or returned_at, last_ends.get(child_id)
            if is_odd or ended_at is None or (last_end is not None and started_at < last_end):
                not_alone.add(child_id)
            elif last_end is None or ended_at > last_end:
                last_ends[child_id] = ended_at
    return [episode for episode in found.values() if episode.child_id not in not_alone], not_alone | set(elsewhere)


def _asked(time: Span, policy: Policy) -> Select[Any]:
    """A row for each interview of each episode, or one without; whether a past row cannot tell of it comes last."""
    counts = _episode.kind.in_([str(kind) for kind in policy.countable_kinds])
    asks: ColumnElement[bool] = _episode.kind.in_([str(kind) for kind in policy.clock_kinds])
    if policy.only_known_to_services:
        asks = and_(asks, _episode.known_to_services.is_not(False))
    runs = and_(_episode.returned_at.is_not(None), or_(asks, _episode.interview_requested))
    has_clock = or_(_episode.interview_due_at.is_not(None), runs)
    is_odd = or_(
        _episode.found_at >= time[1],
        _episode.returned_at >= time[1],
        and_(_episode.interview_due_at.is_(None), runs),
        and_(has_clock, not_(counts)),
    )
    of = Episode.__table__.join(Child.__table__, _child.id == _episode.child_id)
    of = of.outerjoin(InterviewEpisode.__table__, _link.episode_id == _episode.id)
    of = of.outerjoin(Interview.__table__, _interview.id == _link.interview_id)
    columns = [_episode[name] for name in _OF_EPISODE] + [_interview[name] for name in _OF_INTERVIEW]
    started = and_(_episode.missing_from_at >= time[0], _episode.missing_from_at < time[1])
    query = select(*columns, _child.date_of_birth, is_odd.label("is_odd")).select_from(of)
    query = query.where(started, _episode.excluded.is_(None), or_(counts, has_clock))
    return query.order_by(_episode.missing_from_at, _episode.id)


def _with_earliest(one: PastEpisode, other: PastEpisode) -> PastEpisode:
    """The same episode with the earliest of each fact of its interviews."""
    return one._replace(
        completed_at=first_of((one.completed_at, other.completed_at)),
        declined_at=first_of((one.declined_at, other.declined_at)),
        not_required_approved_at=first_of((one.not_required_approved_at, other.not_required_approved_at)),
    )
