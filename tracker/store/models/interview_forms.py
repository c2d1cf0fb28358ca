"""What is written of a return home interview: the form it was begun with, its sections as typed, reviews, what the
police were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class InterviewFormVersion(Base):
    """A form as the settings gave it once: old answers go on being read by the lists they were given by."""

    __tablename__ = "interview_form_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    definition: Mapped[dict[str, Any]]
    first_used_at: Mapped[datetime]


class InterviewSection(Base):
    """One section as it stands. `answers`: field → text, code or list of codes. `version` counts its saves."""

    __tablename__ = "interview_section"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class InterviewSectionVersion(Base):
    """What a section said before: kept whenever another person saved, or some time had passed."""

    __tablename__ = "interview_section_version"
    __table_args__ = (Index("ix_interview_section_version_of", "interview_id", "section", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    section: Mapped[str]
    version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class InterviewSectionConflict(Base):
    """What somebody typed over a section that another had changed meanwhile: kept until a person has settled it."""

    __tablename__ = "interview_section_conflict"
    __table_args__ = (
        Index("ix_interview_section_conflict_interview_id", "interview_id"),
        UniqueConstraint("interview_id", "section", "kept_by_id", "based_on_version", "answers_sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    section: Mapped[str]
    answers: Mapped[dict[str, Any]]
    answers_sha256: Mapped[str]
    based_on_version: Mapped[int]
    kept_at: Mapped[datetime]
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class InterviewReview(Base):
    """A manager's look at what was written: returned with comments, or approved."""

    __tablename__ = "interview_review"
    __table_args__ = (Index("ix_interview_review_interview_id", "interview_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    decision: Mapped[str]  # `ReviewDecision`
    comments: Mapped[str | None]
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class PoliceShare(Base):
    """Something of an interview that the police are to know: what, when it went, whether they have it, what came of it.

    `sent_at` None: still to be sent.
    """

    __tablename__ = "police_share"
    __table_args__ = (
        Index("ix_police_share_interview_id", "interview_id"),
        Index(
            "ix_police_share_open",
            "created_at",
            sqlite_where=text("acknowledged_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    what: Mapped[str]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None]
    sent_how: Mapped[str | None]
    sent_to: Mapped[str | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    outcome: Mapped[str | None]
    outcome_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
