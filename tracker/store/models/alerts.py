"""Alerts raised and the emails that carry them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class Alert(Base):
    """That a person is to be told of a rung. Its `dedupe_key` makes it recorded exactly once.

    `reference` is random: all that an email says of the matter. `rungs` are all the rungs this alert settles.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_episode_id", "episode_id", "clock_no"),
        Index("ix_alert_line_id", "line_id"),
        Index("ix_alert_raised_at", "raised_at"),
        Index("ix_alert_recipient_id", "recipient_id", "raised_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    clock_no: Mapped[int]
    rung: Mapped[str]
    rungs: Mapped[list[str]]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    due_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_reason: Mapped[str | None]
    planned_at: Mapped[datetime | None]


class OutboxMessage(Base):
    """One email to one recipient, written in the transaction of the fact it tells.

    Waits while `sent_at` and `stopped_at` are null; tried from `try_at`; held by one deliverer until `leased_until`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "try_at",
            sqlite_where=text("sent_at IS NULL AND stopped_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND stopped_at IS NULL"),
        ),
        Index("ix_outbox_sent_at", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_address: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[datetime]
    try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    lease: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_why: Mapped[str | None]
    last_error: Mapped[str | None]
