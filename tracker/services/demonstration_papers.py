"""What waits on the demonstration's desks: write-ups, reviews, shares, actions, contacts. Read only, as
services/demonstration.py is: nobody is shown anything here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from tracker.core.maramp import MarampPlan, plan_of
from tracker.core.said import Said
from tracker.services.pages.maramps import told_of
from tracker.store import maramps
from tracker.store.db import session as current_session
from tracker.store.models import (
    Action,
    Child,
    ChildContact,
    Episode,
    Interview,
    InterviewEpisode,
    PoliceShare,
    QualityCheck,
)


@dataclass(frozen=True)
class Paper:
    """An interview of which something is to be written or looked at. `is_returned`: a manager asked for changes."""

    interview_id: int
    holder_id: int | None
    child_id: int
    team_id: int | None
    since: datetime
    is_returned: bool = False


@dataclass(frozen=True)
class Waiting:
    """A share or an action with its version. `text`: what is to be shared or done."""

    id: int
    version: int
    since: datetime
    text: str = ""
    due_on: date | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Known:
    """A child as whoever adds a contact knows it."""

    child_id: int
    surname: str
    forename: str


def to_write_up() -> list[Paper]:
    """Held here and not written up, or returned; oldest first."""
    is_open = Interview.completed_at.is_not(None) & Interview.closed_at.is_(None) & ~Interview.written_elsewhere
    is_theirs = Interview.written_up_at.is_(None) | Interview.returned_at.is_not(None)
    rows = _all(_papers(Interview.completed_recorded_at).where(is_open, is_theirs, Interview.approved_at.is_(None)))
    return [Paper(id_, holder, child, team, since, back is not None) for id_, holder, child, team, since, back in rows]


def to_review() -> list[Paper]:
    """Written up, or declined, and waiting for a manager; oldest first."""
    ended_at = Interview.written_up_at.is_not(None) | (
        Interview.declined_at.is_not(None) & Interview.completed_at.is_(None)
    )
    waits = (Interview.approved_at.is_(None), Interview.returned_at.is_(None), Interview.closed_at.is_(None))
    query = _papers(Interview.created_at).where(ended_at, ~Interview.written_elsewhere, *waits)
    return [Paper(id_, holder, child, team, since) for id_, holder, child, team, since, _ in _all(query)]


def _papers(since: Any) -> Select[Any]:
    """One row an interview, by its latest episode."""
    return (
        select(Interview.id, Interview.allocated_to_id, Episode.child_id, Episode.team_id, since, Interview.returned_at)
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .order_by(since, Interview.id, Episode.missing_from_at)
    )


def open_shares() -> list[Waiting]:
    """Sent, and not acknowledged."""
    query = select(PoliceShare.id, PoliceShare.version, PoliceShare.sent_at, PoliceShare.what).where(
        PoliceShare.sent_at.is_not(None), PoliceShare.acknowledged_at.is_(None), PoliceShare.withdrawn_at.is_(None)
    )
    return [Waiting(*row) for row in _all(query.order_by(PoliceShare.id))]


def open_actions() -> list[Waiting]:
    is_open = (Action.done_at.is_(None), Action.withdrawn_at.is_(None))
    query = select(Action.id, Action.version, Action.created_at, Action.what, Action.due_on, Action.owner_id)
    return [Waiting(*row) for row in _all(query.where(*is_open).order_by(Action.id))]


def without_contacts(child_id: int) -> Known | None:
    """The child, where nobody is named yet whom to ring about it."""
    named = select(ChildContact.id).where(ChildContact.child_id == Child.id).exists()
    query = select(Child.id, Child.surname, Child.forename).where(Child.id == child_id, ~named)
    rows = _all(query)
    return Known(*rows[0]) if rows else None


def _all(query: Any) -> Sequence[Any]:
    session = current_session()
    rows = {row[0]: tuple(row) for row in session.execute(query)}  # of several episodes, the latest
    session.rollback()
    return list(rows.values())


def said_of(child_id: int) -> tuple[Said, ...]:
    """What the child's interviews say, as the side-by-side page has it."""
    session = current_session()
    found = told_of(session, child_id)
    session.rollback()
    return found


def plan_held(maramp_id: int, number: int) -> MarampPlan:
    """What a version of a MARAMP says."""
    session = current_session()
    found = maramps.version_of(session, maramp_id, number)
    session.rollback()
    return plan_of(found.content if found else {})


def to_check(child_ids: Collection[int]) -> list[int]:
    """Interviews of these children that are written up here and that nobody has checked, oldest first."""
    query = (
        select(Interview.id)
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Episode.child_id.in_(child_ids), Interview.completed_at.is_not(None))
        .where(Interview.written_up_at.is_not(None), Interview.id.not_in(select(QualityCheck.interview_id)))
    )
    return sorted(id_ for (id_,) in _all(query))
