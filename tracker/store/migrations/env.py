"""Run by Alembic inside the application's context."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

import tracker.store.models  # noqa: F401  (fills the metadata)
from tracker.store.db import UTCDateTime, db

config = context.config


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Our instant type is written as the type it stores, so that old migrations do not import today's code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:  # batch mode copies tables: with foreign keys on it would fail or cascade
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            render_as_batch=sqlite,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            connection.rollback()
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"{len(broken)} rows point nowhere after the migration")


run()
