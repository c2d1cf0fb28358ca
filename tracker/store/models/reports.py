"""Reports as they arrived, and what became of every line."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

LINE_WAITS = text("line.outcome = 'quarantined' AND line.settled_at IS NULL")
"""For queries of waiting lines: written out, because SQLite uses a partial index only for its literal condition."""

RECEIPT_READING = text("receipt.status = 'reading'")

RECEIPT_UNDOING = text("receipt.status = 'undoing'")

LINES_UNTOLD = "lines_told_at IS NULL AND status = 'complete'"
"""Of a query on receipts alone; written out likewise."""

STANDS = ("reading", "complete")
"""States of a receipt whose lines speak: not refused, and not taken back."""


class Receipt(Base):
    """That a report arrived: its bytes and SHA-256, committed before anything is read from them.

    `status`: `reading` until the lines add up, then `complete`; or `refused`, with nothing stored but this row. A load
    taken back is `undoing` until everything it did is followed up, then `undone` (see `LoadUndo`).
    `feed_version` is the version of the feed by which it is read to its end, None for the file's.
    `report_at` is the age of its lines: stated by the report, else the receipt of the first copy of these bytes.
    `lines_total` and `columns` (the header, in order) are known once the table is read.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        Index("ix_receipt_received_at", "received_at"),
        Index("ix_receipt_feed", "feed", "received_at"),
        Index("ix_receipt_sha256", "sha256"),
        Index("ix_receipt_force", "force", "report_at"),
        Index(
            "ix_receipt_reading",
            "id",
            sqlite_where=text("status = 'reading'"),
            postgresql_where=text("status = 'reading'"),
        ),
        Index(
            "ix_receipt_undoing",
            "id",
            sqlite_where=text("status = 'undoing'"),
            postgresql_where=text("status = 'undoing'"),
        ),
        Index(
            "ix_receipt_lines_untold",
            "received_at",
            sqlite_where=text(LINES_UNTOLD),
            postgresql_where=text(LINES_UNTOLD),
        ),
        CheckConstraint("status IN ('reading', 'complete', 'refused', 'undoing', 'undone')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed: Mapped[str]
    feed_version: Mapped[int | None]
    force: Mapped[str]
    source: Mapped[str]
    filename: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    received_at: Mapped[datetime]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    report_at: Mapped[datetime]
    is_history: Mapped[bool] = mapped_column(default=False)
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"))
    status: Mapped[str] = mapped_column(default="reading")
    problem_code: Mapped[str | None]
    problem_sentence: Mapped[str | None]
    lines_read: Mapped[int | None]
    lines_total: Mapped[int | None]
    columns: Mapped[list[str] | None] = mapped_column(JSON)
    ignored_columns: Mapped[list[str]] = mapped_column(default=list)
    finished_at: Mapped[datetime | None]
    lines_told_at: Mapped[datetime | None]  # when people were told that lines of it wait, or none waited any more


class Line(Base):
    """One line of a report, kept as received (`cells`), with exactly one outcome.

    A quarantined line waits until `settled_at`; `due_at` is the deadline its readable return would give, and
    `sweep_at` when the ladder must look at it. `corrected_cells` is what a person replayed. `taught`: whether the line
    brought its child (`child`), a `name` or `number` new to it, and which of its blanks it `filled`: undoing asks it.
    """

    __tablename__ = "line"
    __table_args__ = (
        Index("ix_line_receipt_line", "receipt_id", "line_no", unique=True),
        Index("ix_line_episode_id", "episode_id"),
        Index(
            "ix_line_waiting",
            "as_of_at",
            sqlite_where=text("outcome = 'quarantined' AND settled_at IS NULL"),
            postgresql_where=text("outcome = 'quarantined' AND settled_at IS NULL"),
        ),
        Index(
            "ix_line_sweep_at",
            "sweep_at",
            sqlite_where=text("sweep_at IS NOT NULL"),
            postgresql_where=text("sweep_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"))
    line_no: Mapped[int]
    cells: Mapped[dict[str, Any]]
    as_of_at: Mapped[datetime]
    outcome: Mapped[str]
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"))
    problem_code: Mapped[str | None]
    problem_sentence: Mapped[str | None]
    problem_fields: Mapped[list[str]] = mapped_column(default=list)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    match_reasons: Mapped[list[Any]] = mapped_column(default=list)
    due_at: Mapped[datetime | None]
    sweep_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_how: Mapped[str | None]
    settled_reason: Mapped[str | None]
    corrected_cells: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    taught: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class LoadUndo(Base):
    """That a load is or was taken back: why, by whom, how far it has come (`step`, `after_line`), and its counts."""

    __tablename__ = "load_undo"

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), primary_key=True)
    reason: Mapped[str]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    step: Mapped[str] = mapped_column(default="episodes")
    after_line: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    finished_at: Mapped[datetime | None]


class UndoneRow(Base):
    """What undoing a load did to one record: `became` withdrawn, taken_back, kept …; `details`: what was put aside."""

    __tablename__ = "undone_row"
    __table_args__ = (Index("uq_undone_row_subject", "receipt_id", "subject", "subject_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"))
    subject: Mapped[str]
    subject_id: Mapped[int]
    became: Mapped[str]
    details: Mapped[dict[str, Any]]


class Reexamination(Base):
    """How far the lines that wait have been judged again: the newest change seen, and where the pass goes on."""

    __tablename__ = "reexamination"

    name: Mapped[str] = mapped_column(primary_key=True)
    seen_audit_id: Mapped[int]
    done_on: Mapped[date | None]
    after_line_id: Mapped[int]


class MatchDecision(Base):
    """Whose a line is, as a person decided it: `child_id`, or None for a child not held before.

    `candidates` are the children as they were shown, field by field; `asked` what the line asked, should it wait again.
    """

    __tablename__ = "match_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"))
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    asked: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_reason: Mapped[str | None]
