"""Files that leave by the pages of reports: a report as it came, and the lines that wait, to be corrected outside."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import Select, select

from tracker.core.line_marks import CODE, MARK, PROBLEM, inert, is_added, mark_of
from tracker.services.context import Context, Viewer
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session as read_session
from tracker.store.models import Line, Receipt
from tracker.store.models.reports import LINE_WAITS, STANDS
from tracker.store.visibility import sees_all


@dataclass(frozen=True)
class File:
    """`name` says nothing of a child; the name that the sender gave it might."""

    name: str
    content: bytes


def report_file(context: Context, viewer: Viewer, receipt_id: int) -> File | None:
    """The bytes as received; None where there are none that this viewer may see. Recorded before they are given."""
    with writing() as session:
        found = session.execute(
            select(Receipt.content, Receipt.filename, Receipt.sha256).where(Receipt.id == receipt_id)
        ).one_or_none()
        if found is None or not sees_all(viewer):
            return None
        details = {"sha256": found.sha256}
        audit.record(session, "receipt_downloaded", context.actor, context.now, "receipt", receipt_id, details)
    ending = PurePath(found.filename).suffix.lower()
    plain = ending if ending[1:].isascii() and ending[1:].isalnum() and len(ending) <= 6 else ""
    return File(f"receipt-{receipt_id}{plain}", found.content)


def waiting_file(
    context: Context, viewer: Viewer, *, receipt_id: int | None = None, feed: str | None = None
) -> File | None:
    """The waiting lines of a receipt, or of a feed, as CSV; None where none waits that this viewer may see.

    The report's own columns and texts, in its order, between the mark of each line and what is wrong with it. A text
    that a spreadsheet program might run is made inert; sent back, the file gives the very texts (`core.line_marks`).
    """
    if not sees_all(viewer):
        return None
    session = read_session()
    lines = [(line, header) for line, header in session.execute(_waiting(receipt_id, feed))]
    session.rollback()
    if not lines:
        return None
    content = _csv(lines)
    with writing() as session:
        asked = {"receipt_id": receipt_id} if receipt_id is not None else {"feed": feed}
        details = {"filter": {**asked, "waiting": True, "lines": len(lines)}}
        audit.record(session, "export_made", context.actor, context.now, "receipt", receipt_id, details)
    return File(f"waiting-lines-receipt-{receipt_id}.csv" if receipt_id else f"waiting-lines-{feed}.csv", content)


def _waiting(receipt_id: int | None, feed: str | None) -> Select[Line, list[str] | None]:
    query = select(Line, Receipt.columns).join(Receipt, Receipt.id == Line.receipt_id).where(LINE_WAITS)
    if receipt_id is not None:
        query = query.where(Line.receipt_id == receipt_id)
    else:
        query = query.where(Receipt.feed == feed, Receipt.status.in_(STANDS))
    return query.order_by(Line.receipt_id, Line.line_no)


def _csv(lines: Sequence[tuple[Line, list[str] | None]]) -> bytes:
    """UTF-8 with its mark, by which spreadsheet programs know it."""
    columns = list(dict.fromkeys(column for line, header in lines for column in _columns_of(line, header)))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([MARK, *map(inert, columns), CODE, PROBLEM])
    for line, _header in lines:
        cells = line.corrected_cells or line.cells
        said = " ".join(str(problem["sentence"]) for problem in line.problems)
        texts = [inert(str(cells.get(column, ""))) for column in columns]
        writer.writerow([mark_of(line.receipt_id, line.line_no), *texts, line.problem_code or "", said])
    return text.getvalue().encode("utf-8-sig")


def _columns_of(line: Line, header: list[str] | None) -> Iterator[str]:
    """The report's header, then whatever else the line has: cells beyond the last column."""
    cells = line.corrected_cells or line.cells
    return (column for column in dict.fromkeys([*(header or ()), *line.cells, *cells]) if not is_added(column))
