"""Strategy meetings as rows: those of episodes and of repeat flags, what is due to be looked at, who acted on them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from tracker.store.children import slices
from tracker.store.db import plain_rows
from tracker.store.models import Action, Episode, StrategyMeeting

BY_HAND = "by_hand"
"""The trigger of a meeting that a person asked for."""

STANDS: tuple[ColumnElement[bool], ...] = (
    StrategyMeeting.held_at.is_(None),
    StrategyMeeting.decided_at.is_(None),
    StrategyMeeting.withdrawn_at.is_(None),
)
"""Asked for, and nothing came of it yet: the partial index `ix_strategy_meeting_standing` has these conditions."""


def has_actions() -> ColumnElement[bool]:
    """A condition on `StrategyMeeting`: something is to be done that came from it."""
    actions = select(Action.id).where(
        Action.child_id == StrategyMeeting.child_id, Action.meeting_id == StrategyMeeting.id
    )
    return actions.exists()


def is_persons() -> ColumnElement[bool]:
    """A condition on `StrategyMeeting`: a person asked for it, planned it, or recorded what came of it."""
    return or_(
        StrategyMeeting.asked_by_id.is_not(None),
        StrategyMeeting.planned_at.is_not(None),
        StrategyMeeting.held_at.is_not(None),
        StrategyMeeting.decided_at.is_not(None),
        has_actions(),
    )


def acted_on(session: Session, row: StrategyMeeting) -> bool:
    """Whether a person did anything with it: then nothing but a person ends it."""
    query = select(StrategyMeeting.id).where(StrategyMeeting.id == row.id, is_persons())
    return session.scalar(query) is not None


def of_episodes(session: Session, episodes: Iterable[Episode]) -> dict[int, list[StrategyMeeting]]:
    """Episode id → its meetings, the oldest first; found by the index of children. Those with none are left out."""
    wanted = {row.id: row.child_id for row in episodes}
    found: dict[int, list[StrategyMeeting]] = defaultdict(list)
    for some in slices(sorted(set(wanted.values()))):
        for row in session.scalars(_OF_CHILDREN, {"ids": some}):
            if row.episode_id in wanted:
                found[row.episode_id].append(row)
    return found


_OF_CHILDREN = (
    select(StrategyMeeting)
    .where(StrategyMeeting.child_id.in_(bindparam("ids", expanding=True)), StrategyMeeting.episode_id.is_not(None))
    .order_by(StrategyMeeting.id)
)  # built once: asked with every change of an episode or an interview


def of_flags(session: Session, flag_ids: Collection[int]) -> dict[int, StrategyMeeting]:
    """Repeat flag → the meeting that it asked for."""
    found: dict[int, StrategyMeeting] = {}
    for some in slices(sorted(flag_ids)):
        query = select(StrategyMeeting).where(StrategyMeeting.key.in_([flag_key(id_) for id_ in some]))
        found |= {row.flag_id: row for row in session.scalars(query) if row.flag_id is not None}
    return found


def episode_key(episode_id: int, trigger: str) -> str:
    return f"episode:{episode_id}:{trigger}"


def flag_key(flag_id: int) -> str:
    return f"flag:{flag_id}"


def due_episode_ids(session: Session, now: datetime) -> Sequence[int]:
    """Episodes of which a meeting may have to be asked for by now, the longest due first."""
    return [id_ for (id_,) in plain_rows(session, _DUE, now=now)]


_episode = Episode.__table__.c
_DUE = (
    select(_episode.id)
    .where(_episode.meeting_check_at.is_not(None), _episode.meeting_check_at <= bindparam("now"))
    .order_by(_episode.meeting_check_at, _episode.id)
)  # built once: every sweep asks it


def lock_due_episodes(session: Session, ids: Sequence[int], now: datetime) -> Sequence[Episode]:
    """Those of `ids` that are still due, held by this transaction; what another holds is left to it."""
    query = select(Episode).where(Episode.id.in_(ids), Episode.meeting_check_at <= now)
    held = query.order_by(Episode.meeting_check_at, Episode.id).with_for_update(skip_locked=True)
    return session.scalars(held.execution_options(populate_existing=True)).all()
