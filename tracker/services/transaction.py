"""The one way to write: everything inside commits together, or nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from tracker.store.db import begin_writing


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction that begins as a writer; committed at the end, rolled back on any exception.

    Objects read before it are stale: read again inside.
    """
    current = begin_writing()
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
