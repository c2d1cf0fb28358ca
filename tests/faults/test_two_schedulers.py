"""Two real `tracker scheduler` processes: everything is done once, and one killed is followed by the other."""

import signal
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.faults import commands, smtp_servers
from tests.faults.daily_work import digests_are_sent
from tracker.core.terms import Role
from tracker.services import engine_state
from tracker.services.context import Context
from tracker.services.mark_sent import WINDOW
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Alert, Breach, OutboxMessage, SchedulerLease

OVERDUE = 50
LEASE_SECONDS = 5
QUICK = {
    "TRACKER_SCHEDULER_SWEEP_SECONDS": "1",
    "TRACKER_SCHEDULER_DELIVER_SECONDS": "0.5",
    "TRACKER_SCHEDULER_LEASE_SECONDS": str(LEASE_SECONDS),
    "TRACKER_ALERTS_SINGLE_MESSAGES": "1000",
}


@pytest.fixture
def overdue(app: Flask, context: Context) -> datetime:
    """Fifty episodes overdue since an hour by the real clock, and two people to tell: a manager and a lead."""
    now = datetime.now(UTC)
    back = now - timedelta(hours=73)
    then = Context(back, context.rules, context.actor)
    with writing() as current:
        digests_are_sent(current, now)
        for role in (Role.MANAGER, Role.LEAD):
            factories.person(current, role)
        for _ in range(OVERDUE):
            factories.episode(current, factories.child(current), back - timedelta(hours=1), back, context=then)
    return now


def holder() -> str | None:
    session().rollback()
    return session().scalar(select(SchedulerLease.holder))


def assert_told_once(server: smtp_servers.Taking, copies_allowed: int = 0) -> None:
    session().rollback()
    assert session().scalar(select(func.count()).select_from(Breach)) == OVERDUE
    assert session().scalar(select(func.count()).select_from(Alert)) == OVERDUE * 2
    rows = {row.message_id: row for row in session().scalars(select(OutboxMessage))}
    assert len(rows) == OVERDUE * 2
    copies = Counter(server.message_ids)
    assert set(copies) == set(rows)
    assert len(server.taken) - OVERDUE * 2 <= copies_allowed
    assert all(row.sent_at is not None for row in rows.values())
    assert list(audit.broken_links(session())) == []


def all_sent() -> bool:
    session().rollback()
    sent = select(func.count()).where(OutboxMessage.sent_at.is_not(None))
    return session().scalar(sent) == OVERDUE * 2


def test_two_schedulers_tell_each_person_once(overdue: datetime, database_url: str) -> None:
    server = smtp_servers.Taking()
    with smtp_servers.serving(server) as port:
        env = commands.environment(database_url, port, **QUICK)
        both = [commands.start("scheduler", env=env) for _ in range(2)]
        try:
            assert commands.wait_until(all_sent), f"{len(server.taken)} messages arrived"
            time.sleep(2)  # two more rounds of each: nothing more may come
        finally:
            for process in both:
                process.send_signal(signal.SIGTERM)
            ends = [commands.finish(process) for process in both]
    assert [code for code, _, _ in ends] == [0, 0], ends
    assert sum("leads" in err for _, _, err in ends) >= 1
    assert_told_once(server)
    assert len(server.taken) == OVERDUE * 2
    assert not any("failed" in err for _, _, err in ends), ends


def test_when_the_leader_is_killed_in_the_middle_the_other_goes_on(
    overdue: datetime, database_url: str, context: Context
) -> None:
    server = smtp_servers.Taking()
    with smtp_servers.serving(server) as port:
        env = commands.environment(database_url, port, **QUICK)
        both = [commands.start("scheduler", env=env) for _ in range(2)]
        try:
            assert commands.wait_until(lambda: len(server.taken) >= 20)
            first = holder()
            leader, other = sorted(both, key=lambda process: f"/{process.pid}/" not in (first or ""))
            commands.kill(leader)
            killed = time.monotonic()
            assert commands.wait_until(lambda: holder() != first, LEASE_SECONDS)
            assert time.monotonic() - killed <= LEASE_SECONDS
            assert commands.wait_until(all_sent), f"{len(server.taken)} messages arrived"
            assert not engine_state.state(replace(context, now=datetime.now(UTC)), 180).is_stale
        finally:
            for process in both:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    commands.finish(process)
    assert other.returncode == 0
    assert_told_once(server, copies_allowed=WINDOW)
