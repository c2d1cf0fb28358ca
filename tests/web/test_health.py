"""What machines ask: the process, the database, the engine."""

import pytest
from sqlalchemy import text

from tests.web.conftest import ClientRequest
from tracker.core.clock import FixedClock
from tracker.services.engine_state import SWEEP, record_beat
from tracker.services.transaction import writing
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
