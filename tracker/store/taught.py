"""Take back what lines taught of children: names and numbers with the keys that hang on them, or all of a child's."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.store import children
from tracker.store.models import Child, ChildIdentifier, ChildKey, ChildName

Pair = tuple[str, str]


def names_of(session: Session, child_id: int) -> list[Pair]:
    """(surname, forename) of every name the child is or was known by."""
    query = select(ChildName.surname, ChildName.forename).where(ChildName.child_id == child_id).order_by(ChildName.id)
    return [(surname, forename) for surname, forename in session.execute(query)]


def numbers_of(session: Session, child_id: int) -> list[Pair]:
    """(kind, value) of every number of another system."""
    query = select(ChildIdentifier.kind, ChildIdentifier.value).where(ChildIdentifier.child_id == child_id)
    return [(kind, value) for kind, value in session.execute(query.order_by(ChildIdentifier.id))]


@dataclass(frozen=True)
class Kept:
    """The ids of names and numbers that stay a child's, whoever taught them."""

    names: Collection[int] = ()
    numbers: Collection[int] = ()


def forget(
    session: Session, child: Child, names: Collection[Pair], numbers: Collection[Pair], but: Kept | None = None
) -> None:
    """The child is no longer found by these, and by what its other names, numbers and date of birth give alone.

    `but`: those that stay, beside all that a person added; None where these go whoever added them.
    """
    for table, first, second, pairs, kept in (
        (ChildName, ChildName.surname, ChildName.forename, names, but.names if but else ()),
        (ChildIdentifier, ChildIdentifier.kind, ChildIdentifier.value, numbers, but.numbers if but else ()),
    ):
        rows = delete(table).where(table.child_id == child.id)
        if but is not None:
            rows = rows.where(table.added_by_id.is_(None), table.id.not_in(kept))
        for one, two in pairs:
            session.execute(rows.where(first == one, second == two))
    children.renew_keys(session, [child.id])


def put_aside(session: Session, child_ids: Collection[int]) -> dict[int, dict[str, list[object]]]:
    """Remove every name, number and key of these children; what they were, to be kept where nobody is found by them."""
    found: dict[int, dict[str, list[object]]] = {id_: {"names": [], "numbers": [], "keys": []} for id_ in child_ids}
    for row in session.execute(_of(ChildName, ChildName.surname, ChildName.forename, child_ids)):
        found[row.child_id]["names"].append([row.surname, row.forename])
    for row in session.execute(_of(ChildIdentifier, ChildIdentifier.kind, ChildIdentifier.value, child_ids)):
        found[row.child_id]["numbers"].append([row.kind, row.value])
    keys = select(ChildKey.child_id, ChildKey.key).where(ChildKey.child_id.in_(child_ids)).order_by(ChildKey.key)
    for child_id, key in session.execute(keys):
        found[child_id]["keys"].append(key)
    for table in (ChildName, ChildIdentifier, ChildKey):
        session.execute(delete(table).where(table.child_id.in_(child_ids)))
    return found


def _of(table: type[ChildName] | type[ChildIdentifier], first: Any, second: Any, child_ids: Collection[int]) -> Any:
    return select(table.child_id, first, second).where(table.child_id.in_(child_ids)).order_by(table.id)
