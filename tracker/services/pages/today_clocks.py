"""The clocks on Today: episodes' and waiting lines', in one order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select

from tracker.core.clock import elapsed_hours, local_date, local_midnight
from tracker.core.interviews import state_by_time
from tracker.services.pages.asking import IDS, NOW, Asking, Listed, Scope, Teams
from tracker.services.pages.clock_rows import ClockRow, clock_rows, clocks_query
from tracker.services.pages.episode_rows import is_allocated, waiting_line, waiting_lines
from tracker.services.pages.outlooks import outlooks_by_work
from tracker.services.pages.rows import Section
from tracker.services.pages.today_shapes import Clock, ClockTotals
from tracker.store.models import Alert, Episode, Line
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import Sight

MOST_CLOCKS = 30
"""Rows of each table of clocks, more than a county has on most days; the list of episodes shows the rest."""

MOST_SHOWN = 25
"""Rows of any other part of Today, likewise."""


def clocks(asked: Asking, counted: ClockTotals, *, unallocated: bool = False) -> tuple[Section[Clock], Section[Clock]]:
    """Those past their deadline, longest first; those still in time, soonest first; all, or those that are nobody's."""
    past, ahead = (asked.rows(_clocks(asked.scope, past=past, unallocated=unallocated)) for past in (True, False))
    rows = clock_rows(asked.session, asked.context, [*past, *ahead])
    plans = _plans(asked, rows)
    ahead_of = outlooks_by_work(asked.session, asked.context, rows[len(past) :])
    shown = [
        Clock(
            row.due_at,
            row.hours_left,
            row.state,
            episode=row,
            planned_at=plans.get(row.id),
            outlook=ahead_of.get(row.id),
        )
        for row in rows
    ]
    late, in_time = shown[: len(past)], shown[len(past) :]
    with_lines = lines_are_shown(asked.scope)
    late_lines = _line_clocks(asked, past=True) if with_lines else Section[Clock]()
    early_lines = _line_clocks(asked, past=False) if with_lines else Section[Clock]()
    overdue = counted.unallocated_overdue if unallocated else counted.overdue
    running = counted.unallocated if unallocated else counted.running
    return _section(late, late_lines, overdue), _section(in_time, early_lines, running - overdue)


@cache
def _clocks(scope: Scope, *, past: bool, unallocated: bool) -> Select[*tuple[Any, ...]]:
    due_at = Episode.interview_due_at
    nobodys = (~is_allocated(),) if unallocated else ()
    return clocks_query(scope, due_at < NOW if past else due_at >= NOW, *nobodys).limit(MOST_CLOCKS)


def _section(of_episodes: list[Clock], lines: Section[Clock], episodes: int) -> Section[Clock]:
    merged = sorted([*of_episodes, *lines.rows], key=lambda clock: clock.due_at)[:MOST_CLOCKS]
    return Section(tuple(merged), episodes + lines.total)


def lines_are_shown(scope: Scope) -> bool:
    """Lines are of no child yet, so only those who see every record see them, and they are of no team."""
    return scope == Scope(Sight.EVERYTHING, Teams.EVERY, mine=False)


def totals(asked: Asking) -> ClockTotals:
    """How many of the episodes' clocks stand where, counted in one query."""
    soon_until = asked.context.now + timedelta(hours=asked.context.rules.policy.due_soon_hours)
    (row,) = asked.rows(_totals(asked.scope), soon_until=soon_until)
    return ClockTotals(*(number or 0 for number in row))


@cache
def _totals(scope: Scope) -> Select[*tuple[Any, ...]]:
    is_overdue = Episode.interview_due_at < NOW
    return select(
        func.count(),
        _sum(is_overdue),
        _sum(and_(~is_overdue, Episode.interview_due_at <= bindparam("soon_until"))),
        _sum(~is_allocated()),
        _sum(and_(is_overdue, ~is_allocated())),
    ).where(Episode.clock_open, *scope.episodes())


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_PLANS = (
    select(Alert.episode_id, Alert.clock_no, Alert.planned_at)
    .where(Alert.episode_id.in_(IDS), Alert.planned_at > NOW)
    .order_by(Alert.acknowledged_at)
)


def _plans(asked: Asking, rows: Sequence[ClockRow]) -> dict[int, datetime]:
    """Episode id → when somebody who acknowledged an alert of its present clock plans to act, while that is ahead."""
    clock_nos = {row.id: row.clock_no for row in rows}
    if not clock_nos:
        return {}
    return {
        episode_id: planned_at
        for episode_id, clock_no, planned_at in asked.rows(_PLANS, ids=list(clock_nos))
        if clock_nos[episode_id] == clock_no
    }


def _line_clocks(asked: Asking, *, past: bool) -> Section[Clock]:
    """Clocks that waiting lines' readable returns would run (definitions §4.7)."""
    found, total = asked.listed(_lines(past=past))
    now, policy = asked.context.now, asked.context.rules.policy
    rows = [
        Clock(at, elapsed_hours(now, at), state_by_time(at, now, policy), line=line)
        for line in (waiting_line(row, row.feed) for row in found)
        if (at := line.due_at) is not None
    ]
    return Section(tuple(rows), total)


@cache
def _lines(*, past: bool) -> Listed:
    waiting = (LINE_WAITS, Line.due_at < NOW if past else Line.due_at >= NOW)
    return Listed(
        waiting_lines(*waiting).order_by(Line.due_at, Line.id).limit(MOST_CLOCKS),
        select(func.count()).select_from(Line).where(*waiting),
        MOST_CLOCKS,
    )


def last_day(now: datetime) -> datetime:
    return now - timedelta(hours=24)


def end_of_today(now: datetime) -> datetime:
    """The London midnight that ends the day."""
    return local_midnight(local_date(now) + timedelta(days=1))
