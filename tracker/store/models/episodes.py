"""Missing episodes, each with the history of its versions and the values a person must decide."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

FOUND_UNTOLD = (
    "found_at IS NOT NULL AND NOT (returned_at IS NOT NULL) AND excluded IS NULL "
    "AND (told_found_at IS NULL OR told_found_at != found_at)"
)
"""Of a query on this table alone; written out, as SQLite uses a partial index only for its literal condition. In the
plain form of the double "not" SQLite would rather read all that have not returned, by another index."""


class Episode(Base):
    """The columns of `core.episodes.MissingEpisode`, and what the machinery needs.

    `sweep_at`: when the scheduler must look at it again; null when no clock is open. It is what makes a sweep cost
    what is due and not what is stored. `closed_as`: the interview state that no passing of time changes (withdrawn,
    not_required, completed_in_time, completed_late, declined), else null; lists filter by it. `needs_decision`: its
    flags ask something of a person. `meeting_check_at`: when a trigger of a strategy meeting may next come true; null
    when none can. services/follow_up.py keeps all of these true. `told_found_at`: the `found_at` of which people were
    told that nobody has returned since.
    """

    __tablename__ = "episode"
    __table_args__ = (
        Index("uq_episode_police_key", "police_force", "police_reference", unique=True),
        Index("ix_episode_child_id", "child_id", "missing_from_at"),
        Index("ix_episode_missing_from_at", "missing_from_at"),
        Index("ix_episode_returned_at", "returned_at", "missing_from_at", "child_id"),
        Index("ix_episode_found_at", "found_at", "missing_from_at", "child_id"),
        Index(
            "ix_episode_sweep_at",
            "sweep_at",
            sqlite_where=text("sweep_at IS NOT NULL"),
            postgresql_where=text("sweep_at IS NOT NULL"),
        ),
        Index(
            "ix_episode_meeting_check_at",
            "meeting_check_at",
            sqlite_where=text("meeting_check_at IS NOT NULL"),
            postgresql_where=text("meeting_check_at IS NOT NULL"),
        ),
        Index(
            "ix_episode_open_clock",
            "interview_due_at",
            sqlite_where=text("clock_open = 1"),
            postgresql_where=text("clock_open"),
        ),
        Index(
            "ix_episode_awaiting_return",
            "missing_from_at",
            sqlite_where=text("returned_at IS NULL AND excluded IS NULL"),
            postgresql_where=text("returned_at IS NULL AND excluded IS NULL"),
        ),
        Index(
            "ix_episode_found_untold",
            "found_at",
            sqlite_where=text(FOUND_UNTOLD),
            postgresql_where=text(FOUND_UNTOLD),
        ),
        Index("ix_episode_closed_as", "closed_as", "missing_from_at"),
        Index(
            "ix_episode_needs_decision",
            "missing_from_at",
            sqlite_where=text("needs_decision = 1"),
            postgresql_where=text("needs_decision"),
        ),
        Index(
            "ix_episode_joined_into_id",
            "joined_into_id",
            sqlite_where=text("joined_into_id IS NOT NULL"),
            postgresql_where=text("joined_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    police_force: Mapped[str | None]
    police_reference: Mapped[str | None]
    kind: Mapped[str]
    risk: Mapped[str | None]
    missing_from_at: Mapped[datetime]
    found_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    excluded: Mapped[str | None]
    excluded_reason: Mapped[str | None]
    flags: Mapped[list[str]] = mapped_column(default=list)
    person_fields: Mapped[list[str]] = mapped_column(default=list)
    as_of_at: Mapped[datetime | None]
    as_of_line: Mapped[int | None]
    setting: Mapped[str | None]
    responsible_authority: Mapped[str | None]
    is_ours: Mapped[bool] = mapped_column(default=True)
    known_to_services: Mapped[bool | None]
    district: Mapped[str | None]
    missing_from_address: Mapped[str | None]
    last_seen_location: Mapped[str | None]
    found_location: Mapped[str | None]
    found_by: Mapped[str | None]
    prevention_interview_at: Mapped[datetime | None]
    prevention_interview_outcome: Mapped[str | None]
    prevention_interview_raised_harm: Mapped[bool | None]
    circumstances: Mapped[str | None]
    interview_requested: Mapped[bool] = mapped_column(default=False)
    interview_due_at: Mapped[datetime | None]
    deadline_hours: Mapped[int | None]
    rules_version: Mapped[str | None]
    clock_no: Mapped[int] = mapped_column(default=0)
    clock_open: Mapped[bool] = mapped_column(default=False)
    closed_as: Mapped[str | None]
    needs_decision: Mapped[bool] = mapped_column(default=False)
    carried_rungs: Mapped[list[str]] = mapped_column(default=list)
    conflict_settled: Mapped[bool] = mapped_column(default=False)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    sweep_at: Mapped[datetime | None]
    meeting_check_at: Mapped[datetime | None]
    told_found_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)
    joined_into_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))

    __mapper_args__ = {"version_id_col": version}


class EpisodeVersion(Base):
    """One change of an episode: who or which line changed what, from what, to what."""

    __tablename__ = "episode_version"
    __table_args__ = (Index("ix_episode_version_episode_id", "episode_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    changes: Mapped[dict[str, Any]]  # field → [old, new], instants as ISO text
    reason: Mapped[str | None]


class EpisodeDecision(Base):
    """The police's value differs from one that a person entered: waits on Today until somebody decides."""

    __tablename__ = "episode_decision"
    __table_args__ = (
        Index("uq_episode_decision_value", "episode_id", "field", "police_value", unique=True),
        Index(
            "ix_episode_decision_waiting",
            "raised_at",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    field: Mapped[str]
    held_value: Mapped[str]
    police_value: Mapped[str]
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    took_police_value: Mapped[bool | None]


class EpisodeJoin(Base):
    """That two episodes proved to be one: `moved` holds what went over, and what it replaced, to put it back."""

    __tablename__ = "episode_join"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    joined_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    joined_at: Mapped[datetime]
    joined_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    moved: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
