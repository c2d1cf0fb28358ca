"""What else goes wrong while a report is read: the mail server is away, the machine's clock is set anew."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tests.faults import commands, smtp_servers
from tests.faults.test_kill_ingest import lines_held, report, start_over, state
from tests.reports import as_csv, row
from tracker.core.terms import Role
from tracker.services.receive_report import CHUNK
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Episode, Line, OutboxMessage, Receipt

LINES = CHUNK * 3 + 20


def ingest(path: Path) -> tuple[str, ...]:
    return ("ingest", str(path), "--feed", "thames-valley", "--json")


def test_a_mail_server_that_is_away_is_nothing_to_a_report(app: Flask, database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    back = {"missing": "10/11/2026 10:00", "returned": "11/11/2026 10:00"}
    path.write_bytes(as_csv([row("TV1", **back)]))
    env = commands.environment(database_url, smtp_servers.closed_port(), TRACKER_NOW=NOON.isoformat())
    with writing() as current:
        factories.person(current, Role.LEAD)
    code, out, err = commands.finish(commands.start(*ingest(path), env=env))
    assert code == 0, err
    receipt = json.loads(out)
    assert (receipt["status"], receipt["created"]) == ("complete", 1)
    code, _out, err = commands.finish(commands.start("sweep", env=env))
    assert code == 0, err
    commands.finish(commands.start("deliver", env=env))
    session().rollback()
    waiting = session().scalars(select(OutboxMessage)).one()
    assert waiting.sent_at is None
    assert session().scalars(select(Receipt.status)).one() == "complete"


@pytest.mark.parametrize("shift", [timedelta(days=-3), timedelta(days=400)], ids=["back", "forward"])
def test_a_clock_set_anew_between_two_chunks(app: Flask, database_url: str, tmp_path: Path, shift: timedelta) -> None:
    """The age of the lines is their report's, whatever the clock says when they are read; so is when we were told."""
    big, nil, offset = tmp_path / "big.csv", tmp_path / "nil.csv", tmp_path / "offset"
    big.write_bytes(as_csv(report(LINES, random.Random(20261127))))
    nil.write_bytes(as_csv([]))
    right = NOON - datetime.now(UTC)
    env = commands.environment(database_url, 25, TRACKER_CLOCK_OFFSET_FILE=str(offset))

    def set_clock(to: timedelta) -> None:
        offset.write_text(str(to.total_seconds()))

    set_clock(right)
    process = commands.start(*ingest(big), env=env)
    commands.kill_on_its_way(process, lines_held, random.Random(1), 1, linger=0)
    assert 0 < lines_held() < LINES
    set_clock(right + shift)
    code, _out, err = commands.finish(commands.start(*ingest(nil), env=env))
    assert code == 0, err

    session().rollback()
    kept = session().scalars(select(Receipt).order_by(Receipt.id)).all()
    assert {one.status for one in kept} == {"complete"}
    assert (kept[0].lines_read, lines_held()) == (LINES, LINES)
    assert session().scalar(select(func.count(Line.line_no.distinct())).where(Line.receipt_id == kept[0].id)) == LINES
    assert set(session().scalars(select(Line.as_of_at))) == {kept[0].report_at}
    told = session().scalars(select(Episode.notified_at).where(Episode.returned_at.is_not(None))).all()
    assert set(told) == {kept[0].received_at}
    clocks = select(Episode).where(Episode.interview_due_at.is_not(None))
    for held in session().scalars(clocks):
        assert held.returned_at is not None
        assert held.interview_due_at == held.returned_at + timedelta(hours=72)
    assert list(audit.broken_links(session())) == []
    found = [one for one in state()["lines"] if isinstance(one, tuple)]  # type: ignore[attr-defined]
    start_over(app)
    set_clock(right)
    code, _out, err = commands.finish(commands.start(*ingest(big), env=env))
    assert code == 1, err
    assert state()["lines"] == found
