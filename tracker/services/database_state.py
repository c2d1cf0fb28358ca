"""Whether the database answers and holds this version's tables: for /readyz and `tracker check`."""

from sqlalchemy.exc import SQLAlchemyError

from tracker.store.migrations import is_current


def database_problem() -> str | None:
    """A sentence, or None where all is well. It quotes nothing of the driver's own words: they may name a password."""
    try:
        current = is_current()
    except SQLAlchemyError as error:
        return f"The database does not answer ({type(error).__name__})."
    return None if current else "The database is not at this version's tables: run `tracker db upgrade`."
