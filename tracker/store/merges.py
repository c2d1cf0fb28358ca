"""Children that became one: who stands for whom, and the rows that go over with a name, a number or a key."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from tracker.core.matching import blocking_keys
from tracker.store.children import Reported, identifier_kind, learn, slices
from tracker.store.models import Child, ChildIdentifier, ChildKey, ChildMerge, ChildName, Line
from tracker.store.models.reports import LINE_WAITS

Named = type[ChildName] | type[ChildIdentifier]

_POLICE_NUMBER = identifier_kind("")


def standing_for(session: Session, child_id: int) -> int:
    """The id of the child that stands for this one now: itself, or the last of those it was merged into."""
    while (into := session.scalar(select(Child.merged_into_id).where(Child.id == child_id))) is not None:
        child_id = into
    return child_id


def merge_of(session: Session, gone_id: int) -> ChildMerge | None:
    """The merge by which this child went into another, while it stands."""
    query = select(ChildMerge).where(ChildMerge.gone_id == gone_id, ChildMerge.undone_at.is_(None))
    return session.scalar(query)


def merges_into(session: Session, kept_id: int) -> Sequence[ChildMerge]:
    """The standing merges into this child, the newest first."""
    query = select(ChildMerge).where(ChildMerge.kept_id == kept_id, ChildMerge.undone_at.is_(None))
    return session.scalars(query.order_by(ChildMerge.id.desc())).all()


def merged_into(session: Session, kept_id: int) -> set[int]:
    """The ids of all children for whom this one stands, by however many merges; itself not among them."""
    found: set[int] = set()
    waiting = [kept_id]
    while waiting:
        gone = set(session.scalars(select(Child.id).where(Child.merged_into_id.in_(waiting)))) - found
        found |= gone
        waiting = sorted(gone)
    return found


def hand_over(
    session: Session, model: Named, from_id: int, to_id: int, only: Collection[int] | None = None
) -> list[int]:
    """Give the names, or the numbers, of one child to another; the ids of the rows. `only`: those of these ids."""
    query = select(model.id).where(model.child_id == from_id).order_by(model.id)
    ids = [id_ for id_ in session.scalars(query) if only is None or id_ in only]
    for some in slices(ids):
        session.execute(update(model).where(model.id.in_(some)).values(child_id=to_id))
    return ids


def lines_of(session: Session, child_id: int, episode_ids: Collection[int]) -> list[int]:
    """Lines that name this child: of these episodes, or waiting."""
    found: list[int] = []
    for some in slices(episode_ids):
        found += session.scalars(select(Line.id).where(Line.episode_id.in_(some), Line.child_id == child_id))
    found += session.scalars(select(Line.id).where(LINE_WAITS, Line.child_id == child_id, Line.episode_id.is_(None)))
    return sorted(set(found))


def name_in_lines(session: Session, line_ids: Collection[int], child_id: int) -> None:
    for some in slices(line_ids):
        of_these: ColumnElement[bool] = Line.id.in_(some)
        session.execute(update(Line).where(of_these).values(child_id=child_id))


def keys_of(session: Session, child_id: int) -> set[str]:
    return set(session.scalars(select(ChildKey.key).where(ChildKey.child_id == child_id)))


def add_keys(session: Session, child_id: int, keys: Iterable[str]) -> None:
    new = sorted(set(keys) - keys_of(session, child_id))
    if new:
        session.execute(insert(ChildKey), [{"key": key, "child_id": child_id} for key in new])


def remove_keys(session: Session, child_id: int, keys: Iterable[str]) -> None:
    for some in slices(sorted(keys)):
        session.execute(delete(ChildKey).where(ChildKey.child_id == child_id, ChildKey.key.in_(some)))


def learn_again(session: Session, child: Child) -> None:
    """The keys that the names, the numbers and the date of birth held now give; none is taken away."""
    names = session.execute(
        select(ChildName.surname, ChildName.forename).where(ChildName.child_id == child.id).order_by(ChildName.id)
    ).all()
    numbers = session.execute(
        select(ChildIdentifier.kind, ChildIdentifier.value)
        .where(ChildIdentifier.child_id == child.id)
        .order_by(ChildIdentifier.id)
    )
    given = [(kind.removeprefix(_POLICE_NUMBER), value) for kind, value in numbers if kind.startswith(_POLICE_NUMBER)]
    known = [(surname, forename) for surname, forename in names] or [(child.surname, child.forename)]
    reported = [Reported(*name, child.date_of_birth) for name in known]
    reported += [Reported(*known[0], child.date_of_birth, force, number) for force, number in given]
    learn(session, {child.id: reported})


def keys_reported(reported: Iterable[Any]) -> set[str]:
    """The keys that lines of reports, or names with numbers, are found by."""
    return {
        key
        for one in reported
        for key in blocking_keys(one.surname, one.forename, one.date_of_birth, one.police_person_id)
    }


def keys_of_name(name: tuple[str, str], number: str | None) -> set[str]:
    """The keys that a name and a police number give, without any date of birth."""
    return set(blocking_keys(*name, None, number))
