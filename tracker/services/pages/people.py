"""People, teams and roles, for the administrator's pages and for choosing whom to allocate."""

from dataclasses import dataclass
from datetime import datetime

from tracker.core.terms import Role
from tracker.services.context import Context, Viewer


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
    raise NotImplementedError


def person(context: Context, person_id: int) -> PersonRow | None:
    raise NotImplementedError


def teams() -> tuple[TeamRow, ...]:
    raise NotImplementedError


def allocatable(context: Context) -> tuple[PersonChoice, ...]:
    """Active people who may hold an interview, interviewers first."""
    raise NotImplementedError


def viewer_of(person_id: int) -> Viewer | None:
    """The person as a viewer; None where they are unknown or have left."""
    raise NotImplementedError
