"""The numbered migrations make exactly the models' tables, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from tracker.store.db import db
from tracker.store.migrations import is_current


def test_upgrading_an_empty_database_gives_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), db.metadata)
    assert differences == []
    assert is_current()
