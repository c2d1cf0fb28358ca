"""Reports that came, as far as they settle that one was expected; feeds that are watched; and what did not come."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, not_, or_, select, update
from sqlalchemy.orm import Session

from tracker.core.expected_reports import Arrival, Expectation
from tracker.store.engine import changed, insert_once
from tracker.store.models import Receipt, ReportAbsence, ReportWatch


def _settles() -> ColumnElement[bool]:
    """A report that was expected: one that could be read, or is being read, and tells how things stand now.

    History loaded afterwards does not. The same bytes again are an export that stands still; but two nil returns are
    alike by nature, so a copy of one settles.
    """
    nil = and_(Receipt.status == "complete", Receipt.lines_read == 0)
    is_new = or_(Receipt.duplicate_of_id.is_(None), nil)
    return and_(Receipt.status.in_(("reading", "complete")), not_(Receipt.is_history), is_new)


def arrivals(session: Session, feed: str, after: datetime) -> list[Arrival]:
    """The reports of a feed that settle an expectation, received after that instant, in order of time."""
    query = select(Receipt.id, Receipt.received_at).where(Receipt.feed == feed, Receipt.received_at > after, _settles())
    return [Arrival(id_, at) for id_, at in session.execute(query.order_by(Receipt.received_at, Receipt.id))]


def last_arrival(session: Session, feed: str) -> Arrival | None:
    """The newest of them."""
    query = select(Receipt.id, Receipt.received_at).where(Receipt.feed == feed, _settles())
    row = session.execute(query.order_by(Receipt.received_at.desc(), Receipt.id.desc()).limit(1)).one_or_none()
    return Arrival(*row) if row else None


def last_that_does_not_settle(session: Session, feed: str, after: datetime) -> Receipt | None:
    """A file that came since and is no new report: refused, or a copy of an older one."""
    query = select(Receipt).where(
        Receipt.feed == feed, Receipt.received_at > after, not_(Receipt.is_history), not_(_settles())
    )
    return session.scalar(query.order_by(Receipt.received_at.desc(), Receipt.id.desc()).limit(1))


_WATCHES = select(ReportWatch).execution_options(populate_existing=True)


def watches(session: Session) -> dict[str, ReportWatch]:
    """Feed → since when its reports are watched."""
    return {row.feed: row for row in session.scalars(_WATCHES)}


def begin_watch(session: Session, feed: str, now: datetime) -> None:
    insert_once(session, ReportWatch, {"feed": feed, "since_at": now, "judged_until": now})


def end_watches(session: Session, feeds: Collection[str]) -> None:
    session.execute(delete(ReportWatch).where(ReportWatch.feed.in_(feeds)))


def record_absence(session: Session, feed: str, expected: Expectation, now: datetime) -> int | None:
    """The new row's id; None if this feed's day is recorded already. Whoever calls it holds the audit's chain."""
    day = (ReportAbsence.feed == feed, ReportAbsence.expected_on == expected.day)
    if session.scalar(select(ReportAbsence.id).where(*day)) is not None:
        return None
    row = ReportAbsence(feed=feed, expected_on=expected.day, expected_at=expected.at, recorded_at=now)
    session.add(row)
    session.flush()
    return row.id


def unsettled(session: Session, feeds: Collection[str]) -> Sequence[ReportAbsence]:
    """Days on which nothing came and nothing has come since, in order of time."""
    query = select(ReportAbsence).where(ReportAbsence.settled_at.is_(None), ReportAbsence.feed.in_(feeds))
    ordered = query.order_by(ReportAbsence.expected_at, ReportAbsence.id)
    return session.scalars(ordered.execution_options(populate_existing=True)).all()


def settle(session: Session, absence_id: int, arrival: Arrival) -> bool:
    """A report came after all. False if that was written already."""
    row = update(ReportAbsence).where(ReportAbsence.id == absence_id, ReportAbsence.settled_at.is_(None))
    return changed(session, row.values(settled_at=arrival.at, settled_by_id=arrival.receipt_id)) == 1


def mark_told(session: Session, ids: Collection[int], now: datetime) -> None:
    row = update(ReportAbsence).where(ReportAbsence.id.in_(ids), ReportAbsence.told_at.is_(None))
    session.execute(row.values(told_at=now), execution_options={"synchronize_session": False})
