"""Children, every name and number they were ever given, the keys by which they are found, and which became one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class Child(Base):
    """`merged_into_id`: the child that this one proved to be; its row stays, so that old links lead there."""

    __tablename__ = "child"
    __table_args__ = (
        Index(
            "ix_child_merged_into_id",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    surname: Mapped[str]
    forename: Mapped[str]
    date_of_birth: Mapped[date | None]
    sex: Mapped[str | None]
    ethnicity: Mapped[str | None]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    council_id: Mapped[str | None] = mapped_column(index=True)
    responsible_authority: Mapped[str | None]
    is_ours: Mapped[bool] = mapped_column(default=True)
    known_to_services: Mapped[bool | None]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]  # held only through a load that was taken back: nobody, and never found
    version: Mapped[int] = mapped_column(default=1)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"))

    __mapper_args__ = {"version_id_col": version}


class ChildName(Base):
    """A name the child is or was known by; the current one is here too. `added_by_id`: by a person, as another name."""

    __tablename__ = "child_name"
    __table_args__ = (Index("ix_child_name_child_id", "child_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    surname: Mapped[str]
    forename: Mapped[str]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ChildIdentifier(Base):
    """A number of another system: `police_person_id:<force>`, `council_id` for a former one, …"""

    __tablename__ = "child_identifier"
    __table_args__ = (Index("ix_child_identifier_kind_value", "kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ChildKey(Base):
    """A blocking key of matching (`core.matching.blocking_keys`): any one shared makes a candidate."""

    __tablename__ = "child_key"
    __table_args__ = (Index("ix_child_key_child_id", "child_id"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), primary_key=True)


class ChildMerge(Base):
    """That two children became one: `moved` holds exactly what went over, and what it replaced, to put it back."""

    __tablename__ = "child_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    moved: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
