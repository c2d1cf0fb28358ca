"""The sweep: what is due by now becomes breaches, alerts and emails, each with its cause in one transaction."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.core.alerts import next_alert_at, rungs_to_raise
from tracker.core.clock import local_date
from tracker.core.interviews import deadline_of, interview_state, is_breached
from tracker.core.terms import OPEN_CLOCK_STATES
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_episode, set_sweep
from tracker.services.tell_people import Teller, release_summed_up
from tracker.services.transaction import writing
from tracker.store import alerts, audit, breaches, db, episodes, interviews, repeats
from tracker.store.models import Breach, Child, Episode

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
    3. let go the emails that sum up what is old; 4. end the repeat flags whose day has come.
    Raises SweepIncompleteError, at the end, if single rows could not be looked at.
    """
    reading = db.session()
    work: list[tuple[Look, Sequence[int]]] = [
        (_look_at_episodes, alerts.due_episode_ids(reading, context.now)),
        (_look_at_lines, alerts.due_line_ids(reading, context.now)),
        (_end_flags, repeats.ids_to_end(reading, local_date(context.now))),
    ]
    reading.rollback()
    one = _Sweep(context, f"{worker}/{secrets.token_hex(4)}")
    for look, ids in work:
        for start in range(0, len(ids), CHUNK):
            if keep_going():
                one.take(look, ids[start : start + CHUNK])
    release_summed_up(one.growing, one.worker)
    if one.failed:
        raise SweepIncompleteError(one.failed, one.result)
    return one.result


class _Sweep:
    """One pass: what it has done, and the emails it is still adding to."""

    def __init__(self, context: Context, worker: str) -> None:
        self.context = context
        self.worker = worker
        self.growing: dict[int, int] = {}
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
            teller.write_summed_up()
        self.growing = teller.growing
        self.result += done


def _look_at_episodes(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    result = SweepResult()
    for row in alerts.lock_due_episodes(session, ids, teller.context.now):
        result += _look_at_episode(session, row, teller)
    return result


def _look_at_episode(session: Session, row: Episode, teller: Teller) -> SweepResult:
    """Steps: 1. mend what no longer holds; 2. record a breach; 3. tell whoever must know; 4. when to look again."""
    context = teller.context
    episode = episodes.to_core(row, session.get_one(Child, row.child_id))
    held = interviews.interviews_of_episode(session, row.id)
    breach = breaches.standing(session, row.id)
    withdrawn = 0
    moved = deadline_of(episode, context.rules.policy) != row.interview_due_at
    if moved or (breach and not is_breached(episode, held, context.now)):
        follow_up_episode(session, row, context)
        session.flush()
        withdrawn = int(breach is not None)
        episode = episodes.to_core(row, session.get_one(Child, row.child_id))
        breach = breaches.standing(session, row.id)
    new = breach is None and is_breached(episode, held, context.now)
    if new:
        breach = _record_breach(session, row, context)
    told = nobody = 0
    if interview_state(episode, held, context.now, context.rules.policy) in OPEN_CLOCK_STATES:
        clock = alerts.episode_clock(session, row)
        if clock and rungs_to_raise(clock, context.rules.ladder, context.now):
            told = teller.tell(clock)
            nobody = int(not told)
    if new or withdrawn or not nobody:  # else nothing changed: it stays due, and its version stays as people saw it
        set_sweep(session, row, episode, held, breach, context)
        session.flush()
    return SweepResult(1, int(new), withdrawn, told, nobody)


def _record_breach(session: Session, row: Episode, context: Context) -> Breach:
    assert row.interview_due_at is not None
    breach = Breach(episode_id=row.id, clock_no=row.clock_no, breached_at=row.interview_due_at, detected_at=context.now)
    session.add(breach)
    session.flush()
    audit.record(session, "breach_recorded", context.actor, context.now, "episode", row.id, {"clock_no": row.clock_no})
    return breach


def _look_at_lines(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    """A quarantined line with a readable return climbs the ladder as unallocated (definitions §4.7)."""
    ladder, now = teller.context.rules.ladder, teller.context.now
    result = SweepResult()
    for row in alerts.lock_due_lines(session, ids, now):
        waits = row.outcome == "quarantined" and row.settled_at is None
        clock = alerts.line_clock(session, row) if waits else None
        told = nobody = 0
        if clock and rungs_to_raise(clock, ladder, now):
            told = teller.tell(clock)
            nobody = int(not told)
        if not nobody:
            clock = alerts.line_clock(session, row) if waits else None
            row.sweep_at = next_alert_at(clock, ladder, now) if clock else None
            session.flush()
        result += SweepResult(1, 0, 0, told, nobody)
    return result


def _end_flags(session: Session, ids: Sequence[int], teller: Teller) -> SweepResult:
    context = teller.context
    ended = repeats.end_flags(session, ids, local_date(context.now))
    for row in ended:
        details = {"rule": row.rule, "flag_id": row.id}
        audit.record(session, "repeat_flag_ended", context.actor, context.now, "child", row.child_id, details)
    return SweepResult(flags_ended=len(ended))
