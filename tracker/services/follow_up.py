"""What must be true again after an episode or an interview changed: its clock, its breach, its child's flags.

Called inside the transaction of every service that writes one; the scheduler's sweep calls the same.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alerts import carried_over, next_alert_at
from tracker.core.clock import local_date
from tracker.core.episodes import MissingEpisode, relation_flags
from tracker.core.interviews import ReturnHomeInterview, closing_of, deadline_of, is_breached
from tracker.core.repeats import repeat_flags
from tracker.core.terms import RUNG_ORDER, FlagCode
from tracker.services.context import Context
from tracker.store import alerts, audit, breaches, episodes, interviews
from tracker.store.models import Breach, Child, Episode, RepeatFlagRow

RELATION_FLAGS = frozenset({FlagCode.OVERLAPS_ANOTHER, FlagCode.END_UNKNOWN})


def follow_up_episode(session: Session, row: Episode, context: Context) -> None:
    """Keep the clock of one episode true (definitions §2.3, §3).

    Steps: 1. the deadline, pinned when the clock starts, moves with the return; 2. a breach that no longer holds is
    withdrawn with its reason; 3. whether a clock is open, and when the sweep must look again. The sweep records new
    breaches, because a breach and its alerts are one transaction.
    """
    session.flush()
    episode = episodes.to_core(row, session.get_one(Child, row.child_id))
    _keep_deadline(session, row, episode, context)
    held = interviews.interviews_of_episode(session, row.id)
    episode = episodes.to_core(row, session.get_one(Child, row.child_id))
    breach = breaches.standing(session, row.id)
    if breach and not is_breached(episode, held, context.now):
        _withdraw(session, row, breach, _why_withdrawn(episode, held), context)
        breach = None
    set_sweep(session, row, episode, held, breach, context)


def _keep_deadline(session: Session, row: Episode, episode: MissingEpisode, context: Context) -> None:
    due = deadline_of(episode, context.rules.policy)
    if due == row.interview_due_at:
        return
    old_due = row.interview_due_at or alerts.last_due_at(session, row.id, row.clock_no)
    breach = breaches.standing(session, row.id)
    if breach:
        _withdraw(session, row, breach, "deadline_moved" if due else "no_clock", context, raise_clock=False)
    if due:
        raised = alerts.rungs_raised(session, row.id, row.clock_no) | frozenset(
            rung for rung in RUNG_ORDER if rung in row.carried_rungs
        )
        row.carried_rungs = sorted(carried_over(raised, old_due, due, context.now)) if old_due else []
        row.deadline_hours = row.deadline_hours or context.rules.policy.deadline_hours
        row.rules_version = row.rules_version or context.rules.policy.rules_version
        row.clock_no += 1
    row.interview_due_at = due


def _withdraw(
    session: Session, row: Episode, breach: Breach, why: str, context: Context, raise_clock: bool = True
) -> None:
    """Judging anew raises `clock_no`; what was sent is not sent again."""
    breach.withdrawn_at = context.now
    breach.withdrawn_reason = why
    details = {"clock_no": breach.clock_no, "reason": why}
    audit.record(session, "breach_withdrawn", context.actor, context.now, "episode", row.id, details)
    if raise_clock:
        raised = alerts.rungs_raised(session, row.id, row.clock_no)
        row.carried_rungs = sorted(raised | set(row.carried_rungs))
        row.clock_no += 1


def _why_withdrawn(episode: MissingEpisode, held: list[ReturnHomeInterview]) -> str:
    if episode.out_of_counts is not None:
        return "left_the_counts"
    closing = closing_of(episode, held, by=episode.interview_due_at)
    return f"closed_in_time_{closing.state}" if closing else "not_yet_due"


def set_sweep(
    session: Session,
    row: Episode,
    episode: MissingEpisode,
    held: list[ReturnHomeInterview],
    breach: Breach | None,
    context: Context,
) -> None:
    """Whether the clock is open, and the instant at which the sweep must look at this episode again, or None."""
    due = row.interview_due_at
    row.clock_open = due is not None and episode.out_of_counts is None and closing_of(episode, held) is None
    breach_at = due if due and not breach and (row.clock_open or is_breached(episode, held, context.now)) else None
    clock = alerts.episode_clock(session, row) if row.clock_open else None
    alert_at = next_alert_at(clock, context.rules.ladder, context.now) if clock else None
    row.sweep_at = min((at for at in (breach_at, alert_at) if at), default=None)


def follow_up_child(session: Session, child_id: int, context: Context) -> None:
    """Keep what the episodes of one child say of each other true: overlaps, unknown ends, repeat flags."""
    session.flush()
    history = episodes.episodes_of_child(session, child_id)
    rows = {row.id: row for row in session.scalars(select(Episode).where(Episode.child_id == child_id))}
    for episode_id, found in relation_flags(history).items():
        flags = (frozenset(FlagCode(flag) for flag in rows[episode_id].flags) - RELATION_FLAGS) | found
        episodes.write_changes(session, rows[episode_id], {"flags": flags}, context.now)
    _keep_repeat_flags(session, child_id, history, context)


def _keep_repeat_flags(session: Session, child_id: int, history: list[MissingEpisode], context: Context) -> None:
    today = local_date(context.now)
    rules = context.rules
    true_now = {(f.rule, f.raised_on): f for f in repeat_flags(history, rules.repeat_rules, rules.policy, today)}
    query = select(RepeatFlagRow).where(RepeatFlagRow.child_id == child_id)
    stored = {(row.rule, row.raised_on): row for row in session.scalars(query)}
    for key, row in stored.items():
        if key not in true_now and row.withdrawn_at is None:
            row.withdrawn_at = context.now
            row.withdrawn_reason = "the crossing is no longer true"
            _record_flag(session, "repeat_flag_withdrawn", row, context)
    for key, flag in true_now.items():
        row = stored.get(key) or RepeatFlagRow(child_id=child_id, rule=flag.rule, raised_on=flag.raised_on)
        new = key not in stored or row.withdrawn_at is not None
        row.ends_on = flag.ends_on
        row.episode_ids = list(flag.episode_ids)
        row.ended_on = flag.ends_on if flag.has_ended(today) else None
        if new:
            row.raised_at = context.now
            row.withdrawn_at = row.withdrawn_reason = None
            session.add(row)
            session.flush()
            _record_flag(session, "repeat_flag_raised", row, context)


def _record_flag(session: Session, action: str, row: RepeatFlagRow, context: Context) -> None:
    details = {"rule": row.rule, "flag_id": row.id}
    audit.record(session, action, context.actor, context.now, "child", row.child_id, details)
