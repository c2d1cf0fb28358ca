"""What a person decided of a line, kept with the comparison that was shown: to be explained, and to be undone."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.daily_report import ReportLine
from tracker.core.matching import compare
from tracker.services.context import Context
from tracker.services.line_verdicts import reasons_json
from tracker.store import children, merges
from tracker.store.models import Line, MatchDecision


def standing_decision(session: Session, line_id: int) -> MatchDecision | None:
    """The newest that was not undone."""
    query = select(MatchDecision).where(MatchDecision.line_id == line_id, MatchDecision.undone_at.is_(None))
    return session.scalar(query.order_by(MatchDecision.id.desc()).limit(1))


def keep_decision(
    session: Session, context: Context, line: Line, read: ReportLine | None, child_id: int | None
) -> MatchDecision:
    """Remember whose the line is, with each candidate compared field by field, and what the line asked before."""
    offered = [merges.standing_for(session, one["child_id"]) for one in line.candidates if "child_id" in one]
    shown = list(dict.fromkeys([*offered, *([child_id] if child_id is not None else [])]))
    asked: dict[str, Any] = {"problems": list(line.problems), "candidates": list(line.candidates)}
    held = MatchDecision(
        line_id=line.id,
        child_id=child_id,
        candidates=_compared(session, read, shown) if read else [],
        asked=asked,
        decided_at=context.now,
        decided_by_id=context.actor.person_id,
    )
    session.add(held)
    return held


def _compared(session: Session, read: ReportLine, ids: list[int]) -> list[dict[str, object]]:
    rows = children.rows_by_id(session, ids)
    known = children.known(session, rows.values(), read.police_force)
    found = (compare(read, known[id_]) for id_ in ids if id_ in known)
    return [{"child_id": one.child_id, "weight": one.weight, "reasons": reasons_json(one.reasons)} for one in found]


def undo_decision(held: MatchDecision, context: Context, reason: str) -> None:
    held.undone_at = context.now
    held.undone_by_id = context.actor.person_id
    held.undone_reason = reason or None
