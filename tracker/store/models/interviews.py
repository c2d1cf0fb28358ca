"""Return home interviews: the course of each, the episodes it covers, who had it, attempts, visits, other councils."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.db import Base

_TO_WRITE_UP = "completed_at IS NOT NULL AND written_up_at IS NULL AND NOT written_elsewhere"
_TO_REVIEW = (
    "approved_at IS NULL AND returned_at IS NULL AND closed_at IS NULL AND NOT written_elsewhere "
    "AND (written_up_at IS NOT NULL OR (declined_at IS NOT NULL AND completed_at IS NULL))"
)


class Interview(Base):
    """Each step has its own time. `planned_at` is that of the visit still ahead (`InterviewVisit`), or None.

    `entered_offered_at`, `entered_accepted_at`: the offer and the answer as a person entered them by themselves;
    `offered_at` and `accepted_at` are the earliest of those and of the attempts that stand.
    `written_elsewhere`: its form is kept elsewhere (history loaded, interviews of before there was a form here), so
    that nobody is asked for it. `returned_at`: a manager asked for changes, and they are not made yet.
    """

    __tablename__ = "interview"
    __table_args__ = (
        Index("ix_interview_allocated_to_id", "allocated_to_id"),
        Index("ix_interview_completed_at", "completed_at"),
        Index(
            "ix_interview_planned_at",
            "planned_at",
            sqlite_where=text("planned_at IS NOT NULL"),
            postgresql_where=text("planned_at IS NOT NULL"),
        ),
        Index(
            "ix_interview_to_write_up",
            "completed_at",
            "allocated_to_id",
            sqlite_where=text(_TO_WRITE_UP),
            postgresql_where=text(_TO_WRITE_UP),
        ),
        Index(
            "ix_interview_to_review", "written_up_at", sqlite_where=text(_TO_REVIEW), postgresql_where=text(_TO_REVIEW)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    allocated_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    allocated_at: Mapped[datetime | None]
    allocated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    not_independent_reason: Mapped[str | None]
    offered_at: Mapped[datetime | None]
    offered_to: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    entered_offered_at: Mapped[datetime | None]
    entered_offered_to: Mapped[str | None]
    entered_accepted_at: Mapped[datetime | None]
    entered_accepted_by: Mapped[str | None]
    planned_at: Mapped[datetime | None]
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
    form_version_id: Mapped[int | None] = mapped_column(ForeignKey("interview_form_version.id"))
    form_started_at: Mapped[datetime | None]
    written_up_at: Mapped[datetime | None]
    written_up_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_elsewhere: Mapped[bool] = mapped_column(default=False)
    returned_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
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
    """That an interview is or was somebody's: they may go on seeing the child (store/visibility.py).

    `kind`: an `AllocationKind`. `independent`: what whoever allocated said of it; None where nobody was asked.
    """

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
    kind: Mapped[str] = mapped_column(default="allocated")
    independent: Mapped[bool | None]
    not_independent_reason: Mapped[str | None]
    note: Mapped[str | None]  # what whoever handed it over wished the next to know


class ContactAttempt(Base):
    """One attempt to reach the child or carer. Never changed: one entered by mistake is withdrawn, with the reason."""

    __tablename__ = "contact_attempt"
    __table_args__ = (Index("ix_contact_attempt_interview_id", "interview_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    at: Mapped[datetime]
    method: Mapped[str]
    with_whom: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None]


class InterviewVisit(Base):
    """A time and place agreed for the conversation, and what became of it. `ended_as` None: it stands.

    At most one of an interview stands; its `planned_at` is that of the interview. `calendar_uid` is random: the
    calendar file says nothing about the child.
    """

    __tablename__ = "interview_visit"
    __table_args__ = (Index("ix_interview_visit_interview_id", "interview_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    planned_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str]
    note: Mapped[str | None]
    calendar_uid: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_as: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    not_held_reason: Mapped[str | None]
    ended_note: Mapped[str | None]


class AuthorityRequest(Base):
    """Another council was asked to hold the interview: the responsible one, or the one where our child is placed.

    `answer` None: no answer yet.
    """

    __tablename__ = "authority_request"
    __table_args__ = (
        Index("ix_authority_request_interview_id", "interview_id"),
        Index(
            "ix_authority_request_unanswered",
            "asked_at",
            sqlite_where=text("answer IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("answer IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    authority: Mapped[str]
    why: Mapped[str]  # `AskedBecause`
    asked_at: Mapped[datetime]
    asked_how: Mapped[str]
    asked_of: Mapped[str | None]  # the person or desk there
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    answer_note: Mapped[str | None]
    answer_recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
