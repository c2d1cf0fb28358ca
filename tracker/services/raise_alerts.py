"""The sweep: what is due by now becomes breaches, alerts and emails, each with its cause in one transaction."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from time import monotonic

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.core.alerts import Told, next_alert_at, rungs_to_raise
from tracker.core.clock import local_date
from tracker.core.directory import Directory
from tracker.core.report_terms import LineOutcome
from tracker.services.ask_meetings import ask_due_meetings
from tracker.services.carry_over import restore_is_over, summing_up_after_restore
from tracker.services.context import Context
from tracker.services.sweep_episodes import look_at_plain_episodes, mend_episodes
from tracker.services.sweep_result import SweepResult
from tracker.services.tell_people import Growing, Teller, release_summed_up
from tracker.services.transaction import writing
from tracker.store import alerts, audit, db, meetings, people, repeats
from tracker.store.models import Line

__all__ = ["SweepIncompleteError", "SweepResult", "sweep"]

log = logging.getLogger(__name__)

PLAIN_CHUNK = 1000
CHUNK = 50
"""Rows to a transaction, of those that are read and written in bulk, and of the others: so many hold the database for
about a third of a second."""

PEOPLE_SECONDS = 30
"""How long, at most, whoever came or left during a pass goes unnoticed by it."""


class SweepIncompleteError(RuntimeError):
    """Some rows could not be looked at; everything else that was due has been. They stay due, and are tried again."""

    def __init__(self, failed: int, result: SweepResult) -> None:
        super().__init__(f"{failed} rows could not be looked at")
        self.failed = failed
        self.result = result


Look = Callable[[Session, Sequence[int], Teller], tuple[SweepResult, list[int]]]
"""What is done with one chunk of rows; returns what it did, and the rows that it leaves to another kind of look."""


def sweep(context: Context, worker: str = "", keep_going: Callable[[], bool] = lambda: True) -> SweepResult:
    """One pass over everything due by `context.now`. Two at once never raise the same alert twice.

    `worker` names this process in the lease of an email that still grows; the pass ends early when `keep_going()` says
    no, and the rest stays due.

    Steps: 1. ask by index what is due; with nothing due it ends here; 2. in chunks, each one transaction, hold the
    rows, read the truth again, and write the breach, the alerts, their emails and the next instant to look;
    3. let go the emails that sum up what is old, or much at once; 4. end the repeat flags whose day has come; 5. ask
    for the strategy meetings whose trigger has come true.
    Raises SweepIncompleteError, at the end, if single rows could not be looked at.
    """
    reading = db.session()
    due = (
        alerts.due_episode_ids(reading, context.now),
        alerts.due_line_ids(reading, context.now),
        repeats.ids_to_end(reading, local_date(context.now)),
        meetings.due_episode_ids(reading, context.now),
    )
    reading.rollback()
    after_restore = False
    if any(due):
        context, after_restore = summing_up_after_restore(context)
    one = _Sweep(context, f"{worker}/{secrets.token_hex(4)}", keep_going)
    aside = one.go_through(look_at_plain_episodes, due[0], PLAIN_CHUNK)
    for look, ids in zip((mend_episodes, _look_at_lines, _end_flags, _ask_meetings), (aside, *due[1:]), strict=True):
        one.go_through(look, ids, CHUNK)
    release_summed_up(one.growing.values(), one.worker)
    if one.failed:
        raise SweepIncompleteError(one.failed, one.result)
    if after_restore and keep_going():
        restore_is_over()
    return one.result


class _Sweep:
    """One pass: what it has done, whom it has told how often, and the emails it is still adding to."""

    def __init__(self, context: Context, worker: str, keep_going: Callable[[], bool]) -> None:
        self.context = context
        self.worker = worker
        self.keep_going = keep_going
        self.growing: Growing = {}
        self.told: Counter[Told] = Counter()
        self.result = SweepResult()
        self.failed = 0
        self._people = Directory(())
        self._people_read_at = float("-inf")

    def go_through(self, look: Look, ids: Sequence[int], size: int) -> list[int]:
        """In chunks, each one transaction; the rows left to another kind of look."""
        left: list[int] = []
        for start in range(0, len(ids), size):
            if self.keep_going():
                left += self.take(look, ids[start : start + size])
        return left

    def take(self, look: Look, ids: Sequence[int]) -> list[int]:
        """One chunk. If it fails it is halved, again and again, so that a row nobody can read never holds back
        another."""
        try:
            return self._in_one_transaction(look, ids)
        except OperationalError:
            raise  # the database itself: no other row would fare better
        except Exception as error:  # noqa: BLE001 (counted, logged, and raised at the end of the sweep)
            if len(ids) > 1:
                half = len(ids) // 2
                return self.take(look, ids[:half]) + self.take(look, ids[half:])
            self.failed += 1
            # not the exception's own text: a database error quotes the row
            log.error("%s: row %s failed: %s", look.__name__.strip("_"), ids[0], type(error).__name__)  # noqa: TRY400
            return []

    def _in_one_transaction(self, look: Look, ids: Sequence[int]) -> list[int]:
        with writing() as session:
            audit.hold_chain(session)
            everybody = self._everybody(session)
            teller = Teller(session, self.context, self.worker, everybody, dict(self.growing), Counter(self.told))
            done, left = look(session, ids, teller)
        self.growing, self.told = teller.growing, teller.told
        self.result += done
        return left

    def _everybody(self, session: Session) -> Directory:
        """Read again every few seconds, not for each chunk: there may be thousands of people."""
        if monotonic() - self._people_read_at > PEOPLE_SECONDS:
            self._people, self._people_read_at = Directory(people.recipients(session)), monotonic()
        return self._people


def _look_at_lines(session: Session, ids: Sequence[int], teller: Teller) -> tuple[SweepResult, list[int]]:
    """A quarantined line with a readable return climbs the ladder as unallocated (definitions §4.7)."""
    ladder, now = teller.context.rules.ladder, teller.context.now
    rows = alerts.lock_due_lines(session, ids, now)
    clocks = {row.id: alerts.line_clock(session, row) for row in rows if _waits(row)}
    reached = {id_: clock for id_, clock in clocks.items() if clock and rungs_to_raise(clock, ladder, now)}
    told = {id_: len(teller.tell(clock)) for id_, clock in reached.items()}
    teller.write()
    nobody = {id_ for id_, number in told.items() if not number}
    for row in rows:
        if row.id not in nobody:
            clock = alerts.line_clock(session, row) if _waits(row) else None
            row.sweep_at = next_alert_at(clock, ladder, now) if clock else None
    return SweepResult(len(rows), alerts=sum(told.values()), nobody_told=len(nobody)), []


def _waits(line: Line) -> bool:
    return line.outcome == LineOutcome.QUARANTINED and line.settled_at is None


def _end_flags(session: Session, ids: Sequence[int], teller: Teller) -> tuple[SweepResult, list[int]]:
    context = teller.context
    ended = repeats.end_flags(session, ids, local_date(context.now))
    for row in ended:
        details = {"rule": row.rule, "flag_id": row.id}
        audit.record(session, "repeat_flag_ended", context.actor, context.now, "child", row.child_id, details)
    return SweepResult(flags_ended=len(ended)), []


def _ask_meetings(session: Session, ids: Sequence[int], teller: Teller) -> tuple[SweepResult, list[int]]:
    return SweepResult(meetings=ask_due_meetings(session, ids, teller.context)), []
