"""An outage is told of once, by the web processes while it lasts, and by the engine when it is over."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests import factories
from tests.conftest import NOON
from tracker import scheduler, watchdog
from tracker.bootstrap import wiring
from tracker.core.clock import FixedClock
from tracker.core.monitoring import MonitorNotReachedError
from tracker.core.terms import Role
from tracker.scheduler import Engine, Job, running
from tracker.services import engine_state
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.services.watch_engine import look_after_engine
from tracker.store import engine
from tracker.store.db import session
from tracker.watchdog import Watchdog, watching

MINUTE = timedelta(minutes=1)


@dataclass
class Noted:
    """Stands for what queues the email; notes what it was asked to tell."""

    told: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __call__(self, context: Context, last_sweep_at: datetime, until: datetime) -> int:
        self.told.append((last_sweep_at, until))
        return 1


def swept(clock: FixedClock) -> None:
    engine_state.record_beat(engine_state.SWEEP, clock.now, 0.01)


def test_while_sweeps_are_in_time_nobody_is_told_and_nothing_is_delivered(
    app: Flask, context: Context, clock: FixedClock
) -> None:
    tell, delivered = Noted(), Noted()

    def deliver() -> None:
        delivered(context, NOON, NOON)

    assert not look_after_engine(context, 300, deliver, tell), "what was never begun has not broken down"
    swept(clock)
    assert not look_after_engine(replace(context, now=NOON + 5 * MINUTE), 300, deliver, tell)
    assert (tell.told, delivered.told) == ([], [])
    late = NOON + 6 * MINUTE
    assert look_after_engine(replace(context, now=late), 300, deliver, tell)
    assert (tell.told, len(delivered.told)) == ([(NOON, late)], 1)


def test_the_web_process_delivers_what_waits_when_the_schedulers_are_silent(
    app: Flask, context: Context, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(watchdog, "deliver", lambda *given: sent.append("delivered"))
    swept(clock)
    one = Watchdog(app)
    one.look()
    assert sent == []
    one.wiring = replace(one.wiring, clock=FixedClock(NOON + 10 * MINUTE))
    one.look()
    assert sent == ["delivered"]


def test_a_look_that_fails_is_logged_without_its_words_and_the_next_is_made(
    app: Flask, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> bool:
        raise ValueError("Aaron Invented")

    monkeypatch.setattr(watchdog, "look_after_engine", fail)
    one = Watchdog(app)
    one.look()
    one.look()
    assert caplog.text.count("the look at the engine failed: ValueError") == 2
    assert "Aaron" not in caplog.text


def test_the_watchdogs_thread_ends_with_the_server(app: Flask) -> None:
    with watching(app) as one:
        assert one.thread.is_alive()
    assert not one.thread.is_alive()


def test_after_an_outage_the_engine_says_once_how_long_it_was(
    app: Flask, context: Context, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Noted()
    monkeypatch.setattr(scheduler, "tell_engine_stale", tell)
    one = Engine(app)
    for minutes in (0, 1, 241, 242):
        one.wiring = replace(one.wiring, clock=FixedClock(NOON + minutes * MINUTE))
        one.run(Job("sweep", 60, one.sweep))
    assert tell.told == [(NOON + MINUTE, NOON + 241 * MINUTE)]


@dataclass
class Monitor:
    pings: int = 0
    hangs_for: float = 0
    fails: bool = False

    def ping(self) -> None:
        self.pings += 1
        time.sleep(self.hangs_for)
        if self.fails:
            raise MonitorNotReachedError("the monitoring address answered 500")


def wait(met: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end and not met():
        time.sleep(0.02)
    return met()


def beat_of(job: str) -> datetime | None:
    session().rollback()
    return engine.last_beat_at(session(), job)


@pytest.mark.parametrize("fails", [False, True])
def test_a_good_sweep_is_followed_by_a_sign_of_life_and_its_heartbeat(app: Flask, fails: bool) -> None:
    monitor = Monitor(fails=fails)
    app.extensions["tracker"] = replace(wiring(app), monitor=monitor)
    with running(app):
        assert wait(lambda: monitor.pings > 0)
        assert fails or wait(lambda: beat_of(engine_state.PING) is not None)
    assert monitor.pings == 1, "not more often than is set"
    assert (beat_of(engine_state.PING) is None) is fails


def test_a_monitor_that_hangs_delays_no_sweep(app: Flask) -> None:
    monitor = Monitor(hangs_for=3)
    app.extensions["tracker"] = replace(wiring(app), monitor=monitor)
    one = Engine(app)
    one.start()
    try:
        assert wait(lambda: monitor.pings == 1)
        began = time.monotonic()
        one.run(Job("sweep", 60, one.sweep))
        assert time.monotonic() - began < 2
    finally:
        one.stop()


def test_what_a_sweep_queued_is_delivered_at_once(app: Flask, context: Context) -> None:
    with writing() as current:
        factories.person(current, Role.LEAD)
    one = Engine(app)
    assert one.wiring.settings.scheduler.deliver_seconds == 15
    one.start()
    try:
        assert wait(lambda: all(beat_of(job.name) is not None for job in one.jobs())), "what runs at once has ended"
        with writing() as current:
            back = NOON - timedelta(hours=73)
            factories.episode(current, factories.child(current), back - MINUTE, back, context=context)
        ran: list[str] = []
        one.deliver = lambda *_: ran.append("deliver") or {}  # type: ignore[method-assign,assignment,func-returns-value]
        one.run(Job("sweep", 60, one.sweep))
        assert wait(lambda: ran == ["deliver"]), "long before its own interval"
    finally:
        one.stop()


def test_a_leader_that_stood_still_finds_out_before_its_next_step(app: Flask) -> None:
    one = Engine(app)
    assert one.holds_lease()
    assert one.still_leads()
    with writing() as current:
        lease = engine.lease(current, "engine")
        assert lease is not None
        lease.holder, lease.token = "another machine/1/a", lease.token + 1
    assert one.still_leads(), "asked a moment ago"
    one.held_at -= one.wiring.settings.scheduler.lease_seconds  # as if so much time had passed meanwhile
    assert not one.still_leads()
