"""How long after a deadline the mail server has its alert: a real scheduler, a real mail server, the real clock.

With the engine sweeping every second: under 5 s. In full (TRACKER_FAULTS=full) also as shipped, a sweep a minute: under
75 s.
"""

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.faults import commands, smtp_servers
from tests.faults.daily_work import digests_are_sent
from tracker.core.terms import Role
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Heartbeat

FORMS = [
    pytest.param({"TRACKER_SCHEDULER_SWEEP_SECONDS": "1"}, 5, id="a sweep a second"),
    pytest.param(
        {},
        75,
        id="as shipped",
        marks=pytest.mark.skipif(commands.kills() == commands.SHORT, reason="takes a minute: TRACKER_FAULTS=full"),
    ),
]
TIMES = 3 if commands.kills() == commands.FULL else 1


def overdue_from(due_at: datetime) -> None:
    """An episode with this deadline, of which everybody has been told before that it is due soon."""
    with writing() as current:
        back = due_at - timedelta(hours=72)
        row = factories.episode(current, factories.child(current), back - timedelta(hours=1), back)
        row.interview_due_at, row.deadline_hours, row.clock_no, row.clock_open = due_at, 72, 1, True
        row.carried_rungs, row.sweep_at = ["due_soon"], due_at


def has_swept() -> bool:
    session().rollback()
    return session().scalar(select(Heartbeat.at).where(Heartbeat.job == "sweep")) is not None


@pytest.mark.parametrize(("setting", "seconds"), FORMS)
def test_from_the_deadline_to_the_servers_answer(
    app: Flask, database_url: str, setting: dict[str, str], seconds: float
) -> None:
    with writing() as current:
        factories.person(current, Role.LEAD)
        digests_are_sent(current, datetime.now(UTC))
    server = smtp_servers.Taking()
    taken: list[float] = []
    with smtp_servers.serving(server) as port:
        process = commands.start("scheduler", env=commands.environment(database_url, port, **setting))
        try:
            assert commands.wait_until(has_swept, 60)
            for number in range(1, TIMES + 1):
                due_at = datetime.now(UTC) + timedelta(seconds=1.5)
                overdue_from(due_at)
                assert commands.wait_until(lambda number=number: len(server.taken) >= number, seconds + 60)
                taken.append((datetime.now(UTC) - due_at).total_seconds())
                time.sleep(0.3)
        finally:
            process.send_signal(signal.SIGTERM)
            commands.finish(process)
    print(f"from the deadline to the server's 250: {', '.join(f'{one:.1f}' for one in taken)} s")
    assert max(taken) < seconds
