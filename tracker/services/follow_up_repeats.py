"""Keep a child's repeat flags true to their history: raised, ended, withdrawn (definitions §5)."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.episodes import MissingEpisode
from tracker.core.repeats import repeat_flags
from tracker.services.context import Context
from tracker.store import audit
from tracker.store.models import RepeatFlagRow


def stored_flags(session: Session, child_ids: Collection[int]) -> dict[int, list[RepeatFlagRow]]:
    """Child id → every repeat flag ever raised, for many children in one query."""
    found: dict[int, list[RepeatFlagRow]] = {child_id: [] for child_id in child_ids}
    query = select(RepeatFlagRow).where(RepeatFlagRow.child_id.in_(child_ids))
    for row in session.scalars(query.order_by(RepeatFlagRow.id)):
        found[row.child_id].append(row)
    return found


def keep_repeat_flags(
    session: Session,
    child_id: int,
    history: Sequence[MissingEpisode],
    held: Sequence[RepeatFlagRow],
    context: Context,
) -> None:
    """Steps: 1. a crossing that is no longer true is withdrawn; 2. each true one is raised, or takes in what follows.

    Flags of a rule that the council no longer configures are left as they are: no correction made them untrue.
    """
    today = local_date(context.now)
    rules = context.rules
    true_now = {(f.rule, f.raised_on): f for f in repeat_flags(history, rules.repeat_rules, rules.policy, today)}
    configured = {rule.name for rule in rules.repeat_rules}
    stored = {(row.rule, row.raised_on): row for row in held}
    for key, row in stored.items():
        if row.rule not in configured:
            _keep_end(session, row, today, context)
        elif key not in true_now and row.withdrawn_at is None:
            row.withdrawn_at = context.now
            row.withdrawn_reason = "the crossing is no longer true"
            _record(session, "repeat_flag_withdrawn", row, context)
    for key, flag in true_now.items():
        row = stored.get(key) or RepeatFlagRow(child_id=child_id, rule=flag.rule, raised_on=flag.raised_on)
        row.ends_on = flag.ends_on
        row.episode_ids = list(flag.episode_ids)
        if key not in stored or row.withdrawn_at is not None:
            row.raised_at = context.now
            row.withdrawn_at = row.withdrawn_reason = None
            session.add(row)
            session.flush()
            _record(session, "repeat_flag_raised", row, context)
        _keep_end(session, row, today, context)


def _keep_end(session: Session, row: RepeatFlagRow, today: date, context: Context) -> None:
    """A flag has ended once the first day on which its rule holds no longer has come."""
    if row.withdrawn_at is not None:
        return
    if row.ends_on > today:
        row.ended_on = None
    elif row.ended_on != row.ends_on:
        row.ended_on = row.ends_on
        _record(session, "repeat_flag_ended", row, context)


def _record(session: Session, action: str, row: RepeatFlagRow, context: Context) -> None:
    details = {"rule": row.rule, "flag_id": row.id}
    audit.record(session, action, context.actor, context.now, "child", row.child_id, details)
