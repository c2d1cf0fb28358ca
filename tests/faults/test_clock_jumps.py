"""The clock jumps while a scheduler runs, in the time zone of New York: each alert once, each digest once a day."""

import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.faults import commands, smtp_servers
from tests.services import world
from tests.services.trigger_world import action, child, flag, found, people
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import audit, engine
from tracker.store.db import session
from tracker.store.models import Alert, Breach, OutboxMessage

HOUR = timedelta(hours=1)
STARTS = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)
"""Half an hour before the digest and the first deadline."""

JUMPS = (0, -2, 2, -2, 26, 24, 22, 0, 24, 26)
MORE_JUMPS = (25, 1, 48, 47, 50, 49, 0, -2, 72, 74, 70, 98)
"""Hours by which the clock stands off, one after the other: two back and ahead, and a day."""

QUICK = {
    "TRACKER_SCHEDULER_SWEEP_SECONDS": "0.5",
    "TRACKER_SCHEDULER_DELIVER_SECONDS": "0.5",
    "TRACKER_SCHEDULER_LEASE_SECONDS": "5",
    "TRACKER_NOW": STARTS.isoformat(),
    "TZ": "America/New_York",
}
JOBS = ("sweep", "notices", "digest", "deliver")


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def due(app: Flask, context: Context) -> dict[str, dict[int, datetime]]:
    """What falls due on either side of the jumps, by what it is: id → the instant."""
    before = replace(context, now=STARTS - 40 * HOUR)
    with writing() as current:
        rows = {}
        for hours in (0.5, 1.5, 23.5):
            back = STARTS + hours * HOUR - 72 * HOUR
            row = factories.episode(current, factories.child(current), back - HOUR, back, context=before)
            rows[row.id] = STARTS + hours * HOUR
    reports = {}
    for hours in (1, 24.5):
        reports[world.receipt(STARTS + hours * HOUR - 4 * HOUR)] = STARTS + hours * HOUR
        world.line(max(reports), 1)
    return {
        "episode overdue": rows,
        "episode found_not_returned": {
            found(before, STARTS + hours * HOUR - 12 * HOUR): STARTS + hours * HOUR for hours in (1, 25)
        },
        "flag repeat_flag": {flag(child(), STARTS - HOUR): STARTS - HOUR},
        "receipt lines_waiting": reports,
        "action action_overdue": {action(child(), due_on=STARTS.date()): datetime(2026, 11, 17, tzinfo=UTC)},
    }


def stand_off(file: Path, hours: float) -> None:
    """Whoever reads it meanwhile reads the old offset or the new, never half of one."""
    new = file.with_suffix(".new")
    new.write_text(str(hours * 3600))
    new.rename(file)


def has_looked(hours: float) -> bool:
    """Whether every job has run to its end under this clock."""
    session().rollback()
    beats = [engine.last_beat_at(session(), job) for job in JOBS]
    now = STARTS + hours * HOUR
    return all(beat is not None and abs(beat - now) < HOUR / 2 for beat in beats)


def jumps() -> Iterator[float]:
    yield from JUMPS
    if os.environ.get("TRACKER_FAULTS") == "full":
        yield from MORE_JUMPS


def test_each_alert_once_and_each_digest_once_a_day(
    due: dict[str, dict[int, datetime]], database_url: str, tmp_path: Path
) -> None:
    ids = people(Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER)
    offset = tmp_path / "offset"
    stand_off(offset, 0)
    server = smtp_servers.Taking()
    with smtp_servers.serving(server) as port:
        env = commands.environment(database_url, port, TRACKER_CLOCK_OFFSET_FILE=str(offset), **QUICK)
        process = commands.start("scheduler", env=env)
        try:
            for hours in jumps():
                stand_off(offset, hours)
                assert commands.wait_until(lambda at=hours: has_looked(at)), f"at {hours:+} hours"
            assert commands.wait_until(lambda: everything_sent()), "what is queued goes out"
        finally:
            process.send_signal(signal.SIGTERM)
            code, _, err = commands.finish(process)
    assert (code, "failed" in err) == (0, False), err
    assert_each_once(due, ids)
    assert set(Counter(server.message_ids).values()) == {1}, "and each message left once"
    rows = session().scalars(select(OutboxMessage)).all()
    assert set(server.message_ids) == {row.message_id for row in rows}
    assert list(audit.broken_links(session())) == []


def since(row: Alert) -> datetime | None:
    """A clock that jumps ahead looks like an outage: of each the engine tells once, by when it last swept."""
    return row.due_at if row.subject == "engine" else None


def everything_sent() -> bool:
    session().rollback()
    waiting = select(OutboxMessage.id).where(OutboxMessage.sent_at.is_(None))
    return session().scalars(waiting).first() is None


def assert_each_once(due: dict[str, dict[int, datetime]], ids: dict[Role, int]) -> None:
    session().rollback()
    rows = session().scalars(select(Alert)).all()
    told = Counter((row.subject, row.subject_id, row.clock_no, row.rung, row.recipient_id, since(row)) for row in rows)
    assert set(told.values()) == {1}
    for name, expected in due.items():
        subject, rung = name.split()
        found_due = {row.subject_id: row.due_at for row in rows if (row.subject, row.rung) == (subject, rung)}
        assert found_due == expected, name
    assert {row.episode_id: row.breached_at for row in session().scalars(select(Breach))} == due["episode overdue"]
    digests = Counter(row.dedupe_key for row in session().scalars(select(OutboxMessage)) if row.template == "digest")
    assert set(digests.values()) == {1}
    days = {key.split(":")[1] for key in digests}
    assert {"2026-11-16", "2026-11-17"} <= days
    for day in days:
        assert {int(key.split(":")[2]) for key in digests if day in key} <= set(ids.values())
