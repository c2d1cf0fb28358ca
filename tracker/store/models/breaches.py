"""Deadlines that passed with nothing closing them: a fact, unlike "overdue", which is derived."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class Breach(Base):
    """One for an episode and a `clock_no`. Withdrawn with its reason kept, never deleted."""

    __tablename__ = "breach"
    __table_args__ = (Index("uq_breach_clock", "episode_id", "clock_no", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    clock_no: Mapped[int]
    breached_at: Mapped[datetime]
    detected_at: Mapped[datetime]
    reason: Mapped[str | None]
    reason_note: Mapped[str | None]
    reason_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
