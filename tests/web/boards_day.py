"""The working day as fixtures: a module of tests that wants it imports `kept`, `database_url`, `people` and `built`.

A test that asks for `built` gets a copy of a database built once, any other an empty one.
"""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests import factories, working_day
from tests.conftest import NOON
from tests.web.conftest import add_people
from tests.web.day import context_of
from tests.working_day import Built
from tracker.bootstrap import create_app
from tracker.core.clock import FixedClock
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store.db import db
from tracker.store.models import Person


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, upgraded: Path) -> tuple[Path, dict[str, int], Built]:
    """The day, built once."""
    path = tmp_path_factory.mktemp("boards") / "tracker.sqlite3"
    shutil.copy(upgraded, path)
    settings = load_settings(environ={}, env="test", database_url=f"sqlite:///{path}", secret_key="t" * 40)
    with create_app(settings, FixedClock(NOON)).app_context():
        people = add_people()
        with writing() as current:
            north = current.get_one(Person, people["Bob"]).team_id
            south = factories.team(current, "South team").id
        built = working_day.build(context_of(people), people["Bob"], people["Dana"], north, south)
        db.session.remove()
        db.engine.dispose()
    return path, people, built


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path, upgraded: Path) -> str:
    path = request.getfixturevalue("kept")[0] if "built" in request.fixturenames else upgraded
    shutil.copy(path, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def people(request: pytest.FixtureRequest, app: Flask) -> dict[str, int]:
    found: dict[str, int] = request.getfixturevalue("kept")[1] if "built" in request.fixturenames else add_people()
    return found


@pytest.fixture
def built(kept: tuple[Path, dict[str, int], Built]) -> Built:
    return kept[2]
