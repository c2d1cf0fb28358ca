"""People, teams and roles, for the administrator's pages and for choosing whom to allocate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from tracker.core.directory import Recipient
from tracker.core.recipients import may_cover
from tracker.core.terms import Role
from tracker.services.allocate_interview import MAY_INTERVIEW
from tracker.services.context import Context
from tracker.store import people as store
from tracker.store.db import plain_rows, session
from tracker.store.models import Episode, Interview, InterviewEpisode, Person, Team


@dataclass(frozen=True)
class TeamRow:
    id: int
    name: str


@dataclass(frozen=True)
class PersonRow:
    id: int
    email: str
    name: str
    roles: frozenset[Role]
    team_id: int | None
    team: str | None
    is_active: bool
    is_away: bool
    away_from: datetime | None
    away_until: datetime | None
    covered_by_id: int | None
    covered_by: str | None
    has_password: bool
    last_signed_in_at: datetime | None


@dataclass(frozen=True)
class PersonChoice:
    """Somebody to whom an interview can be allocated; `open_clocks`: how many they have now."""

    id: int
    name: str
    team: str | None
    is_away: bool
    open_clocks: int


def people_list(context: Context) -> tuple[PersonRow, ...]:
    """Everybody, active people first."""
    return tuple(_row(row, context) for row in store.all_people(session()))


def person(context: Context, person_id: int) -> PersonRow | None:
    """One of them, or None."""
    row = session().get(Person, person_id)
    return _row(row, context) if row else None


def covers_for(context: Context, person_id: int) -> tuple[tuple[int, str], ...]:
    """(id, name) of everybody who may be told in this person's place, by name; who is away now says so."""
    rows = store.all_people(session())
    roles = next((store.roles_of(row) for row in rows if row.id == person_id), frozenset())
    return tuple(
        (row.id, f"{row.name} (away now)" if _is_away(row, context) else row.name)
        for row in rows
        if row.is_active and row.id != person_id and may_cover(store.roles_of(row), roles)
    )


def _row(row: Person, context: Context) -> PersonRow:
    return PersonRow(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=store.roles_of(row),
        team_id=row.team_id,
        team=row.team.name if row.team else None,
        is_active=row.is_active,
        is_away=_is_away(row, context),
        away_from=row.away_from,
        away_until=row.away_until,
        covered_by_id=row.covered_by_id,
        covered_by=store.names_by_id(session()).get(row.covered_by_id) if row.covered_by_id else None,
        has_password=row.password_hash is not None,
        last_signed_in_at=row.last_signed_in_at,
    )


def _is_away(row: Person, context: Context) -> bool:
    return Recipient(row.id, frozenset(), None, row.away_from, row.away_until).is_away(context.now)


def teams() -> tuple[TeamRow, ...]:
    """In order of their names."""
    return tuple(TeamRow(row.id, row.name) for row in store.all_teams(session()))


_ACTIVE = (
    select(Person.id, Person.name, Team.name.label("team"), Person.away_from, Person.away_until)
    .outerjoin(Team, Team.id == Person.team_id)
    .where(Person.is_active)
    .order_by(func.lower(Person.name), Person.id)
)
_OPEN_CLOCKS: Select[*tuple[Any, ...]] = (
    select(Interview.allocated_to_id, func.count(Episode.id.distinct()))
    .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
    .join(Episode, Episode.id == InterviewEpisode.episode_id)
    .where(Episode.clock_open, Interview.allocated_to_id.is_not(None))
    .group_by(Interview.allocated_to_id)
)
"""Person id, and how many running clocks wait for their interview."""


def allocatable(context: Context) -> tuple[PersonChoice, ...]:
    """Active people who may hold an interview, interviewers first."""
    current = session()
    rows, roles = plain_rows(current, _ACTIVE), store.roles_by_id(current)
    held = dict(plain_rows(current, _OPEN_CLOCKS))
    return tuple(
        PersonChoice(
            row.id,
            row.name,
            row.team,
            Recipient(row.id, frozenset(), None, row.away_from, row.away_until).is_away(context.now),
            held.get(row.id, 0),
        )
        for row in sorted(rows, key=lambda row: Role.INTERVIEWER not in roles[row.id])
        if roles[row.id] & MAY_INTERVIEW
    )
