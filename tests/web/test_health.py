"""What machines ask: the process, the database, the engine."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, render_template
from sqlalchemy import text

from tests.web.conftest import ClientRequest
from tracker.bootstrap import wiring
from tracker.core.clock import FixedClock
from tracker.services import lead_engine
from tracker.services.context import Context
from tracker.services.engine_state import SWEEP, record_beat
from tracker.services.pages.heartbeats import engine_life
from tracker.services.transaction import writing
from tracker.settings_engine import Monitoring
from tracker.store.db import db
from tracker.store.models import Person


def test_the_process_answers(client_request: ClientRequest) -> None:
    assert client_request.raw("GET", "/healthz").json == {"status": "ok"}


def test_a_scheduler_that_never_ran_is_told_and_takes_nothing_down(client_request: ClientRequest) -> None:
    answer = client_request.raw("GET", "/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["engine"]["is_stale"] is True
    assert answer.json["engine"]["sweep_age_seconds"] is None


def test_the_age_of_the_last_sweep_is_told(client_request: ClientRequest, clock: FixedClock) -> None:
    record_beat(SWEEP, clock.now, 0.01)
    answer = client_request.raw("GET", "/readyz")
    assert answer.json is not None
    assert answer.json["engine"]["sweep_age_seconds"] == 0
    assert answer.json["engine"]["is_stale"] is False
    metrics = client_request.raw("GET", "/metrics").get_data(as_text=True)
    assert "tracker_sweep_age_seconds 0.0" in metrics
    assert "tracker_is_stale 0.0" in metrics
    assert "tracker_ready 1.0" in metrics


def test_a_database_of_another_version_is_not_ready(client_request: ClientRequest) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client_request.raw("GET", "/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "tracker db upgrade" in answer.json["problem"]
    assert "tracker_ready 0.0" in client_request.raw("GET", "/metrics").get_data(as_text=True)
    assert client_request.raw("GET", "/healthz").status_code == 200


@pytest.mark.parametrize("swept", [True, False])
def test_the_banner_stands_on_every_staff_page_while_the_engine_is_stale(
    client_request: ClientRequest, clock: FixedClock, swept: bool
) -> None:
    if swept:
        record_beat(SWEEP, clock.now, 0.01)
    text_of_page = client_request.sign_in("Alice").get("/account").text
    assert ("Deadlines were last checked: never" in text_of_page) is not swept


def test_the_banner_tells_that_nobody_would_be_told(client_request: ClientRequest, people: dict[str, int]) -> None:
    told = "Some alerts would reach nobody"
    client_request.sign_in("Ed")
    assert told not in client_request.get("/account").text
    with writing() as session:
        for name, person_id in people.items():
            session.get_one(Person, person_id).is_active = name == "Ed"
    assert told in client_request.get("/account").text


def beat(job: str, minutes_ago: float, clock: FixedClock) -> None:
    record_beat(job, lambda: clock.now() - timedelta(minutes=minutes_ago), 0.25)


def test_every_jobs_heartbeat_the_lead_and_what_waits_are_told_to_machines(
    client_request: ClientRequest, clock: FixedClock
) -> None:
    beat("sweep", 0, clock)
    beat("deliver", 1, clock)
    beat("ping", 2, clock)
    lead_engine.hold("one machine/1/a", clock.now(), 20)
    answer = client_request.raw("GET", "/readyz")
    assert answer.json is not None
    told = answer.json["engine"]
    assert {name: job["age_seconds"] for name, job in told["jobs"].items()} == {"sweep": 0, "deliver": 60, "ping": 120}
    assert (told["is_led"], told["lease_token"], told["clocks_due"], told["undelivered"]) == (True, 1, 0, 0)
    assert told["ping_age_seconds"] == 120
    assert "one machine" not in answer.text, "which machine leads is nobody's business outside"
    metrics = client_request.raw("GET", "/metrics").get_data(as_text=True)
    assert 'tracker_heartbeat_age_seconds{job="deliver"} 60.0' in metrics
    assert "tracker_lease_token 1.0" in metrics
    assert "tracker_clocks_due 0.0" in metrics
    assert "tracker_ping_age_seconds 120.0" in metrics


def test_the_banner_tells_that_emails_are_not_sent_on_their_way(
    client_request: ClientRequest, clock: FixedClock
) -> None:
    beat("sweep", 0, clock)
    beat("deliver", 2, clock)
    told = "Emails were last sent on their way"
    client_request.sign_in("Alice")
    assert told not in client_request.get("/account").text
    beat("deliver", 10, clock)
    assert told in client_request.get("/account").text


def test_a_silent_monitor_is_told_to_those_who_can_mend_it(
    client_request: ClientRequest, clock: FixedClock, app: Flask
) -> None:
    watched = Monitoring.model_validate({"ping_url": "https://monitor.example/an-invented-key"})
    given = wiring(app)
    app.extensions["tracker"] = replace(given, settings=given.settings.model_copy(update={"monitoring": watched}))
    beat("sweep", 0, clock)
    beat("ping", 50, clock)
    told = "The monitoring address last heard of us"
    assert told not in client_request.sign_in("Ed").get("/account").text
    beat("ping", 70, clock)
    page = client_request.get("/account").text
    assert told in page
    assert "monitor.example" not in page
    assert told not in client_request.sign_in("Bob").get("/account").text


def test_the_jobs_stand_in_a_part_of_a_page(app: Flask, context: Context, clock: FixedClock) -> None:
    beat("sweep", 0, clock)
    with app.test_request_context():
        part = render_template("engine/heartbeats.html", life=engine_life(context))
    assert "sweep" in part
    assert "0.2 s" in part
    assert "No scheduler leads now" in part
