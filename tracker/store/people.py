"""People who work here, and the teams they belong to: rows to what the ladder and the pages know of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from tracker.core.alerts import Recipient
from tracker.core.terms import Role
from tracker.store.db import plain_rows
from tracker.store.models import Person, PersonRole, Team


def roles_of(row: Person) -> frozenset[Role]:
    return frozenset(Role(held.role) for held in row.role_rows)


def acting(session: Session, person_id: int) -> tuple[str, int | None, frozenset[Role]]:
    """Name, team and roles (none of somebody who left). Asked with every change, so only these columns are read."""
    rows = list(plain_rows(session, _ACTING, person_id=person_id))
    if not rows:
        raise NoResultFound(f"there is no person {person_id}")
    name, team_id, is_active, _ = rows[0]
    return name, team_id, frozenset(Role(row.role) for row in rows if row.role is not None and is_active)


_person, _held = Person.__table__.c, PersonRole.__table__.c
_ACTING = (
    select(_person.name, _person.team_id, _person.is_active, _held.role)
    .select_from(Person.__table__.outerjoin(PersonRole.__table__, _held.person_id == _person.id))
    .where(_person.id == bindparam("person_id"))
)


_ROLES = select(_held.person_id, _held.role)
_ACTIVE = (
    select(_person.id, _person.team_id, _person.away_from, _person.away_until)
    .where(_person.is_active)
    .order_by(_person.id)
)
# Built once: every change and every page asks the one or the other.


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
    so only the columns needed are read."""
    held = roles_by_id(session)
    return [Recipient(row.id, frozenset(held[row.id]), *row[1:]) for row in plain_rows(session, _ACTIVE)]


def all_people(session: Session) -> Sequence[Person]:
    """Active people first, then by name."""
    return session.scalars(select(Person).order_by(Person.is_active.desc(), func.lower(Person.name), Person.id)).all()


def all_teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).order_by(func.lower(Team.name), Team.id)).all()


def names_by_id(session: Session) -> dict[int, str]:
    """Every person's name, leavers included: history keeps naming them."""
    return dict(session.execute(select(Person.id, Person.name)).all())
