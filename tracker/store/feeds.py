"""Saved feeds and drafts of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, func, select
from sqlalchemy.orm import Session

from tracker.store.db import plain_rows
from tracker.store.models import FeedDraft, FeedVersion

_NEWEST_MARK = select(FeedVersion.id, FeedVersion.saved_at).order_by(FeedVersion.id.desc()).limit(1)


def newest_mark(session: Session) -> tuple[int, datetime] | None:
    """What changes with every version saved: the newest one's id and instant; None where none was saved."""
    return next(((id_, saved_at) for id_, saved_at in plain_rows(session, _NEWEST_MARK)), None)


def newest_versions(session: Session) -> Sequence[FeedVersion]:
    """The newest version of each name, by name."""
    newest = select(func.max(FeedVersion.id)).group_by(FeedVersion.name)
    return session.scalars(select(FeedVersion).where(FeedVersion.id.in_(newest)).order_by(FeedVersion.name)).all()


def newest_version(session: Session, name: str) -> FeedVersion | None:
    """The newest version of one feed; None where only a file, or nothing, says how it is read."""
    query = select(FeedVersion).where(FeedVersion.name == name).order_by(FeedVersion.version_no.desc())
    return session.scalar(query.limit(1))


def version(session: Session, name: str, version_no: int) -> FeedVersion | None:
    """One version of one feed."""
    return session.scalar(select(FeedVersion).where(FeedVersion.name == name, FeedVersion.version_no == version_no))


def versions(session: Session, name: str) -> Sequence[FeedVersion]:
    """Every version of one feed, newest first."""
    query = select(FeedVersion).where(FeedVersion.name == name)
    return session.scalars(query.order_by(FeedVersion.version_no.desc())).all()


def draft_of(session: Session, person_id: int) -> FeedDraft | None:
    """What this person is making of a feed."""
    return session.scalar(select(FeedDraft).where(FeedDraft.person_id == person_id))


def delete_draft(session: Session, person_id: int) -> None:
    """The person's draft and its sample go."""
    session.execute(delete(FeedDraft).where(FeedDraft.person_id == person_id))


def delete_drafts_before(session: Session, at: datetime) -> int:
    """Every draft that nobody has touched since; how many went."""
    gone = session.execute(delete(FeedDraft).where(FeedDraft.updated_at < at))
    assert isinstance(gone, CursorResult)
    return gone.rowcount
