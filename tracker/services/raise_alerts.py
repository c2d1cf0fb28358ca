"""The sweep: what is due by now becomes breaches, alerts and emails, each with its cause in one transaction."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.core.alerts import Told, next_alert_at, rungs_to_raise
from tracker.core.clock import local_date
from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import ReturnHomeInterview, deadline_of, interview_state, is_breached
from tracker.core.terms import OPEN_CLOCK_STATES, LineOutcome
from tracker.services.ask_meetings import ask_due_meetings
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_episode, set_sweep
from tracker.services.tell_people import Teller, release_summed_up
from tracker.services.transaction import writing
from tracker.store import alerts, audit, breaches, db, episodes, interviews, meetings, repeats
from tracker.store.models import Breach, Child, Episode, Line

log = logging.getLogger(__name__)

CHUNK = 50
"""Rows to a transaction: it holds the database for about a quarter of a second at most."""


@dataclass(frozen=True)
class SweepResult:
    """What one sweep did. `nobody_told`: clocks on a rung that reached nobody; they are tried again at every sweep."""

    looked_at: int = 0
    breaches: int = 0
    withdrawn: int = 0
    alerts: int = 0
    nobody_told: int = 0
    flags_ended: int = 0
    meetings: int = 0

    def __add__(self, other: "SweepResult") -> "SweepResult":
        return SweepResult(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


class SweepIncompleteError(RuntimeError):
    """Some rows could not be looked at; everything else that was due has been. They stay due, and are tried again."""

    def __init__(self, failed: int, result: SweepResult) -> None:
        super().__init__(f"{failed} rows could not be looked at")
        self.failed = failed
        self.result = result


Look = Callable[[Session, Sequence[int], Teller], SweepResult]


def sweep(context: Context, worker: str = "", keep_going: Callable[[], bool] = lambda: True) -> SweepResult:
    """One pass over everything due by `context.now`. Two at once never raise the same alert twice.

    `worker` names this process in the lease of an email that still grows; the pass ends early when `keep_going()` says
    no, and the rest stays due.

    Steps: 1. ask by index what is due; with nothing due it ends here; 2. in chunks, each one transaction, hold the
    rows, read the truth again, and write the breach, the alerts, their emails and the next instant to look;
    3. let go the emails that sum up what is old; 4. end the repeat flags whose day has come; 5. ask for the strategy
    meetings whose trigger has come true.
    Raises SweepIncompleteError, at the end, if single rows could not be looked at.
    """
    reading = db.session()
    work: list[tuple[Look, Sequence[int]]] = [
        (_look_at_episodes, alerts.due_episode_ids(reading, context.now)),
        (_look_at_lines, alerts.due_line_ids(reading, context.now)),
        (_end_flags, repeats.ids_to_end(reading, local_date(context.now))),
        (_ask_meetings, meetings.due_episode_ids(reading, context.now)),
    ]
    reading.rollback()
    one = _Sweep(context, f"{worker}/{secrets.token_hex(4)}")
    for look, ids in work:
        for start in range(0, len(ids), CHUNK):
            if keep_going():
                one.take(look, ids[start : start + CHUNK])
    release_summed_up(one.growing.values(), one.worker)
    if one.failed:
        raise SweepIncompleteError(one.failed, one.result)
    return one.result


class _Sweep:
    """One pass: what it has done, and the emails it is still adding to."""

    def __init__(self, context: Context, worker: str) -> None:
        self.context = context
        self.worker = worker
        self.growing: dict[Told, int] = {}
        self.result = SweepResult()
        self.failed = 0

    def take(self, look: Look, ids: Sequence[int]) -> None:
        """One chunk. If it fails, its rows go one by one, so that a row nobody can read never holds back another."""
        try:
            self._in_one_transaction(look, ids)
        except OperationalError:
            raise  # the database itself: no other row would fare better
        except Exception as error:  # noqa: BLE001 (counted, logged, and raised at the end of the sweep)
            if len(ids) > 1:
                for each in ids:
                    self.take(look, [each])
                return
            self.failed += 1
            # not the exception's own text: a database error quotes the row
            log.error("%s: row %s failed: %s", look.__name__.strip("_"), ids[0], type(error).__name__)  # noqa: TRY400

    def _in_one_transaction(self, look: Look, ids: Sequence[int]) -> None:
        with writing() as session:
            audit.hold_chain(session)
            teller = Teller(session, self.context, self.worker, dict(self.growing))
            done = look(session, ids, teller)
        self.growing = teller.growing
        self.result += done


@dataclass(frozen=True)
class _Facts:
    """One due episode as it stands in the database now, held by this transaction."""

    row: Episode
    episode: MissingEpisode
    held: list[ReturnHomeInterview]
    breach: Breach | None
    withdrawn: bool = False

    def is_breached_anew(self, now: datetime) -> bool:
        return self.breach is None and is_breached(self.episode, self.held, now)


def _look_at_episodes(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    """Steps: 1. read, and mend what no longer holds; 2. record breaches; 3. tell whoever must know; 4. when to look
    again."""
    context = teller.context
    known = [_mended(session, facts, context) for facts in _read(session, ids, context)]
    new = _record_breaches(session, [facts for facts in known if facts.is_breached_anew(context.now)], context)
    told, nobody = _tell(session, known, teller)
    for facts in known:
        breach = facts.breach or new.get(facts.row.id)
        if facts.row.id not in nobody or facts.row.id in new or facts.withdrawn:  # else nothing changed: it stays due
            set_sweep(session, facts.row, facts.episode, facts.held, breach, context)
    return SweepResult(len(known), len(new), sum(facts.withdrawn for facts in known), told, len(nobody))


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
    """Where the deadline should be another, or the breach that stands holds no longer, as if it had just changed."""
    moved = deadline_of(facts.episode, context.rules.policy) != facts.row.interview_due_at
    untrue = facts.breach is not None and not is_breached(facts.episode, facts.held, context.now)
    if not moved and not untrue:
        return facts
    follow_up_episode(session, facts.row, context)
    session.flush()
    episode = episodes.to_core(facts.row, session.get_one(Child, facts.row.child_id))
    return _Facts(facts.row, episode, facts.held, breaches.standing(session, facts.row.id), facts.breach is not None)


def _record_breaches(session: Session, late: Sequence[_Facts], context: Context) -> dict[int, Breach]:
    """Episode id → its new breach, dated by the deadline and not by its detection."""
    new = {
        facts.row.id: Breach(
            episode_id=facts.row.id,
            clock_no=facts.row.clock_no,
            breached_at=facts.row.interview_due_at,
            detected_at=context.now,
        )
        for facts in late
    }
    session.add_all(new.values())
    acts = [audit.Act("breach_recorded", "episode", id_, {"clock_no": breach.clock_no}) for id_, breach in new.items()]
    audit.record_many(session, acts, context.actor, context.now)
    return new


def _tell(session: Session, known: Sequence[_Facts], teller: Teller) -> tuple[int, set[int]]:
    """How many alerts were raised, and the episodes of which nobody could be told."""
    now, rules = teller.context.now, teller.context.rules
    is_open = [f.row for f in known if interview_state(f.episode, f.held, now, rules.policy) in OPEN_CLOCK_STATES]
    clocks = alerts.episode_clocks(session, is_open)
    told = {id_: teller.tell(clock) for id_, clock in clocks.items() if rungs_to_raise(clock, rules.ladder, now)}
    teller.write()
    return sum(told.values()), {id_ for id_, number in told.items() if not number}


def _look_at_lines(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    """A quarantined line with a readable return climbs the ladder as unallocated (definitions §4.7)."""
    ladder, now = teller.context.rules.ladder, teller.context.now
    rows = alerts.lock_due_lines(session, ids, now)
    clocks = {row.id: alerts.line_clock(session, row) for row in rows if _waits(row)}
    told = {id_: teller.tell(clock) for id_, clock in clocks.items() if clock and rungs_to_raise(clock, ladder, now)}
    teller.write()
    nobody = {id_ for id_, number in told.items() if not number}
    for row in rows:
        if row.id not in nobody:
            clock = alerts.line_clock(session, row) if _waits(row) else None
            row.sweep_at = next_alert_at(clock, ladder, now) if clock else None
    return SweepResult(len(rows), alerts=sum(told.values()), nobody_told=len(nobody))


def _waits(line: Line) -> bool:
    return line.outcome == LineOutcome.QUARANTINED and line.settled_at is None


def _end_flags(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    context = teller.context
    ended = repeats.end_flags(session, ids, local_date(context.now))
    for row in ended:
        details = {"rule": row.rule, "flag_id": row.id}
        audit.record(session, "repeat_flag_ended", context.actor, context.now, "child", row.child_id, details)
    return SweepResult(flags_ended=len(ended))


def _ask_meetings(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    return SweepResult(meetings=ask_due_meetings(session, ids, teller.context))
