"""The engine's commands as processes of their own: JSON on standard output, exit codes, and a clean stop."""

import json
import shutil
import signal
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.faults import commands, smtp_servers
from tests.faults.daily_work import digests_are_sent
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import engine
from tracker.store.db import session
from tracker.store.models import OutboxMessage, SchedulerLease

LATE = NOON + timedelta(hours=73)


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def returned(app: Flask, context: Context) -> int:
    with writing() as current:
        row = factories.episode(current, factories.child(current), NOON - timedelta(hours=9), NOON, context=context)
        return row.id


def _run(database_url: str, port: int, *arguments: str) -> tuple[int, dict[str, int], str]:
    env = commands.environment(database_url, port)
    code, out, err = commands.finish(commands.start(*arguments, "--json", env=env))
    return code, json.loads(out), err


def test_sweep_and_deliver_from_the_command_line(returned: int, database_url: str) -> None:
    with writing() as current:
        factories.person(current, Role.LEAD, email="lead@council.invalid")
    server = smtp_servers.Taking()
    with smtp_servers.serving(server) as port:
        code, done, err = _run(database_url, port, "sweep", "--now", LATE.isoformat())
        assert (code, err) == (0, "")
        assert done == {
            "looked_at": 1, "breaches": 1, "withdrawn": 0, "alerts": 1, "nobody_told": 0, "flags_ended": 0,
            "meetings": 0, "failed": 0, "reports_missed": 0, "noticed": 0,
        }  # fmt: skip
        code, done, err = _run(database_url, port, "deliver", "--now", LATE.isoformat())
        assert (code, err) == (0, "")
        assert done == {"sent": 1, "delayed": 0, "stopped": 0, "not_needed": 0}
    assert server.recipients == ["lead@council.invalid"]
    assert engine.last_beat_at(session(), "sweep") == engine.last_beat_at(session(), "deliver") == LATE


def test_a_sweep_that_reaches_nobody_asks_for_a_person(returned: int, database_url: str) -> None:
    code, done, _ = _run(database_url, 1, "sweep", "--now", LATE.isoformat())
    assert (code, done["nobody_told"], done["breaches"]) == (1, 1, 1)


def test_a_refused_email_asks_for_a_person(returned: int, database_url: str) -> None:
    with writing() as current:
        factories.person(current, Role.LEAD)
    server = smtp_servers.Answering(stage="RCPT", answers=["550 no"])
    with smtp_servers.serving(server) as port:
        _run(database_url, port, "sweep", "--now", LATE.isoformat())
        code, done, _ = _run(database_url, port, "deliver", "--now", LATE.isoformat())
    assert (code, done["stopped"]) == (1, 1)


def test_the_web_server_with_the_scheduler_beside_it(app: Flask, context: Context, database_url: str) -> None:
    now = datetime.now(UTC)
    back = now - timedelta(hours=73)
    with writing() as current:
        digests_are_sent(current, now)
        factories.person(current, Role.LEAD, email="lead@council.invalid")
        then = Context(back, context.rules, context.actor)
        factories.episode(current, factories.child(current), back - timedelta(hours=9), back, context=then)
    server = smtp_servers.Taking()
    with smtp_servers.serving(server) as mail_port:
        quick = {"TRACKER_SCHEDULER_SWEEP_SECONDS": "1", "TRACKER_SCHEDULER_DELIVER_SECONDS": "0.5"}
        env = commands.environment(database_url, mail_port, **quick)
        port = str(smtp_servers.closed_port())
        process = commands.start("serve", "--with-scheduler", "--port", port, env=env)
        try:
            assert commands.wait_until(lambda: server.recipients == ["lead@council.invalid"])
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200
        finally:
            process.send_signal(signal.SIGTERM)
            code, _out, err = commands.finish(process)
    assert code == 0, err
    assert "failed" not in err, err
    assert session().scalars(select(OutboxMessage.sent_at)).one() is not None
    assert session().scalars(select(SchedulerLease.expires_at)).one() <= datetime.now(UTC), "let go"
