"""Reports received: the receipts, what became of every line, and the lines that wait for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.core.daily_report import LineProblem
from tracker.core.terms import LineOutcome, ProblemCode
from tracker.store import reports
from tracker.store.db import session as current_session
from tracker.store.models import Line, Receipt


@dataclass(frozen=True)
class ProblemLine:
    """A quarantined line as a receipt lists it."""

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


def problems_of(line: Line) -> tuple[LineProblem, ...]:
    """All that is wrong with a line, as it was stored."""
    return tuple(
        LineProblem(ProblemCode(one["code"]), str(one["sentence"]), tuple(one["fields"])) for one in line.problems
    )
