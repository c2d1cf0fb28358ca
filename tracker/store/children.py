"""Children: rows to what matching knows of them, and the only writers of names, identifiers and keys."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.matching import blocking_keys
from tracker.store.models import Child, ChildIdentifier, ChildKey, ChildName

LEARNT = ("date_of_birth", "sex", "ethnicity", "address", "postcode", "responsible_authority", "known_to_services")
"""What a report may teach about a child: fills a blank, never erases or replaces."""


def identifier_kind(force: str) -> str:
    """The kind of a police force's own number for a person; two forces may use the same number for two children."""
    return f"police_person_id:{force}"


def add_child(
    session: Session,
    *,
    surname: str,
    forename: str,
    now: datetime,
    date_of_birth: date | None = None,
    police_force: str | None = None,
    police_person_id: str | None = None,
    **more: object,
) -> Child:
    """A new child with its name, its police number where given, and its keys; flushed, so that it has an id."""
    child = Child(surname=surname, forename=forename, date_of_birth=date_of_birth, created_at=now, **more)
    session.add(child)
    session.flush()
    learn_name(session, child, surname, forename, police_force, police_person_id)
    return child


def learn_name(
    session: Session,
    child: Child,
    surname: str,
    forename: str,
    police_force: str | None = None,
    police_person_id: str | None = None,
) -> bool:
    """Keep a name and a police number a child was reported under, and what finds it by them. True: something new."""
    new = False
    names = select(ChildName.id).where(
        ChildName.child_id == child.id, ChildName.surname == surname, ChildName.forename == forename
    )
    if session.scalar(names.limit(1)) is None:
        session.add(ChildName(child_id=child.id, surname=surname, forename=forename))
        new = True
    if police_force and police_person_id:
        kind = identifier_kind(police_force)
        numbers = select(ChildIdentifier.id).where(
            ChildIdentifier.kind == kind,
            ChildIdentifier.value == police_person_id,
            ChildIdentifier.child_id == child.id,
        )
        if session.scalar(numbers.limit(1)) is None:
            session.add(ChildIdentifier(child_id=child.id, kind=kind, value=police_person_id))
            new = True
    wanted = blocking_keys(surname, forename, child.date_of_birth, police_person_id)
    held = set(session.scalars(select(ChildKey.key).where(ChildKey.child_id == child.id)))
    session.add_all([ChildKey(key=key, child_id=child.id) for key in sorted(wanted - held)])
    session.flush()
    return new


def child(session: Session, child_id: int) -> Child | None:
    return session.get(Child, child_id)
