"""Marking as sent, beside the sending: while one message goes, those before it are committed, several together.

A commit waits for the disk, and a mail server is quicker than a disk. So marks come in groups, by a thread of their
own, and most of them do not wait for the disk: such a mark outlives the end of this process, however it comes, and
only if the machine itself fails are the newest gone. What they said is then sent again, so nothing rests on them.

What a carrier has taken and no commit has marked is sent again after a crash: only `WINDOW` messages may stand so at
any time, and whoever would send one more waits. `UNSAFE_AT_MOST` bounds the same for a loss of power.
"""

import threading
from collections.abc import Callable
from types import TracebackType

from sqlalchemy import Connection

from tracker.services.transaction import writing_apart
from tracker.store import outbox
from tracker.store.db import wait_for_disk
from tracker.store.outbox import Sent

WINDOW = 8
"""Messages that may be with the carrier and not yet marked: what a crash sends again, at most."""

TOGETHER = 4
"""As many marks are worth a commit at once; fewer wait for more, for `LINGER_SECONDS`."""

LINGER_SECONDS = 0.01

UNSAFE_AT_MOST = 48
"""Marks after which one commit waits for the disk, for all before it."""


class Marker:
    """Marks what it is told of until the block ends, which waits for the last; raises what marking raised.

    `marked`: how many it was first to mark.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self.marked = 0
        self._connect = connect
        self._changed = threading.Condition()
        self._noted: list[Sent] = []
        self._unmarked: list[int] = []
        self._is_ending = False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="marker", daemon=True)

    def __enter__(self) -> "Marker":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
        self._thread.join()
        if error is None:
            self._raise_failure()

    def make_room(self) -> None:
        """Before one more is sent: wait until the window has room for it."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure is not None or len(self._unmarked) < WINDOW)
        self._raise_failure()

    def note(self, sent: Sent) -> None:
        """A carrier has taken it."""
        with self._changed:
            self._noted.append(sent)
            self._unmarked.append(sent.id)
            if len(self._noted) in (1, TOGETHER):
                self._changed.notify_all()

    def unmarked(self) -> list[int]:
        """The ids of what a carrier has taken and no commit has marked yet: still ours to hold."""
        with self._changed:
            return list(self._unmarked)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            with self._connect() as connection:
                unsafe, waits = 0, True
                while group := self._next_group():
                    unsafe += len(group)
                    must_wait = unsafe >= UNSAFE_AT_MOST or self._is_last(group)
                    if must_wait != waits:
                        wait_for_disk(connection, must_wait)
                        waits = must_wait
                    with writing_apart(connection) as writer:
                        first = outbox.mark_sent(writer, group)
                    unsafe = 0 if must_wait else unsafe
                    with self._changed:
                        self.marked += first
                        del self._unmarked[: len(group)]
                        self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 (raised again where messages are sent, which stops)
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _is_last(self, group: list[Sent]) -> bool:
        with self._changed:
            return self._is_ending and not self._noted and len(self._unmarked) == len(group)

    def _next_group(self) -> list[Sent]:
        """What is to be marked next; empty once all is marked and no more comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._noted or self._is_ending)
            self._changed.wait_for(lambda: len(self._noted) >= TOGETHER or self._is_ending, LINGER_SECONDS)
            group, self._noted = self._noted, []
            return group
