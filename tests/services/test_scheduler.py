"""One of several schedulers acts; a job that fails is logged and shows; what is due monthly is done once."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tracker.bootstrap import wiring
from tracker.core.clock import FixedClock, parse_month
from tracker.core.terms import Role
from tracker.scheduler import Engine, Job, running
from tracker.services import engine_state, lead_engine
from tracker.services.context import Context
from tracker.services.due_work import months_due, prepare_due_months
from tracker.services.transaction import writing
from tracker.store import engine
from tracker.store.db import session
from tracker.store.models import Alert, DueRun, Person, SchedulerLease, SummaryRow

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def test_one_leads_and_another_takes_over_when_its_lease_has_run_out(app: Flask) -> None:
    assert lead_engine.hold("one", NOON, 20) == 1
    assert lead_engine.hold("two", NOON + 10 * SECOND, 20) is None
    assert lead_engine.hold("one", NOON + 15 * SECOND, 20) == 1, "kept, under the same token"
    assert lead_engine.hold("two", NOON + 34 * SECOND, 20) is None
    assert lead_engine.hold("two", NOON + 35 * SECOND, 20) == 2, "the token rises with every change of hands"
    assert lead_engine.hold("one", NOON + 36 * SECOND, 20) is None


def test_letting_go_frees_the_lease_at_once(app: Flask) -> None:
    lead_engine.hold("one", NOON, 20)
    lead_engine.let_go("two", NOON)
    assert lead_engine.hold("two", NOON, 20) is None, "only its holder lets go"
    lead_engine.let_go("one", NOON)
    assert lead_engine.hold("two", NOON, 20) == 2


def test_the_lease_of_a_process_known_to_be_gone_is_free(app: Flask) -> None:
    lead_engine.hold("one", NOON, 20)
    assert lead_engine.hold("two", NOON + SECOND, 20, is_gone=lambda worker: worker == "three") is None
    assert lead_engine.hold("two", NOON + SECOND, 20, is_gone=lambda worker: worker == "one") == 2


def test_a_lease_from_before_the_clock_was_set_back_is_free(app: Flask) -> None:
    lead_engine.hold("one", NOON + timedelta(hours=73), 20)
    assert lead_engine.hold("two", NOON, 20) == 2


def test_of_many_that_try_at_once_one_leads(app: Flask) -> None:
    barrier = threading.Barrier(6)
    got: list[int | None] = []
    failed: list[Exception] = []

    def one(name: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                got.append(lead_engine.hold(name, NOON, 20))
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=one, args=[f"worker {number}"]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(token for token in got if token) == [1]
    assert session().scalars(select(SchedulerLease)).one().token == 1


@dataclass
class Counting:
    """A job that counts its runs, and fails when told to."""

    runs: int = 0
    fails: bool = False

    def __call__(self, context: Context, keep_going: Callable[[], bool]) -> dict[str, object]:
        self.runs += 1
        if self.fails:
            raise ValueError("Aaron Invented, born 4 March 2012")
        return {"runs": self.runs}


def test_only_the_leader_acts(app: Flask) -> None:
    first, second, work = Engine(app), Engine(app), Counting()
    second.worker = "another machine/1/a"
    second.run(Job("test", 60, work))
    assert work.runs == 1
    first.run(Job("test", 60, work))
    assert work.runs == 1


def test_a_job_that_ended_well_leaves_a_heartbeat(app: Flask) -> None:
    Engine(app).run(Job("test", 60, Counting()))
    assert engine.last_beat_at(session(), "test") == NOON


def test_a_failed_job_is_logged_without_what_it_said_and_leaves_no_heartbeat(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    work = Counting(fails=True)
    one = Engine(app)
    with caplog.at_level(logging.INFO):
        one.run(Job("test", 60, work))
        one.run(Job("test", 60, work))
    assert work.runs == 2, "the scheduler goes on"
    assert caplog.text.count("test failed: ValueError at tracker.scheduler:") == 2
    assert "Aaron" not in caplog.text
    assert engine.last_beat_at(session(), "test") is None


def test_the_engines_state_tells_when_nothing_is_swept(app: Flask, context: Context, clock: FixedClock) -> None:
    assert engine_state.state(context, 180).is_stale, "never swept"
    engine_state.record_beat(engine_state.SWEEP, clock.now, 0.01)
    fresh = engine_state.state(replace(context, now=NOON + 3 * MINUTE), 180)
    assert (fresh.is_stale, fresh.sweep_age_seconds, fresh.last_sweep_at) == (False, 180, NOON)
    assert engine_state.state(replace(context, now=NOON + 3 * MINUTE + SECOND), 180).is_stale
    from_the_future = replace(context, now=NOON - 73 * 60 * MINUTE)
    assert engine_state.state(from_the_future, 180).is_stale, "a sweep that lies ahead proves nothing"


def test_the_engines_state_counts_what_waits(app: Flask, context: Context) -> None:
    with writing() as current:
        lead = factories.person(current, Role.LEAD)
        back = NOON - 73 * 60 * MINUTE
        factories.episode(current, factories.child(current), back - MINUTE, back, context=context)
        lead_id = lead.id
    before = engine_state.state(context, 180)
    assert (before.waiting_emails, before.oldest_unsent_at, before.nobody_would_be_told) == (0, None, False)
    session().rollback()
    one = Engine(app)
    one.run(Job("sweep", 60, one.sweep))
    after = engine_state.state(replace(context, now=NOON + MINUTE), 180)
    assert (after.waiting_emails, after.oldest_unsent_age_seconds, after.stopped_emails) == (1, 60, 0)
    assert session().scalars(select(Alert.recipient_id)).one() == lead_id
    session().rollback()
    with writing() as current:
        current.get_one(Person, lead_id).away_from = NOON
    assert engine_state.state(context, 180).nobody_would_be_told


def test_a_running_engine_sweeps_as_soon_as_it_leads(app: Flask, context: Context) -> None:
    with writing() as current:
        factories.person(current, Role.LEAD)
        back = NOON - 73 * 60 * MINUTE
        factories.episode(current, factories.child(current), back - MINUTE, back, context=context)
    with running(app) as one:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            session().rollback()
            if engine.last_beat_at(session(), "sweep") and engine.last_beat_at(session(), "summary"):
                break
            time.sleep(0.05)
        assert one.leads
    session().rollback()
    assert len(session().scalars(select(Alert)).all()) == 1
    lease = session().scalars(select(SchedulerLease)).one()
    assert lease.expires_at == wiring(app).clock.now(), "let go on a clean stop"


@pytest.mark.parametrize(
    ("last", "today", "due"),
    [
        (None, date(2026, 11, 3), ["2026-10"]),
        (None, date(2026, 11, 2), ["2026-09"]),
        ("2026-09", date(2026, 11, 2), []),
        ("2026-09", date(2026, 11, 3), ["2026-10"]),
        ("2026-10", date(2026, 11, 30), []),
        ("2026-10", date(2027, 2, 3), ["2026-11", "2026-12", "2027-01"]),  # switched off over the winter
        ("2026-12", date(2026, 11, 30), []),  # the clock was set back
    ],
)
def test_a_month_falls_due_on_its_day_and_none_is_skipped(last: str | None, today: date, due: list[str]) -> None:
    assert [month.key for month in months_due(parse_month(last) if last else None, today, 3)] == due


def test_the_months_summary_is_prepared_once(app: Flask, context: Context) -> None:
    assert prepare_due_months(context, 3) == ["2026-10"]
    assert prepare_due_months(context, 3) == []
    assert session().scalars(select(SummaryRow.month)).all() == ["2026-10"]
    assert session().scalars(select(DueRun.key)).all() == ["2026-10"]


def test_a_run_that_asks_for_another_while_the_engine_stops_does_not_hold_it_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Engine(app)
    asks, stops = threading.Event(), threading.Event()
    add = one.scheduler.add_job

    def add_late(*given: object, **more: object) -> None:
        if str(more.get("id")).endswith(" soon"):
            asks.set()
            stops.wait(5)
            time.sleep(0.3)  # the stop is under way by now
        add(*given, **more)

    monkeypatch.setattr(one.scheduler, "add_job", add_late)
    monkeypatch.setattr(one, "jobs", lambda: ())
    one.start()
    one.scheduler.add_job(one.soon, args=[Job("late", 60, lambda context, keep_going: {})], id="asks for another")
    assert asks.wait(5)
    stopping = threading.Thread(target=one.stop, daemon=True)
    stopping.start()
    stops.set()
    stopping.join(15)
    assert not stopping.is_alive()
