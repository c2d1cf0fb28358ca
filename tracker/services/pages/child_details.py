"""What is held of a child, as a form that corrects it needs it: the columns, and each name and number with its id."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tracker.services.context import Context, Viewer
from tracker.services.correct_child import CORRECTABLE
from tracker.services.pages.children import child_page
from tracker.store.db import session as read_session
from tracker.store.models import Child, ChildIdentifier, ChildName


@dataclass(frozen=True)
class HeldName:
    id: int
    text: str
    was_added: bool


@dataclass(frozen=True)
class HeldNumber:
    id: int
    kind: str
    value: str


@dataclass(frozen=True)
class ChildDetails:
    """`names`: every other name, each once."""

    id: int
    name: str
    version: int
    values: Mapping[str, object]
    names: tuple[HeldName, ...]
    numbers: tuple[HeldNumber, ...]


def child_details(context: Context, viewer: Viewer, child_id: int) -> ChildDetails | None:
    """One child, the opening recorded; None where there is none that this viewer may see."""
    page = child_page(context, viewer, child_id)
    if page is None:
        return None
    session = read_session()
    row = session.get_one(Child, child_id)
    names: dict[str, HeldName] = {}
    for one in session.scalars(select(ChildName).where(ChildName.child_id == child_id).order_by(ChildName.id)):
        text = f"{one.forename} {one.surname}"
        if (one.surname, one.forename) != (row.surname, row.forename):
            names.setdefault(text, HeldName(one.id, text, one.added_by_id is not None))
    numbers = select(ChildIdentifier).where(ChildIdentifier.child_id == child_id).order_by(ChildIdentifier.id)
    return ChildDetails(
        id=row.id,
        name=page.child.name,
        version=row.version,
        values={name: getattr(row, name) for name in CORRECTABLE},
        names=tuple(names.values()),
        numbers=tuple(HeldNumber(one.id, one.kind, one.value) for one in session.scalars(numbers)),
    )
