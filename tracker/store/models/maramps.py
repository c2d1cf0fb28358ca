"""MARAMPs of children who go missing often, each version kept, and the quality checks of their interviews."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

REVIEW_UNTOLD = (
    "closed_at IS NULL AND next_review_on IS NOT NULL AND (told_review_on IS NULL OR told_review_on != next_review_on)"
)
"""Of a query on this table alone; written out, as SQLite uses a partial index only for its literal condition."""

_OPEN = "closed_at IS NULL"


class Maramp(Base):
    """One plan for a child. `version_no`: of the newest version published, 0 while there is only a draft.

    Lead professional and next review are those of that version, so that boards and alerts find them. `closed_reason`
    stays where it is opened again, until it is closed again.
    """

    __tablename__ = "maramp"
    __table_args__ = (
        Index("ix_maramp_child_id", "child_id"),
        Index("ix_maramp_open", "next_review_on", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index(
            "ix_maramp_untold", "next_review_on", sqlite_where=text(REVIEW_UNTOLD), postgresql_where=text(REVIEW_UNTOLD)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version_no: Mapped[int] = mapped_column(default=0)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lead_name: Mapped[str | None]
    next_review_on: Mapped[date | None]
    told_review_on: Mapped[date | None]  # the review day, past by then, that people were told of
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MarampVersion(Base):
    """What the plan said, from when, by whom, and why it was changed. Never changed itself."""

    __tablename__ = "maramp_version"
    __table_args__ = (UniqueConstraint("maramp_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    maramp_id: Mapped[int] = mapped_column(ForeignKey("maramp.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]  # `core.maramp.Plan.plain`
    why: Mapped[str]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class MarampDraft(Base):
    """What one person is writing towards the next version. `based_on`: the number of the version they began from."""

    __tablename__ = "maramp_draft"

    maramp_id: Mapped[int] = mapped_column(ForeignKey("maramp.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    content: Mapped[dict[str, Any]]
    based_on: Mapped[int]
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class QualityCheck(Base):
    """What one role found of an interview: heard, understood, done. Another look is another row; the last stands."""

    __tablename__ = "quality_check"
    __table_args__ = (UniqueConstraint("interview_id", "role", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    role: Mapped[str]  # the `Role` for which it was checked
    number: Mapped[int]
    heard: Mapped[str]  # a `Met`, as the next two
    understood: Mapped[str]
    done: Mapped[str]
    comment: Mapped[str | None]
    checked_at: Mapped[datetime]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
