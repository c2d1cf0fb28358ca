"""Every name under which a child of the minutes may have been written of: as frozen, and as held now."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.group_minutes import Around, Named
from tracker.core.interview_terms import ContactRelation
from tracker.store import merges
from tracker.store.models import Child, ChildContact, ChildName


def names_in(session: Session, minutes: Mapping[str, Any]) -> tuple[Named, ...]:
    """A child each, in the order of the minutes. A nickname entered after the meeting is left out of them too."""
    return tuple(_named(session, one) for one in (*minutes["items"], *minutes["left_out"]))


def _named(session: Session, one: Mapping[str, Any]) -> Named:
    """Of a child that proved to be another also that one's names; of somebody around it who was removed also theirs."""
    ids = {one["child_id"], merges.standing_for(session, one["child_id"])}
    held = [
        *session.execute(select(Child.forename, Child.surname).where(Child.id.in_(ids))),
        *session.execute(select(ChildName.forename, ChildName.surname).where(ChildName.child_id.in_(ids))),
    ]
    others = {name for row in held for name in row} | set(one["other_names"])
    around = session.execute(select(ChildContact.name, ChildContact.relation).where(ChildContact.child_id.in_(ids)))
    return Named(
        one["child_id"], one["forename"], one["surname"],
        tuple(sorted(others - {one["forename"], one["surname"], ""})), tuple(_around(around)),
    )  # fmt: skip


def _around(rows: Iterable[Any]) -> list[Around]:
    found = {(name, relation) for name, relation in rows}
    return [Around(name, ContactRelation(relation)) for name, relation in sorted(found)]
