"""Reports received: the receipts, what became of every line, and the lines that wait for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.daily_report import LineProblem
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import lines_with_receipts, name_of, record_list, waiting_line
from tracker.services.pages.line_candidates import cells_of, child_candidates, episode_candidates, said_by
from tracker.services.pages.match_views import match_of_line
from tracker.services.pages.receipts import copies, problem_groups, receipt_rows, record_opening, undo_view
from tracker.services.pages.report_shapes import FeedRow, LinePage, LineRow, ReceiptPage, ReceiptRow
from tracker.services.pages.rows import PAGE_SIZE, Page, WaitingLine
from tracker.services.replay_line import problems_of
from tracker.store import people, reports
from tracker.store.db import session as current_session
from tracker.store.models import Child, Episode, Line, Receipt
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import sees_all

LINES_ON_A_PAGE = 100


@dataclass(frozen=True)
class ProblemLine:
    """A quarantined line as a receipt just made lists it."""

    id: int
    line_no: int
    problems: tuple[LineProblem, ...]


@dataclass(frozen=True)
class ReceiptSummary:
    """A receipt with its counts (definitions §4.7) and the problems of its lines; no cells of any line."""

    id: int
    feed: str
    filename: str
    status: str
    sha256: str
    received_at: datetime
    report_at: datetime
    duplicate_of_id: int | None
    problem_code: str | None
    problem_sentence: str | None
    lines_read: int
    outcomes: Mapping[LineOutcome, int]
    ignored_columns: tuple[str, ...]
    problem_lines: tuple[ProblemLine, ...]


def receipt_summary(receipt_id: int) -> ReceiptSummary:
    """What the command line and the API say of a report just received."""
    session = current_session()
    row = session.get_one(Receipt, receipt_id)
    outcomes = reports.outcome_counts(session, receipt_id)
    query = select(Line).where(Line.receipt_id == receipt_id, Line.outcome == str(LineOutcome.QUARANTINED))
    lines = session.scalars(query.order_by(Line.line_no)).all()
    return ReceiptSummary(
        id=row.id,
        feed=row.feed,
        filename=row.filename,
        status=row.status,
        sha256=row.sha256,
        received_at=row.received_at,
        report_at=row.report_at,
        duplicate_of_id=row.duplicate_of_id,
        problem_code=row.problem_code,
        problem_sentence=row.problem_sentence,
        lines_read=sum(outcomes.values()),
        outcomes=outcomes,
        ignored_columns=tuple(row.ignored_columns),
        problem_lines=tuple(ProblemLine(line.id, line.line_no, problems_of(line)) for line in lines),
    )


def feeds_list(feeds: Mapping[str, Feed]) -> tuple[FeedRow, ...]:
    """The feeds that a report may be read by, by name."""
    return tuple(FeedRow(feed.name, feed.force, feed.description) for _, feed in sorted(feeds.items()))


def receipt_list(context: Context, viewer: Viewer, page: int = 1, feed: str = "") -> Page[ReceiptRow]:
    """Reports received, newest first, of one feed or all; none for a viewer who may not see all records.

    Records one list view.
    """
    record_list(context, "receipt", {"page": page, **({"feed": feed} if feed else {})})
    session = current_session()
    if not sees_all(viewer):
        return Page((), 0)
    wanted = [Receipt.feed == feed] if feed else []
    total = session.scalar(select(func.count()).select_from(Receipt).where(*wanted)) or 0
    query = select(Receipt).where(*wanted).order_by(Receipt.received_at.desc(), Receipt.id.desc())
    rows = session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Page(receipt_rows(session, rows), total, page)


def receipt_page(
    context: Context,
    viewer: Viewer,
    receipt_id: int,
    *,
    page: int = 1,
    outcome: LineOutcome | None = None,
    waiting: bool = False,
    feeds: Mapping[str, Feed] | None = None,
) -> ReceiptPage | None:
    """One receipt with its lines in order; `outcome`, `waiting`: only such lines. None where there is none to be seen.

    Its opening is recorded first; if that fails, nothing is shown.
    """
    if not record_opening(context, viewer, Receipt, receipt_id, "receipt_viewed", "receipt"):
        return None
    session = current_session()
    row = session.get_one(Receipt, receipt_id)
    conditions = [Line.receipt_id == receipt_id]
    if outcome is not None:
        conditions.append(Line.outcome == str(outcome))
    found = select(Line).where(*conditions)
    counted = select(func.count()).select_from(Line).where(*conditions)
    if waiting:
        found, counted = found.where(LINE_WAITS), counted.where(LINE_WAITS)
    query = found.order_by(Line.line_no).limit(LINES_ON_A_PAGE).offset((page - 1) * LINES_ON_A_PAGE)
    lines = _line_rows(session, session.scalars(query).all())
    total = session.scalar(counted) or 0
    return ReceiptPage(
        receipt=receipt_rows(session, [row])[0],
        lines=Page(lines, total, page, LINES_ON_A_PAGE),
        problems=problem_groups(session, receipt_id, (feeds or {}).get(row.feed)),
        copies=copies(session, row),
        undo=undo_view(session, receipt_id),
    )


def line_page(context: Context, viewer: Viewer, line_id: int, feeds: Mapping[str, Feed]) -> LinePage | None:
    """One line with its cells, its problems, and between whom or what a person must choose. Its opening is recorded."""
    if not record_opening(context, viewer, Line, line_id, "line_viewed", "line"):
        return None
    session = current_session()
    line = session.get_one(Line, line_id)
    receipt = session.get_one(Receipt, line.receipt_id)
    feed = feeds.get(receipt.feed)
    waits = line.outcome == LineOutcome.QUARANTINED and line.settled_at is None
    asks = line.problem_code if waits and feed is not None else None
    return LinePage(
        receipt=receipt_rows(session, [receipt])[0],
        line=_line_rows(session, [line])[0],
        as_of_at=line.as_of_at,
        cells=cells_of(line, feed),
        children=child_candidates(session, line, feed, context) if asks in _ASKS_WHICH_CHILD and feed else (),
        episodes=episode_candidates(session, line, feed) if asks == ProblemCode.SAME_EPISODE_UNDECIDED and feed else (),
        feed_is_known=feed is not None,
        asks_which_child=asks in _ASKS_WHICH_CHILD,
        is_different_child=asks == ProblemCode.DIFFERENT_CHILD,
        said=said_by(session, line, feed) if asks in _ASKS_WHICH_CHILD and feed else None,
        match=match_of_line(session, line),
        next_waiting_id=None
        if waits
        else session.scalar(select(Line.id).where(LINE_WAITS).order_by(*_SOONEST).limit(1)),
    )


_SOONEST = (Line.due_at.is_(None), Line.due_at, Line.as_of_at, Line.id)
"""Waiting lines by the deadline that they would give, then the oldest."""

_ASKS_WHICH_CHILD = frozenset({ProblemCode.MATCH_UNDECIDED, ProblemCode.DIFFERENT_CHILD})


def lines_waiting(context: Context, viewer: Viewer, page: int = 1) -> Page[WaitingLine]:
    """Every line that waits for a person, the soonest deadline first, then the oldest. Records one list view."""
    record_list(context, "line", {"waiting": True, "page": page})
    session = current_session()
    if not sees_all(viewer):
        return Page((), 0)
    total = session.scalar(select(func.count()).select_from(Line).where(LINE_WAITS)) or 0
    query = lines_with_receipts(LINE_WAITS).order_by(*_SOONEST).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return Page(tuple(waiting_line(line, receipt.feed) for line, receipt in session.execute(query)), total, page)


def _line_rows(session: Session, lines: Sequence[Line]) -> tuple[LineRow, ...]:
    children = {line.child_id for line in lines if line.child_id is not None}
    named = {row.id: name_of(row) for row in session.scalars(select(Child).where(Child.id.in_(children)))}
    episodes = {line.episode_id for line in lines if line.episode_id is not None}
    query = select(Episode.id, Episode.police_reference).where(Episode.id.in_(episodes))
    references = {row.id: row.police_reference for row in session.execute(query)}
    names = people.names_by_id(session) if any(line.settled_by_id for line in lines) else {}
    return tuple(
        LineRow(
            id=line.id,
            line_no=line.line_no,
            outcome=LineOutcome(line.outcome),
            child_id=line.child_id,
            child_name=named.get(line.child_id) if line.child_id else None,
            episode_id=line.episode_id,
            police_reference=references.get(line.episode_id) if line.episode_id else None,
            problems=problems_of(line),
            waits=line.outcome == LineOutcome.QUARANTINED and line.settled_at is None,
            due_at=line.due_at,
            settled_at=line.settled_at,
            settled_by=names.get(line.settled_by_id) if line.settled_by_id else None,
            settled_how=line.settled_how,
            settled_reason=line.settled_reason,
            version=line.version,
            cells=line.corrected_cells or line.cells,
        )
        for line in lines
    )
