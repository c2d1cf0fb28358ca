"""My team: load by person, what is overdue and why, who is away, what waits for a manager, what is nobody's."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import Session

from tracker.core.clock import elapsed_hours
from tracker.core.terms import BreachReason, Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import overdue_actions
from tracker.services.pages.clock_rows import ClockRow, clock_rows, find_clocks
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.interview_items import InterviewItem, find_interviews, items_of
from tracker.services.pages.rows import Section
from tracker.services.pages.team_loads import loads
from tracker.services.pages.team_shapes import Away, Load, OverdueClock, TeamBoard
from tracker.services.pages.today_clocks import is_allocated, totals
from tracker.services.pages.today_decisions import approvals
from tracker.store import breaches
from tracker.store.db import session as read_session
from tracker.store.models import Episode, Interview
from tracker.store.models.interviews import TO_REVIEW

MOST = 25
"""Rows of each part; the rest are counted."""

MOST_TO_COVER = 100

SEES_ONE_TEAM = frozenset({Role.MANAGER})


def default_team(viewer: Viewer) -> int | None:
    """A manager's own team, unless they also stand above the teams; None, all teams, for everybody else."""
    return viewer.team_id if viewer.roles <= SEES_ONE_TEAM else None


def team_board(context: Context, viewer: Viewer, team_id: int | None) -> TeamBoard:
    """The board of one team, or of all. Records one list view."""
    record_list(context, "team", {"team_id": team_id})
    session = read_session()
    of_team = [] if team_id is None else [or_(Episode.team_id == team_id, Episode.team_id.is_(None))]
    counted = totals(session, context, viewer, of_team)
    people = loads(session, context, team_id)
    away, to_cover = _away(session, viewer, [load for load in people if load.is_away])
    overdue, unallocated = _clocks(session, context, viewer, of_team)
    return TeamBoard(
        now=context.now,
        team_id=team_id,
        totals=counted,
        loads=people,
        overdue=Section(_with_reasons(session, context, overdue), counted.overdue),
        unallocated=Section(unallocated, counted.unallocated),
        away=away,
        to_cover=to_cover,
        approvals=approvals(session, viewer, of_team),
        to_review=_to_review(session, viewer, of_team),
        overdue_actions=overdue_actions(session, context, viewer, team_id=team_id, limit=MOST),
    )


def _clocks(
    session: Session, context: Context, viewer: Viewer, of_team: Sequence[ColumnElement[bool]]
) -> tuple[tuple[ClockRow, ...], tuple[ClockRow, ...]]:
    """The longest overdue; of those that are nobody's, the soonest due."""
    late = find_clocks(session, viewer, [Episode.interview_due_at < context.now, *of_team], MOST)
    nobodys = find_clocks(session, viewer, [~is_allocated(), *of_team], MOST)
    rows = clock_rows(session, context, [*late, *nobodys])
    return rows[: len(late)], rows[len(late) :]


def _with_reasons(session: Session, context: Context, rows: Sequence[ClockRow]) -> tuple[OverdueClock, ...]:
    held = breaches.standing_of(session, [row.id for row in rows])
    return tuple(
        OverdueClock(
            row,
            BreachReason(given) if (breach := held.get(row.id)) and (given := breach.reason) else None,
            _told_after(context, row),
        )
        for row in rows
    )


def _told_after(context: Context, row: ClockRow) -> float | None:
    """Hours from the return to the council's being told, where they took a third of the time or more."""
    if row.returned_at is None or row.notified_at is None:
        return None
    hours = elapsed_hours(row.returned_at, row.notified_at)
    return hours if hours * 3 >= context.rules.policy.deadline_hours else None


def _away(session: Session, viewer: Viewer, people: Sequence[Load]) -> tuple[tuple[Away, ...], int]:
    """Those who are away and have interviews whose clocks run, and how many these are in all."""
    if not people:
        return (), 0
    running: list[ColumnElement[bool]] = [Episode.clock_open.expression]
    theirs = [Interview.allocated_to_id.in_([load.person_id for load in people])]
    found = find_interviews(session, viewer, theirs, [Interview.id], MOST_TO_COVER, running)
    items = sorted(items_of(session, found.ids).values(), key=lambda item: (item.due_at is None, item.due_at))
    groups = [Away(load, tuple(one for one in items if one.allocated_to_id == load.person_id)) for load in people]
    return tuple(group for group in groups if group.interviews), found.total


def _to_review(session: Session, viewer: Viewer, of_team: Sequence[ColumnElement[bool]]) -> Section[InterviewItem]:
    waits_since = func.coalesce(Interview.written_up_at, Interview.declined_at)
    found = find_interviews(session, viewer, [TO_REVIEW], [waits_since, Interview.id], MOST, of_team)
    return found.shown(items_of(session, found.ids))
