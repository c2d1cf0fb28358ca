"""Every scheduler is dead: a real web process notices, and what waits in the outbox goes out all the same."""

import signal
from datetime import UTC, datetime, timedelta

from flask import Flask

from tests import factories
from tests.faults import commands, smtp_servers
from tracker.core.terms import Role
from tracker.services import engine_state
from tracker.services.context import Context
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing

QUICK = {"TRACKER_MONITORING_OUTAGE_SECONDS": "5"}


def test_the_web_process_delivers_when_no_scheduler_does(app: Flask, context: Context, database_url: str) -> None:
    now = datetime.now(UTC)
    back = now - timedelta(hours=74)
    with writing() as current:
        factories.person(current, Role.LEAD, email="lead@council.invalid")
        then = Context(back, context.rules, context.actor)
        factories.episode(current, factories.child(current), back - timedelta(hours=9), back, context=then)
    sweep(Context(now - timedelta(minutes=10), context.rules, context.actor))  # and killed before it could deliver
    engine_state.record_beat(engine_state.SWEEP, lambda: now - timedelta(minutes=10), 0.1)
    server = smtp_servers.Taking()
    with smtp_servers.serving(server) as mail_port:
        env = commands.environment(database_url, mail_port, **QUICK)
        process = commands.start("serve", "--port", str(smtp_servers.closed_port()), env=env)
        try:
            assert commands.wait_until(lambda: "lead@council.invalid" in server.recipients, 60)
        finally:
            process.send_signal(signal.SIGTERM)
            _code, _out, err = commands.finish(process)
    assert "Traceback" not in err, err
