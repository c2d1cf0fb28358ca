"""kill -9 of a real `tracker serve` while reports are pushed: nothing acknowledged is lost, and a retry completes."""

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.faults import commands
from tests.faults.smtp_servers import closed_port
from tests.reports import as_csv, row
from tracker.services.api_tokens import create_token
from tracker.services.context import Context
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Child, Episode, IdempotencyKey, Line, Receipt

FEED = "thames-valley"
LINES = 25
SYLLABLES = ("kett", "bram", "ozz", "fenn", "quill", "und", "jasp", "marr", "thorp", "wick")


@dataclass
class Push:
    """A report under its key, and the receipt that was acknowledged for it, if any was."""

    key: str
    body: bytes
    acknowledged: int | None = None


def report(number: int) -> bytes:
    """Children of this report alone, whom nobody could take for others'."""
    rows = []
    for place in range(LINES):
        one = number * LINES + place
        digits = [one // 10**power % 10 for power in range(4)]
        name = {
            "surname": (SYLLABLES[digits[0]] + SYLLABLES[digits[1]]).title(),
            "forename": (SYLLABLES[digits[2]] + SYLLABLES[digits[3]]).title() + "ia",  # no surname, if swapped
        }
        rows.append(row(f"TV{one}", person=f"U{one}", born=f"{one % 28 + 1:02d}/03/{2009 + one % 7}", **name))
    return as_csv(rows)


def send(port: int, token: str, push: Push) -> tuple[int, int]:
    """Status and receipt. Raises OSError or HTTPException where no whole answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv", "Idempotency-Key": push.key}
    connection.request("POST", "/api/v1/reports", push.body, headers)
    answer = connection.getresponse()
    document = json.loads(answer.read())
    connection.close()
    assert answer.status in (200, 201, 202), document
    return answer.status, int(document["receipt_id"])


@contextmanager
def serving(database_url: str, port: int) -> Iterator[None]:
    """A real server, killed at the end."""
    process = commands.start(
        "serve", "--port", str(port), "--now", NOON.isoformat(), env=commands.environment(
            database_url, 25, TRACKER_LIMITS_API_PER_MINUTE="100000"
        )
    )  # fmt: skip
    try:
        assert commands.wait_until(lambda: answers(port)), "the server comes up"
        yield
    finally:
        commands.kill(process)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def push_on(port: int, token: str, pushes: list[Push]) -> None:
    """One report after the other until no answer comes any more."""
    while True:
        push = Push(f"report-{len(pushes)}", report(len(pushes)))
        pushes.append(push)
        try:
            push.acknowledged = send(port, token, push)[1]
        except (OSError, http.client.HTTPException, ValueError):
            return


def count(table: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def token(app: Flask, context: Context) -> str:
    return create_token(context, label="program", feed=FEED, feeds=[FEED])[1]


def test_killed_again_and_again_nothing_acknowledged_is_lost(app: Flask, database_url: str, token: str) -> None:
    chance = random.Random(20261125)
    pushes: list[Push] = []
    for _ in range(commands.kills()):
        port = closed_port()
        with serving(database_url, port):
            pusher = threading.Thread(target=push_on, args=(port, token, pushes))
            begun, first = time.monotonic(), len(pushes)
            pusher.start()
            assert commands.wait_until(lambda first=first: first + 1 < len(pushes), 60), "the first is acknowledged"
            time.sleep(chance.random() * 2 * (time.monotonic() - begun))  # in the second, or one of those after it
        pusher.join(timeout=60)
        assert not pusher.is_alive()
    acknowledged = [push for push in pushes if push.acknowledged]
    assert len(pushes) - len(acknowledged) == commands.kills() <= len(acknowledged), "each kill cut one off"
    session().rollback()
    for push in acknowledged:
        receipt = session().get_one(Receipt, push.acknowledged)
        assert receipt.content == push.body, "an acknowledged report is here, byte for byte"
    kept_before = count(Receipt)

    port = closed_port()
    with serving(database_url, port):
        for push in pushes:
            status, receipt_id = send(port, token, push)
            assert push.acknowledged in (None, receipt_id)
            assert status == 200 or push.acknowledged is None, "what was acknowledged is the same receipt again"
        again = [send(port, token, push) for push in pushes]
    assert {status for status, _ in again} == {200}

    assert count(Receipt) == count(IdempotencyKey) == len(pushes) >= kept_before
    assert count(Line) == len(pushes) * LINES
    outcomes = dict(session().execute(select(Line.outcome, func.count()).group_by(Line.outcome)).all())
    assert set(outcomes) <= {"created", "quarantined"}, "no line met an episode that its own first reading had made"
    assert count(Episode) == count(Child) == outcomes["created"], "no second set of episodes"
    assert set(session().scalars(select(Receipt.status))) == {"complete"}
    assert list(audit.broken_links(session())) == []
    print(f"{len(pushes)} pushes, {kept_before - len(acknowledged)} cut off between keeping the bytes and the answer")
