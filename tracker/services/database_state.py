"""Whether the database answers and holds this version's tables: for /readyz, `tracker check` and whoever finds out."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from tracker.services.errors import DatabaseUnusableError
from tracker.store.migrations import is_current


def database_problem() -> str | None:
    """A sentence, or None where all is well. It quotes nothing of the driver's own words: they may name a password."""
    try:
        current = is_current()
    except SQLAlchemyError as error:
        return f"The database does not answer ({type(error).__name__})."
    return None if current else "The database is not at this version's tables: run `tracker db upgrade`."


@contextmanager
def told_if_unusable() -> Iterator[None]:
    """Where the database refuses what is asked within, and cannot be used as it is: raises DatabaseUnusableError."""
    try:
        yield
    except DBAPIError as error:
        if problem := database_problem():
            raise DatabaseUnusableError(problem) from error
        raise
