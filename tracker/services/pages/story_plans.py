"""The multi-agency plans (MARAMPs) of a child as the story tells them: begun, each version with its score, closed."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.maramp import plan_of
from tracker.services.pages.story_shapes import PlanTold, PlanVersionTold
from tracker.store import maramps
from tracker.store.models import Maramp, MarampVersion


def plans_told(
    session: Session, child_ids: Collection[int], names: Mapping[int, str], today: date
) -> tuple[PlanTold, ...]:
    """In the order in which they were begun; for whoever may read them (services/frequent_access.py)."""
    rows = session.scalars(select(Maramp).where(Maramp.child_id.in_(child_ids)).order_by(Maramp.opened_at, Maramp.id))
    held = rows.all()
    versions = maramps.versions_of(session, [row.id for row in held])
    return tuple(
        PlanTold(
            id=row.id,
            opened_at=row.opened_at,
            opened_by=names.get(row.opened_by_id or 0),
            versions=tuple(_version(one, names) for one in versions if one.maramp_id == row.id),
            review_passed=row.closed_at is None and row.next_review_on is not None and row.next_review_on < today,
            closed_at=row.closed_at,
            closed_by=names.get(row.closed_by_id or 0),
            closed_reason=row.closed_reason,
        )
        for row in held
    )


def _version(row: MarampVersion, names: Mapping[int, str]) -> PlanVersionTold:
    plan = plan_of(row.content)
    return PlanVersionTold(
        number=row.number,
        published_at=row.published_at,
        published_by=names.get(row.published_by_id or 0),
        why=row.why,
        highest=plan.highest,
        lead=names.get(plan.lead_id or 0) or plan.lead_name or None,
        next_review_on=plan.next_review_on,
    )
