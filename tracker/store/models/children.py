"""Children, every name and number they were ever given, and the keys by which they are found."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class Child(Base):
    __tablename__ = "child"

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

    __mapper_args__ = {"version_id_col": version}


class ChildName(Base):
    """A name the child is or was known by; the current one is here too."""

    __tablename__ = "child_name"
    __table_args__ = (Index("ix_child_name_child_id", "child_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    surname: Mapped[str]
    forename: Mapped[str]


class ChildIdentifier(Base):
    """A number of another system: `police_person_id`, …"""

    __tablename__ = "child_identifier"
    __table_args__ = (Index("ix_child_identifier_kind_value", "kind", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]


class ChildKey(Base):
    """A blocking key of matching (`core.matching.blocking_keys`): any one shared makes a candidate."""

    __tablename__ = "child_key"
    __table_args__ = (Index("ix_child_key_child_id", "child_id"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), primary_key=True)
