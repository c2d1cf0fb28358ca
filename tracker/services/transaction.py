"""The one way to write: everything inside commits together, or nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker.services.errors import NoRoomError
from tracker.store.db import begin_writing, has_no_room


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction that begins as a writer; committed at the end, rolled back on any exception.

    Objects read before it are stale: read again inside. Raises NoRoomError where the database cannot grow.
    """
    with _naming_want_of_room():
        current = begin_writing()
        try:
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise


@contextmanager
def writing_apart(connection: Connection) -> Iterator[Connection]:
    """The same in a thread beside: one transaction on a connection of its own (store.db.writers)."""
    with _naming_want_of_room(), connection.begin():
        yield connection


@contextmanager
def _naming_want_of_room() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if has_no_room(error):
            raise NoRoomError from error
        raise
