"""People who work here: added, changed, disabled; their passwords; their teams."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tracker.core.terms import Role
from tracker.services.context import Context

MINIMUM_PASSWORD = 12


@dataclass(frozen=True)
class VerifiedPerson:
    """Whose password was right."""

    id: int
    email: str
    name: str
    roles: frozenset[Role]
    team_id: int | None


def add_person(
    context: Context,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    password: str | None = None,
    team_id: int | None = None,
) -> int:
    """The new person's id. Refused: an address in use or that is none, no name, no role, a short password."""
    raise NotImplementedError


def change_person(
    context: Context,
    *,
    person_id: int,
    name: str | None = None,
    email: str | None = None,
    roles: Collection[Role] | None = None,
) -> tuple[str, ...]:
    """What is None stays. The names of what changed. Refused: the last active administrator loses that role."""
    raise NotImplementedError


def set_team(context: Context, *, person_id: int, team_id: int | None) -> None:
    raise NotImplementedError


def set_absence(
    context: Context, *, person_id: int, away_from: datetime | None, away_until: datetime | None
) -> None:
    """When they are away, their alerts go to whoever stands in. Both None: they are here."""
    raise NotImplementedError


def disable_person(context: Context, *, person_id: int) -> None:
    """They can no longer sign in and are told of nothing; history keeps their name. Their sessions end."""
    raise NotImplementedError


def enable_person(context: Context, *, person_id: int) -> None:
    raise NotImplementedError


def set_password(context: Context, *, person_id: int, password: str) -> None:
    """At least 12 characters. Every session of theirs ends."""
    raise NotImplementedError


def verify_password(email: str, password: str) -> VerifiedPerson | None:
    """Whose they are; None for a wrong password, an unknown address, somebody disabled: each takes the same work."""
    raise NotImplementedError


def person_id_of(email: str) -> int | None:
    """For the record of a failed sign-in."""
    raise NotImplementedError


def add_team(context: Context, *, name: str) -> int:
    raise NotImplementedError


def rename_team(context: Context, *, team_id: int, name: str) -> None:
    raise NotImplementedError
