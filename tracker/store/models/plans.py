"""What is to be done for a child: actions with owners and days, strategy meetings, and whom to ring."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

_OPEN = "done_at IS NULL AND withdrawn_at IS NULL"
OVERDUE_UNTOLD = f"{_OPEN} AND (told_due_on IS NULL OR told_due_on != due_on)"
"""Of a query on this table alone; written out, as SQLite uses a partial index only for its literal condition."""

_STANDS = "held_at IS NULL AND decided_at IS NULL AND withdrawn_at IS NULL"


class Action(Base):
    """Something to be done by a day, by somebody who signs in here (`owner_id`) or somebody else (`owner_name`).

    `asked_by_child`: the child said that it would help. Of the interview, meeting, MARAMP, item of the operational
    group or episode it came from, if any.
    """

    __tablename__ = "action"
    __table_args__ = (
        Index("ix_action_child_id", "child_id"),
        Index("ix_action_interview_id", "interview_id"),
        Index("ix_action_group_item_id", "group_item_id"),
        Index("ix_action_maramp_id", "maramp_id"),
        Index("ix_action_owner_open", "owner_id", "due_on", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_action_open", "due_on", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("ix_action_untold", "due_on", sqlite_where=text(OVERDUE_UNTOLD), postgresql_where=text(OVERDUE_UNTOLD)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("strategy_meeting.id"))
    group_item_id: Mapped[int | None] = mapped_column(ForeignKey("group_item.id"))
    maramp_id: Mapped[int | None] = mapped_column(ForeignKey("maramp.id"))
    answers: Mapped[list[str]] = mapped_column(default=list)  # of a MARAMP's: what of the interviews it answers
    what: Mapped[str]
    asked_by_child: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    owner_name: Mapped[str | None]
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None]
    told_due_on: Mapped[date | None]  # the day, past by then, that people were told of
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class StrategyMeeting(Base):
    """That a strategy meeting was asked for, by a trigger of the settings or by a person, and what came of it.

    `key`: what asked for it, once and never twice (`episode:12:missing_24h`, `flag:7`, or random for a person's own).
    `due_at`: when the trigger came true; `asked_at`: when it was seen. Held, or decided against with a reason.
    """

    __tablename__ = "strategy_meeting"
    __table_args__ = (
        Index("ix_strategy_meeting_child_id", "child_id"),
        Index("ix_strategy_meeting_standing", "due_at", sqlite_where=text(_STANDS), postgresql_where=text(_STANDS)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    flag_id: Mapped[int | None] = mapped_column(ForeignKey("repeat_flag.id"))
    trigger: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str | None]  # of one that a person asked for
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    not_needed_reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ChildContact(Base):
    """Whom to ring about a child: themselves, a parent or carer, the placement, the social worker, the school."""

    __tablename__ = "child_contact"
    __table_args__ = (Index("ix_child_contact_child_id", "child_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    relation: Mapped[str]  # `ContactRelation`
    name: Mapped[str]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    note: Mapped[str | None]
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
