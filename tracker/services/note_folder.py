"""What a look saw, written down: what is new, what changed, what has gone, and since when each file stayed as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.dropped_files import DroppedFile, LeftAlone, OpenFolder, stored_name
from tracker.services.transaction import writing
from tracker.store import roads
from tracker.store.models import FolderFile

MOST_LEFT_ALONE = 200
"""Of what is not taken, so many are written down: a folder full of rubbish must not fill the database."""

_SETTLING = ("settling", "It has just been seen. It is taken once it has stayed as it is.")


@dataclass(frozen=True)
class Known:
    """A file that has its receipt and lies there still; `may_move`: its bytes were seen to be those of the receipt."""

    file: DroppedFile
    row_id: int
    may_move: bool


@dataclass(frozen=True)
class Settling:
    """A file without a receipt that an earlier look saw just as it is, the first time at `since`."""

    file: DroppedFile
    row_id: int
    since: datetime


def note_look(now: datetime, opened: OpenFolder, feeds: set[str], known: Sequence[Known]) -> list[Settling]:
    """Write what was seen; the files that an earlier look saw just as they are, in the order of their names.

    Steps: 1. what has its receipt and lies there no longer was moved by a process that was cut short; 2. each file that
    waits has a row with the instant since which it is as it is; 3. what is left alone has a row saying why; 4. rows of
    what is gone are let go.
    """
    unusable = {left.name for left in opened.left_alone if left.code == "folder_unusable"}
    with writing() as session:
        _note_moved(session, now, feeds - unusable, known)
        held = {(row.feed, row.name): row for row in roads.waiting_files(session)}
        known_files = {one.file for one in known}
        waiting = [file for file in opened.files if file not in known_files]
        settling: list[Settling] = []
        for file in waiting:
            row = held.get((file.feed, stored_name(file.name)))
            if row is not None and _stayed(row, file, now):
                settling.append(Settling(file, row.id, row.seen_at))
            else:
                _write(session, row, file.feed, file.name, now, file)
        for left in opened.left_alone[:MOST_LEFT_ALONE]:
            row = held.get((left.feed, stored_name(left.name)))
            if row is None or (row.code, row.sentence) != (left.code, left.sentence):
                _write(session, row, left.feed, left.name, now, left)
        listed: list[DroppedFile | LeftAlone] = [*waiting, *opened.left_alone]
        there = {(one.feed, stored_name(one.name)) for one in listed}
        gone = [row.id for key, row in held.items() if key not in there and row.feed not in unusable]
        if gone:
            roads.forget_waiting(session, gone)
    return settling


def _note_moved(session: Session, now: datetime, feeds: set[str], known: Sequence[Known]) -> None:
    still_there = {one.row_id for one in known}
    for row in roads.staying_files(session):
        if row.feed in feeds and row.id not in still_there:
            row.moved_at = now


def _stayed(row: FolderFile, file: DroppedFile, now: datetime) -> bool:
    same = (row.size, row.mtime_ns, row.inode) == (file.size, file.mtime_ns, str(file.inode))
    return same and row.seen_at <= now  # a time ahead is from before the clock was set back


def _write(
    session: Session, row: FolderFile | None, feed: str, name: str, now: datetime, what: DroppedFile | LeftAlone
) -> None:
    if row is None:
        row = FolderFile(feed=feed, name=stored_name(name), first_seen_at=now)
        session.add(row)
    row.seen_at = now
    if isinstance(what, LeftAlone):
        row.size = row.mtime_ns = row.inode = None
        row.code, row.sentence = what.code, what.sentence
    else:
        row.size, row.mtime_ns, row.inode = what.size, what.mtime_ns, str(what.inode)
        row.code, row.sentence = _SETTLING
