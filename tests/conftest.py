"""Fixtures for every room: an application on SQLite and on PostgreSQL, with a clock that stands still."""

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import settings

from tests import postgres
from tests.compiled_once import compile_once, keep_statements
from tests.emptied_postgres import EmptiedDatabase
from tracker.bootstrap import create_app
from tracker.core.clock import FixedClock
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.pages import kept_figures
from tracker.settings import Settings, load_settings
from tracker.store.db import db
from tracker.store.migrations import upgrade

settings.register_profile("same", derandomize=True)
settings.register_profile("random", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
# A build fails for what was changed, never for what was drawn: new draws are looked for by `make properties`.

compile_once()

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
"""Where the tests' clock stands: a Monday in winter time, with no clock change near."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is loaded here stays to the end: nobody need look through it, again and again, for what may be let go."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_report_header() -> str | None:
    return None if postgres.binaries() else postgres.ABSENT


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.running_server() as url:
        yield url


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file upgraded once; each test has a copy of it."""
    path = tmp_path_factory.mktemp("upgraded") / "tracker.sqlite3"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def upgraded_postgres(postgres_server: str) -> str:
    """The same on the server: a database upgraded once, from which each test's is made."""
    with postgres.administering(postgres_server) as connection:
        connection.execute(sa.text("CREATE DATABASE upgraded"))
    _upgrade(postgres_server.rsplit("/", 1)[0] + "/upgraded")
    return "upgraded"


def _upgrade(url: str) -> None:
    application = create_app(load_settings(environ={}, env="test", database_url=url, secret_key="t" * 40))
    with application.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def emptied_postgres(upgraded_postgres: str, postgres_server: str) -> Iterator[EmptiedDatabase]:
    """The one that tests use in turn."""
    database = EmptiedDatabase(upgraded_postgres, postgres_server)
    yield database
    database.close()


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, upgraded database of each kind in turn. Tests of pages override this with SQLite only."""
    if request.param == "sqlite":
        copy = tmp_path / "tracker.sqlite3"
        shutil.copy(request.getfixturevalue("upgraded"), copy)
        yield f"sqlite:///{copy}"
    elif postgres.binaries() is None:
        pytest.skip(postgres.ABSENT)
    elif request.path.parent.name == "faults":  # processes of their own, killed at any moment, and triggers
        template, server = map(request.getfixturevalue, ("upgraded_postgres", "postgres_server"))
        with postgres.made_from(template, server) as url:
            yield url
    else:
        emptied = request.getfixturevalue("emptied_postgres")
        yield emptied.url()
        emptied.empty()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def shipped_settings() -> Settings:
    """What is shipped, read once: settings never change, so that tests may share what they were made of."""
    return load_settings(environ={}, env="test", secret_key="t" * 40)


@pytest.fixture
def settings(shipped_settings: Settings, database_url: str) -> Settings:
    return shipped_settings.model_copy(update={"database_url": database_url})


WITHOUT_PAGES = frozenset({"adapters", "core", "services", "store"})
"""Rooms whose tests open no page: their application has none, and is made in a tenth of the time."""


@pytest.fixture
def app(request: pytest.FixtureRequest, settings: Settings, clock: FixedClock) -> Iterator[Flask]:
    """The application on this database, which is upgraded; inside its context."""
    opens_pages = request.path.parent.name not in WITHOUT_PAGES or request.node.get_closest_marker("pages")
    application = create_app(settings, clock, pages=bool(opens_pages))
    with application.app_context():
        keep_statements(db.engine)
        yield application
        kept_figures._kept.clear()  # another test may have its database at the same address
        db.session.remove()
        db.engine.dispose()


RULES = Rules(interview_form=load_settings(environ={}).interview_form)
"""The shipped rules, with the shipped form of the interview."""


@pytest.fixture
def context(clock: FixedClock) -> Context:
    """What a service is called with: now, the shipped rules, and a plain actor."""
    return Context(clock.now(), RULES, Actor("test"))


@pytest.fixture
def command_folder(tmp_path: Path, upgraded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands run: a database of their own, and the files they are given."""
    database = tmp_path / "tracker.sqlite3"
    database.write_bytes(upgraded.read_bytes())
    monkeypatch.setenv("TRACKER_ENV", "test")
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("TRACKER_SECRET_KEY", "t" * 40)
    monkeypatch.chdir(tmp_path)
    return tmp_path
