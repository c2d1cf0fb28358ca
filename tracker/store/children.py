"""Children: rows to what matching knows of them, and the only writers of names, identifiers and keys."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.matching import KnownChild, blocking_keys
from tracker.store.bulk import insert_rows
from tracker.store.db import Base
from tracker.store.models import Child, ChildIdentifier, ChildKey, ChildName

T = TypeVar("T")


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
    learn(session, {child.id: [Reported(surname, forename, date_of_birth, police_force, police_person_id)]})
    return child


@dataclass(frozen=True)
class Reported:
    """A name a child was reported under, with the number that came with it; new to us, or the first."""

    surname: str
    forename: str
    date_of_birth: date | None = None
    police_force: str | None = None
    police_person_id: str | None = None


def learn(session: Session, reported: Mapping[int, Sequence[Reported]], new_ids: Collection[int] = frozenset()) -> None:
    """Child id → names and numbers it was reported under: kept beside it, and found by them from now on.

    `new_ids`: those that were stored a moment ago, of which nothing can be kept yet.
    """
    ids = [child_id for child_id in reported if child_id not in new_ids]
    names = set(_of(session, ids, ChildName.child_id, ChildName.surname, ChildName.forename))
    numbers = set(_of(session, ids, ChildIdentifier.child_id, ChildIdentifier.kind, ChildIdentifier.value))
    keys = set(_of(session, ids, ChildKey.child_id, ChildKey.key))
    new_names: dict[tuple[int, str, str], None] = {}  # dicts keep the order, so that ids do not depend on chance
    new_numbers: dict[tuple[int, str, str], None] = {}
    new_keys: dict[tuple[int, str], None] = {}
    for child_id, reports in reported.items():
        for one in reports:
            new_names[child_id, one.surname, one.forename] = None
            if one.police_force and one.police_person_id:
                new_numbers[child_id, identifier_kind(one.police_force), one.police_person_id] = None
            found_by = blocking_keys(one.surname, one.forename, one.date_of_birth, one.police_person_id)
            new_keys.update(dict.fromkeys((child_id, key) for key in sorted(found_by)))
    _insert(session, ChildName, ("child_id", "surname", "forename"), [new for new in new_names if new not in names])
    _insert(session, ChildIdentifier, ("child_id", "kind", "value"), [n for n in new_numbers if n not in numbers])
    _insert(session, ChildKey, ("child_id", "key"), [new for new in new_keys if new not in keys])


def _of(session: Session, ids: Collection[int], child_id: Any, *columns: Any) -> Iterable[tuple[Any, ...]]:
    query = select(child_id, *columns).order_by(child_id, *columns)
    return (tuple(row) for some in slices(ids) for row in session.execute(query.where(child_id.in_(some))))


def _insert(session: Session, model: type[Base], columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    insert_rows(session, model, [dict(zip(columns, row, strict=True)) for row in rows])


def ids_by_key(session: Session, keys: Collection[str]) -> dict[str, set[int]]:
    """Blocking key → the children it finds."""
    found: dict[str, set[int]] = {}
    for some in slices(keys):
        for key, child_id in session.execute(select(ChildKey.key, ChildKey.child_id).where(ChildKey.key.in_(some))):
            found.setdefault(key, set()).add(child_id)
    return found


def rows_by_id(session: Session, ids: Collection[int]) -> dict[int, Child]:
    """In the order of their ids."""
    found = [row for some in slices(ids) for row in session.scalars(select(Child).where(Child.id.in_(some)))]
    return {row.id: row for row in sorted(found, key=lambda row: row.id)}


def slices(values: Iterable[T]) -> Iterator[list[T]]:
    """Databases take only so many values in one statement; a common name may find more children than that."""
    given = list(values)
    return (given[place : place + 5_000] for place in range(0, len(given), 5_000))


def known(session: Session, rows: Iterable[Child], force: str) -> dict[int, KnownChild]:
    """Child id → what matching knows of the child, with the numbers of this force only."""
    children = {row.id: row for row in rows}
    names: dict[int, list[tuple[str, str]]] = {}
    for child_id, surname, forename in _of(
        session, list(children), ChildName.child_id, ChildName.surname, ChildName.forename
    ):
        names.setdefault(child_id, []).append((surname, forename))
    numbers: dict[int, list[str]] = {}
    kind = identifier_kind(force)
    for child_id, held_kind, value in _of(
        session, list(children), ChildIdentifier.child_id, ChildIdentifier.kind, ChildIdentifier.value
    ):
        if held_kind == kind:
            numbers.setdefault(child_id, []).append(value)
    return {
        child_id: known_child(row, names.get(child_id, ()), numbers.get(child_id, ()))
        for child_id, row in children.items()
    }


def known_child(
    row: Child, names: Sequence[tuple[str, str]], numbers: Sequence[str], id_: int | None = None
) -> KnownChild:
    """A row as matching knows it. `id_` stands in for the id of a child that has none yet."""
    return KnownChild(
        id=row.id if id_ is None else id_,
        names=tuple(names) or ((row.surname, row.forename),),
        date_of_birth=row.date_of_birth,
        sex=row.sex,
        postcodes=(row.postcode,) if row.postcode else (),
        addresses=(row.address,) if row.address else (),
        police_person_ids=tuple(numbers),
    )
