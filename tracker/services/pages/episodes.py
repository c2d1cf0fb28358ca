"""Episodes: the list with its filters, and the whole of one episode."""

from sqlalchemy import func, select

from tracker.core.interviews import closing_of, interview_state
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_acts import acts_possible
from tracker.services.pages.episode_filters import conditions_of, narrowed, order_of
from tracker.services.pages.episode_parts import (
    alert_views,
    breach_views,
    child_header,
    clock_view,
    decision_views,
    history_views,
    interview_views,
)
from tracker.services.pages.episode_rows import episode_rows, record_list, visible_episodes
from tracker.services.pages.episode_shapes import (
    Act,
    AlertView,
    BreachView,
    EpisodeFilters,
    EpisodePage,
    InterviewView,
    VersionView,
)
from tracker.services.pages.match_views import match_of_episode
from tracker.services.pages.rows import PAGE_SIZE, EpisodeRow, Page
from tracker.services.transaction import writing
from tracker.store import audit, episodes, interviews
from tracker.store.db import session as read_session
from tracker.store.models import Child, Episode
from tracker.store.visibility import episodes_visible_to

__all__ = [
    "Act", "AlertView", "BreachView", "EpisodeFilters", "EpisodePage", "InterviewView", "VersionView", "episode_list",
    "episode_page",
]  # fmt: skip


def episode_list(context: Context, viewer: Viewer, filters: EpisodeFilters, page: int = 1) -> Page[EpisodeRow]:
    """25 a page with the total; a page beyond the last is empty. Records one list view or search."""
    action = "search_made" if filters.text.strip() else "list_viewed"
    record_list(context, "episodes", {**narrowed(filters), "page": page}, action=action)
    session = read_session()
    conditions = [episodes_visible_to(viewer), *conditions_of(filters, viewer, context)]
    total = session.scalar(select(func.count()).select_from(Episode).where(*conditions)) or 0
    number = max(1, page)
    places = select(Episode.id).where(*conditions).order_by(*order_of(filters))
    ids = session.scalars(places.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    found = {row.id: (row, child) for row, child in session.execute(visible_episodes(viewer, Episode.id.in_(ids)))}
    return Page(episode_rows(session, context, [found[id_] for id_ in ids]), total, number)


def episode_page(context: Context, viewer: Viewer, episode_id: int) -> EpisodePage | None:
    """The whole of one episode, its opening recorded first; None where there is none that this viewer may see."""
    if not _record_opening(context, viewer, episode_id):
        return None
    session = read_session()
    row = session.get_one(Episode, episode_id)
    child = session.get_one(Child, row.child_id)
    history = session.execute(
        visible_episodes(viewer, Episode.child_id == child.id).order_by(Episode.missing_from_at.desc())
    )
    listed = episode_rows(session, context, history)
    facts = episodes.to_core(row, child)
    held = interviews.interviews_of_episode(session, row.id)
    shown = interview_views(session, interviews.rows_of_episode(session, row.id), viewer)
    breaches = breach_views(session, row.id)
    clock = clock_view(row, facts, held, context)
    return EpisodePage(
        row=next(one for one in listed if one.id == row.id),
        facts=facts,
        child=child_header(session, child, facts.start_on, context),
        clock=clock,
        state=interview_state(facts, held, context.now, context.rules.policy),
        flags=tuple(sorted(facts.flags)),
        excluded_reason=row.excluded_reason,
        interviews=shown,
        breaches=breaches,
        alerts=alert_views(session, row.id),
        history=history_views(session, row.id),
        decisions=decision_views(session, row.id),
        others=tuple(one for one in listed if one.id != row.id),
        may=acts_possible(facts, closing_of(facts, held), shown, breaches, context.rules.policy),
        match=match_of_episode(session, row.id),
    )


def _record_opening(context: Context, viewer: Viewer, episode_id: int) -> bool:
    """Written before anything is shown; False, and nothing written, where there is nothing to show."""
    with writing() as session:
        visible = visible_episodes(viewer, Episode.id == episode_id).with_only_columns(Episode.child_id)
        child_id = session.scalar(visible)
        if child_id is None:
            return False
        details = {"child_id": child_id}
        audit.record(session, "episode_viewed", context.actor, context.now, "episode", episode_id, details)
        return True
