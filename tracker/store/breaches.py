"""Breaches: one for an episode and a clock number, withdrawn but never deleted."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.store.bulk import insert_rows
from tracker.store.models import Breach


def standing(session: Session, episode_id: int) -> Breach | None:
    """The breach that stands for an episode: the newest not withdrawn."""
    query = select(Breach).where(Breach.episode_id == episode_id, Breach.withdrawn_at.is_(None))
    return session.scalar(query.order_by(Breach.clock_no.desc()).limit(1))


def standing_of(session: Session, ids: Collection[int]) -> dict[int, Breach]:
    """Episode id → the breach that stands for it, for many episodes in one query."""
    return {breach.episode_id: breach for breach in session.scalars(_STANDING, {"ids": list(ids)})}


_STANDING = (
    select(Breach)
    .where(Breach.episode_id.in_(bindparam("ids", expanding=True)), Breach.withdrawn_at.is_(None))
    .order_by(Breach.clock_no)
)  # built once: asked with every change of an episode or an interview


def breached_of(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these episodes for which a breach stands."""
    query = select(Breach.episode_id).where(Breach.episode_id.in_(ids), Breach.withdrawn_at.is_(None))
    return set(session.scalars(query))


def add_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Breaches found by a sweep: episode_id, clock_no, breached_at, detected_at."""
    insert_rows(session, Breach, rows)


def all_of_episode(session: Session, episode_id: int) -> Sequence[Breach]:
    return session.scalars(select(Breach).where(Breach.episode_id == episode_id).order_by(Breach.clock_no)).all()
