"""The clocks on Today: episodes' and waiting lines', in one order."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tracker.core.alerts import RunningClock, recipients_of
from tracker.core.clock import elapsed_hours
from tracker.core.recipients import Recipient
from tracker.core.terms import InterviewState, Rung
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import (
    episode_rows,
    is_allocated_to,
    lines_with_receipts,
    visible_episodes,
    waiting_line,
)
from tracker.services.pages.rows import Clock, Section
from tracker.services.pages.today_shapes import TodayFilter
from tracker.store import alerts, people
from tracker.store.models import Alert, Episode, Line
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import episodes_visible_to, sees_all

MOST_CLOCKS = 100
MOST_SHOWN = 50
"""Rows of any other part of Today; the rest are counted, and the lists show them."""


def overdue(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> Section[Clock]:
    """Past their deadline, longest first."""
    return _clocks(session, context, viewer, only, past=True)


def running(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> Section[Clock]:
    """Still in time, soonest first."""
    return _clocks(session, context, viewer, only, past=False)


def narrowed_to(viewer: Viewer, only: TodayFilter) -> list[ColumnElement[bool]]:
    """Conditions on `Episode`: of one team, or the viewer's own."""
    conditions: list[ColumnElement[bool]] = []
    if only.team_id is not None:
        conditions.append(Episode.team_id == only.team_id)
    if only.mine:
        conditions.append(is_allocated_to(viewer.person_id))
    return conditions


def lines_are_shown(viewer: Viewer, only: TodayFilter) -> bool:
    """Lines are of no child yet, so only those who see every record see them, and they are of no team."""
    return sees_all(viewer) and not only.mine and only.team_id is None


def _clocks(session: Session, context: Context, viewer: Viewer, only: TodayFilter, past: bool) -> Section[Clock]:
    by_deadline = Episode.interview_due_at < context.now if past else Episode.interview_due_at >= context.now
    conditions = [Episode.clock_open, by_deadline, *narrowed_to(viewer, only)]
    query = visible_episodes(viewer, *conditions).order_by(Episode.interview_due_at, Episode.id)
    found = [(row, child) for row, child in session.execute(query.limit(MOST_CLOCKS))]
    total = len(found)
    if total == MOST_CLOCKS:
        count = select(func.count()).select_from(Episode).where(episodes_visible_to(viewer), *conditions)
        total = session.scalar(count) or 0
    plans = _plans(session, [row for row, _ in found], context.now)
    shown = [
        Clock(row.due_at, row.hours_left or 0.0, row.state, episode=row, planned_at=plans.get(row.id))
        for row in episode_rows(session, context, found)
        if row.due_at is not None
    ]
    lines, more = _line_clocks(session, context, past) if lines_are_shown(viewer, only) else ([], 0)
    merged = sorted([*shown, *lines], key=lambda clock: clock.due_at)[:MOST_CLOCKS]
    return Section(tuple(merged), total + more)


def _plans(session: Session, rows: Sequence[Episode], now: datetime) -> dict[int, datetime]:
    """Episode id → when somebody who acknowledged an alert of its present clock plans to act, while that is ahead."""
    clock_nos = {row.id: row.clock_no for row in rows}
    query = select(Alert.episode_id, Alert.clock_no, Alert.planned_at).where(
        Alert.episode_id.in_(clock_nos), Alert.planned_at > now
    )
    return {
        episode_id: planned_at
        for episode_id, clock_no, planned_at in session.execute(query.order_by(Alert.acknowledged_at))
        if episode_id is not None and planned_at is not None and clock_nos[episode_id] == clock_no
    }


def _line_clocks(session: Session, context: Context, past: bool) -> tuple[list[Clock], int]:
    """Clocks that waiting lines' readable returns would run (definitions §4.7), and how many there are."""
    by_deadline = Line.due_at < context.now if past else Line.due_at >= context.now
    query = lines_with_receipts(LINE_WAITS, by_deadline).order_by(Line.due_at, Line.id)
    rows = session.execute(query.limit(MOST_CLOCKS)).all()
    total = len(rows)
    if total == MOST_CLOCKS:
        total = session.scalar(select(func.count()).select_from(Line).where(LINE_WAITS, by_deadline)) or 0
    clocks = [
        Clock(line.due_at, left, _state(left, context), line=waiting_line(line, receipt))
        for line, receipt in rows
        if line.due_at is not None and (left := elapsed_hours(context.now, line.due_at)) is not None
    ]
    return clocks, total


def _state(left: float, context: Context) -> InterviewState:
    if left < 0:
        return InterviewState.OVERDUE
    return InterviewState.DUE_SOON if left <= context.rules.policy.due_soon_hours else InterviewState.DUE


def rungs_that_reach_nobody(session: Session, context: Context) -> tuple[Rung, ...]:
    """The rungs of the ladder that would now reach nobody at all, for any team whose clocks run, or for no team."""
    present: list[Recipient] = people.recipients(session)
    teams = {None, *alerts.teams_with_open_clocks(session)}
    clocks = [RunningClock("episode", 0, 0, context.now, team_id=team_id) for team_id in teams]
    return tuple(
        step.rung
        for step in context.rules.ladder
        if any(not recipients_of(step, clock, present, context.now) for clock in clocks)
    )


def last_day(now: datetime) -> datetime:
    return now - timedelta(hours=24)
