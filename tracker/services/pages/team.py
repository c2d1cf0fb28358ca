"""My team: load by person, what is overdue and why, who is away, what waits for a manager, what is nobody's."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from tracker.core.clock import elapsed_hours
from tracker.core.terms import BreachReason, Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import overdue_actions
from tracker.services.pages.asking import IDS, NOW, Asking, Listed, Scope, Teams, asking
from tracker.services.pages.clock_rows import ClockRow, clock_rows, clocks_query
from tracker.services.pages.episode_rows import is_allocated, record_list
from tracker.services.pages.interview_items import InterviewItem, find_interviews, interviews_query, items_of
from tracker.services.pages.overdue_reviews import overdue_reviews
from tracker.services.pages.rows import Section
from tracker.services.pages.team_loads import loads
from tracker.services.pages.team_shapes import Away, Load, OverdueClock, TeamBoard
from tracker.services.pages.today_clocks import totals
from tracker.services.pages.today_decisions import approvals
from tracker.store import breaches
from tracker.store.db import session as read_session
from tracker.store.models import Episode, Interview
from tracker.store.models.interviews import TO_REVIEW
from tracker.store.visibility import Sight

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
    asked = asking(session, context, viewer, team_id, teams=Teams.ONE_OR_NONE)
    counted = totals(asked)
    people = loads(asked)
    away, to_cover = _away(asked, [load for load in people if load.is_away])
    overdue, unallocated = _clocks(asked)
    return TeamBoard(
        now=context.now,
        team_id=team_id,
        totals=counted,
        loads=people,
        overdue=Section(_with_reasons(session, context, overdue), counted.overdue),
        unallocated=Section(unallocated, counted.unallocated),
        away=away,
        to_cover=to_cover,
        approvals=approvals(asked),
        to_review=_to_review(asked),
        overdue_actions=overdue_actions(session, context, viewer, team_id=team_id, limit=MOST),
        overdue_reviews=overdue_reviews(session, context, viewer, team_id, MOST),
    )


def _clocks(asked: Asking) -> tuple[tuple[ClockRow, ...], tuple[ClockRow, ...]]:
    """The longest overdue; of those that are nobody's, the soonest due."""
    late, nobodys = asked.rows(_late(asked.scope)), asked.rows(_nobodys(asked.scope))
    rows = clock_rows(asked.session, asked.context, [*late, *nobodys])
    return rows[: len(late)], rows[len(late) :]


@cache
def _late(scope: Scope) -> Select[*tuple[Any, ...]]:
    return clocks_query(scope, Episode.interview_due_at < NOW).limit(MOST)


@cache
def _nobodys(scope: Scope) -> Select[*tuple[Any, ...]]:
    return clocks_query(scope, ~is_allocated()).limit(MOST)


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


def _away(asked: Asking, people: Sequence[Load]) -> tuple[tuple[Away, ...], int]:
    """Those who are away and have interviews whose clocks run, and how many these are in all."""
    if not people:
        return (), 0
    found = find_interviews(asked, _to_cover(asked.scope.sight), ids=[load.person_id for load in people])
    items = sorted(items_of(asked.session, found.ids).values(), key=lambda item: (item.due_at is None, item.due_at))
    groups = [Away(load, tuple(one for one in items if one.allocated_to_id == load.person_id)) for load in people]
    return tuple(group for group in groups if group.interviews), found.total


@cache
def _to_cover(sight: Sight) -> Listed:
    """Of these people, whichever team the work belongs to."""
    theirs = [Interview.allocated_to_id.in_(IDS)]
    return interviews_query(Scope(sight), theirs, [Interview.id], MOST_TO_COVER, [Episode.clock_open.expression])


def _to_review(asked: Asking) -> Section[InterviewItem]:
    found = find_interviews(asked, _waits_for_review(asked.scope))
    return found.shown(items_of(asked.session, found.ids))


@cache
def _waits_for_review(scope: Scope) -> Listed:
    waits_since = func.coalesce(Interview.written_up_at, Interview.declined_at)
    return interviews_query(scope, [TO_REVIEW], [waits_since, Interview.id], MOST)
