"""One look into the watched folder: what has stayed as it is becomes a receipt, and is moved once that is committed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.adapters.tabular import FileLimits
from tracker.core.clock import local_date
from tracker.core.dropped_files import (
    DONE,
    REFUSED,
    DroppedFile,
    FolderError,
    OpenFolder,
    WatchedFolder,
    is_settled,
    stored_name,
)
from tracker.core.feed import Feed
from tracker.core.report_terms import Road
from tracker.services.context import Context
from tracker.services.note_folder import Known, note_look
from tracker.services.receive_report import receive_report
from tracker.services.transaction import writing
from tracker.store import roads
from tracker.store.db import session as current_session
from tracker.store.models import FolderFile, Receipt

BEING_LOOKED_AT = "being_looked_at"


@dataclass
class Looked:
    """What one look came to. `waiting`: what lies in the folder and has no receipt; `problem`: of the folder itself."""

    receipts: list[int] = field(default_factory=list)
    moved: int = 0
    waiting: int = 0
    problem: str | None = None


class _TakenError(Exception):
    """Another process gave this file its receipt in this very moment: nothing of ours is kept."""


@dataclass(frozen=True)
class _OfFile:
    """Gives the file's row its receipt in the transaction that keeps the bytes."""

    row_id: int
    seen: Mapping[str, object]

    def receipt_of(self, session: Session, sha256: str) -> int | None:
        return None

    def keep(self, session: Session, receipt_id: int, sha256: str) -> None:
        if not roads.give_receipt(session, self.row_id, receipt_id, sha256, self.seen):
            raise _TakenError


def look(
    context: Context,
    folder: WatchedFolder,
    feeds: Mapping[str, Feed],
    limits: FileLimits,
    settle_seconds: float,
    read_clock: Callable[[], datetime],
    keep_going: Callable[[], bool] = lambda: True,
) -> Looked:
    """Look once; take what is whole, in the order of names, one at a time.

    Steps for each file: 1. its bytes, its receipt and the note that this file has that receipt are committed together;
    2. its lines are read; 3. it is moved. Cut short after 1, the next look knows the file by its bytes, and does 3.
    A report that cannot be read on does not keep the others waiting: its exception is raised, in a group, after them.
    """
    looked = Looked()
    failed: list[Exception] = []
    try:
        with folder.open(feeds) as opened:
            look_of = _Look(context, opened, feeds, limits, read_clock, looked)
            known = look_of.known_again()
            settling = note_look(context.now, opened, set(feeds), known)
            for again in known:
                if again.may_move:
                    look_of.move(again.file, again.row_id)
            for one in settling:
                if not keep_going():
                    break
                if is_settled(one.since, context.now, settle_seconds):
                    try:
                        look_of.take(one.file, one.row_id)
                    except Exception as error:  # noqa: BLE001 (raised below, once the others are taken)
                        failed.append(error)
    except FolderError as error:
        looked.problem = error.sentence
        if error.code != BEING_LOOKED_AT:
            _note_state(context.now, error)
        return looked
    _note_state(context.now, None)
    session = current_session()
    looked.waiting = len(roads.waiting_files(session))
    session.rollback()
    if failed:
        raise ExceptionGroup("dropped reports that could not be taken", failed)
    return looked


@dataclass
class _Look:
    context: Context
    opened: OpenFolder
    feeds: Mapping[str, Feed]
    limits: FileLimits
    read_clock: Callable[[], datetime]
    looked: Looked

    def known_again(self) -> list[Known]:
        """Files that have their receipt and still lie here: the same name, size and time, and the same bytes."""
        session = current_session()
        rows = [(row.id, row.sha256, _seen_of(row)) for row in roads.staying_files(session)]
        session.rollback()
        found = []
        for file in self.opened.files:
            same = [(row_id, sha256) for row_id, sha256, seen in rows if seen == _seen(file)]
            if not same:
                continue
            try:
                content = self.opened.read(file, self.limits.upload_bytes + 1)
            except FolderError as error:
                found.append(Known(file, same[0][0], may_move=False))  # not to be compared now, nor taken a second time
                self._note(same[0][0], error)
                continue
            sha256 = hashlib.sha256(content).hexdigest()
            found += [Known(file, row_id, may_move=True) for row_id, of in same if of == sha256][:1]
        return found

    def take(self, file: DroppedFile, row_id: int) -> None:
        """Steps 1 to 3. What cannot be read now waits, and the status page says why."""
        try:
            content = self.opened.read(file, self.limits.upload_bytes + 1)
        except FolderError as error:
            self._note(row_id, error)
            return
        try:
            receipt_id = receive_report(
                replace(self.context, now=self.read_clock()),
                content=content,
                filename=stored_name(file.name),
                feed=self.feeds[file.feed],
                source=Road.FOLDER,
                limits=self.limits,
                once=_OfFile(row_id, _seen(file)),
            )
        except _TakenError:
            return
        self.looked.receipts.append(receipt_id)
        self.move(file, row_id)

    def move(self, file: DroppedFile, row_id: int) -> None:
        """Step 3, once the receipt says which way: done, or refused. Until then, or if it cannot be moved, it stays."""
        session = current_session()
        row = session.get_one(FolderFile, row_id, populate_existing=True)
        receipt = session.get_one(Receipt, row.receipt_id, populate_existing=True)
        receipt_id, status, on = receipt.id, receipt.status, local_date(receipt.received_at)
        session.rollback()
        if status == "reading":
            self._note(
                row_id, FolderError("being_read", f"It has its receipt {receipt_id}, which is still being read.")
            )
            return
        try:
            moved_to = self.opened.move(file, REFUSED if status == "refused" else DONE, on, receipt_id)
        except FolderError as error:
            sentence = f"It has its receipt {receipt_id} and stays where it is. {error.sentence}"
            self._note(row_id, FolderError(error.code, sentence))
            return
        with writing() as writer:
            roads.set_file(writer, row_id, moved_at=self.read_clock(), moved_to=moved_to)
        self.looked.moved += 1

    def _note(self, row_id: int, error: FolderError) -> None:
        with writing() as session:
            roads.set_file(session, row_id, code=error.code, sentence=error.sentence)


def _seen(file: DroppedFile) -> dict[str, object]:
    """What must be the same for a file to be the same one, as its row holds it."""
    return {"feed": file.feed, "name": stored_name(file.name), "size": file.size, "mtime_ns": file.mtime_ns}


def _seen_of(row: FolderFile) -> dict[str, object]:
    return {"feed": row.feed, "name": row.name, "size": row.size, "mtime_ns": row.mtime_ns}


def _note_state(now: datetime, error: FolderError | None) -> None:
    """How the folder as a whole stands."""
    with writing() as session:
        if error is None:
            roads.note_success(session, Road.FOLDER, "", now)
        else:
            roads.note_failure(session, Road.FOLDER, "", now, error.code, error.sentence)


def forget() -> None:
    """No folder is watched any more: what it held is not spoken of."""
    session = current_session()
    held = roads.has_folder_state(session)
    session.rollback()
    if held:
        with writing() as writer:
            roads.forget_folder(writer)
