"""One receipt: its counts, how far it has come, what waits of it by problem, its copies, and undoing its load."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import columns_in
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome, ProblemCode
from tracker.services.context import Context, Viewer
from tracker.services.errors import FormProblem
from tracker.services.pages.report_shapes import ProblemGroup, ReceiptRow, UndoView
from tracker.services.transaction import writing
from tracker.services.undo_load import Foretold, foretell, problems_of_undoing
from tracker.store import audit, people, reports
from tracker.store.db import session as current_session
from tracker.store.models import Line, LoadUndo, Receipt
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import sees_all

PROBLEMS_ON_A_PAGE = 12


def record_opening(
    context: Context, viewer: Viewer, model: type[Receipt] | type[Line], id_: int, action: str, subject: str
) -> bool:
    """In a transaction of its own, before the record is read: a read that turns into a write may fail at once."""
    with writing() as session:
        if not sees_all(viewer) or session.scalar(select(model.id).where(model.id == id_)) is None:
            return False
        audit.record(session, action, context.actor, context.now, subject, id_)
    return True


def receipt_rows(session: Session, rows: Sequence[Receipt]) -> tuple[ReceiptRow, ...]:
    """Receipts as their lists and pages show them, with the counts of their lines."""
    ids = [row.id for row in rows]
    outcomes = reports.outcome_counts_of(session, ids)
    waiting = reports.waiting_counts_of(session, ids)
    names = people.names_by_id(session) if any(row.received_by_id for row in rows) else {}
    return tuple(
        ReceiptRow(
            id=row.id,
            feed=row.feed,
            force=row.force,
            filename=row.filename,
            source=row.source,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            received_at=row.received_at,
            received_by=names.get(row.received_by_id) if row.received_by_id else None,
            report_at=row.report_at,
            is_history=row.is_history,
            duplicate_of_id=row.duplicate_of_id,
            status=row.status,
            problem_code=row.problem_code,
            problem_sentence=row.problem_sentence,
            lines_read=row.lines_read,
            outcomes=outcomes.get(row.id) or dict.fromkeys(LineOutcome, 0),
            waiting=waiting.get(row.id, 0),
            ignored_columns=tuple(row.ignored_columns),
            finished_at=row.finished_at,
            lines_total=row.lines_total,
        )
        for row in rows
    )


def problem_groups(session: Session, receipt_id: int, feed: Feed | None) -> tuple[ProblemGroup, ...]:
    """The waiting lines of a receipt by what is wrong with them, the most first."""
    count = func.count()
    query = select(Line.problem_code, Line.problem_sentence, count, func.min(Line.id))
    query = query.where(LINE_WAITS, Line.receipt_id == receipt_id, Line.problem_code.is_not(None))
    query = query.group_by(Line.problem_code, Line.problem_sentence).order_by(count.desc(), func.min(Line.id))
    found = session.execute(query.limit(PROBLEMS_ON_A_PAGE)).all()
    words = _unknown_words(session, receipt_id, feed) if feed else {}
    return tuple(
        ProblemGroup(ProblemCode(code or ""), sentence or "", lines, first, tuple(words.get(sentence or "", ())))
        for code, sentence, lines, first in found
    )


WORDS_LOOKED_AT = 500
WORDS_SHOWN = 5


def _unknown_words(session: Session, receipt_id: int, feed: Feed) -> dict[str, list[str]]:
    """Sentence → the words that neither the feed nor we know, the most frequent first, of the first so many lines."""
    query = select(Line).where(LINE_WAITS, Line.receipt_id == receipt_id)
    query = query.where(Line.problem_code == ProblemCode.UNKNOWN_VALUE).order_by(Line.line_no).limit(WORDS_LOOKED_AT)
    counted: dict[str, Counter[str]] = {}
    for line in session.scalars(query):
        cells = line.corrected_cells or line.cells
        columns = columns_in(tuple(cells), feed.columns)
        for field in line.problem_fields:
            word = cells.get(columns.get(field, ""), "").strip()
            if field in CODED and word:
                counted.setdefault(line.problem_sentence or "", Counter())[word[:40]] += 1
    return {sentence: [word for word, _ in words.most_common(WORDS_SHOWN)] for sentence, words in counted.items()}


CODED = frozenset({"status", "kind", "risk", "setting"})
"""Fields of words, which say nothing of a child by themselves."""


def copies(session: Session, row: Receipt) -> tuple[int, ...]:
    """The other receipts of these very bytes by this feed."""
    query = select(Receipt.id).where(Receipt.sha256 == row.sha256, Receipt.feed == row.feed, Receipt.id != row.id)
    return tuple(session.scalars(query.order_by(Receipt.id)))


def undo_view(session: Session, receipt_id: int) -> UndoView | None:
    """That its load is or was undone, if it is."""
    held = session.get(LoadUndo, receipt_id)
    if held is None:
        return None
    by = people.names_by_id(session).get(held.started_by_id or 0)
    return UndoView(held.reason, held.started_at, by, held.finished_at, held.counts)


@dataclass(frozen=True)
class Progress:
    """How far a receipt's reading, or its undoing, has come. Counts only: nothing of any line."""

    status: str
    done: int
    total: int | None


def progress(viewer: Viewer, receipt_id: int) -> Progress | None:
    """Asked again and again by an open page, and so not recorded; None where the viewer may see no receipt."""
    session = current_session()
    query = select(Receipt.status, Receipt.lines_total).where(Receipt.id == receipt_id)
    found = session.execute(query).one_or_none()
    if found is None or not sees_all(viewer):
        return None
    done = sum(reports.outcome_counts(session, receipt_id).values())
    if found.status == "undoing" and (held := session.get(LoadUndo, receipt_id)) is not None:
        passed = select(func.count()).where(Line.receipt_id == receipt_id, Line.line_no <= held.after_line)
        first = done if held.step == "children" else 0
        return Progress(found.status, first + (session.scalar(passed) or 0), 2 * done)
    return Progress(found.status, done, found.lines_total)


@dataclass(frozen=True)
class UndoPage:
    """The receipt; why its load cannot be undone; where it can, what undoing will do."""

    receipt: ReceiptRow
    problems: tuple[FormProblem, ...]
    foretold: Foretold | None


def undo_page(context: Context, viewer: Viewer, receipt_id: int, feeds: Mapping[str, Feed]) -> UndoPage | None:
    """What a person must know before undoing a load. Its opening is recorded; None where there is none to be seen."""
    if not record_opening(context, viewer, Receipt, receipt_id, "receipt_viewed", "receipt"):
        return None
    session = current_session()
    row = session.get_one(Receipt, receipt_id)
    problems = tuple(problems_of_undoing(session, row, feeds))
    foretold = None if problems else foretell(session, row, feeds)
    return UndoPage(receipt_rows(session, [row])[0], problems, foretold)
