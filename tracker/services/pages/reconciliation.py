"""What the police's newest report says is open beside what we hold open: the figures, and the lists behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.daily_report import normalise_reference
from tracker.core.feed import Feed
from tracker.core.reconciliation import Reconciliation, Said, reconcile, says_open
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import (
    episode_rows,
    lines_with_receipts,
    record_list,
    visible_episodes,
    waiting_line,
)
from tracker.services.pages.rows import EpisodeRow, WaitingLine
from tracker.services.read_lines import FieldsOf
from tracker.store import standings
from tracker.store.db import session as read_session
from tracker.store.models import Episode, Line, Receipt
from tracker.store.visibility import sees_all

LONGEST = 2_000
"""Lines of a report that is still compared: one of all children missing now has never so many."""


@dataclass(frozen=True)
class Comparison:
    """The newest report of a feed against what is held. `by_hand`: open episodes that no force has reported yet."""

    feed: str
    title: str
    receipt_id: int
    report_at: datetime
    found: Reconciliation
    by_hand: int


@dataclass(frozen=True)
class ThereOnly:
    """A line that says open where nothing open is held: it still waits, or its episode has ended here."""

    line: WaitingLine
    episode: EpisodeRow | None


@dataclass(frozen=True)
class ComparisonPage:
    comparison: Comparison
    here_only: tuple[EpisodeRow, ...]
    there_only: tuple[ThereOnly, ...]


def comparisons(feeds: Mapping[str, Feed]) -> tuple[Comparison, ...]:
    """Every feed whose report lists all children missing now, and has come. Figures only."""
    session = read_session()
    found = (_compare(session, feed) for _name, feed in sorted(feeds.items()))
    return tuple(one for one in found if one is not None)


def comparison_of(feeds: Mapping[str, Feed], receipt_id: int) -> Comparison | None:
    """That of this receipt, if it is the newest report of its feed: of an older one nothing is said."""
    session = read_session()
    feed = feeds.get(session.scalar(select(Receipt.feed).where(Receipt.id == receipt_id)) or "")
    found = _compare(session, feed) if feed else None
    return found if found and found.receipt_id == receipt_id else None


def _compare(session: Session, feed: Feed) -> Comparison | None:
    if feed.lists_changes_only:
        return None
    newest = standings.newest_report(session, feed.name)
    if newest is None or newest.lines > LONGEST:
        return None
    said = _said(session, newest.receipt_id, feed)
    named = {line.episode_id for line in said if line.episode_id is not None}
    held = standings.open_episodes(session, feed.force)
    found = reconcile(said, held, standings.out_of_counts(session, named))
    title = feed.description or feed.name
    by_hand = standings.open_without_force(session)
    return Comparison(feed.name, title, newest.receipt_id, newest.report_at, found, by_hand)


def _said(session: Session, receipt_id: int, feed: Feed) -> list[Said]:
    """What each line says; one that waits speaks of the episode held under its reference, where there is one."""
    fields_of = FieldsOf(feed)
    lines = [(line, fields_of(line.cells)) for line in standings.lines_of(session, receipt_id)]
    references = {line.line_id: normalise_reference(cells.get("police_reference", "")) for line, cells in lines}
    waiting = {references[line.line_id] for line, _ in lines if line.episode_id is None}
    held = standings.by_reference(session, feed.force, waiting)
    return [
        Said(line.line_id, reference, line.episode_id or held.get(reference), says_open(cells, feed))
        for line, cells in lines
        for reference in [references[line.line_id]]
    ]


def comparison_page(
    context: Context, viewer: Viewer, feeds: Mapping[str, Feed], receipt_id: int
) -> ComparisonPage | None:
    """The lists behind the figures, for those who see every record. Records one list view."""
    if not sees_all(viewer):
        return None
    record_list(context, "comparison", {"receipt_id": receipt_id})
    found = comparison_of(feeds, receipt_id)
    if found is None:
        return None
    session = read_session()
    here = session.execute(visible_episodes(viewer, Episode.id.in_(found.found.here_only)))
    return ComparisonPage(
        comparison=found,
        here_only=tuple(episode_rows(session, context, here)),
        there_only=_there_only(session, context, viewer, found.found.there_only),
    )


def _there_only(session: Session, context: Context, viewer: Viewer, line_ids: tuple[int, ...]) -> tuple[ThereOnly, ...]:
    lines = session.execute(lines_with_receipts(Line.id.in_(line_ids)).order_by(Line.line_no)).all()
    ids = [line.episode_id for line, _ in lines if line.episode_id is not None]
    rows = {
        row.id: row
        for row in episode_rows(session, context, session.execute(visible_episodes(viewer, Episode.id.in_(ids))))
    }
    return tuple(
        ThereOnly(waiting_line(line, receipt.feed), rows.get(line.episode_id) if line.episode_id else None)
        for line, receipt in lines
    )
