"""Builders of rows for tests, through the store where it has a writer. Call them inside `with writing() as session:`.

Every person here is plainly invented. Each builder fills what a test does not care about.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from tracker.core.terms import EpisodeKind, Role
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.store import children
from tracker.store.models import Child, Episode, Interview, InterviewEpisode, Person, PersonRole, Team

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When rows were made, where a test does not say."""

_number = count(1)


def team(session: Session, name: str | None = None) -> Team:
    row = Team(name=name or f"Team {next(_number)}")
    session.add(row)
    session.flush()
    return row


def person(
    session: Session,
    *roles: Role,
    name: str | None = None,
    email: str | None = None,
    team_id: int | None = None,
    **more: object,
) -> Person:
    """Somebody who signs in, with these roles."""
    number = next(_number)
    row = Person(
        name=name or f"Worker {number}",
        email=email or f"worker{number}@council.invalid",
        created_at=LONG_AGO,
        team_id=team_id,
        **more,
    )
    row.role_rows = [PersonRole(role=str(role)) for role in roles]
    session.add(row)
    session.flush()
    return row


def child(
    session: Session,
    surname: str | None = None,
    forename: str = "Testchild",
    date_of_birth: date | None = date(2012, 3, 4),
    now: datetime = LONG_AGO,
    **more: object,
) -> Child:
    """A child with the name, identifiers and keys by which reports find it."""
    surname = surname or f"Invented{next(_number)}"
    return children.add_child(session, surname=surname, forename=forename, date_of_birth=date_of_birth, now=now, **more)


def episode(
    session: Session,
    of: Child,
    missing_from_at: datetime,
    returned_at: datetime | None = None,
    *,
    context: Context | None = None,
    hours: float | None = None,
    police_force: str | None = None,
    police_reference: str | None = None,
    kind: EpisodeKind = EpisodeKind.MISSING,
    **more: object,
) -> Episode:
    """An episode of a child. `hours` missing may stand for `returned_at`; with a context its clock is followed up."""
    if returned_at is None and hours is not None:
        returned_at = missing_from_at + timedelta(hours=hours)
    row = Episode(
        child_id=of.id,
        missing_from_at=missing_from_at,
        returned_at=returned_at,
        notified_at=more.pop("notified_at", returned_at),
        police_force=police_force,
        police_reference=police_reference,
        kind=str(kind),
        created_at=more.pop("created_at", LONG_AGO),
        **more,
    )
    session.add(row)
    session.flush()
    if context is not None:
        follow_up_episode(session, row, context)
        follow_up_child(session, of.id, context)
        session.flush()
    return row


def interview(
    session: Session, episodes: Iterable[Episode], *, context: Context | None = None, **facts: object
) -> Interview:
    """An interview covering these episodes; `facts` are its columns: allocated_to_id, completed_at, declined_at …"""
    rows = list(episodes)
    held = Interview(created_at=facts.pop("created_at", LONG_AGO), **facts)
    held.links = [InterviewEpisode(episode_id=row.id) for row in rows]
    session.add(held)
    session.flush()
    if context is not None:
        for row in rows:
            follow_up_episode(session, row, context)
        session.flush()
    return held
