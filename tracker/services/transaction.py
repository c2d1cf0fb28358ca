"""The one way to write: everything inside commits together, or nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.services.errors import NoRoomError
from tracker.store.db import begin_writing, has_no_room


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction that begins as a writer; committed at the end, rolled back on any exception.

    Objects read before it are stale: read again inside. Raises NoRoomError where the database cannot grow.
    """
    try:
        current = begin_writing()
        try:
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise
    except DBAPIError as error:
        if has_no_room(error):
            raise NoRoomError from error
        raise
