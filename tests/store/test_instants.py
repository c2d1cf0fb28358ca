"""Instants come back in UTC itself, whatever the server's own time zone is: in that they are compared fastest."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests import factories
from tracker.services.transaction import writing
from tracker.store.db import db, session
from tracker.store.models import Child

AT = datetime(2026, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=1)))


def test_an_instant_comes_back_in_utc(app: Flask) -> None:
    with writing() as current:
        factories.child(current).created_at = AT
    (found,) = session().execute(select(Child.__table__.c.created_at)).one()
    assert (found, found.tzinfo) == (AT, UTC)


def test_a_server_elsewhere_tells_instants_in_utc(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no time zone")
    name = db.engine.url.database
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE \"{name}\" SET TIME ZONE 'America/New_York'"))
    db.engine.dispose()
    try:
        session().rollback()  # ends whatever was set in a transaction
        assert session().scalar(text("SHOW TIME ZONE")) == "UTC"
        assert session().scalar(text("SELECT now()")).tzinfo is UTC
    finally:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" RESET TIME ZONE'))
