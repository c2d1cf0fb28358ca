"""What the watched folder and the pulls remember between two looks."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.db import Base

FILE_WAITS = text("folder_file.receipt_id IS NULL")
FILE_STAYS = text("folder_file.receipt_id IS NOT NULL AND folder_file.moved_at IS NULL")
"""For queries: written out, because SQLite uses a partial index only for its literal condition."""


class FolderFile(Base):
    """Something that lies in the watched folder, or lay there until it was taken.

    It waits (`receipt_id` is null) with a `code` and sentence saying why; `seen_at`: since when it has stayed as it is.
    `receipt_id` and `sha256` are written in the very transaction that keeps the receipt, so that a file that could not
    be moved afterwards is known again and never makes a second receipt.
    """

    __tablename__ = "folder_file"
    __table_args__ = (
        Index(
            "ix_folder_file_waits",
            "feed",
            "name",
            unique=True,
            sqlite_where=text("receipt_id IS NULL"),
            postgresql_where=text("receipt_id IS NULL"),
        ),
        Index(
            "ix_folder_file_stays",
            "feed",
            "name",
            "size",
            "mtime_ns",
            "sha256",
            unique=True,
            sqlite_where=text("receipt_id IS NOT NULL AND moved_at IS NULL"),
            postgresql_where=text("receipt_id IS NOT NULL AND moved_at IS NULL"),
        ),
        Index("ix_folder_file_receipt_id", "receipt_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    feed: Mapped[str]
    name: Mapped[str]
    size: Mapped[int | None] = mapped_column(BigInteger)
    mtime_ns: Mapped[int | None] = mapped_column(BigInteger)
    inode: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    code: Mapped[str]
    sentence: Mapped[str]
    sha256: Mapped[str | None]
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"))
    moved_at: Mapped[datetime | None]
    moved_to: Mapped[str | None]


class RoadState(Base):
    """How one road stands: a pull by its name, or the watched folder as a whole (`name` empty).

    `code` and `sentence` are of the last try where it failed. A pull is due at `next_at`, unless the process
    `claimed_by` is at it, until `claimed_until`. `etag`, `last_modified`, `sha256`, `receipt_id` and `received_at` are
    of the last report that came, from the address whose hash is `url_sha256`.
    """

    __tablename__ = "road_state"

    road: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    ok_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None]
    sentence: Mapped[str | None]
    url_sha256: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    sha256: Mapped[str | None]
    received_at: Mapped[datetime | None]
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"))
