"""What the newest report of a feed says and what is held: rows for a comparison of the two."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from tracker.core.report_terms import LineOutcome
from tracker.store.models import Episode, Line, Receipt

_LOOKED_AT = 50
"""Receipts, the newest received, among which the newest report is looked for."""


@dataclass(frozen=True)
class NewestReport:
    receipt_id: int
    received_at: datetime
    report_at: datetime
    lines: int


def newest_report(session: Session, feed: str) -> NewestReport | None:
    """The newest report of a feed that was read to its end; history and copies of older ones are none.

    A copy of a nil return is as old as its own receipt: two nil returns are alike by nature.
    """
    columns = (Receipt.id, Receipt.received_at, Receipt.report_at, Receipt.lines_read, Receipt.duplicate_of_id)
    query = select(*columns).where(Receipt.feed == feed, Receipt.status == "complete", not_(Receipt.is_history))
    found = []
    for id_, received_at, report_at, lines, copy_of in session.execute(
        query.order_by(Receipt.received_at.desc(), Receipt.id.desc()).limit(_LOOKED_AT)
    ):
        if copy_of is None or not lines:
            age = received_at if copy_of is not None else report_at
            found.append(NewestReport(id_, received_at, age, lines or 0))
    return max(found, key=lambda one: (one.report_at, one.receipt_id), default=None)


@dataclass(frozen=True)
class LineStanding:
    """A line that is not blank and was not dismissed: its cells, as corrected, and its episode."""

    line_id: int
    line_no: int
    cells: dict[str, Any]
    episode_id: int | None


def lines_of(session: Session, receipt_id: int) -> list[LineStanding]:
    """In order. A line set aside by a person, and joined to no episode, says nothing."""
    columns = (Line.id, Line.line_no, Line.cells, Line.corrected_cells, Line.episode_id)
    says_something = or_(Line.episode_id.is_not(None), Line.settled_at.is_(None))
    query = select(*columns).where(Line.receipt_id == receipt_id, Line.outcome != str(LineOutcome.BLANK))
    return [
        LineStanding(id_, line_no, {**cells, **(corrected or {})}, episode_id)
        for id_, line_no, cells, corrected, episode_id in session.execute(
            query.where(says_something).order_by(Line.line_no)
        )
    ]


def _is_open() -> ColumnElement[bool]:
    """Missing now: neither found nor back, and in the counts."""
    return and_(Episode.found_at.is_(None), Episode.returned_at.is_(None), Episode.excluded.is_(None))


def open_episodes(session: Session, force: str) -> set[int]:
    """What we hold open of a force."""
    return set(session.scalars(select(Episode.id).where(_is_open(), Episode.police_force == force)))


def open_without_force(session: Session) -> int:
    """How many were logged by hand, and are in no report of any force yet."""
    return session.scalar(select(func.count(Episode.id)).where(_is_open(), Episode.police_force.is_(None))) or 0


def out_of_counts(session: Session, ids: Collection[int]) -> set[int]:
    return set(session.scalars(select(Episode.id).where(Episode.id.in_(ids), Episode.excluded.is_not(None))))


def by_reference(session: Session, force: str, references: Collection[str]) -> dict[str, int]:
    """Reference → the episode held under it."""
    query = select(Episode.police_reference, Episode.id).where(
        Episode.police_force == force, Episode.police_reference.in_(references)
    )
    return {reference: id_ for reference, id_ in session.execute(query) if reference is not None}
