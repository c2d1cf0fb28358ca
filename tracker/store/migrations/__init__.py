"""Numbered migrations. `upgrade()` brings a database to the models; `is_current()` says whether it is there."""

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import Migrate
from flask_migrate import upgrade as _upgrade

from tracker.store.db import db

FOLDER = str(Path(__file__).resolve().parent)
migrate = Migrate(directory=FOLDER, render_as_batch=True, compare_type=True)


def upgrade() -> None:
    """Bring the database to the newest version; inside an application context."""
    _upgrade(directory=FOLDER)


def is_current() -> bool:
    """Whether the database is at the newest version."""
    with db.engine.connect() as connection:
        held = MigrationContext.configure(connection).get_current_revision()
    return held == ScriptDirectory(FOLDER).get_current_head()


def is_known(revision: str) -> bool:
    """Whether this version has heard of a database's version: of a later one it has not."""
    return any(script.revision == revision for script in ScriptDirectory(FOLDER).walk_revisions())
