"""Figures of a period that are counted in the background: asked for, made or failed, kept for a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

_ASKED = "made_at IS NULL AND failed_at IS NULL"


class KeptFigures(Base):
    """One count of one period. `rules_mark`: by which rules it was asked for; `tries` rises with each beginning.

    `last_change`: the newest change of a record (store.audit) that the count knows of. `document`: every figure's
    value (core/kept_summary.py). Nothing of a child is in it. `failed`: why there is none.
    """

    __tablename__ = "kept_figures"
    __table_args__ = (
        Index(
            "uq_kept_figures_asked",
            "start_on",
            "end_on",
            "rules_mark",
            unique=True,
            sqlite_where=text(_ASKED),
            postgresql_where=text(_ASKED),
        ),
        Index("ix_kept_figures_days", "start_on", "end_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    start_on: Mapped[date]
    end_on: Mapped[date]
    rules_mark: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tries: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime | None]
    begun_by: Mapped[str | None]
    made_at: Mapped[datetime | None]
    cut_off: Mapped[datetime | None]
    rules_version: Mapped[str | None]
    last_change: Mapped[int | None]
    document: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    failed_at: Mapped[datetime | None]
    failed: Mapped[str | None]


class KeptFigureIds(Base):
    """The ids behind one figure for one cohort, packed (core/kept_summary.py)."""

    __tablename__ = "kept_figure_ids"

    kept_id: Mapped[int] = mapped_column(ForeignKey("kept_figures.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    cohort: Mapped[str] = mapped_column(primary_key=True)
    ids: Mapped[bytes] = mapped_column(LargeBinary)
