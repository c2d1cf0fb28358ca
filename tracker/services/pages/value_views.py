"""Where the police's value differs from one that a person entered: who entered it, and which line says otherwise."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.store import people
from tracker.store.models import EpisodeDecision, EpisodeVersion, Line


@dataclass(frozen=True)
class Sources:
    """Of one decision: who entered our value and when, and the row of the receipt that says the other."""

    entered_by: str | None = None
    entered_at: datetime | None = None
    line_id: int | None = None
    line_no: int | None = None
    receipt_id: int | None = None


def sources_of(session: Session, decisions: Collection[EpisodeDecision]) -> dict[int, Sources]:
    """Decision id → where both values come from, for many in two queries."""
    if not decisions:
        return {}
    names = people.names_by_id(session)
    entered: dict[tuple[int, str], tuple[str | None, datetime]] = {}
    query = select(EpisodeVersion).where(
        EpisodeVersion.episode_id.in_({one.episode_id for one in decisions}),
        EpisodeVersion.changed_by_id.is_not(None),
        EpisodeVersion.line_id.is_(None),
    )
    for version in session.scalars(query.order_by(EpisodeVersion.id)):
        for name in version.changes:
            entered[version.episode_id, name] = (names.get(version.changed_by_id or 0), version.changed_at)
    lines = {line.id: line for line in session.scalars(select(Line).where(Line.id.in_({d.line_id for d in decisions})))}
    found = {}
    for one in decisions:
        by, at = entered.get((one.episode_id, one.field), (None, None))
        line = lines.get(one.line_id or 0)
        found[one.id] = Sources(
            by, at, line.id if line else None, line.line_no if line else None, line.receipt_id if line else None
        )
    return found
