"""Repeat flags: one for each crossing of a rule, reviewed by a person."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

FLAG_UNTOLD = "told_at IS NULL AND withdrawn_at IS NULL AND ended_on IS NULL"
"""Of a query on this table alone; written out, as SQLite uses a partial index only for its literal condition."""


class RepeatFlagRow(Base):
    __tablename__ = "repeat_flag"
    __table_args__ = (
        Index("uq_repeat_flag_crossing", "child_id", "rule", "raised_on", unique=True),
        Index("ix_repeat_flag_raised_at", "raised_at"),
        Index(
            "ix_repeat_flag_unreviewed",
            "raised_at",
            sqlite_where=text("reviewed_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("reviewed_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index(
            "ix_repeat_flag_untold",
            "raised_at",
            sqlite_where=text(FLAG_UNTOLD),
            postgresql_where=text(FLAG_UNTOLD),
        ),
        Index(
            "ix_repeat_flag_ends_on",
            "ends_on",
            sqlite_where=text("ended_on IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("ended_on IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    rule: Mapped[str]
    raised_on: Mapped[date]
    raised_at: Mapped[datetime]
    ends_on: Mapped[date]
    ended_on: Mapped[date | None]
    episode_ids: Mapped[list[int]]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str | None]
    maramp_on: Mapped[date | None]
    told_at: Mapped[datetime | None]  # when people were told that it was raised; null while nobody could be
