"""The audit trail and the published months."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class AuditEntry(Base):
    """Who did or saw what, when. Append-only; `hash` covers the row and the hash before it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject", "subject_id", "id"),
        Index("ix_audit_at", "at"),
        Index("ix_audit_actor_id", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


class SummaryRow(Base):
    """A month's figures as prepared by the scheduler (`published_at` null) or published, frozen with their rows.

    `reason`, `corrections`: of a further version, why it was issued and what differs from the version before it.
    `commentary`: what the lead wrote of the month, as it stood at publishing. The hash covers each that there is.
    """

    __tablename__ = "summary"
    __table_args__ = (Index("uq_summary_version", "month", "version", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str]
    version: Mapped[int]
    cut_off: Mapped[datetime]
    computed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rules_version: Mapped[str]
    document: Mapped[dict[str, Any]]
    behind: Mapped[dict[str, Any]]
    frozen_rows: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    sha256: Mapped[str]
    reason: Mapped[str | None] = mapped_column(Text)
    corrections: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    commentary: Mapped[str | None] = mapped_column(Text)
    commentary_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    commentary_at: Mapped[datetime | None]


class MonthCommentary(Base):
    """What the lead says of a month, as it is being written: one text a month, copied where the month is published."""

    __tablename__ = "month_commentary"

    month: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __mapper_args__ = {"version_id_col": version}
