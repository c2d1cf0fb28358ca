"""Today: what asks something of somebody now, the most pressing first."""

from typing import Any

from sqlalchemy import Select, select

from tracker.core.terms import FlagCode
from tracker.services.context import Context, Viewer
from tracker.services.pages import today_clocks, today_decisions, today_episodes, today_work
from tracker.services.pages.actions import overdue_actions
from tracker.services.pages.asking import asking
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.meetings import standing_meetings
from tracker.services.pages.overdue_reviews import overdue_reviews
from tracker.services.pages.rows import Section
from tracker.services.pages.today_shapes import (
    Today,
    TodayFilter,
)
from tracker.store.db import session as read_session
from tracker.store.models import Receipt
from tracker.store.models.reports import STANDS
from tracker.store.visibility import sees_all

__all__ = ["Today", "TodayFilter", "today"]

EVERYTHING = TodayFilter()


def today(context: Context, viewer: Viewer, only: TodayFilter = EVERYTHING) -> Today:
    """Everything that stands on Today for this viewer. Records one list view."""
    record_list(
        context,
        "today",
        {"team_id": only.team_id, "mine": only.mine, **({"unallocated": True} if only.unallocated else {})},
    )
    session = read_session()
    asked = asking(session, context, viewer, only.team_id, mine=only.mine)
    settle = today_episodes.to_settle(asked)
    totals = today_clocks.totals(asked)
    overdue, running = today_clocks.clocks(asked, totals, unallocated=only.unallocated)
    return Today(
        now=context.now,
        totals=totals,
        overdue=overdue,
        running=running,
        overdue_actions=overdue_actions(
            session,
            context,
            viewer,
            owner_id=viewer.person_id if only.mine else None,
            team_id=only.team_id,
            limit=today_work.MOST,
        ),
        overdue_reviews=Section()
        if only.mine
        else overdue_reviews(session, context, viewer, only.team_id, today_work.MOST),
        meetings=Section() if only.mine else standing_meetings(session, context, viewer, only.team_id, today_work.MOST),
        **vars(today_work.work_of_today(asked)),
        found_not_returned=today_episodes.found_not_returned(asked),
        awaiting_return=today_episodes.awaiting_return(asked),
        lines_to_decide=today_decisions.lines_to_decide(asked),
        same_episode=today_decisions.lines_to_decide(asked, same_episode=True),
        value_decisions=today_decisions.value_decisions(asked),
        still_missing=settle.of(FlagCode.POLICE_SAY_STILL_MISSING),
        conflicts=settle.of(FlagCode.OVERLAPS_ANOTHER),
        interviews_to_check=settle.of(FlagCode.INTERVIEW_BEFORE_END),
        approvals=today_decisions.approvals(asked),
        repeat_flags=today_decisions.repeat_flags(asked),
        reports=today_decisions.reports(asked),
        last_report_at=next((at for (at,) in asked.rows(_LAST_REPORT)), None) if sees_all(viewer) else None,
    )


_LAST_REPORT: Select[*tuple[Any, ...]] = (
    select(Receipt.received_at).where(Receipt.status.in_(STANDS)).order_by(Receipt.received_at.desc()).limit(1)
)
"""When the newest report that could be read arrived."""
