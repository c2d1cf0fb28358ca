"""The figures of a period of many episodes, counted in the background: pages ask, the scheduler counts.

Asked for by many, a period is counted once. Whoever counts is written on the row, under a number that rises with each
beginning: one that is killed is followed by another, and of two only the later may record what it found.

Steps of a count: 1. take on the one that waits longest; 2. note the newest change of a record, then compute, in a
reading transaction that holds nobody up; 3. in one short transaction: the figures, the ids behind each, and older
counts of the same days let go. What breaks off between two of them is begun again from the first.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.core.clock import Period, local_midnight
from tracker.core.kept_summary import as_kept, packed_lists, rules_mark
from tracker.core.monthly_summary import MonthlySummary, history_needed_from
from tracker.services.context import Context
from tracker.services.month_versions import uncollected
from tracker.services.publish_month import period_figures
from tracker.services.transaction import writing
from tracker.store import audit, kept_figures
from tracker.store.db import session as read_session
from tracker.store.kept_figures import Claim

KEPT_OF_EACH = 3
"""Counts of one period that are kept: the newest, and those from which somebody may still open a list."""

KEPT_FOR = timedelta(days=1)

MOST_TRIES = 3
"""One that never comes to its end may be what ends the program, and with it every alert: it is given up."""

Compute = Callable[[Context, Period, datetime], MonthlySummary]


@dataclass
class Counts:
    """What one pass did."""

    made: int = 0
    failed: int = 0
    let_go: int = 0


def is_large(context: Context, period: Period, at_once_episodes: int) -> bool:
    """Whether its figures look at more episodes than this: those of the period, and the days before that they need."""
    since = local_midnight(history_needed_from(period, context.rules.repeat_rules, context.now))
    return kept_figures.starts_more_than(read_session(), since, period.end_at, at_once_episodes)


def ask(context: Context, period: Period) -> None:
    """Have a period counted anew; whoever asks for one that waits already waits with the first."""
    mark = rules_mark(context.rules)
    with writing() as session:
        kept_figures.ask(session, period, mark, context.now, context.actor.person_id)


def count_asked(
    context: Context,
    read_clock: Callable[[], datetime],
    worker: str,
    keep_going: Callable[[], bool] = lambda: True,
    compute: Compute = period_figures,
) -> Counts:
    """Count what is asked for, one after the other, and let go of what is old. One pass at a time in a process.

    One that fails is recorded as failed and raised at the end, so that the next is counted too.
    """
    counts = Counts(let_go=_let_go_of_outdated(context))
    broken: list[Exception] = []
    while keep_going() and (waiting := _next()):
        now = replace(context, now=read_clock())
        try:
            made = _count(now, waiting, worker, read_clock, compute)
        except Exception as error:
            if not _fail(replace(waiting, tries=waiting.tries + 1), read_clock(), "broke"):
                raise  # nothing of it is recorded, so the next pass finds it as it stands
            broken.append(error)
            made = False
        counts.made, counts.failed = counts.made + made, counts.failed + (not made)
    if broken:
        raise broken[0]
    return counts


def _count(context: Context, waiting: Claim, worker: str, read_clock: Callable[[], datetime], compute: Compute) -> bool:
    """One of them; False where there will be none."""
    if waiting.tries >= MOST_TRIES:
        _fail(waiting, context.now, "never_ends")
        return False
    if waiting.rules_mark != rules_mark(context.rules):
        _fail(waiting, context.now, "other_rules")
        return False
    with writing() as session:
        claim = kept_figures.begin(session, waiting, context.now, worker)
    if claim is None:
        return False
    reading = read_session()
    last_change = audit.last_change(reading)
    with uncollected():  # as in period_figures: until the rows are packed
        summary = compute(context, claim.period, context.now)
        lists = [{"key": key, "cohort": str(cohort), "ids": ids} for key, cohort, ids in packed_lists(summary)]
    reading.rollback()
    values = {
        "made_at": read_clock(), "cut_off": summary.cut_off, "rules_version": summary.rules_version,
        "last_change": last_change, "document": as_kept(summary),
    }  # fmt: skip
    with writing() as session:
        finished = kept_figures.finish(session, claim, values, lists)
        kept_figures.let_go(session, kept_figures.beyond_newest(session, claim.period, KEPT_OF_EACH))
    return finished


def _next() -> Claim | None:
    session = read_session()
    found = kept_figures.next_asked(session)
    session.rollback()
    return found


def _fail(claim: Claim, now: datetime, why: str) -> bool:
    """There will be none of it; whether that is recorded, or it is another's by now."""
    with writing() as session:
        return kept_figures.fail(session, claim, now, why)


def _let_go_of_outdated(context: Context) -> int:
    """Looked for first, so that a pass with nothing to do writes nothing."""
    session = read_session()
    old = kept_figures.outdated(session, context.now - KEPT_FOR)
    session.rollback()
    if old:
        with writing() as writer:
            kept_figures.let_go(writer, old)
    return len(old)
