"""What must be true again after an episode or an interview changed: its clock, its breach, its flags.

Called inside the transaction of every service that writes one; the scheduler's sweep calls the same.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.core.alerts import RunningClock, carried_over, next_alert_at
from tracker.core.episodes import MissingEpisode, relation_flags
from tracker.core.interviews import (
    ReturnHomeInterview,
    closing_of,
    deadline_of,
    held_before_return,
    is_breached,
    may_cover,
)
from tracker.core.terms import FlagCode, InterviewState
from tracker.services.context import Context
from tracker.services.follow_up_meetings import keep_meetings
from tracker.services.follow_up_repeats import keep_repeat_flags, stored_flags
from tracker.store import alerts, audit, breaches, episodes, interviews, meetings, surroundings
from tracker.store.models import Breach, Child, Episode, StrategyMeeting

OF_THE_CHILD = frozenset({FlagCode.OVERLAPS_ANOTHER, FlagCode.END_UNKNOWN, FlagCode.AGE_UNKNOWN})
INTERVIEW_FLAGS = frozenset({FlagCode.HELD_BEFORE_RETURN, FlagCode.INTERVIEW_BEFORE_END})
ASKS_A_PERSON = frozenset(
    {
        FlagCode.POLICE_SAY_STILL_MISSING,
        FlagCode.OVERLAPS_ANOTHER,
        FlagCode.INTERVIEW_BEFORE_END,
        FlagCode.POSSIBLE_SAME_EPISODE,
    }
)
"""Flags that stand on Today until somebody settles them. A differing police value stands there as a decision."""


@dataclass(frozen=True)
class _Around:
    """What stands around one episode. `told`: whether an alert was ever raised for it."""

    interviews: list[ReturnHomeInterview]
    breach: Breach | None
    told: bool
    meetings: Sequence[StrategyMeeting] = ()


def follow_up_episode(session: Session, row: Episode, context: Context) -> None:
    """Keep the clock of one episode true (definitions §2.3, §3).

    Steps: 1. the deadline, pinned when the clock starts, moves with the return; 2. an interview held before the
    return, or dated before the end, is flagged; 3. a breach that no longer holds is withdrawn with its reason;
    4. whether a clock is open, what closed it, and when the sweep must look again; 5. the strategy meetings that were
    asked for, and when another may have to be. The sweep records new breaches, because a breach and its alerts are one
    transaction.
    """
    follow_up_episodes(session, [row], context)


def follow_up_episodes(session: Session, rows: Collection[Episode], context: Context) -> None:
    """The same for many episodes, what stands around them read in a few queries."""
    session.flush()
    keep_clocks(session, rows, context)


def keep_clocks(session: Session, rows: Collection[Episode], context: Context) -> None:
    """The same where nothing around the episodes is pending: what is pending of themselves may stay so."""
    if not rows:
        return
    ids = [row.id for row in rows]
    breached, told, met = surroundings.what_stands(session, ids)
    held = interviews.interviews_by_episode(session, ids)
    standing = breaches.standing_of(session, breached) if breached else {}
    asked = meetings.of_episodes(session, [row for row in rows if row.id in met]) if met else {}
    for row in rows:
        around = _Around(held.get(row.id, []), standing.get(row.id), row.id in told, asked.get(row.id, ()))
        _keep_clock(session, row, session.get_one(Child, row.child_id), around, context)


def keep_first_clock(session: Session, row: Episode, child: Child, context: Context) -> None:
    """The same for an episode that is not stored yet, so that it is stored with its clock."""
    _keep_clock(session, row, child, _Around([], None, told=False), context)


def _keep_clock(session: Session, row: Episode, child: Child, around: _Around, context: Context) -> None:
    episode = episodes.to_core(row, child)
    breach = _keep_deadline(session, row, episode, around, context)
    if row.interview_due_at != episode.interview_due_at:
        episode = replace(
            episode,
            interview_due_at=row.interview_due_at,
            deadline_hours=row.deadline_hours,
            rules_version=row.rules_version,
            clock_no=row.clock_no,
        )
    flags = (episode.flags - INTERVIEW_FLAGS) | interview_flags(episode, around.interviews)
    episodes.write_changes(session, row, {"flags": flags}, context.now)
    if breach and not is_breached(episode, around.interviews, context.now):
        _withdraw(session, row, breach, _why_withdrawn(episode, around.interviews), context)
        breach = None
    set_sweep(session, row, episode, around.interviews, breach, context, told=around.told)
    check_at = keep_meetings(session, episode, around.meetings, context, row.meeting_check_at)
    note(session, row, meeting_check_at=check_at)


def interview_flags(episode: MissingEpisode, held: list[ReturnHomeInterview]) -> frozenset[FlagCode]:
    """What a person should know of the interviews held: before the return (accepted), or before the end (ask)."""
    found = set()
    for at in (interview.completed_at for interview in held if interview.completed_at):
        if not may_cover(episode, at):
            found.add(FlagCode.INTERVIEW_BEFORE_END)
        elif episode.returned_at is None or held_before_return(episode, at):
            found.add(FlagCode.HELD_BEFORE_RETURN)
    return frozenset(found)


def _keep_deadline(
    session: Session, row: Episode, episode: MissingEpisode, around: _Around, context: Context
) -> Breach | None:
    """The deadline that the episode should bear, and the breach that stands for it then."""
    due = deadline_of(episode, context.rules.policy)
    if due == row.interview_due_at:
        return around.breach
    old_due = row.interview_due_at or (_last_due_at(session, row) if around.told else None)
    if around.breach:
        why = "deadline_moved" if due else "no_clock" if episode.out_of_counts is None else "left_the_counts"
        _withdraw(session, row, around.breach, why, context, raise_clock=False)
    if due:
        raised = frozenset(row.carried_rungs)
        if around.told:
            raised |= alerts.rungs_raised(session, row.id, row.clock_no)
        row.carried_rungs = sorted(carried_over(raised, old_due, due, context.now)) if old_due else []
        row.deadline_hours = row.deadline_hours or context.rules.policy.deadline_hours
        row.rules_version = row.rules_version or context.rules.policy.rules_version
        row.clock_no += 1
    row.interview_due_at = due
    return breaches.standing(session, row.id) if around.breach else None


def _last_due_at(session: Session, row: Episode) -> datetime | None:
    """The deadline last stated to anybody, of whichever clock: where the clock had stopped and starts again."""
    stated = (alerts.last_due_at(session, row.id, number) for number in range(row.clock_no, 0, -1))
    return next((due for due in stated if due), None)


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
    closing = closing_of(episode, held, by=episode.interview_due_at)
    return f"closed_in_time_{closing.state}" if closing else "not_yet_due"


def set_sweep(
    session: Session,
    row: Episode,
    episode: MissingEpisode,
    held: list[ReturnHomeInterview],
    breach: Breach | None,
    context: Context,
    *,
    told: bool = True,
) -> None:
    """Whether the clock is open, what closed it, and when the sweep must look at this episode again, or None.

    `told`: False where no alert was ever raised for this episode, and none need be looked for.
    """
    if row.interview_due_at != episode.interview_due_at:
        episode = replace(episode, interview_due_at=row.interview_due_at)
    clock = alerts.episode_clock(session, row, told=told) if clock_is_open(episode, held) else None
    values = sweep_values(episode, held, clock, row.flags, breached=breach is not None, context=context)
    note(session, row, **values)


def clock_is_open(episode: MissingEpisode, held: Sequence[ReturnHomeInterview]) -> bool:
    """Whether a deadline runs for it that nothing has closed."""
    due, counts = episode.interview_due_at, episode.out_of_counts is None
    return due is not None and counts and closing_of(episode, held) is None


def sweep_values(
    episode: MissingEpisode,
    held: Sequence[ReturnHomeInterview],
    clock: RunningClock | None,
    flags: Iterable[str],
    *,
    breached: bool,
    context: Context,
) -> dict[str, object]:
    """The columns by which the sweep goes, as they should be. `clock`: of one that is open; `breached`: a breach
    stands for it."""
    due, counts = episode.interview_due_at, episode.out_of_counts is None
    closing = closing_of(episode, held)
    is_open = due is not None and counts and closing is None
    breach_at = due if due and not breached and (is_open or is_breached(episode, held, context.now)) else None
    alert_at = next_alert_at(clock, context.rules.ladder, context.now) if clock else None
    return {
        "clock_open": is_open,
        "closed_as": str(closing.state) if counts and closing else None if counts else str(InterviewState.WITHDRAWN),
        "sweep_at": min((at for at in (breach_at, alert_at) if at), default=None),
        "needs_decision": _asks_a_person(flags, counts),
    }


def _asks_a_person(flags: Iterable[str], counts: bool) -> bool:
    return counts and not ASKS_A_PERSON.isdisjoint(flags)


def note(session: Session, row: Episode, **values: object) -> None:
    """Write columns of the machinery, without raising `version` where nothing else changed.

    The version guards what people edit: an alert sent while a page is open must not refuse what is typed there.
    """
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    state = inspect(row)
    if state.transient or (state.modified and session.is_modified(row)):  # one statement is enough: its version rises
        for name, value in changed.items():
            setattr(row, name, value)
        return
    session.execute(update(Episode.__table__).where(Episode.__table__.c.id == row.id).values(changed))  # type: ignore[arg-type]
    for name, value in changed.items():
        set_committed_value(row, name, value)


def follow_up_child(session: Session, child_id: int, context: Context) -> None:
    """Keep what the episodes of one child say of each other true: overlaps, unknown ends, age, repeat flags."""
    follow_up_children(session, [child_id], context)


def follow_up_children(session: Session, child_ids: Collection[int], context: Context) -> None:
    """The same for many children, their histories and repeat flags read in two queries."""
    session.flush()
    histories = episodes.histories(session, child_ids)
    wanted = {id_: flags for history in histories.values() for id_, flags in _to_change(history)}
    for row in episodes.rows_by_id(session, wanted):
        flags, asks = wanted[row.id]
        if FlagCode.END_UNKNOWN in row.flags and FlagCode.END_UNKNOWN not in flags:
            note(session, row, meeting_check_at=row.missing_from_at)  # missing still, after all: the sweep looks again
        episodes.write_changes(session, row, {"flags": flags}, context.now)
        note(session, row, needs_decision=asks)
    keep_repeat_flags(session, histories, stored_flags(session, child_ids), context)


def _to_change(
    history: Sequence[episodes.InHistory],
) -> Iterator[tuple[int, tuple[frozenset[FlagCode], bool]]]:
    """The episodes of one child that should bear other flags, or ask a person otherwise: id → both, as they should."""
    related = relation_flags(history)
    for episode in history:
        flags = (episode.flags - OF_THE_CHILD) | related[episode.id]
        if episode.date_of_birth is None:
            flags |= {FlagCode.AGE_UNKNOWN}
        asks = _asks_a_person(flags, episode.out_of_counts is None)
        if flags != episode.flags or asks != episode.needs_decision:
            yield episode.id, (flags, asks)
