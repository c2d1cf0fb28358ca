"""The clock of two episodes that become one: nobody is told twice, and a breach that holds for both stands once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alerts import carried_over
from tracker.core.interviews import deadline_of
from tracker.services.context import Context
from tracker.store import alerts, audit, episodes
from tracker.store.db import as_json_value
from tracker.store.models import Breach, Child, Episode

JOINED = "joined"


def clocks_before(session: Session, kept: Episode, gone: Episode) -> dict[str, Any]:
    """What each clock has told already, so that the joined one tells nobody twice."""

    def of(row: Episode) -> dict[str, Any]:
        raised = alerts.rungs_raised(session, row.id, row.clock_no) | set(row.carried_rungs)
        return {
            "no": row.clock_no,
            "due_at": as_json_value(row.interview_due_at),
            "raised": sorted(raised),
            "hours": row.deadline_hours,
            "rules": row.rules_version,
        }

    return {"kept": of(kept), "gone": of(gone)}


def set_one_clock(session: Session, kept: Episode, before: Mapping[str, Any], context: Context) -> None:
    """One clock from now on: what either told of a deadline that it shares, or that had passed, is told already."""
    for side in ("kept", "gone"):
        kept.deadline_hours = kept.deadline_hours or before[side]["hours"]
        kept.rules_version = kept.rules_version or before[side]["rules"]
    facts = episodes.to_core(kept, session.get_one(Child, kept.child_id))
    due = deadline_of(facts, context.rules.policy)
    numbers = before["kept"]["no"] + before["gone"]["no"]
    if due is None and not numbers:
        return
    told: set[str] = set()
    for side in ("kept", "gone"):
        old = datetime.fromisoformat(before[side]["due_at"]) if before[side]["due_at"] else None
        raised = frozenset(before[side]["raised"])
        if old is not None and due is not None:
            told |= raised if old == due else carried_over(raised, old, due, context.now)
    kept.clock_no = numbers + 1
    kept.carried_rungs = sorted(told)
    kept.interview_due_at = due
    kept.deadline_hours = kept.deadline_hours or context.rules.policy.deadline_hours
    kept.rules_version = kept.rules_version or context.rules.policy.rules_version
    _keep_one_breach(session, kept, due, context)


def _keep_one_breach(session: Session, kept: Episode, due: datetime | None, context: Context) -> None:
    """Of the breaches that stand, the one of this deadline stands on; a reason that somebody gave is kept with it."""
    query = select(Breach).where(Breach.episode_id == kept.id, Breach.withdrawn_at.is_(None)).order_by(Breach.clock_no)
    standing = list(session.scalars(query))
    same = [breach for breach in standing if breach.breached_at == due]
    stays = next((breach for breach in same if breach.reason), same[0] if same else None)
    for breach in standing:
        if breach is stays:
            breach.clock_no = kept.clock_no
            continue
        breach.withdrawn_at, breach.withdrawn_reason = context.now, JOINED
        details = {"clock_no": breach.clock_no, "reason": JOINED}
        audit.record(session, "breach_withdrawn", context.actor, context.now, "episode", kept.id, details)
    session.flush()
