"""kill -9 of a real `tracker deliver` in the middle of its work: at least once, never zero, recorded exactly once."""

import json
import os
import random
import time
from collections import Counter

from flask import Flask
from sqlalchemy import select, text

from tests.conftest import NOON
from tests.faults import commands, smtp_servers
from tracker.services.mark_sent import WINDOW
from tracker.services.transaction import writing
from tracker.store import outbox
from tracker.store.db import session
from tracker.store.models import OutboxMessage

IS_FULL = os.environ.get("TRACKER_FAULTS") == "full"
MESSAGES, KILLS = (2_000, 200) if IS_FULL else (150, 6)

COUNT_RECORDINGS = {
    "sqlite": (
        "CREATE TABLE recorded (id INTEGER)",
        "CREATE TRIGGER count_recordings AFTER UPDATE OF sent_at ON outbox BEGIN "
        "INSERT INTO recorded VALUES (NEW.id); END",
    ),
    "postgresql": (
        "CREATE TABLE recorded (id INTEGER)",
        "CREATE FUNCTION note_recording() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN INSERT INTO recorded VALUES (NEW.id); RETURN NEW; END'",
        "CREATE TRIGGER count_recordings AFTER UPDATE OF sent_at ON outbox "
        "FOR EACH ROW EXECUTE FUNCTION note_recording()",
    ),
}
"""The database itself counts how often each message is recorded as sent."""


def _queue() -> None:
    with writing() as current:
        for statement in COUNT_RECORDINGS[current.get_bind().dialect.name]:
            current.execute(text(statement))
        for number in range(MESSAGES):
            outbox.queue_email(
                current, dedupe_key=f"test:{number}", template="test", to_address=f"person{number}@council.invalid",
                subject="Return interview overdue", body="A test.\n", now=NOON, domain="tracker.invalid",
            )  # fmt: skip


def test_killed_again_and_again_everything_is_delivered_and_recorded_once(app: Flask, database_url: str) -> None:
    _queue()
    chance = random.Random(20261123)
    kills = KILLS if IS_FULL or database_url.startswith("sqlite") else KILLS // 2
    server = smtp_servers.Taking()
    killed_at = []
    with smtp_servers.serving(server) as port:
        env = commands.environment(database_url, port)
        for _ in range(kills):
            process = commands.start("deliver", "--json", env=env)
            wanted = len(server.taken) + chance.randrange(1, max(2, MESSAGES // kills))
            assert commands.wait_until(lambda to=wanted: len(server.taken) >= to), "it goes on after every kill"
            time.sleep(chance.random() * 0.01)  # before or after the record is written, or between two messages
            commands.kill(process)
            killed_at.append(len(set(server.message_ids)))
        code, out, err = commands.finish(commands.start("deliver", "--json", env=env))
    assert code == 0, err
    assert json.loads(out)["sent"] > 0
    assert killed_at[-1] < MESSAGES, "every kill was in the middle of the work"

    held = {row.message_id: row for row in session().scalars(select(OutboxMessage))}
    copies = Counter(server.message_ids)
    assert set(copies) == set(held), "each was delivered at least once"
    extra = sum(copies.values()) - MESSAGES
    print(f"{kills} kills over {MESSAGES} messages: 0 lost, {extra} sent again, each under the same Message-ID")
    assert extra <= kills * (WINDOW + 1), "a kill costs no more copies than the window, under the same Message-ID"
    assert all(row.sent_at is not None and row.stopped_at is None for row in held.values())
    recorded = Counter(session().scalars(text("SELECT id FROM recorded")).all())
    assert set(recorded.values()) == {1}, "recorded as sent exactly once"
    assert len(recorded) == MESSAGES
    for message in server.taken:
        assert held[str(message["Message-ID"])].to_address == message["To"]
