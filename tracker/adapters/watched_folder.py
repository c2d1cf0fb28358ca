"""The watched folder on disk: what lies in it, a file's bytes, and moving it once they are kept.

Whoever may write into a feed's folder could put there a link to another file, a pipe that never ends, or change one
file for another between two steps. So a folder is held open and every step goes through that hold, never by a path
again; a file is opened without following links and without waiting, and must be the plain file seen, before and after.
"""

import errno
import fcntl
import os
import shutil
import signal
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

from tracker.core.dropped_files import (
    DONE,
    REFUSED,
    DroppedFile,
    FolderError,
    LeftAlone,
    is_hidden_name,
    is_unfinished_name,
    name_once_taken,
    stored_name,
)

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FEEDS_MODE = 0o770
"""Of a feed's folder made here: for the service's user and group. Who drops files there is let in by the council."""

_OWN_MODE = 0o700
"""Of the folders that files are moved into: whoever drops reports does not see them again."""


@dataclass(frozen=True)
class FolderOnDisk:
    """The watched folder at `root`."""

    root: Path

    @contextmanager
    def open(self, feeds: Iterable[str]) -> Iterator["_Look"]:
        try:
            root = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise FolderError("no_folder", f"The folder cannot be opened: {error.strerror}.") from error
        look = _Look(root)
        try:
            _only_looker(root)
            look.everything(set(feeds))
            yield look
        finally:
            for held in (*look.folders.values(), root):
                os.close(held)

    def problem(self) -> str | None:
        if not self.root.is_dir():
            return f"The watched folder {self.root} does not exist."
        try:
            inside = [path for path in self.root.iterdir() if path.is_dir() and not path.is_symlink()]
        except OSError as error:
            return f"The watched folder {self.root} cannot be read: {error.strerror}."
        refused = [path for path in (self.root, *inside) if not _may_use(path)]
        return f"{refused[0]} cannot be read and written by the user that this runs as." if refused else None


def _may_use(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def _only_looker(root: int) -> None:
    """One look at a time on this machine; the hold ends with the process, however that ends."""
    try:
        fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FolderError("being_looked_at", "Another process is looking at the folder.") from error
    except OSError:
        return  # a network disk without locks: the database still lets one of two take a file


@dataclass
class _Look:
    """One look, through folders held open."""

    root: int
    folders: dict[str, int] = field(default_factory=dict)
    files: list[DroppedFile] = field(default_factory=list)
    left_alone: list[LeftAlone] = field(default_factory=list)

    def everything(self, feeds: set[str]) -> None:
        for feed in sorted(feeds):
            try:
                self.folders[feed] = _open_or_make(feed, self.root, _FEEDS_MODE)
                self._in_folder(feed)
            except OSError as error:
                sentence = f"The feed's folder cannot be used: {error.strerror}."
                self.left_alone.append(LeftAlone("", feed, "folder_unusable", sentence))
        try:
            beside = sorted(_names(self.root) - feeds)
        except OSError as error:
            raise FolderError("no_folder", f"The folder cannot be listed: {error.strerror}.") from error
        for name in beside:
            if not name.startswith("."):
                sentence = "There is no feed of this name, so nothing in here is read."
                self.left_alone.append(LeftAlone("", name, "unknown_feed", sentence))

    def _in_folder(self, feed: str) -> None:
        folder = self.folders[feed]
        for name in sorted(_names(folder)):
            if name in (DONE, REFUSED):
                continue
            with suppress(FileNotFoundError):  # gone again between the two looks at it
                self._entry(feed, name, os.stat(name, dir_fd=folder, follow_symlinks=False))

    def _entry(self, feed: str, name: str, found: os.stat_result) -> None:
        if is_hidden_name(name):
            self._leave(feed, name, "hidden_name", "By its name it is some program's own, and no report.")
        elif is_unfinished_name(name):
            self._leave(feed, name, "unfinished_name", "By its name it is still being written.")
        elif not stat.S_ISREG(found.st_mode):
            self._leave(
                feed, name, "not_a_file", "It is not a plain file (a folder, a link, a pipe), so it is not read."
            )
        elif found.st_nlink != 1:
            self._leave(feed, name, "hard_link", "The same file has another name too (a hard link). Drop a copy of it.")
        else:
            self.files.append(_seen(feed, name, found))

    def _leave(self, feed: str, name: str, code: str, sentence: str) -> None:
        self.left_alone.append(LeftAlone(feed, name, code, sentence))

    def read(self, file: DroppedFile, limit: int) -> bytes:
        try:
            opened = os.open(file.name, _FILE, dir_fd=self.folders[file.feed])
        except OSError as error:
            raise _cannot("read", error) from error
        try:
            _require_same(file, os.fstat(opened))
            _require_no_writer(opened)
            content = _bytes_of(opened, limit)
            _require_same(file, os.fstat(opened))
        except OSError as error:
            raise _cannot("read", error) from error
        finally:
            os.close(opened)
        if len(content) < min(file.size, limit):
            raise FolderError("changed", _CHANGED)
        return content

    def move(self, file: DroppedFile, into: str, on: date, receipt_id: int) -> str:
        source = self.folders[file.feed]
        held: list[int] = []
        try:
            held.append(_open_or_make(into, source, _OWN_MODE))
            held.append(_open_or_make(on.isoformat(), held[0], _OWN_MODE))
            _require_same(file, os.stat(file.name, dir_fd=source, follow_symlinks=False))
            taken = _reserve((name_once_taken(receipt_id, file.name, copy) for copy in count(1)), held[1])
            _put(file, source, taken, held[1])
        except OSError as error:
            raise _cannot("moved", error) from error
        finally:
            for folder in held:
                os.close(folder)
        return f"{file.feed}/{into}/{on.isoformat()}/{stored_name(taken)}"


_NOT_A_FILE = "It is not a plain file (but a folder, a link, a pipe), so it is not read."
_CHANGED = "It changed while it was being taken. It is looked at again."


def _seen(feed: str, name: str, found: os.stat_result) -> DroppedFile:
    return DroppedFile(feed, name, found.st_size, found.st_mtime_ns, found.st_ino)


def _is_same(file: DroppedFile, found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and _seen(file.feed, file.name, found) == file


def _require_same(file: DroppedFile, found: os.stat_result) -> None:
    if not _is_same(file, found):
        raise FolderError("changed", _CHANGED)


def _require_no_writer(opened: int) -> None:
    """Linux lets a file be leased for reading only if nobody on this machine has it open for writing.

    Where that cannot be asked (a network disk, another system), that the file stayed as it was has to do.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return
    try:
        fcntl.fcntl(
            opened, fcntl.F_SETSIG, signal.SIGURG
        )  # whoever opens it meanwhile signals us: not by one that kills
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError as error:
        raise FolderError("being_written", "Some program has it open for writing.") from error
    except OSError:
        return


def _names(folder: int) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries}


def _bytes_of(opened: int, limit: int) -> bytes:
    parts, left = [], limit
    while left and (part := os.read(opened, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _open_or_make(name: str, within: int, mode: int) -> int:
    """A folder held open, made where absent. A link of that name is an error."""
    with suppress(FileExistsError):
        os.mkdir(name, mode, dir_fd=within)
    return os.open(name, _FOLDER, dir_fd=within)


def _reserve(names: Iterable[str], folder: int) -> str:
    """The first of these names that is free, now held by an empty file, so that a rename overwrites nothing else."""
    for name in names:
        with suppress(FileExistsError):
            os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660, dir_fd=folder))
            return name
    raise AssertionError("the names never end")


def _put(file: DroppedFile, source: int, taken: str, target: int) -> None:
    """Over the name that was reserved. What was changed in the last moment is put back, to be read as it is now."""
    try:
        os.rename(file.name, taken, src_dir_fd=source, dst_dir_fd=target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            _carry(file, source, taken, target)
            return
        os.unlink(taken, dir_fd=target)
        raise
    if not _is_same(file, os.stat(taken, dir_fd=target, follow_symlinks=False)):
        back = _reserve((file.name if copy == 1 else f"{copy}-{file.name}" for copy in count(1)), source)
        os.rename(taken, back, src_dir_fd=target, dst_dir_fd=source)
        raise FolderError("changed", _CHANGED)


def _carry(file: DroppedFile, source: int, taken: str, target: int) -> None:
    """Onto another disk: a whole copy there first, then the file goes from here."""
    with os.fdopen(os.open(file.name, _FILE, dir_fd=source), "rb") as old:
        _require_same(file, os.fstat(old.fileno()))
        with os.fdopen(os.open(taken, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=target), "wb") as new:
            shutil.copyfileobj(old, new)
            new.flush()
            os.fsync(new.fileno())
        _require_same(file, os.fstat(old.fileno()))
    _require_same(file, os.stat(file.name, dir_fd=source, follow_symlinks=False))
    os.unlink(file.name, dir_fd=source)


def _cannot(what: str, error: OSError) -> FolderError:
    if isinstance(error, FileNotFoundError):
        return FolderError("gone", "It is no longer there.")
    if error.errno == errno.ELOOP:
        return FolderError("not_a_file", _NOT_A_FILE)
    return FolderError(f"not_{what}", f"It cannot be {what}: {error.strerror}.")
