"""The council's own lists of looked-after children, as imported; which of our children each CHILD id means."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class CareExtract(Base):
    """One list as it came. The newest of a kind and collection year (by its first year) is in use; older ones stay.

    `rows`: the entries read (`core.extract_rows.plain`), in their order.
    """

    __tablename__ = "care_extract"
    __table_args__ = (Index("ix_care_extract_year", "year", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    year: Mapped[int]
    filename: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str]
    row_count: Mapped[int]
    rows: Mapped[list[Any]] = mapped_column(JSON, deferred=True)
    loaded_at: Mapped[datetime]
    loaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CareLink(Base):
    """A CHILD id and our child. `how` (`core.extract_links.LinkHow`) says who decided; `candidates`: of an
    undecided one, the children who may be meant. What a person settled stands for later lists too.
    """

    __tablename__ = "care_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"), index=True)
    how: Mapped[str]
    candidates: Mapped[list[int]] = mapped_column(default=list)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
