"""What has left the group: published quarters, and answers to requests, each with what it showed and nothing else."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class Edition(Base):
    """A financial quarter's suppressed edition, frozen when it was issued: one row a quarter, for ever.

    `document`: what is shown in each cell. No number that is kept back is in it.
    """

    __tablename__ = "edition"
    __table_args__ = (Index("uq_edition_first_on", "first_on", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_on: Mapped[date]
    threshold: Mapped[int]
    cut_off: Mapped[datetime]
    rules_version: Mapped[str]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None]


class FoiAnswer(Base):
    """Counts made for answering a request: the period, what was shown, and the council's reference of the request."""

    __tablename__ = "foi_answer"
    __table_args__ = (Index("ix_foi_answer_first_on", "first_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    threshold: Mapped[int]
    reference: Mapped[str]
    document: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
