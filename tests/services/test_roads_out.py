"""The scheduler's roads out: each in a job of its own, so that one that hangs holds up no other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tracker.bootstrap import create_app, wiring
from tracker.core.clock import FixedClock
from tracker.core.mail import Email, MailRefusedError
from tracker.scheduler import Engine
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store import engine, outbox
from tracker.store.db import db, session
from tracker.store.migrations import upgrade
from tracker.store.models import OutboxMessage

SECRET = "whsec_" + "A" * 40


class Road:
    """Takes what it is sent; `gate`: not before it is opened; `refuses`: nothing."""

    def __init__(self) -> None:
        self.sent: list[Email] = []
        self.gate = threading.Event()
        self.gate.set()
        self.refuses = False

    def describe(self) -> str:
        return "a fake"

    @contextmanager
    def connect(self) -> Iterator["Road"]:
        yield self

    def send(self, email: Email) -> None:
        self.gate.wait(20)
        if self.refuses:
            raise MailRefusedError("desk.invalid does not take the message (404).")
        self.sent.append(email)


@pytest.fixture
def mail() -> Road:
    return Road()


@pytest.fixture
def app(tmp_path: Path, mail: Road) -> Iterator[Flask]:
    settings = load_settings(
        {"TRACKER_WEBHOOK_SECRET_DESK": SECRET}, env="test", secret_key="t" * 40,
        database_url=f"sqlite:///{tmp_path / 'tracker.sqlite3'}",
        webhooks=[{"name": "desk", "url": "https://desk.invalid/x"}],
    )  # fmt: skip
    application = create_app(settings, FixedClock(NOON), mail, pages=False)
    wiring(application).webhooks["desk"] = Road()  # type: ignore[index]
    with application.app_context():
        upgrade()
        yield application
        db.session.remove()
        db.engine.dispose()


def queue() -> None:
    emails = [
        outbox.NewEmail("ann", "test", "ann@council.invalid", "A test", "A test.\n"),
        outbox.NewEmail("desk", "test", "desk", "A test", "A test.\n", road="webhook:desk"),
    ]
    with writing() as current:
        outbox.queue_emails(current, emails, NOON, "tracker.invalid")


@pytest.fixture
def leader(app: Flask) -> Engine:
    return Engine(app)


def run(leader: Engine, name: str) -> None:
    leader.run(next(job for job in leader.jobs() if job.name == name))


def rows() -> dict[str, OutboxMessage]:
    session().rollback()
    return {row.dedupe_key: row for row in session().scalars(select(OutboxMessage))}


def test_a_road_that_hangs_holds_up_no_other(app: Flask, leader: Engine, mail: Road) -> None:
    queue()
    mail.gate.clear()
    thread = threading.Thread(target=run, args=[leader, "deliver"])
    thread.start()
    run(leader, "deliver webhook:desk")
    held = rows()
    assert (held["desk"].sent_at, held["ann"].sent_at) == (NOON, None)
    mail.gate.set()
    thread.join(30)
    assert rows()["ann"].sent_at == NOON
    assert engine.last_beat_at(session(), "deliver webhook:desk") == NOON


def test_a_webhook_that_refuses_is_stopped_for_a_person_to_be_told(app: Flask, leader: Engine, mail: Road) -> None:
    queue()
    desk = wiring(app).webhooks["desk"]
    assert isinstance(desk, Road)
    desk.refuses = True
    run(leader, "deliver webhook:desk")
    run(leader, "deliver")
    held = rows()
    assert held["desk"].undelivered_why == "desk.invalid does not take the message (404)."
    assert held["ann"].sent_at == NOON
    assert [email.to_address for email in mail.sent] == ["ann@council.invalid"]
