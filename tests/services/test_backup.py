"""The whole database into a file and back."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask

from tests import factories
from tracker.core.terms import Role
from tracker.services import backup
from tracker.services.context import Context
from tracker.services.errors import Refused
from tracker.services.transaction import writing
from tracker.store.db import db
from tracker.store.models import Person


def _names() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(db.select(Person.name)))


def test_what_was_copied_comes_back(app: Flask, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "copy.backup"
    with writing() as session:
        factories.person(session, Role.LEAD, name="Kept Testworker")
    assert backup.back_up(file) == file.stat().st_size > 0
    assert file.stat().st_mode & 0o077 == 0
    with writing() as session:
        factories.person(session, Role.LEAD, name="Later Testworker")
    with pytest.raises(Refused, match="--replace"):
        backup.restore(file, context)
    assert _names() == {"Kept Testworker", "Later Testworker"}
    backup.restore(file, context, replace=True)
    assert _names() == {"Kept Testworker"}


def test_a_file_that_is_there_is_not_overwritten(app: Flask, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "copy.backup"
    file.write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        backup.back_up(file)
    assert file.read_text() == "mine"


def test_what_is_no_copy_replaces_nothing(app: Flask, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite3"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE something (id INTEGER)")
    other.close()
    with writing() as session:
        factories.person(session, Role.LEAD, name="Kept Testworker")
    with pytest.raises(Refused):
        backup.restore(file, context, replace=True)
    assert _names() == {"Kept Testworker"}


def test_no_file_no_restore(app: Flask, context: Context, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no file"):
        backup.restore(tmp_path / "absent", context)
