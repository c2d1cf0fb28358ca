"""How forces' reports are read: the feeds with what has come in by them, and the versions of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core.feed_changes import Difference, differences
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import record_list
from tracker.services.save_feed import Definitions
from tracker.store import feeds as store
from tracker.store import people
from tracker.store.db import session as current_session
from tracker.store.models import FeedVersion, Line, Receipt
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import sees_all

RECENT = 20


@dataclass(frozen=True)
class FeedRow:
    """A feed in the list. `version_no`: None where a file says how it is read. `roads`: by which reports came."""

    name: str
    force: str
    description: str
    version_no: int | None
    is_retired: bool
    expected_by: str
    last_received_at: datetime | None
    roads: tuple[str, ...]
    waiting: int


@dataclass(frozen=True)
class VersionRow:
    """A version of a feed in its history; `changes`: how many things it says differently from the one before."""

    version_no: int | None
    is_retired: bool
    saved_at: datetime | None
    saved_by: str
    note: str
    changes: int


@dataclass(frozen=True)
class FeedPage:
    """One feed as it is in force, and its versions, newest first; the file's last, where a file has one."""

    row: FeedRow
    definition: Mapping[str, Any]
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True)
class VersionPage:
    """One version, and what it says differently from the one before it."""

    feed: FeedRow
    version: VersionRow
    definition: Mapping[str, Any]
    before_no: int | None
    changes: tuple[Difference, ...]
    is_first: bool


@dataclass(frozen=True)
class RecentReceipt:
    """A report that can serve as a sample."""

    id: int
    feed: str
    filename: str
    received_at: datetime


def feed_list(files: Definitions) -> tuple[FeedRow, ...]:
    """Every feed by name, the retired ones last. `files`: those of files."""
    session = current_session()
    newest = {row.name: row for row in store.newest_versions(session)}
    received, waiting = _received(session), _waiting(session)
    rows = [
        _row(name, files.get(name), newest.get(name), received.get(name, {}), waiting.get(name, 0))
        for name in {*files, *newest}
    ]
    return tuple(sorted(rows, key=lambda row: (row.is_retired, row.name)))


def _row(
    name: str,
    file: Mapping[str, Any] | None,
    newest: FeedVersion | None,
    received: Mapping[str, datetime],
    waiting: int,
) -> FeedRow:
    definition = newest.definition if newest else file or {}
    return FeedRow(
        name=name,
        force=definition["force"],
        description=definition.get("description", ""),
        version_no=newest.version_no if newest else None,
        is_retired=bool(newest and newest.is_retired),
        expected_by=definition.get("expected_by", ""),
        last_received_at=max(received.values(), default=None),
        roads=tuple(sorted(received)),
        waiting=waiting,
    )


def _received(session: Session) -> dict[str, dict[str, datetime]]:
    """Feed → road → when the last report came by it."""
    query = select(Receipt.feed, Receipt.source, func.max(Receipt.received_at)).group_by(Receipt.feed, Receipt.source)
    found: dict[str, dict[str, datetime]] = {}
    for feed, source, at in session.execute(query):
        found.setdefault(feed, {})[source] = at
    return found


def _waiting(session: Session) -> dict[str, int]:
    query = select(Receipt.feed, func.count()).join(Line, Line.receipt_id == Receipt.id).where(LINE_WAITS)
    return {row.feed: row[1] for row in session.execute(query.group_by(Receipt.feed))}


def feed_page(name: str, files: Definitions) -> FeedPage | None:
    """One feed; None where there is none of this name."""
    session = current_session()
    row = next((row for row in feed_list(files) if row.name == name), None)
    if row is None:
        return None
    saved = store.versions(session, name)
    return FeedPage(row, saved[0].definition if saved else files[name], _version_rows(session, name, files))


def _version_rows(session: Session, name: str, files: Definitions) -> tuple[VersionRow, ...]:
    names = people.names_by_id(session)
    rows: list[VersionRow] = []
    before: Mapping[str, Any] = {}
    if name in files:
        before = files[name]
        rows.append(VersionRow(None, False, None, "", "", 0))
    for one in reversed(store.versions(session, name)):
        changes = len(differences(before, one.definition)) if before else 0
        by = names.get(one.saved_by_id, "") if one.saved_by_id else "command line"
        rows.append(VersionRow(one.version_no, one.is_retired, one.saved_at, by, one.note, changes))
        before = one.definition
    return tuple(reversed(rows))


def version_page(name: str, version_no: int | None, files: Definitions) -> VersionPage | None:
    """One version (None: the file's) with its differences; None where there is none."""
    page = feed_page(name, files)
    place = next((n for n, v in enumerate(page.versions) if v.version_no == version_no), None) if page else None
    if page is None or place is None:
        return None
    session = current_session()
    before = page.versions[place + 1] if place + 1 < len(page.versions) else None
    definition = _definition(session, name, version_no, files)
    earlier = _definition(session, name, before.version_no, files) if before else {}
    return VersionPage(
        feed=page.row,
        version=page.versions[place],
        definition=definition,
        before_no=before.version_no if before else None,
        changes=differences(earlier, definition) if before else (),
        is_first=before is None,
    )


def _definition(session: Session, name: str, version_no: int | None, files: Definitions) -> Mapping[str, Any]:
    row = store.version(session, name, version_no) if version_no is not None else None
    return row.definition if row else files[name]


def recent_receipts(context: Context, viewer: Viewer) -> tuple[RecentReceipt, ...]:
    """The latest reports, to choose a sample from; none for a viewer who may not see records. Records a list view."""
    if not sees_all(viewer):
        return ()
    record_list(context, "receipt", {"as_sample": True})
    query = select(Receipt.id, Receipt.feed, Receipt.filename, Receipt.received_at).order_by(Receipt.id.desc())
    return tuple(RecentReceipt(*row) for row in current_session().execute(query.limit(RECENT)))
