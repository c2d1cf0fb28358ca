"""Published quarters, and answers to requests: what has left the group."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.store.models import Edition, FoiAnswer


def edition_of(session: Session, first_on: date) -> Edition | None:
    """The edition of the quarter that begins on this day, withdrawn or not."""
    return session.scalar(select(Edition).where(Edition.first_on == first_on))


def editions(session: Session) -> Sequence[Edition]:
    """Every edition, the newest quarter first."""
    return session.scalars(select(Edition).order_by(Edition.first_on.desc())).all()


def editions_within(session: Session, first_on: date, last_on: date) -> Sequence[Edition]:
    """Those of quarters that share a day with the days given; a quarter is at most 92 days long."""
    query = select(Edition).where(Edition.first_on <= last_on).order_by(Edition.first_on)
    return [row for row in session.scalars(query) if (first_on - row.first_on).days < 92]


def answers(session: Session, limit: int) -> Sequence[FoiAnswer]:
    """The newest answers first."""
    return session.scalars(select(FoiAnswer).order_by(FoiAnswer.id.desc()).limit(limit)).all()


def answers_within(session: Session, first_on: date, last_on: date) -> Sequence[FoiAnswer]:
    """Every answer whose period shares a day with the days given, oldest first."""
    query = select(FoiAnswer).where(FoiAnswer.first_on <= last_on, FoiAnswer.last_on >= first_on)
    return session.scalars(query.order_by(FoiAnswer.id)).all()
