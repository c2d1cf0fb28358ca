"""The database that tests on PostgreSQL use in turn: nothing of the one before is there, nor can its tables change."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories, postgres
from tests.emptied_postgres import EmptiedDatabase
from tracker.core.terms import Role
from tracker.services.transaction import writing
from tracker.store.db import db

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(postgres.binaries() is None, reason=postgres.ABSENT),
]


@pytest.fixture
def database_url(emptied_postgres: EmptiedDatabase) -> str:
    return emptied_postgres.url()


def rows_held(session: Session) -> int:
    return sum(
        session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in db.metadata.sorted_tables
    )


def test_rows_go_numbers_begin_again_and_whoever_is_about_is_sent_away(
    app: Flask, emptied_postgres: EmptiedDatabase
) -> None:
    with writing() as session:
        first = factories.person(session, Role.LEAD).id
    open_still = db.engine.connect()
    open_still.execute(sa.text("LOCK TABLE person IN SHARE MODE"))
    emptied_postgres.empty()
    with pytest.raises(sa.exc.OperationalError):
        open_still.execute(sa.text("SELECT 1"))
    open_still.invalidate()
    open_still.close()
    db.engine.dispose()
    assert rows_held(db.session()) == 0
    with writing() as session:
        assert factories.person(session, Role.LEAD).id == first == 1
    emptied_postgres.empty()


def test_a_change_of_its_tables_is_refused(app: Flask) -> None:
    with db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="one of their own"):
        connection.execute(sa.text("CREATE TABLE left_behind (id INTEGER)"))


def test_it_is_made_anew_before_the_rows_deleted_fill_it(
    emptied_postgres: EmptiedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.emptied_postgres.AT_MOST", 1)
    first, second = emptied_postgres.url(), emptied_postgres.url()
    assert first != second
    with postgres.administering(second) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM person")) == 0
