"""How forces' reports are read, as saved by an administrator: every change a version, and the draft of the next."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base


class FeedVersion(Base):
    """One version of a feed, never changed: `definition` is what a feed file would hold.

    The newest of a name is in force, in place of the file's; `is_retired` ends the feed's use for new reports.
    """

    __tablename__ = "feed_version"
    __table_args__ = (Index("uq_feed_version_name", "name", "version_no", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version_no: Mapped[int]
    definition: Mapped[dict[str, Any]]
    is_retired: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str]


class FeedDraft(Base):
    """What one person is making of a feed, with the sample it is made from. One at a time for a person.

    The sample holds children's data: the draft goes when it is saved or given up, and by its age. `key` is random, for
    a page to say which draft it showed. `based_on` is the feed that is changed, None for a new one; `based_on_version`
    its version, None for the file's.
    """

    __tablename__ = "feed_draft"
    __table_args__ = (
        Index("uq_feed_draft_person_id", "person_id", unique=True),
        Index("ix_feed_draft_updated_at", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]
    definition: Mapped[dict[str, Any]]
    based_on: Mapped[str | None]
    based_on_version: Mapped[int | None]
    sample: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    filename: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
