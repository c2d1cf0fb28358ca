"""Receipts and their lines: what arrived, and what became of every line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from tracker.core.report_terms import LineOutcome
from tracker.store.models import Episode, Line, Receipt
from tracker.store.models.reports import LINE_WAITS, RECEIPT_READING, RECEIPT_UNDOING, STANDS

_TICK = timedelta(microseconds=1)


def first_copy(session: Session, feed: str, sha256: str) -> Receipt | None:
    """The earliest receipt of these very bytes by this feed that was neither refused nor taken back."""
    query = select(Receipt).where(Receipt.sha256 == sha256, Receipt.feed == feed, Receipt.status.in_(STANDS))
    return session.scalar(query.order_by(Receipt.id).limit(1))


def age_of_next(session: Session, force: str, now: datetime) -> datetime:
    """The age of a report of this force that is received now and states none: now, and never before one held.

    Where the machine's clock ran ahead and was put right, what comes later is the newer all the same.
    """
    query = select(Receipt.report_at).where(Receipt.force == force, Receipt.status.in_(STANDS))
    newest = session.scalar(query.order_by(Receipt.report_at.desc()).limit(1))
    return free_report_at(session, force, max(now, newest) if newest else now)


def free_report_at(session: Session, force: str, at: datetime, besides_id: int | None = None) -> datetime:
    """`at`, or the first instant after it that is the age of no other report of this force.

    Two reports of one instant would have lines of one age; the one that came later is the newer.
    """
    query = select(Receipt.report_at).where(
        Receipt.force == force,
        Receipt.report_at >= at,
        Receipt.report_at < at + timedelta(seconds=1),
        Receipt.status != "undone",
    )
    if besides_id is not None:
        query = query.where(Receipt.id != besides_id)
    taken = set(session.scalars(query))
    while at in taken:
        at += _TICK
    return at


def reading(session: Session) -> Sequence[Receipt]:
    """Receipts whose lines are not all read yet, oldest first."""
    return session.scalars(select(Receipt).where(RECEIPT_READING).order_by(Receipt.id)).all()


def undoing(session: Session) -> Sequence[Receipt]:
    """Receipts whose load is being taken back, oldest first."""
    return session.scalars(select(Receipt).where(RECEIPT_UNDOING).order_by(Receipt.id)).all()


def last_line_no(session: Session, receipt_id: int) -> int:
    """The highest line with an outcome, or 0. Lines are written in order, so none below it lacks one."""
    return session.scalar(select(func.max(Line.line_no)).where(Line.receipt_id == receipt_id)) or 0


def outcome_counts(session: Session, receipt_id: int) -> dict[LineOutcome, int]:
    """Every outcome with its number of lines, 0 included."""
    return outcome_counts_of(session, [receipt_id]).get(receipt_id) or dict.fromkeys(LineOutcome, 0)


def outcome_counts_of(session: Session, receipt_ids: Collection[int]) -> dict[int, dict[LineOutcome, int]]:
    """The same for many receipts in one query; a receipt without lines is absent."""
    query = select(Line.receipt_id, Line.outcome, func.count()).where(Line.receipt_id.in_(receipt_ids))
    found: dict[int, dict[LineOutcome, int]] = {}
    for receipt_id, outcome, number in session.execute(query.group_by(Line.receipt_id, Line.outcome)):
        found.setdefault(receipt_id, dict.fromkeys(LineOutcome, 0))[LineOutcome(outcome)] = number
    return found


def waiting_counts_of(session: Session, receipt_ids: Collection[int]) -> dict[int, int]:
    """Receipt → its quarantined lines that wait for a person."""
    query = select(Line.receipt_id, func.count()).where(LINE_WAITS, Line.receipt_id.in_(receipt_ids))
    return {row.receipt_id: row[1] for row in session.execute(query.group_by(Line.receipt_id))}


def set_from_reading(session: Session, receipt_id: int, **values: object) -> bool:
    """Write over a receipt that is still being read; False if another process has finished with it."""
    changed = session.execute(
        update(Receipt).where(Receipt.id == receipt_id, Receipt.status == "reading").values(**values)
    )
    assert isinstance(changed, CursorResult)
    return changed.rowcount == 1


@dataclass(frozen=True)
class Twin:
    """What became of the same line in another copy of the same bytes."""

    outcome: LineOutcome
    child_id: int | None
    episode_id: int | None
    episode_as_of: tuple[datetime, int] | None


def twins(session: Session, receipt: Receipt, line_nos: Collection[int]) -> dict[int, Twin]:
    """Line number → what became of it in the first other copy of these bytes that has it (definitions §4.7).

    A copy that was read by another version of the feed says nothing: the feed may have been corrected since.
    """
    copies = select(Receipt.id).where(
        Receipt.sha256 == receipt.sha256,
        Receipt.feed == receipt.feed,
        Receipt.feed_version.is_not_distinct_from(receipt.feed_version),
        Receipt.status.in_(STANDS),
        Receipt.id != receipt.id,
    )
    copy_ids = session.scalars(copies).all()
    if not copy_ids:
        return {}
    query = (
        select(Line.line_no, Line.outcome, Line.child_id, Line.episode_id, Episode.as_of_at, Episode.as_of_line)
        .outerjoin(Episode, Episode.id == Line.episode_id)
        .where(Line.receipt_id.in_(copy_ids), Line.line_no.in_(line_nos))
        .order_by(Line.receipt_id.desc())
    )
    return {
        line_no: Twin(LineOutcome(outcome), child_id, episode_id, (as_of_at, as_of_line or 0) if as_of_at else None)
        for line_no, outcome, child_id, episode_id, as_of_at, as_of_line in session.execute(query)
    }


def waiting_lines(session: Session, codes: Collection[str]) -> Sequence[Line]:
    """Lines that wait for a person with one of these problems, oldest first."""
    query = select(Line).where(LINE_WAITS, Line.problem_code.in_(codes))
    return session.scalars(query.order_by(Line.as_of_at, Line.line_no, Line.id)).all()


def waiting_after(
    session: Session, after_id: int, most: int, receipt_id: int | None = None, feed: str | None = None
) -> Sequence[Line]:
    """Some lines that wait, held, in the order of their ids: of one receipt, of one feed, or of all that stand."""
    standing = select(Receipt.id).where(Receipt.status.in_(STANDS))
    if feed is not None:
        standing = standing.where(Receipt.feed == feed)
    query = select(Line).where(LINE_WAITS, Line.id > after_id)
    query = query.where(Line.receipt_id == receipt_id) if receipt_id else query.where(Line.receipt_id.in_(standing))
    held = query.order_by(Line.id).limit(most).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()


def refresh_as_of(session: Session, ages: Mapping[int, tuple[datetime, int]]) -> None:
    """Episode → the age of a line that agreed with it. Nothing else of it changed, so its version stays."""
    if ages:
        statement = update(_EPISODE).where(_EPISODE.c.id == bindparam("episode"))
        session.connection().execute(
            statement.values(as_of_at=bindparam("at"), as_of_line=bindparam("line")),
            [{"episode": episode_id, "at": at, "line": line_no} for episode_id, (at, line_no) in ages.items()],
        )


_EPISODE = cast("Table", Episode.__table__)
