"""Children that became one: who stands for whom, and the rows that go over with a name or a number."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from tracker.store.children import slices
from tracker.store.models import Child, ChildIdentifier, ChildMerge, ChildName, Line
from tracker.store.models.reports import LINE_WAITS

Named = type[ChildName] | type[ChildIdentifier]


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
