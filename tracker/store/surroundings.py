"""What stands around episodes, asked in one statement: most have neither a breach, nor an alert, nor a meeting."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.store.db import plain_rows
from tracker.store.models import Alert, Breach, Episode, StrategyMeeting


class Stands(NamedTuple):
    """Episode ids: with a breach that stands, with an alert ever raised, with a meeting ever asked for."""

    breached: set[int]
    told: set[int]
    met: set[int]


def what_stands(session: Session, ids: Collection[int]) -> Stands:
    found = Stands(set(), set(), set())
    for what, episode_id in plain_rows(session, _AROUND, ids=list(ids)):
        found[what].add(episode_id)
    return found


_breach, _alert, _meeting = Breach.__table__.c, Alert.__table__.c, StrategyMeeting.__table__.c
_episode = Episode.__table__.c
_ids: BindParameter[int] = bindparam("ids", expanding=True)
_AROUND = union_all(
    select(literal(0), _breach.episode_id).where(_breach.episode_id.in_(_ids), _breach.withdrawn_at.is_(None)),
    select(literal(1), _alert.episode_id).where(_alert.episode_id.in_(_ids), _alert.trigger.is_(None)).distinct(),
    select(literal(2), _meeting.episode_id).where(
        _meeting.child_id.in_(select(_episode.child_id).where(_episode.id.in_(_ids))), _meeting.episode_id.in_(_ids)
    ),  # meetings are found by the index of children
)
