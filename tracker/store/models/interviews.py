"""Return home interviews, and the episodes each covers."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.db import Base


class Interview(Base):
    __tablename__ = "interview"
    __table_args__ = (
        Index("ix_interview_allocated_to_id", "allocated_to_id"),
        Index("ix_interview_completed_at", "completed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    allocated_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    allocated_at: Mapped[datetime | None]
    allocated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    not_independent_reason: Mapped[str | None]
    offered_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    completed_recorded_at: Mapped[datetime | None]
    interviewer_name: Mapped[str | None]
    declined_at: Mapped[datetime | None]
    declined_by: Mapped[str | None]
    decline_reason: Mapped[str | None]
    child_was_asked: Mapped[bool | None]
    child_not_asked_reason: Mapped[str | None]
    carer_asked_instead: Mapped[str | None]
    declined_recorded_at: Mapped[datetime | None]
    not_required_at: Mapped[datetime | None]
    not_required_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    not_required_reason: Mapped[str | None]
    not_required_approved_at: Mapped[datetime | None]
    not_required_approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    not_required_refused_at: Mapped[datetime | None]
    not_required_refused_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    links: Mapped[list["InterviewEpisode"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}


class InterviewEpisode(Base):
    """That an interview covers an episode. A correction never removes one."""

    __tablename__ = "interview_episode"
    __table_args__ = (Index("ix_interview_episode_episode_id", "episode_id"),)

    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"), primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), primary_key=True)


class InterviewAllocation(Base):
    """That an interview is or was somebody's: they may go on seeing the child (store/visibility.py)."""

    __tablename__ = "interview_allocation"
    __table_args__ = (
        Index("ix_interview_allocation_interview_id", "interview_id"),
        Index("ix_interview_allocation_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    allocated_at: Mapped[datetime]
    allocated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
