"""tracker digest from the command line: what would be told, and what is queued; and the scheduler's two new jobs."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.services import world
from tests.services.trigger_world import found, people
from tracker.cli import cli
from tracker.core.clock import FixedClock
from tracker.core.terms import Role
from tracker.scheduler import Engine
from tracker.services.context import Context
from tracker.settings import SettingsError, load_settings
from tracker.store import engine
from tracker.store.db import session
from tracker.store.models import OutboxMessage


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def overdue(app: Flask, context: Context, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_ENV", "test")
    monkeypatch.setenv("TRACKER_DATABASE_URL", database_url)
    people(Role.LEAD, Role.INTERVIEWER)
    world.episode(context, 80)
    session().rollback()


def _run(*arguments: str) -> dict[str, object]:
    done = CliRunner().invoke(cli, ["digest", "--json", "--now", NOON.isoformat(), *arguments])
    assert done.exit_code == 0, done.output
    document: dict[str, object] = json.loads(done.stdout)
    return document


def _queued() -> list[str]:
    session().rollback()
    return list(session().scalars(select(OutboxMessage.template)))


def test_a_dry_run_shows_and_writes_nothing_then_it_is_queued_once(overdue: None) -> None:
    shown = _run("--dry-run")
    assert shown["day"] == "2026-11-16"
    assert [(one["email"], one["sent"], one["counts"]) for one in shown["digests"]] == [  # type: ignore[attr-defined]
        ("lead@council.invalid", True, {"overdue_interviews": 1}),
        ("interviewer@council.invalid", False, {}),
    ]
    assert _queued() == []
    assert _run() == {"queued": 1, "quiet": 1}
    assert _run() == {"queued": 0, "quiet": 0}
    assert _queued() == ["digest"]


def test_the_scheduler_does_both(app: Flask, context: Context, clock: FixedClock) -> None:
    people(Role.LEAD)
    found(context)
    clock.at = NOON + timedelta(hours=12)
    one = Engine(app)
    for job in one.jobs():
        if job.name in ("notices", "digest"):
            assert job.seconds == one.wiring.settings.scheduler.sweep_seconds
            one.run(job)
    assert _queued() == ["found_not_returned"], "at midnight there is no digest"
    clock.at = NOON + timedelta(hours=20)
    for job in one.jobs():
        if job.name in ("notices", "digest"):
            one.run(job)
            session().rollback()
            assert engine.last_beat_at(session(), job.name) == clock.at
    assert _queued() == ["found_not_returned", "digest"]


def test_its_settings_are_checked() -> None:
    given = load_settings(environ={"TRACKER_DIGEST_AT": "07:30", "TRACKER_DIGEST_ALL_CLEAR": "true"})
    assert (given.digest.at.isoformat(), given.digest.all_clear) == ("07:30:00", True)
    with pytest.raises(SettingsError):
        load_settings(environ={"TRACKER_DIGEST_AT": "breakfast"})
