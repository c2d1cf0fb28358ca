"""Keep the strategy meetings that triggers asked for true to what is held: withdrawn, standing again, asked of a flag.

A meeting that a person asked for, planned, held, decided against, or took actions from is left to people. Those of an
episode are first asked for by the sweep (services/ask_meetings.py), which `Episode.meeting_check_at` sends there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.clock import local_date, local_midnight
from tracker.core.episodes import MissingEpisode
from tracker.core.meetings import come_true, comes_true, is_history, next_check_at, trigger_of_rule
from tracker.services.context import Context
from tracker.store import audit, meetings
from tracker.store.models import RepeatFlagRow, StrategyMeeting

UNTRUE, ASKED_TWICE, FLAG_WITHDRAWN = "trigger_untrue", "asked_twice", "flag_withdrawn"
"""Why a meeting was withdrawn, as stored."""


def keep_meetings(
    session: Session,
    episode: MissingEpisode,
    held: Sequence[StrategyMeeting],
    context: Context,
    check_at: datetime | None = None,
) -> datetime | None:
    """Keep those of one episode true; when the sweep must look whether another is to be asked for, or None.

    `check_at`: when it was to look until now: what was due then was known in time, even if the sweep did not run.

    Steps: 1. one that its trigger no longer makes true is withdrawn; 2. of two that one trigger asked for (two
    episodes became one), one stands; 3. one that was withdrawn and is true again stands again; 4. what was never
    asked, the sweep asks, unless it became known too late. One whose trigger is not configured is left as it is.
    """
    rules = context.rules
    times = comes_true(episode, rules.meetings.triggers, rules.policy)
    if held:
        true_now = come_true(times, context.now)
        for trigger, rows in _by_trigger(held, {trigger.name for trigger in rules.meetings.triggers}).items():
            _keep_of_trigger(session, rows, true_now.get(trigger), context)
    known_at = min(context.now, check_at or context.now)
    if not times or is_history(episode, rules.meetings, known_at):
        return None
    return next_check_at(times, {row.trigger for row in held if row.withdrawn_at is None})


def _by_trigger(held: Iterable[StrategyMeeting], configured: Collection[str]) -> dict[str, list[StrategyMeeting]]:
    found: dict[str, list[StrategyMeeting]] = {}
    for row in held:
        if row.trigger in configured:
            found.setdefault(row.trigger, []).append(row)
    return found


def _keep_of_trigger(session: Session, rows: Sequence[StrategyMeeting], at: datetime | None, context: Context) -> None:
    """`at`: when the trigger came true, None where it has not."""
    standing = [row for row in rows if row.withdrawn_at is None]
    if at is None:
        for row in standing:
            if not meetings.acted_on(session, row):
                withdraw(session, row, UNTRUE, context)
        return
    if not standing:
        _stand_again(session, rows[0], context)
        standing = [rows[0]]
    elif len(standing) > 1:
        acted = [row for row in standing if meetings.acted_on(session, row)]
        stay = acted or standing[:1]
        for row in standing:
            if row not in stay:
                withdraw(session, row, ASKED_TWICE, context)
        standing = stay
    for row in standing:
        if row.due_at != at:
            row.due_at = at


def keep_flag_meetings(
    session: Session, flags: Collection[RepeatFlagRow], context: Context, raised: Collection[RepeatFlagRow] = ()
) -> None:
    """Those of repeat flags, all with their ids. `raised`: flags that were raised just now, which ask for one.

    A flag of long ago, as when history is loaded, asks for none.
    """
    held = meetings.of_flags(session, [flag.id for flag in flags])
    for flag in flags:
        row = held.get(flag.id)
        if row is None:
            continue
        if flag.withdrawn_at is not None and row.withdrawn_at is None and not meetings.acted_on(session, row):
            withdraw(session, row, FLAG_WITHDRAWN, context)
        elif flag.withdrawn_at is None and row.withdrawn_at is not None:
            _stand_again(session, row, context)
    oldest = local_date(context.now) - timedelta(days=context.rules.meetings.history_days)
    ask(
        session,
        [
            StrategyMeeting(
                key=meetings.flag_key(flag.id), child_id=flag.child_id, flag_id=flag.id, trigger=trigger.name,
                title=trigger.title, due_at=local_midnight(flag.raised_on), asked_at=context.now,
            )
            for flag in raised
            if flag.id not in held and flag.raised_on >= oldest
            for trigger in [trigger_of_rule(context.rules.meetings, flag.rule)]
            if trigger is not None
        ],
        context,
    )  # fmt: skip


def ask(session: Session, rows: Sequence[StrategyMeeting], context: Context) -> None:
    """Write new ones, each with its audit row."""
    if rows:
        session.add_all(rows)
        session.flush()
        _record(session, "meeting_asked", {row.id: _asked(row) for row in rows}, context)


def withdraw(session: Session, row: StrategyMeeting, why: str, context: Context) -> None:
    row.withdrawn_at, row.withdrawn_reason = context.now, why
    _record(session, "meeting_withdrawn", {row.id: {"reason": why}}, context)


def _stand_again(session: Session, row: StrategyMeeting, context: Context) -> None:
    """As it stood: when it was first asked for is kept."""
    row.withdrawn_at = row.withdrawn_reason = None
    _record(session, "meeting_asked", {row.id: _asked(row)}, context)


def _asked(row: StrategyMeeting) -> dict[str, object]:
    return {"trigger": row.trigger, "child_id": row.child_id}


def _record(session: Session, action: str, details: Mapping[int, Mapping[str, object]], context: Context) -> None:
    acts = [audit.Act(action, "meeting", id_, given) for id_, given in details.items()]
    audit.record_many(session, acts, context.actor, context.now)
