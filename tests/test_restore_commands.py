"""A copy of yesterday is put back: nobody is told twice, nothing is lost, and what is not known is summed up."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.test_admin_commands import run
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import db, session
from tracker.store.models import Alert, Episode, OutboxMessage, Person

HOUR = timedelta(hours=1)


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    path = tmp_path / "tracker.sqlite3"
    path.write_bytes(upgraded.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def world(app: Flask, context: Context, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A lead, a manager, and three returns due at 72 h; the commands' settings. The path of the copy to be made."""
    for name, value in {
        "TRACKER_ENV": "test",
        "TRACKER_DATABASE_URL": database_url,
        "TRACKER_SECRET_KEY": "t" * 40,
        "TRACKER_MAIL_FOLDER": str(tmp_path / "mailbox"),
    }.items():
        monkeypatch.setenv(name, value)
    with writing() as current:
        for role in (Role.LEAD, Role.MANAGER):
            factories.person(current, role, email=f"{role}@council.invalid")
        for number in range(3):
            back = NOON + number * HOUR
            factories.episode(current, factories.child(current), back - 5 * HOUR, back, context=context)
    db.session.remove()
    return tmp_path / "copy.backup"


def at(hours: float, *arguments: str, code: int = 0) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        run(*arguments, "--json", "--now", (NOON + hours * HOUR).isoformat(), code=code).stdout
    )
    return found


def sent(tmp_path: Path) -> Counter[str]:
    """How often each Message-ID went out."""
    files = (tmp_path / "mailbox").glob("*.eml")
    lines = [line for file in files for line in file.read_text().splitlines() if line.startswith("Message-ID:")]
    return Counter(lines)


@pytest.fixture
def fresh(app: Flask) -> Iterator[None]:
    """Nothing of what was read before the copy came."""
    db.session.remove()
    db.engine.dispose()
    yield


def test_what_was_told_since_the_copy_is_told_to_nobody_again(world: Path, tmp_path: Path) -> None:
    at(49, "sweep")  # "due soon" of two, not yet sent
    run("backup", str(world))
    at(49, "deliver")
    at(72.5, "sweep")  # the first is overdue, the third due soon
    at(72.5, "deliver")
    at(73.5, "sweep")  # the second is overdue: raised, and not sent before the copy comes
    before = sent(tmp_path)
    assert before.total() == 2 * 2 + 2 + 2
    assert at(73.6, "restore", str(world), "--replace")["alerts_carried_over"] == 6
    db.session.remove()
    db.engine.dispose()
    done = at(73.7, "sweep")
    assert (done["breaches"], done["alerts"]) == (2, 0), "the breaches are recorded anew, nobody is told of them again"
    at(73.7, "deliver")
    after = sent(tmp_path)
    assert set(after.values()) == {1}, "the one that waited in the copy has gone since: it does not go again"
    assert after.total() == before.total() + 2, "what had been raised and not sent goes out"
    session().rollback()
    assert len(session().scalars(select(Alert)).all()) == 10
    assert list(audit.broken_links(session())) == []
    assert at(73.8, "sweep")["looked_at"] == 0
    assert at(75, "sweep")["alerts"] == 2, "the third, overdue since"


def test_another_deadline_or_another_person_under_the_same_number_is_told(world: Path, tmp_path: Path) -> None:
    run("backup", str(world))
    with writing() as current:
        row = current.get_one(Episode, 1)
        row.interview_due_at, row.clock_no = NOON + 60 * HOUR, 2  # moved after the copy, told of, and lost with it
        row.sweep_at = NOON
        for person in current.scalars(select(Person)):
            if person.email.startswith("manager"):
                person.email = "another@council.invalid"  # whoever had this number in the database that goes
    db.session.remove()
    at(48.5, "sweep")
    at(48.5, "restore", str(world), "--replace")
    db.session.remove()
    db.engine.dispose()
    assert at(48.6, "sweep")["alerts"] == 2, "due soon by the deadline that the copy holds"


def test_where_nothing_can_be_read_the_first_sweep_sends_one_message_each(
    world: Path, tmp_path: Path, database_url: str
) -> None:
    at(49, "sweep")
    run("backup", str(world))
    db.session.remove()
    db.engine.dispose()
    path = Path(database_url.removeprefix("sqlite:///"))
    path.write_bytes(b"no database any more" * 1000)
    for part in ("-wal", "-shm"):
        Path(f"{path}{part}").unlink(missing_ok=True)
    assert at(80, "restore", str(world), "--replace")["alerts_carried_over"] is None
    assert path.with_name(f"{path.name}.damaged").read_bytes().startswith(b"no database")
    assert at(80, "sweep")["alerts"] == 6
    session().rollback()
    texts = session().scalars(select(OutboxMessage.subject).where(OutboxMessage.template == "several")).all()
    assert texts == ["3 return interview alerts in one message"] * 2
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT count(*) FROM heartbeat WHERE job = 'restored'").fetchone() == (0,)
    assert at(80.1, "sweep")["alerts"] == 0
    assert at(96.5, "sweep")["alerts"] == 1, "from then on each has a message of its own again"
    session().rollback()
    assert session().scalars(select(OutboxMessage.template).order_by(OutboxMessage.id.desc())).first() == "overdue_24h"
