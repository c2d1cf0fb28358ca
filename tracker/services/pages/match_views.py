"""How a line came to be a child's, and which other children held may be meant: by name, or by likeness."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.feed import Feed
from tracker.core.matching import Comparison
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context, Viewer
from tracker.services.line_memory import keys_of
from tracker.services.match_decisions import standing_decision
from tracker.services.pages.children import child_search
from tracker.services.pages.line_candidates import compared_with, read_again
from tracker.services.pages.report_shapes import ChildCandidate, MatchView
from tracker.services.taught import said_of
from tracker.services.undo_match import MATCHED
from tracker.store import children, people
from tracker.store.db import session as read_session
from tracker.store.models import Episode, Line, Receipt
from tracker.store.visibility import sees_all

MOST_COMPARED = 10
"""Children found by name that are set beside a line; the list of children shows the rest."""

_ENOUGH = 300
"""A common key may find thousands: beyond so many, likeness is not asked of all of them for a mere suggestion."""


def match_of_line(session: Session, line: Line) -> MatchView | None:
    """None for a line that waits, or that made or changed nothing by a match."""
    decision = standing_decision(session, line.id)
    if decision is not None and line.settled_at is not None:
        names = people.names_by_id(session)
        shown = next((one for one in decision.candidates if one["child_id"] == decision.child_id), None)
        return MatchView(
            automatic=False,
            episode_id=line.episode_id,
            child_id=line.child_id,
            is_new=decision.child_id is None,
            by=names.get(decision.decided_by_id) if decision.decided_by_id else None,
            at=decision.decided_at,
            reasons=_reasons(shown["reasons"] if shown else []),
            may_undo=line.settled_how == MATCHED and line.outcome == LineOutcome.CREATED,
        )
    if line.match_reasons and line.outcome == LineOutcome.CREATED and line.episode_id is not None:
        reasons = _reasons(line.match_reasons)
        return MatchView(True, line.episode_id, line.child_id, False, None, line.as_of_at, reasons)
    return None


def _reasons(held: list[Mapping[str, str]]) -> tuple[tuple[str, Comparison], ...]:
    found = ((one["field"], Comparison(one["comparison"])) for one in held)
    return tuple((field, comparison) for field, comparison in found if comparison is not Comparison.BLANK)


def match_of_episode(session: Session, episode_id: int) -> MatchView | None:
    """Of the line that made the episode, where one did."""
    query = select(Line).where(Line.episode_id == episode_id, Line.outcome == str(LineOutcome.CREATED))
    line = session.scalar(query.order_by(Line.id).limit(1))
    return match_of_line(session, line) if line is not None else None


def named_beside_line(
    context: Context, viewer: Viewer, line_id: int, feeds: Mapping[str, Feed], text: str
) -> tuple[ChildCandidate, ...] | None:
    """Children found by a name, set beside what the line says; None where the line cannot be read or seen."""
    session = read_session()
    line = session.get(Line, line_id)
    if line is None or not sees_all(viewer):
        return None
    feed = feeds.get(session.get_one(Receipt, line.receipt_id).feed)
    read = read_again(line, feed) if feed else None
    if read is None:
        return None
    found = child_search(context, viewer, text)
    ids = [row.id for row in found.rows[:MOST_COMPARED]]
    return compared_with(read_session(), read, ids, context)


def like_episode(context: Context, episode_id: int, feeds: Mapping[str, Feed]) -> tuple[ChildCandidate, ...]:
    """At most three other children like the one whom the lines of an episode speak of."""
    session = read_session()
    row = session.get_one(Episode, episode_id)
    said = said_of(session, [episode_id], feeds)
    if not said:
        return ()
    found = set().union(*children.ids_by_key(session, keys_of(said[-1])).values()) - {row.child_id}
    if len(found) > _ENOUGH:
        return ()
    offered = compared_with(session, said[-1], found, context)
    return tuple(one for one in offered if one.weight > 0)[:3]
