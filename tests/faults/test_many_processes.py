"""Four web processes, three schedulers, 200 overdue: 200 emails for 200 recipients, whoever is killed or stands still.

Real processes, a real mail server, a real database. Two of the web processes have an engine of their own beside the
pages, so that five want to lead.
"""

import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.faults import commands, smtp_servers
from tests.faults.daily_work import digests_are_sent
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.mark_sent import WINDOW
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Alert, Breach, OutboxMessage, SchedulerLease

OVERDUE = 200
LEASE_SECONDS = 5
QUICK = {
    "TRACKER_SCHEDULER_SWEEP_SECONDS": "1",
    "TRACKER_SCHEDULER_DELIVER_SECONDS": "1",
    "TRACKER_SCHEDULER_LEASE_SECONDS": str(LEASE_SECONDS),
}


@pytest.fixture
def overdue(app: Flask, context: Context) -> set[str]:
    """So many episodes overdue by the real clock, each of a team of its own with one manager; their addresses."""
    now = datetime.now(UTC)
    with writing() as current:
        digests_are_sent(current, now)
        for number in range(OVERDUE):
            team = factories.team(current)
            factories.person(current, Role.MANAGER, email=f"manager{number}@council.invalid", team_id=team.id)
            back = now - timedelta(hours=72, minutes=5 + number)
            row = factories.episode(current, factories.child(current), back - timedelta(hours=1), back, team_id=team.id)
            due_at = back + timedelta(hours=72)
            row.interview_due_at, row.deadline_hours, row.clock_no, row.clock_open = due_at, 72, 1, True
            row.sweep_at = due_at - timedelta(hours=24)
    return {f"manager{number}@council.invalid" for number in range(OVERDUE)}


def leader() -> str:
    session().rollback()
    return session().scalar(select(SchedulerLease.holder)) or ""


def waiting() -> int:
    session().rollback()
    unsent = select(func.count()).where(OutboxMessage.sent_at.is_(None))
    raised = session().scalar(select(func.count()).select_from(Alert)) or 0
    return OVERDUE - raised + (session().scalar(unsent) or 0)


@contextmanager
def running(env: dict[str, str], webs: int, schedulers: int) -> Iterator[tuple[list[subprocess.Popen[str]], list[int]]]:
    """So many of each, of the web processes every second with an engine; told to stop at the end, if still there."""
    ports = [smtp_servers.closed_port() for _ in range(webs)]
    processes = []
    for place, port in enumerate(ports):
        beside = ["--with-scheduler"] if place % 2 else []
        processes.append(commands.start("serve", "--port", str(port), *beside, env=env))
    processes += [commands.start("scheduler", env=env) for _ in range(schedulers)]
    try:
        yield processes, ports
    finally:
        for process in processes:
            if process.returncode is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGTERM)
        for process in processes:
            if process.returncode is None:
                commands.finish(process)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=20) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def process_of(name: str, processes: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    return next(process for process in processes if f"/{process.pid}/" in name)


def assert_each_told_once(server: smtp_servers.Taking, recipients: set[str], copies_allowed: int) -> None:
    session().rollback()
    assert session().scalar(select(func.count()).select_from(Breach)) == OVERDUE
    assert session().scalar(select(func.count()).select_from(Alert)) == OVERDUE
    rows = {row.message_id: row for row in session().scalars(select(OutboxMessage))}
    assert {row.to_address for row in rows.values()} == recipients
    assert set(server.recipients) == recipients
    assert set(Counter(server.message_ids)) == set(rows), "a copy bears the Message-ID of the first"
    assert len(server.taken) - OVERDUE <= copies_allowed
    assert all(row.sent_at is not None for row in rows.values())
    assert list(audit.broken_links(session())) == []


def test_the_leader_killed_in_the_middle_each_of_200_is_told_once(overdue: set[str], database_url: str) -> None:
    webs, schedulers = 4, 3
    server = smtp_servers.Taking()
    with ExitStack() as stack:
        port = stack.enter_context(smtp_servers.serving(server))
        env = commands.environment(database_url, port, **QUICK)
        processes, ports = stack.enter_context(running(env, webs, schedulers))
        assert commands.wait_until(lambda: len(server.taken) >= 20, 120)
        first = leader()
        commands.kill(process_of(first, processes))
        killed = time.monotonic()
        assert commands.wait_until(lambda: leader() != first, 30)
        took = time.monotonic() - killed
        assert commands.wait_until(lambda: waiting() == 0, 120), f"{waiting()} wait"
        alive = [port for port, process in zip(ports, processes, strict=False) if process.poll() is None]
        assert len(alive) >= webs - 1
        assert commands.wait_until(lambda: all(map(answers, alive)), 60), "so many start slowly together"
        time.sleep(2)  # further rounds of each: nothing more may come
    assert took < 30
    print(f"another led {took:.1f} s after the kill; {len(server.taken) - OVERDUE} copies")
    assert_each_told_once(server, overdue, copies_allowed=WINDOW)


@pytest.mark.skipif(commands.kills() == commands.SHORT, reason="a minute more: TRACKER_FAULTS=full")
def test_with_nobody_killed_200_emails_reach_200_recipients(overdue: set[str], database_url: str) -> None:
    server = smtp_servers.Taking()
    with ExitStack() as stack:
        port = stack.enter_context(smtp_servers.serving(server))
        stack.enter_context(running(commands.environment(database_url, port, **QUICK), 4, 3))
        assert commands.wait_until(lambda: len(server.taken) > 0 and waiting() == 0, 120), f"{waiting()} wait"
        time.sleep(3)
    assert len(server.taken) == OVERDUE
    assert_each_told_once(server, overdue, copies_allowed=0)


def test_a_leader_that_stood_still_and_comes_back_doubles_nothing(overdue: set[str], database_url: str) -> None:
    server = Slow()
    with ExitStack() as stack:
        port = stack.enter_context(smtp_servers.serving(server))
        env = commands.environment(database_url, port, **QUICK)
        processes, _ = stack.enter_context(running(env, 0, 2))
        assert commands.wait_until(lambda: len(server.taken) >= 10, 120)
        first = leader()
        paused = process_of(first, processes)
        pause_outside_a_transaction(paused, first)
        assert commands.wait_until(lambda: leader() != first, 30), "another takes the lead meanwhile"
        taken = len(server.taken)
        assert commands.wait_until(lambda: len(server.taken) > taken, 90), "and goes on"
        paused.send_signal(signal.SIGCONT)
        assert commands.wait_until(lambda: waiting() == 0, 90), f"{waiting()} wait"
        time.sleep(2)
    assert_each_told_once(server, overdue, copies_allowed=WINDOW)


class Slow(smtp_servers.Taking):
    """Takes some hundredths of a second for a message, so that a delivery can be met in its middle."""

    async def handle_DATA(self, *given: object) -> str:
        import asyncio

        await asyncio.sleep(0.03)
        return await super().handle_DATA(*given)  # type: ignore[arg-type]


def pause_outside_a_transaction(process: subprocess.Popen[str], name: str) -> None:
    """SIGSTOP, at an instant at which others can still write: on SQLite a process that stands still in the middle of
    its transaction holds the only writer's place, which no lease can take from it."""
    for _ in range(50):
        process.send_signal(signal.SIGSTOP)
        if others_can_write():
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    raise AssertionError(f"{name} was never met outside a transaction")


def others_can_write() -> bool:
    from sqlalchemy.exc import OperationalError

    from tracker.store.db import db

    with db.engine.connect() as probe:
        try:
            if probe.dialect.name == "sqlite":
                probe.exec_driver_sql("PRAGMA busy_timeout=100")
                probe.rollback()
                probe.exec_driver_sql("UPDATE heartbeat SET seconds = seconds")
            else:
                probe.exec_driver_sql("SET lock_timeout = '100ms'")
                probe.exec_driver_sql("SELECT pg_advisory_xact_lock(7203720372)")
                probe.exec_driver_sql("SELECT id FROM outbox FOR UPDATE")
        except OperationalError:
            return False
        finally:
            probe.rollback()
    return True
