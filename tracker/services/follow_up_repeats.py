"""Keep a child's repeat flags true to their history: raised, ended, withdrawn (definitions §5)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.episodes import MissingEpisode
from tracker.core.repeats import repeat_flags
from tracker.services.context import Context
from tracker.services.follow_up_meetings import keep_flag_meetings
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
    histories: Mapping[int, Sequence[MissingEpisode]],
    held: Mapping[int, Sequence[RepeatFlagRow]],
    context: Context,
) -> None:
    """Keep the flags of many children true, each told by its id: `histories` their episodes, `held` their stored flags.

    Steps: 1. a crossing that is no longer true is withdrawn; 2. each true one is raised, or takes in what follows;
    3. all of them are written together, and what was done with its audit rows; 4. the strategy meetings that they
    ask for.

    Flags of a rule that the council no longer configures are left as they are: no correction made them untrue.
    """
    done: list[_Done] = []
    fewest = min((rule.count for rule in context.rules.repeat_rules), default=0)
    for child_id, history in histories.items():
        if held[child_id] or len(history) >= fewest:
            done += _keep_of_child(session, child_id, history, held[child_id], context)
    session.flush()
    acts = [audit.Act(action, "child", row.child_id, {"rule": row.rule, "flag_id": row.id}) for action, row in done]
    audit.record_many(session, acts, context.actor, context.now)
    raised = [row for action, row in done if action == "repeat_flag_raised"]
    stored = {row.id: row for flags in held.values() for row in flags} | {row.id: row for row in raised}
    if stored:
        keep_flag_meetings(session, list(stored.values()), context, raised)


_Done = tuple[str, RepeatFlagRow]
"""An action of the audit and the flag it was done to; the flag may have no id until all are written."""


def _keep_of_child(
    session: Session,
    child_id: int,
    history: Sequence[MissingEpisode],
    held: Sequence[RepeatFlagRow],
    context: Context,
) -> Iterator[_Done]:
    today = local_date(context.now)
    rules = context.rules
    true_now = {(f.rule, f.raised_on): f for f in repeat_flags(history, rules.repeat_rules, rules.policy, today)}
    configured = {rule.name for rule in rules.repeat_rules}
    stored = {(row.rule, row.raised_on): row for row in held}
    for key, row in stored.items():
        if row.rule not in configured:
            yield from _keep_end(row, today)
        elif key not in true_now and row.withdrawn_at is None:
            row.withdrawn_at = context.now
            row.withdrawn_reason = "the crossing is no longer true"
            yield "repeat_flag_withdrawn", row
    for key, flag in true_now.items():
        row = stored.get(key) or RepeatFlagRow(child_id=child_id, rule=flag.rule, raised_on=flag.raised_on)
        row.ends_on = flag.ends_on
        row.episode_ids = list(flag.episode_ids)
        if key not in stored or row.withdrawn_at is not None:
            row.raised_at = context.now
            row.withdrawn_at = row.withdrawn_reason = row.told_at = None
            session.add(row)
            yield "repeat_flag_raised", row
        yield from _keep_end(row, today)


def _keep_end(row: RepeatFlagRow, today: date) -> Iterator[_Done]:
    """A flag has ended once the first day on which its rule holds no longer has come."""
    if row.withdrawn_at is not None:
        return
    if row.ends_on > today:
        row.ended_on = None
    elif row.ended_on != row.ends_on:
        row.ended_on = row.ends_on
        yield "repeat_flag_ended", row
