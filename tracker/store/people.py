"""People who work here, and the teams they belong to: rows to what the ladder and the pages know of them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.alerts import Recipient
from tracker.core.terms import Role
from tracker.store.models import Person, Team


def roles_of(row: Person) -> frozenset[Role]:
    return frozenset(Role(held.role) for held in row.role_rows)


def by_email(session: Session, email: str) -> Person | None:
    """The person with this address, in whatever case it is typed."""
    return session.scalar(select(Person).where(Person.email == normalise_email(email)))


def normalise_email(email: str) -> str:
    return email.strip().lower()


def recipients(session: Session) -> list[Recipient]:
    """Everybody whom the ladder could tell: those active, with their roles, team and absence."""
    query = select(Person).where(Person.is_active).order_by(Person.id)
    return [
        Recipient(row.id, roles_of(row), row.team_id, row.away_from, row.away_until) for row in session.scalars(query)
    ]


def all_people(session: Session) -> Sequence[Person]:
    """Active people first, then by name."""
    return session.scalars(select(Person).order_by(Person.is_active.desc(), func.lower(Person.name), Person.id)).all()


def all_teams(session: Session) -> Sequence[Team]:
    return session.scalars(select(Team).order_by(func.lower(Team.name), Team.id)).all()


def names_by_id(session: Session) -> dict[int, str]:
    """Every person's name, leavers included: history keeps naming them."""
    return dict(session.execute(select(Person.id, Person.name)).all())
