"""The operational group's meetings: when and who, the children on the agenda, what was decided, the minutes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

_NOT_CLOSED = "closed_at IS NULL AND cancelled_at IS NULL"


class GroupMeeting(Base):
    """Planned, held (`started_at`), and closed: then `minutes` are frozen, with the SHA-256 of their canonical JSON."""

    __tablename__ = "group_meeting"
    __table_args__ = (
        Index("ix_group_meeting_meets_at", "meets_at"),
        Index(
            "ix_group_meeting_not_closed",
            "meets_at",
            sqlite_where=text(_NOT_CLOSED),
            postgresql_where=text(_NOT_CLOSED),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meets_at: Mapped[datetime]
    place: Mapped[str]  # a room, or the link by which people join
    chair: Mapped[str]
    planned_at: Mapped[datetime]
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime | None]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    other_business: Mapped[str | None]
    next_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_reason: Mapped[str | None]
    minutes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    sha256: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class GroupMember(Base):
    """Somebody invited: a person who signs in here (`person_id`), or anybody else by name and agency."""

    __tablename__ = "group_member"
    __table_args__ = (Index("ix_group_member_meeting_id", "meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("group_meeting.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str | None]
    attendance: Mapped[str | None]  # `Attendance`


class GroupItem(Base):
    """One child on one agenda: why, what was said and decided, and when the child is to be brought back.

    `reasons`: each as {reason, on, rule}. Left out with a reason it stays, so that nobody is lost silently.
    """

    __tablename__ = "group_item"
    __table_args__ = (
        Index("ix_group_item_meeting_id", "meeting_id"),
        Index("ix_group_item_child_id", "child_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("group_meeting.id"))
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    place: Mapped[int]
    reasons: Mapped[list[Any]]
    asked_why: Mapped[str | None]  # of a child whom somebody put on the agenda
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    left_out_at: Mapped[datetime | None]
    left_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    left_out_reason: Mapped[str | None]
    discussion: Mapped[str | None]
    decision: Mapped[str | None]  # `GroupDecision`
    decision_words: Mapped[str | None]
    maramp_on: Mapped[date | None]
    bring_back_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    strategy_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("strategy_meeting.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MinutesNote(Base):
    """A correction to minutes that are frozen: never a change of them."""

    __tablename__ = "minutes_note"
    __table_args__ = (Index("ix_minutes_note_meeting_id", "meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("group_meeting.id"))
    text: Mapped[str]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
