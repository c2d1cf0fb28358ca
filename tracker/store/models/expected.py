"""Reports that did not come when they were expected."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class ReportWatch(Base):
    """A feed whose reports are expected: since when, and up to which instant its expectations have been judged."""

    __tablename__ = "report_watch"

    feed: Mapped[str] = mapped_column(primary_key=True)
    since_at: Mapped[datetime]
    judged_until: Mapped[datetime]


class ReportAbsence(Base):
    """No report of a feed by the time it was expected on a London day; one row for a feed and a day.

    `told_at`: when people were told, once; null while nobody could be told. `settled_at`: when the first report after
    it came, from `settled_by_id`.
    """

    __tablename__ = "report_absence"
    __table_args__ = (
        Index("uq_report_absence_day", "feed", "expected_on", unique=True),
        Index(
            "ix_report_absence_unsettled",
            "feed",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed: Mapped[str]
    expected_on: Mapped[date]
    expected_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"))
