"""The summaries of months, prepared or published."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.store.models import Episode, SummaryRow
from tracker.store.month_rows import rows_between as rows_between


def latest(session: Session, month: str) -> SummaryRow | None:
    """The newest version of a month, prepared or published."""
    return session.scalar(
        select(SummaryRow).where(SummaryRow.month == month).order_by(SummaryRow.version.desc()).limit(1)
    )


def published(session: Session, month: str, version: int | None = None) -> SummaryRow | None:
    """A published version of a month: the one asked for, else the newest."""
    query = select(SummaryRow).where(SummaryRow.month == month, SummaryRow.published_at.is_not(None))
    if version is not None:
        query = query.where(SummaryRow.version == version)
    return session.scalar(query.order_by(SummaryRow.version.desc()).limit(1))


def published_version(session: Session, month: str) -> int:
    """The number of the newest version published; 0 where none is."""
    newest = select(func.max(SummaryRow.version)).where(SummaryRow.month == month, SummaryRow.published_at.is_not(None))
    return session.scalar(newest) or 0


def newest_published(session: Session, since: str) -> dict[str, datetime]:
    """The published months from `since` (`YYYY-MM`) on, each with the cut-off of its newest version."""
    query = select(SummaryRow.month, SummaryRow.cut_off).where(
        SummaryRow.month >= since, SummaryRow.published_at.is_not(None)
    )
    rows = session.execute(query.order_by(SummaryRow.version))
    return {row.month: row.cut_off for row in rows}


def versions(session: Session, month: str) -> Sequence[SummaryRow]:
    return session.scalars(select(SummaryRow).where(SummaryRow.month == month).order_by(SummaryRow.version)).all()


def first_episode_at(session: Session) -> datetime | None:
    """When the oldest episode started: where the list of months begins."""
    return session.scalar(select(Episode.missing_from_at).order_by(Episode.missing_from_at).limit(1))


def known_months(session: Session) -> list[tuple[str, int, datetime | None]]:
    """Month, version and when it was published, of every summary prepared or published, in that order."""
    query = select(SummaryRow.month, SummaryRow.version, SummaryRow.published_at)
    rows = session.execute(query.order_by(SummaryRow.month, SummaryRow.version))
    return [(month, version, published_at) for month, version, published_at in rows]
