"""What of the interviews' work stands on Today: visits, what is not written up, councils that have not answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import Condition
from tracker.services.pages.interview_items import FoundInterviews, InterviewItem, find_interviews, items_of
from tracker.services.pages.rows import Section
from tracker.services.pages.today_clocks import end_of_today, narrowed_to, narrowed_to_team
from tracker.services.pages.today_shapes import TodayFilter, UnansweredRequest
from tracker.store.models import AuthorityRequest, Episode, Interview, InterviewEpisode
from tracker.store.models.interviews import REQUEST_UNANSWERED, TO_WRITE_UP, VISIT_STANDS
from tracker.store.visibility import episodes_visible_to

MOST = 10
"""Rows of each of these parts; My team shows by person what more there is."""


@dataclass(frozen=True)
class WorkOfToday:
    visits_today: Section[InterviewItem]
    visits_passed: Section[InterviewItem]
    to_write_up: Section[InterviewItem]
    unanswered_requests: Section[UnansweredRequest]


def work_of_today(session: Session, context: Context, viewer: Viewer, only: TodayFilter) -> WorkOfToday:
    """Visits still ahead today, in order of time; visits begun of which nobody has said what became, and interviews
    held and not written up, the longest ago first; requests to other councils likewise."""
    mine = [Interview.allocated_to_id == viewer.person_id] if only.mine else []

    def find(conditions: Sequence[Condition], by: InstrumentedAttribute[datetime | None]) -> FoundInterviews:
        return find_interviews(session, viewer, [*conditions, *mine], [by, Interview.id], MOST, narrowed_to_team(only))

    planned_at = Interview.planned_at
    ahead = find([VISIT_STANDS, planned_at > context.now, planned_at < end_of_today(context.now)], planned_at)
    passed = find([VISIT_STANDS, planned_at <= context.now], planned_at)
    unwritten = find([TO_WRITE_UP], Interview.completed_at)
    asked, total = _unanswered(session, viewer, only)
    shown = {*ahead.ids, *passed.ids, *unwritten.ids, *(row.interview_id for row in asked)}
    items = items_of(session, shown)
    requests = tuple(
        UnansweredRequest(row.id, row.authority, row.asked_at, items[row.interview_id])
        for row in asked
        if row.interview_id in items
    )
    return WorkOfToday(ahead.shown(items), passed.shown(items), unwritten.shown(items), Section(requests, total))


def _unanswered(session: Session, viewer: Viewer, only: TodayFilter) -> tuple[Sequence[Any], int]:
    """Requests of interviews whose clock is open, asked the longest ago first, and how many there are."""
    asked = AuthorityRequest
    of_open_clock = exists(
        select(InterviewEpisode.episode_id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(InterviewEpisode.interview_id == asked.interview_id, Episode.clock_open)
        .where(episodes_visible_to(viewer), *narrowed_to(viewer, only))
        .correlate(asked)
    )
    query = select(asked.id, asked.interview_id, asked.authority, asked.asked_at)
    query = query.where(REQUEST_UNANSWERED, of_open_clock).order_by(asked.asked_at, asked.id)
    found = session.execute(query.limit(MOST)).all()
    total = len(found)
    if total == MOST:
        count = select(func.count()).select_from(asked).where(REQUEST_UNANSWERED, of_open_clock)
        total = session.scalar(count) or 0
    return found, total
