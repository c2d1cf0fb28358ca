"""What of the interviews' work stands on Today: visits, what is not written up, councils that have not answered."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, exists, func, select

from tracker.services.pages.asking import NOW, Asking, Listed, Scope
from tracker.services.pages.interview_items import InterviewItem, find_interviews, interviews_query, items_of
from tracker.services.pages.rows import Section
from tracker.services.pages.today_clocks import end_of_today
from tracker.services.pages.today_shapes import UnansweredRequest
from tracker.store.models import AuthorityRequest, Episode, Interview, InterviewEpisode
from tracker.store.models.interviews import REQUEST_UNANSWERED, TO_WRITE_UP, VISIT_STANDS

MOST = 10
"""Rows of each of these parts; My team shows by person what more there is."""


@dataclass(frozen=True)
class WorkOfToday:
    visits_today: Section[InterviewItem]
    visits_passed: Section[InterviewItem]
    to_write_up: Section[InterviewItem]
    unanswered_requests: Section[UnansweredRequest]


def work_of_today(asked: Asking) -> WorkOfToday:
    """Visits still ahead today, in order of time; visits begun of which nobody has said what became, and interviews
    held and not written up, the longest ago first; requests to other councils likewise."""
    scope, ends_at = asked.scope, end_of_today(asked.context.now)
    ahead = find_interviews(asked, _visits(scope, past=False), ends_at=ends_at)
    passed, unwritten = find_interviews(asked, _visits(scope, past=True)), find_interviews(asked, _unwritten(scope))
    waiting, total = asked.listed(_unanswered(scope))
    shown = {*ahead.ids, *passed.ids, *unwritten.ids, *(row.interview_id for row in waiting)}
    items = items_of(asked.session, shown)
    requests = tuple(
        UnansweredRequest(row.id, row.authority, row.asked_at, items[row.interview_id])
        for row in waiting
        if row.interview_id in items
    )
    return WorkOfToday(ahead.shown(items), passed.shown(items), unwritten.shown(items), Section(requests, total))


@cache
def _visits(scope: Scope, *, past: bool) -> Listed:
    """Those begun, or those still ahead today."""
    at = Interview.planned_at
    when = [at <= NOW] if past else [at > NOW, at < bindparam("ends_at")]
    return interviews_query(scope, [VISIT_STANDS, *when], [at, Interview.id], MOST)


@cache
def _unwritten(scope: Scope) -> Listed:
    return interviews_query(scope, [TO_WRITE_UP], [Interview.completed_at, Interview.id], MOST)


@cache
def _unanswered(scope: Scope) -> Listed:
    """Requests of interviews whose clock is open, asked the longest ago first."""
    of = AuthorityRequest
    of_open_clock = exists(
        select(InterviewEpisode.episode_id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(InterviewEpisode.interview_id == of.interview_id, Episode.clock_open, *scope.episodes())
        .correlate(of)
    )
    waits = (REQUEST_UNANSWERED, of_open_clock)
    first = select(of.id, of.interview_id, of.authority, of.asked_at).where(*waits).order_by(of.asked_at, of.id)
    return Listed(first.limit(MOST), select(func.count()).select_from(of).where(*waits), MOST)
