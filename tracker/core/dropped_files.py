"""A file dropped into the watched folder: which are left alone, when one is whole, what it is called once taken."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Protocol

DONE = "done"
REFUSED = "refused"

LONGEST_NAME = 255
"""Bytes of a file's name, on every file system that matters."""


@dataclass(frozen=True)
class DroppedFile:
    """A plain file as one look saw it. `name` as the system gives it: it may hold anything but a slash."""

    feed: str
    name: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class LeftAlone:
    """Something in the folder that is not taken, and why. `feed` is empty beside the feeds' folders."""

    feed: str
    name: str
    code: str
    sentence: str


class FolderError(Exception):
    """The folder, or one file in it, cannot be used now; worth another look. Its sentence is for the status page."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(sentence)


class OpenFolder(Protocol):
    """The watched folder held open for one look; nobody else on this machine looks meanwhile."""

    @property
    def files(self) -> Sequence[DroppedFile]: ...

    @property
    def left_alone(self) -> Sequence[LeftAlone]: ...

    def read(self, file: DroppedFile, limit: int) -> bytes:
        """Its bytes, at most `limit`. Raises FolderError where it is not the file seen, or is being written."""

    def move(self, file: DroppedFile, into: str, on: date, receipt_id: int) -> str:
        """Put it into `<feed>/<into>/<on>/` under its name with the receipt's number: the path below the root.

        Raises FolderError, also where it is no longer the file that was read.
        """


class WatchedFolder(Protocol):
    def open(self, feeds: Iterable[str]) -> AbstractContextManager[OpenFolder]:
        """Look once, making the feeds' folders where absent. Raises FolderError where the root cannot be used."""

    def problem(self) -> str | None:
        """What stands in the way of using it, in a sentence; None where all is well."""


_HIDDEN_STARTS = (".", "~$")
_UNFINISHED_ENDS = (".part", ".tmp", ".filepart")


def is_hidden_name(name: str) -> bool:
    """Whether programs give such a name to what is theirs alone: locks, listings, copies under way."""
    return name.startswith(_HIDDEN_STARTS)


def is_unfinished_name(name: str) -> bool:
    """Whether programs give such a name to what they are still writing."""
    return name.casefold().endswith(_UNFINISHED_ENDS)


def is_settled(seen_at: datetime, now: datetime, settle_seconds: float) -> bool:
    """Whether it has stayed as it was first seen for long enough. A time ahead (the clock was set back) is no proof."""
    return timedelta(seconds=settle_seconds) <= now - seen_at


def name_once_taken(receipt_id: int, name: str, copy: int = 1) -> str:
    """`r000012-night.csv`, or `r000012-2-night.csv` where that exists; cut before its ending to what a disk holds."""
    prefix = f"r{receipt_id:06d}-" if copy == 1 else f"r{receipt_id:06d}-{copy}-"
    stem, ending = (os.fsencode(part) for part in (PurePath(name).stem, PurePath(name).suffix))
    room = LONGEST_NAME - len(prefix) - len(ending)
    if room < 1:
        stem, ending, room = os.fsencode(name), b"", LONGEST_NAME - len(prefix)
    if len(stem) > room:
        stem = stem[:room].decode("utf-8", "ignore").encode()  # never half a character
    return prefix + os.fsdecode(stem + ending)


def stored_name(name: str) -> str:
    """The name as text that any database holds: bytes that are no UTF-8 are written out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def shown_name(stored: str) -> str:
    """The name for people: without what cannot be shown, or would turn the text around."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in stored)
