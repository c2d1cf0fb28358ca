"""People who work here, and the teams they belong to: rows to what the ladder and the pages know of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from tracker.core.alerts import Recipient
from tracker.core.terms import Role
from tracker.store.db import plain_rows
from tracker.store.models import Person, PersonRole, Team

_TEAMS = select(Team).order_by(func.lower(Team.name), Team.id)
_ROLES = select(PersonRole.person_id, PersonRole.role)
_ACTIVE = (
    select(
        Person.id,
        PersonRole.role,
        Person.team_id,
        Person.away_from,
        Person.away_until,
        Person.covered_by_id,
        Person.email,
    )
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(Person.is_active)
    .order_by(Person.id)
)


_ACTING = (
    select(Person.name, Person.team_id, Person.is_active, PersonRole.role)
    .outerjoin(PersonRole, PersonRole.person_id == Person.id)
    .where(Person.id == bindparam("person_id"))
)
# Built once: every change and every page asks the one or the other.


def roles_of(row: Person) -> frozenset[Role]:
    return frozenset(Role(held.role) for held in row.role_rows)


def acting(session: Session, person_id: int) -> tuple[str, int | None, frozenset[Role]]:
    """Name, team and roles (none of somebody who left). Asked with every change, so only these columns are read."""
    rows = plain_rows(session, _ACTING, person_id=person_id)
    if not rows:
        raise NoResultFound(f"there is no person {person_id}")
    name, team_id, is_active, _ = rows[0]
    return name, team_id, frozenset(Role(row.role) for row in rows if row.role is not None and is_active)


def by_email(session: Session, email: str) -> Person | None:
    """The person with this address, in whatever case it is typed."""
    return session.scalar(select(Person).where(Person.email == normalise_email(email)))


def normalise_email(email: str) -> str:
    return email.strip().lower()


def roles_by_id(session: Session) -> Mapping[int, set[Role]]:
    """Person id → their roles; nobody is asked for in vain."""
    held: dict[int, set[Role]] = defaultdict(set)
    for person_id, role in plain_rows(session, _ROLES):
        held[person_id].add(Role(role))
    return held


def recipients(session: Session) -> list[Recipient]:
    """Everybody whom the ladder could tell: those active, with their roles, team and absence. Asked for on every page,
    so one statement reads only the columns needed."""
    found: dict[int, Any] = {}
    roles: dict[int, set[Role]] = defaultdict(set)
    for id_, role, *more in plain_rows(session, _ACTIVE):
        found[id_] = more
        if role is not None:
            roles[id_].add(Role(role))
    return [Recipient(id_, frozenset(roles[id_]), *more) for id_, more in found.items()]


def all_people(session: Session) -> Sequence[Person]:
    """Active people first, then by name."""
    return session.scalars(select(Person).order_by(Person.is_active.desc(), func.lower(Person.name), Person.id)).all()


def all_teams(session: Session) -> Sequence[Team]:
    return session.scalars(_TEAMS).all()


def names_by_id(session: Session) -> dict[int, str]:
    """Every person's name, leavers included: history keeps naming them."""
    return dict(session.execute(select(Person.id, Person.name)).all())
