"""The clocks on Today: episodes' and waiting lines', in one order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from tracker.core.clock import elapsed_hours, local_date, local_midnight
from tracker.core.interviews import state_by_time
from tracker.services.context import Context, Viewer
from tracker.services.pages.clock_rows import ClockRow, clock_rows, find_clocks
from tracker.services.pages.episode_rows import Condition, is_allocated_to, waiting_lines
from tracker.services.pages.outlooks import outlooks_by_work
from tracker.services.pages.rows import Section
from tracker.services.pages.today_shapes import Clock, ClockTotals, TodayFilter
from tracker.store.models import Alert, Episode, Interview, InterviewEpisode, Line
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import episodes_visible_to, sees_all

MOST_CLOCKS = 30
"""Rows of each table of clocks, more than a county has on most days; the list of episodes shows the rest."""

MOST_SHOWN = 25
"""Rows of any other part of Today, likewise."""


def clocks(
    session: Session, context: Context, viewer: Viewer, only: TodayFilter, counted: ClockTotals
) -> tuple[Section[Clock], Section[Clock]]:
    """Those past their deadline, longest first; those still in time, soonest first."""
    narrowed, due_at = narrowed_to(viewer, only), Episode.interview_due_at
    past = find_clocks(session, viewer, [due_at < context.now, *narrowed], MOST_CLOCKS)
    ahead = find_clocks(session, viewer, [due_at >= context.now, *narrowed], MOST_CLOCKS)
    rows = clock_rows(session, context, [*past, *ahead])
    plans = _plans(session, rows, context.now)
    ahead_of = outlooks_by_work(session, context, rows[len(past) :])
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
    with_lines = lines_are_shown(viewer, only)
    late_lines = _line_clocks(session, context, past=True) if with_lines else Section[Clock]()
    early_lines = _line_clocks(session, context, past=False) if with_lines else Section[Clock]()
    return (
        _section(late, late_lines, counted.overdue),
        _section(in_time, early_lines, counted.running - counted.overdue),
    )


def _section(of_episodes: list[Clock], lines: Section[Clock], episodes: int) -> Section[Clock]:
    merged = sorted([*of_episodes, *lines.rows], key=lambda clock: clock.due_at)[:MOST_CLOCKS]
    return Section(tuple(merged), episodes + lines.total)


def narrowed_to(viewer: Viewer, only: TodayFilter) -> list[ColumnElement[bool]]:
    """Conditions on `Episode`: of one team, or the viewer's own."""
    mine = [is_allocated_to(viewer.person_id)] if only.mine else []
    return [*narrowed_to_team(only), *mine]


def narrowed_to_team(only: TodayFilter) -> list[ColumnElement[bool]]:
    return [] if only.team_id is None else [Episode.team_id == only.team_id]


def lines_are_shown(viewer: Viewer, only: TodayFilter) -> bool:
    """Lines are of no child yet, so only those who see every record see them, and they are of no team."""
    return sees_all(viewer) and not only.mine and only.team_id is None


def totals(session: Session, context: Context, viewer: Viewer, narrowed: Sequence[ColumnElement[bool]]) -> ClockTotals:
    """How many of the episodes' clocks stand where, counted in one query."""
    soon = context.now + timedelta(hours=context.rules.policy.due_soon_hours)
    is_overdue = Episode.interview_due_at < context.now
    query = select(
        func.count(),
        _sum(is_overdue),
        _sum(and_(~is_overdue, Episode.interview_due_at <= soon)),
        _sum(~is_allocated()),
    ).where(Episode.clock_open, episodes_visible_to(viewer), *narrowed)
    return ClockTotals(*(number or 0 for number in session.execute(query).one()))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def is_allocated() -> ColumnElement[bool]:
    """A condition on `Episode`: an interview for it is somebody's."""
    query = (
        select(InterviewEpisode.episode_id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(InterviewEpisode.episode_id == Episode.id, Interview.allocated_to_id.is_not(None))
    )
    return exists(query.correlate(Episode))


def _plans(session: Session, rows: Sequence[ClockRow], now: datetime) -> dict[int, datetime]:
    """Episode id → when somebody who acknowledged an alert of its present clock plans to act, while that is ahead."""
    clock_nos = {row.id: row.clock_no for row in rows}
    if not clock_nos:
        return {}
    query = select(Alert.episode_id, Alert.clock_no, Alert.planned_at).where(
        Alert.episode_id.in_(clock_nos), Alert.planned_at > now
    )
    return {
        episode_id: planned_at
        for episode_id, clock_no, planned_at in session.execute(query.order_by(Alert.acknowledged_at))
        if episode_id is not None and planned_at is not None and clock_nos[episode_id] == clock_no
    }


def _line_clocks(session: Session, context: Context, past: bool) -> Section[Clock]:
    """Clocks that waiting lines' readable returns would run (definitions §4.7)."""
    waiting: list[Condition] = [LINE_WAITS, Line.due_at < context.now if past else Line.due_at >= context.now]
    lines = waiting_lines(session, waiting, [Line.due_at, Line.id], MOST_CLOCKS)
    total = len(lines)
    if total == MOST_CLOCKS:
        total = session.scalar(select(func.count()).select_from(Line).where(*waiting)) or 0
    policy = context.rules.policy
    rows = [
        Clock(at, elapsed_hours(context.now, at), state_by_time(at, context.now, policy), line=line)
        for line in lines
        if (at := line.due_at) is not None
    ]
    return Section(tuple(rows), total)


def last_day(now: datetime) -> datetime:
    return now - timedelta(hours=24)


def end_of_today(now: datetime) -> datetime:
    """The London midnight that ends the day."""
    return local_midnight(local_date(now) + timedelta(days=1))
