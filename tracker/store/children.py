"""Children: rows to what matching knows of them, and the only writers of names, identifiers and keys."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol, TypeVar

from sqlalchemy import and_, bindparam, delete, select
from sqlalchemy.orm import Session

from tracker.core.candidates import KnownChild
from tracker.core.matching_keys import blocking_keys
from tracker.store.bulk import insert_rows
from tracker.store.db import Base, plain_rows
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
    learn(session, {child.id: [as_reported(child, police_force=police_force, police_person_id=police_person_id)]})
    return child


@dataclass(frozen=True)
class Reported:
    """A name a child was reported under, with the number that came with it; new to us, or the first.

    The rest is what is held of the child beside its names, and finds it too.
    """

    surname: str
    forename: str
    date_of_birth: date | None = None
    police_force: str | None = None
    police_person_id: str | None = None
    council_id: str | None = None
    postcode: str | None = None
    address: str | None = None

    @property
    def keys(self) -> frozenset[str]:
        return blocking_keys(
            self.surname,
            self.forename,
            self.date_of_birth,
            self.police_person_id,
            self.council_id,
            self.postcode,
            self.address,
        )


def as_reported(
    child: Child,
    name: tuple[str, str] | None = None,
    police_force: str | None = None,
    police_person_id: str | None = None,
) -> Reported:
    """A child as it is held, under this name or its own, with a number of the police where one came with it."""
    surname, forename = name or (child.surname, child.forename)
    held = (child.council_id, child.postcode, child.address)
    return Reported(surname, forename, child.date_of_birth, police_force, police_person_id, *held)


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
            new_keys.update(dict.fromkeys((child_id, key) for key in sorted(one.keys)))
    _insert(session, ChildName, ("child_id", "surname", "forename"), [new for new in new_names if new not in names])
    _insert(session, ChildIdentifier, ("child_id", "kind", "value"), [n for n in new_numbers if n not in numbers])
    _insert(session, ChildKey, ("child_id", "key"), [new for new in new_keys if new not in keys])


def renew_keys(session: Session, ids: Collection[int]) -> None:
    """Make the keys of these children anew, from all that is held of them, and of those who were merged into them.

    A child who was merged into another has none: whoever is found is the one that stands. Nor has one who was held only
    through a load that was undone.
    """
    session.flush()
    rows = rows_by_id(session, ids)
    standing = [id_ for id_, row in rows.items() if row.merged_into_id is None and row.undone_at is None]
    merged = _merged_into(session, standing)
    facts = {id_: [rows[id_], *merged[id_]] for id_ in standing}
    names = {id_: {(row.surname, row.forename) for row in facts[id_]} for id_ in standing}
    for child_id, surname, forename in _of(
        session, standing, ChildName.child_id, ChildName.surname, ChildName.forename
    ):
        names[child_id].add((surname, forename))
    numbers: dict[int, list[str]] = {}
    for child_id, kind, value in _of(
        session, standing, ChildIdentifier.child_id, ChildIdentifier.kind, ChildIdentifier.value
    ):
        if kind.startswith(identifier_kind("")):
            numbers.setdefault(child_id, []).append(value)
    keys: dict[tuple[int, str], None] = {}
    for child_id, held in facts.items():
        of_child = [as_reported(row, name) for row in held for name in sorted(names[child_id])]
        of_child += [as_reported(held[0], police_person_id=number) for number in numbers.get(child_id, ())]
        keys |= dict.fromkeys((child_id, key) for key in sorted(set().union(*(one.keys for one in of_child))))
    for some in slices(ids):
        session.execute(delete(ChildKey).where(ChildKey.child_id.in_(some)))
    _insert(session, ChildKey, ("child_id", "key"), list(keys))


def _merged_into(session: Session, ids: Sequence[int]) -> dict[int, list[Child]]:
    """Child id → the records that became one with it, by however many merges."""
    found: dict[int, list[Child]] = {id_: [] for id_ in ids}
    stands_for = {id_: id_ for id_ in ids}
    waiting: Collection[int] = ids
    while waiting:
        query = select(Child).order_by(Child.id)
        rows = [r for some in slices(waiting) for r in session.scalars(query.where(Child.merged_into_id.in_(some)))]
        for row in rows:
            assert row.merged_into_id is not None
            stands_for[row.id] = stands_for[row.merged_into_id]
            found[stands_for[row.id]].append(row)
        waiting = [row.id for row in rows]
    return found


def _of(session: Session, ids: Collection[int], child_id: Any, *columns: Any) -> Iterable[tuple[Any, ...]]:
    query = select(child_id, *columns).order_by(child_id, *columns)
    return (tuple(row) for some in slices(ids) for row in session.execute(query.where(child_id.in_(some))))


def _insert(session: Session, model: type[Base], columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    insert_rows(session, model, [dict(zip(columns, row, strict=True)) for row in rows])


def ids_by_key(session: Session, keys: Collection[str]) -> dict[str, set[int]]:
    """Blocking key → the children it finds."""
    found: dict[str, set[int]] = {}
    for some in slices(keys):
        for key, child_id in plain_rows(session, _BY_KEY, keys=some):
            found.setdefault(key, set()).add(child_id)
    return found


_child, _name, _number, _key = (m.__table__.c for m in (Child, ChildName, ChildIdentifier, ChildKey))
_BY_KEY = select(_key.key, _key.child_id).where(_key.key.in_(bindparam("keys", expanding=True)))
"""Made once: to put a statement together takes longer than to look up a few rows."""


def rows_by_id(session: Session, ids: Collection[int]) -> dict[int, Child]:
    """In the order of their ids."""
    found = [row for some in slices(ids) for row in session.scalars(select(Child).where(Child.id.in_(some)))]
    return {row.id: row for row in sorted(found, key=lambda row: row.id)}


def slices(values: Iterable[T]) -> Iterator[list[T]]:
    """Databases take only so many values in one statement; a common name may find more children than that."""
    given = list(values)
    return (given[place : place + 5_000] for place in range(0, len(given), 5_000))


class Traits(Protocol):
    """What the rules of an episode ask of its child: a row of theirs, or these columns of it."""

    @property
    def date_of_birth(self) -> date | None: ...

    @property
    def sex(self) -> str | None: ...

    @property
    def ethnicity(self) -> str | None: ...


def traits_of(session: Session, child_id: int) -> Traits:
    """Asked several times in one change of an episode, so that only these columns are read."""
    found: Traits = next(iter(list(plain_rows(session, _TRAITS, child_id=child_id))))
    return found


_child = Child.__table__.c
_TRAITS = select(_child.date_of_birth, _child.sex, _child.ethnicity).where(_child.id == bindparam("child_id"))


def known(session: Session, rows: Iterable[Child], force: str) -> dict[int, KnownChild]:
    """Child id → what matching knows of the child, with the numbers of this force only."""
    return known_by_id(session, [row.id for row in rows], force)


_KNOWN = (
    select(
        _child.id, _child.date_of_birth, _child.sex, _child.postcode, _child.address, _child.council_id,
        _child.surname, _child.forename, _name.surname, _name.forename, _number.value,
    )
    .select_from(Child.__table__)
    .outerjoin(ChildName.__table__, _name.child_id == _child.id)
    .outerjoin(
        ChildIdentifier.__table__, and_(_number.child_id == _child.id, _number.kind == bindparam("number_kind"))
    )
    .where(_child.id.in_(bindparam("ids", expanding=True)))
    .order_by(_child.id, _name.id, _number.id)
)  # fmt: skip


def known_by_id(session: Session, ids: Collection[int], force: str) -> dict[int, KnownChild]:
    """The same, by the children's ids: plain columns in one query, because a chunk of lines may touch thousands."""
    found: dict[int, KnownChild] = {}
    kind = identifier_kind(force)
    rows = (row for some in slices(ids) for row in plain_rows(session, _KNOWN, ids=some, number_kind=kind))
    for id_, group in groupby(rows, key=itemgetter(0)):
        held = [tuple(row) for row in group]
        _, born, sex, postcode, address, council_id, surname, forename, *_rest = held[0]
        names = dict.fromkeys((row[8], row[9]) for row in held if row[8] is not None)
        found[id_] = KnownChild(
            id=id_,
            names=tuple(names) or ((surname, forename),),
            date_of_birth=born,
            sex=sex,
            postcodes=(postcode,) if postcode else (),
            addresses=(address,) if address else (),
            police_person_ids=tuple(dict.fromkeys(row[10] for row in held if row[10] is not None)),
            council_ids=(council_id,) if council_id else (),
        )
    return found


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
        council_ids=(row.council_id,) if row.council_id else (),
    )
