"""MARAMPs whose review day has passed, for the boards of those who see every record."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.services.context import Context, Viewer
from tracker.services.pages.rows import PAGE_SIZE, Section
from tracker.store.db import plain_rows
from tracker.store.models import Child, Maramp, Person
from tracker.store.visibility import sees_all


@dataclass(frozen=True)
class OverdueReview:
    """`lead`: the lead professional's name, None where there is none."""

    maramp_id: int
    child_id: int
    child_name: str
    lead: str | None
    review_on: date
    days_overdue: int


_DUE = (
    select(
        Maramp.id,
        Maramp.child_id,
        Child.forename,
        Child.surname,
        func.coalesce(Person.name, Maramp.lead_name),
        Maramp.next_review_on,
        func.count().over(),
    )
    .join(Child, Child.id == Maramp.child_id)
    .outerjoin(Person, Person.id == Maramp.lead_id)
    .where(Maramp.closed_at.is_(None), Maramp.next_review_on < bindparam("today"))
    .order_by(Maramp.next_review_on, Maramp.id)
    .limit(bindparam("most"))
)  # built once: boards that are open all day ask it
_DUE_OF_TEAM = _DUE.where(or_(Child.team_id == bindparam("team_id"), Child.team_id.is_(None)))
"""Work of no team is every manager's."""


def overdue_reviews(
    session: Session, context: Context, viewer: Viewer, team_id: int | None = None, limit: int = PAGE_SIZE
) -> Section[OverdueReview]:
    """The longest overdue first, of one team or of all; nothing for whoever does not see every record."""
    if not sees_all(viewer):
        return Section()
    today = local_date(context.now)
    given = {"today": today, "most": limit}
    if team_id is None:
        found = plain_rows(session, _DUE, **given)
    else:
        found = plain_rows(session, _DUE_OF_TEAM, team_id=team_id, **given)
    rows = [
        OverdueReview(id_, child_id, f"{forename} {surname}", lead, on, (today - on).days)
        for id_, child_id, forename, surname, lead, on, _ in found
    ]
    return Section(tuple(rows), found[0][-1] if found else 0)
