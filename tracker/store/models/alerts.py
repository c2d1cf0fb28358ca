"""Alerts raised and the emails that carry them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

_OTHER = "trigger IS NOT NULL"
UNDELIVERED = "undelivered_at IS NOT NULL AND undelivered_told_at IS NULL"


class Alert(Base):
    """That somebody is to be told of a rung, or of another trigger. Its `dedupe_key` makes it recorded exactly once.

    `reference` is random: all that an email says of the matter. `subject` and `subject_id` say what it is about; where
    that is a record of a child, `episode_id`, `line_id` or `child_id` says whose, for who may see it. `trigger` is None
    for a rung of a deadline: `rungs` are all the rungs this alert settles, `offset_hours` the hours of the highest.
    Told is a person (`recipient_id`), or else `to_other`: `address:…` or `webhook:…`. `escalated_by_id`: who asked that
    it be told before its time, and why.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_episode_id", "episode_id", "clock_no"),
        Index("ix_alert_line_id", "line_id"),
        Index("ix_alert_raised_at", "raised_at"),
        Index("ix_alert_recipient_id", "recipient_id", "raised_at"),
        Index("ix_alert_outbox_id", "outbox_id"),
        Index("ix_alert_subject", "subject", "subject_id", sqlite_where=text(_OTHER), postgresql_where=text(_OTHER)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    subject_id: Mapped[int]
    trigger: Mapped[str | None]
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    clock_no: Mapped[int]
    rung: Mapped[str]
    offset_hours: Mapped[float] = mapped_column(default=0)
    rungs: Mapped[list[str]]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_other: Mapped[str | None]
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    due_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_reason: Mapped[str | None]
    planned_at: Mapped[datetime | None]
    escalated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    escalated_reason: Mapped[str | None]


class OutboxMessage(Base):
    """One message to one recipient, written in the transaction of the fact it tells.

    `road`: `email`, or `webhook:` and its name. Waits while `sent_at` and `stopped_at` are null; tried from `try_at`;
    held by one deliverer until `leased_until`. `provider_id` is the carrier's own number of it, `delivered_at` when the
    carrier said that it arrived. `undelivered_at` with `undelivered_why`: refused for good, or come back later (a
    bounce); `undelivered_told_at`: when somebody else was told of that.
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
        Index("ix_outbox_provider_id", "provider_id"),
        Index(
            "ix_outbox_undelivered",
            "undelivered_at",
            sqlite_where=text(UNDELIVERED),
            postgresql_where=text(UNDELIVERED),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    template: Mapped[str]
    road: Mapped[str] = mapped_column(default="email")
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
    provider_id: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    undelivered_at: Mapped[datetime | None]
    undelivered_why: Mapped[str | None]
    undelivered_told_at: Mapped[datetime | None]


class LadderVersion(Base):
    """One version of the ladder as saved on its page, never changed: `definition` is what a ladder file would hold.

    The newest is in force, in place of the file's.
    """

    __tablename__ = "ladder_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_no: Mapped[int] = mapped_column(unique=True)
    definition: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str]


class LadderLook(Base):
    """By which ladder (its digest) the open clocks were last looked at, and when: one row.

    `is_settled`: they were looked at once more when whatever was under way by the ladder before had ended.
    """

    __tablename__ = "ladder_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    at: Mapped[datetime]
    is_settled: Mapped[bool]
