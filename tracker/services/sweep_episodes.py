"""Episodes whose instant has come: the breach, the alerts and the next instant to look, thousands at a time.

Nearly all are plain: their deadline is the one they should bear, and what stands for them is true. They are read and
written as columns. The few others are mended first, one by one, as if they had just changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alerts import AlertDue, RunningClock, rungs_to_raise
from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import ReturnHomeInterview, deadline_of, interview_state, is_breached
from tracker.core.terms import OPEN_CLOCK_STATES
from tracker.services.context import Context
from tracker.services.follow_up import clock_is_open, follow_up_episode, set_sweep, sweep_values
from tracker.services.sweep_result import SweepResult
from tracker.services.tell_people import Teller
from tracker.store import alerts, audit, breaches, due_episodes, episodes, interviews
from tracker.store.due_episodes import DueEpisode
from tracker.store.models import Breach, Child, Episode

Held = Sequence[ReturnHomeInterview]


def look_at_plain_episodes(session: Session, ids: Sequence[int], teller: Teller) -> tuple[SweepResult, list[int]]:
    """Steps: 1. hold and read; leave aside what must be mended; 2. record breaches; 3. tell whoever must know; 4. when
    to look again. Returns what was done, and the episodes left aside: they are still due."""
    now = teller.context.now
    due = due_episodes.lock_due(session, ids, now)
    of_ids = [row.id for row in due]
    held = interviews.interviews_by_episode(session, of_ids)
    breached = breaches.breached_of(session, of_ids)
    plain: list[DueEpisode] = []
    aside: list[DueEpisode] = []
    for row in due:
        mended = _must_be_mended(row.core, held.get(row.id, ()), row.id in breached, teller.context)
        (aside if mended else plain).append(row)
    late = [row for row in plain if row.id not in breached and is_breached(row.core, held.get(row.id, ()), now)]
    _record(session, [(row.id, row.clock_no, row.interview_due_at) for row in late], teller.context)
    clocks = alerts.episode_clocks(session, [row for row in plain if clock_is_open(row.core, held.get(row.id, ()))])
    told = {id_: teller.tell(clock) for id_, clock in clocks.items()}
    nobody = {id_ for id_, clock in clocks.items() if not told[id_] and _has_to_say(clock, teller.context)}
    teller.write()
    breached |= {row.id for row in late}
    after = {id_: _after_telling(clock, told[id_]) for id_, clock in clocks.items()}
    _look_again(session, plain, after, held, breached, teller.context)
    result = SweepResult(len(plain), len(late), alerts=sum(map(len, told.values())), nobody_told=len(nobody))
    return result, [row.id for row in aside]


def _must_be_mended(episode: MissingEpisode, held: Held, breached: bool, context: Context) -> bool:
    """The deadline should be another, or a breach stands that holds no longer."""
    moved = deadline_of(episode, context.rules.policy) != episode.interview_due_at
    return moved or (breached and not is_breached(episode, held, context.now))


def _has_to_say(clock: RunningClock, context: Context) -> bool:
    return bool(rungs_to_raise(clock, context.rules.ladder, context.now))


def _after_telling(clock: RunningClock, told: Sequence[AlertDue]) -> RunningClock:
    """The clock as the alerts just written leave it: all of them settle the same rungs."""
    if not told:
        return clock
    settled = told[0]
    return replace(clock, raised=clock.raised | frozenset(settled.rungs), told_to=settled.step.offset_hours)


def _look_again(
    session: Session,
    rows: Sequence[DueEpisode],
    clocks: Mapping[int, RunningClock],
    held: Mapping[int, Held],
    breached: set[int],
    context: Context,
) -> None:
    due_episodes.keep(
        session,
        [
            (
                row.id,
                row.changed(
                    sweep_values(
                        row.core,
                        held.get(row.id, ()),
                        clocks.get(row.id),
                        row.core.flags,
                        breached=row.id in breached,
                        context=context,
                    )
                ),
            )
            for row in rows
        ],
    )


def _record(session: Session, late: Sequence[tuple[int, int, datetime | None]], context: Context) -> None:
    """Breaches by episode, `clock_no` and deadline: dated by the deadline and not by their detection."""
    breaches.add_many(
        session,
        [
            {"episode_id": id_, "clock_no": clock_no, "breached_at": due_at, "detected_at": context.now}
            for id_, clock_no, due_at in late
        ],
    )
    acts = [audit.Act("breach_recorded", "episode", id_, {"clock_no": clock_no}) for id_, clock_no, _ in late]
    audit.record_many(session, acts, context.actor, context.now)


@dataclass(frozen=True)
class _Facts:
    """One episode to mend, as it stands in the database now, held by this transaction."""

    row: Episode
    episode: MissingEpisode
    held: list[ReturnHomeInterview]
    breach: Breach | None
    withdrawn: bool = False


def mend_episodes(session: Session, ids: Sequence[int], teller: Teller) -> tuple[SweepResult, list[int]]:
    """The same for episodes whose deadline should be another, or whose breach no longer holds."""
    context = teller.context
    known = [_mended(session, facts, context) for facts in _read(session, ids, context)]
    late = [facts for facts in known if facts.breach is None and is_breached(facts.episode, facts.held, context.now)]
    session.flush()
    _record(session, [(f.row.id, f.row.clock_no, f.row.interview_due_at) for f in late], context)
    told, nobody = _tell(session, known, teller)
    standing = breaches.standing_of(session, ids)
    new = {facts.row.id for facts in late}
    for facts in known:
        if facts.row.id not in nobody or facts.row.id in new or facts.withdrawn:  # else nothing changed: it stays due
            set_sweep(session, facts.row, facts.episode, facts.held, standing.get(facts.row.id), context)
    return SweepResult(len(known), len(late), sum(facts.withdrawn for facts in known), told, len(nobody)), []


def _read(session: Session, ids: Sequence[int], context: Context) -> list[_Facts]:
    rows = alerts.lock_due_episodes(session, ids, context.now)
    of_child = {row.child_id for row in rows}
    children = {child.id: child for child in session.scalars(select(Child).where(Child.id.in_(of_child)))}
    held = interviews.interviews_by_episode(session, ids)
    standing = breaches.standing_of(session, ids)
    return [
        _Facts(row, episodes.to_core(row, children[row.child_id]), held.get(row.id, []), standing.get(row.id))
        for row in rows
    ]


def _mended(session: Session, facts: _Facts, context: Context) -> _Facts:
    if not _must_be_mended(facts.episode, facts.held, facts.breach is not None, context):
        return facts
    follow_up_episode(session, facts.row, context)
    session.flush()
    episode = episodes.to_core(facts.row, session.get_one(Child, facts.row.child_id))
    return _Facts(facts.row, episode, facts.held, breaches.standing(session, facts.row.id), facts.breach is not None)


def _tell(session: Session, known: Sequence[_Facts], teller: Teller) -> tuple[int, set[int]]:
    """How many alerts were raised, and the episodes of which nobody could be told."""
    now, rules = teller.context.now, teller.context.rules
    is_open = [f.row for f in known if interview_state(f.episode, f.held, now, rules.policy) in OPEN_CLOCK_STATES]
    clocks = alerts.episode_clocks(session, is_open)
    told = {id_: len(teller.tell(clock)) for id_, clock in clocks.items() if _has_to_say(clock, teller.context)}
    teller.write()
    return sum(told.values()), {id_ for id_, number in told.items() if not number}
