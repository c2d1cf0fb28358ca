"""GOV.UK Notify's own callback, and one by a mail server's program, end on the message that they speak of."""

from contextvars import Context as EmptyContext

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tracker.services import api_tokens
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import outbox
from tracker.store.db import db, session
from tracker.store.models import OutboxMessage

NUMBER = "740e5834-3a29-46b4-9a6f-16142fde533a"


@pytest.fixture
def message_id(app: Flask) -> str:
    with writing() as current:
        id_ = outbox.queue_email(
            current, dedupe_key="x", template="overdue", to_address="ann@council.invalid", subject="A test",
            body="A test.\n", now=NOON, domain="tracker.invalid",
        )  # fmt: skip
        held = current.get_one(OutboxMessage, id_)
        held.sent_at, held.provider_id = NOON, NUMBER
        return held.message_id


def call(app: Flask, context: Context, **event: object) -> tuple[int, dict[str, object]]:
    token = api_tokens.create_token(context, label="GOV.UK Notify", feed="", feeds=[], purpose=api_tokens.MAIL_EVENTS)[
        1
    ]
    db.session.rollback()
    headers = {"Authorization": f"Bearer {token}"}
    answer = EmptyContext().run(lambda: app.test_client().post("/api/v1/mail-events", json=event, headers=headers))
    assert answer.json is not None
    return answer.status_code, answer.json


def row() -> OutboxMessage:
    session().rollback()
    return session().scalars(select(OutboxMessage)).one()


def callback(reference: str | None, status: str) -> dict[str, object]:
    """As GOV.UK Notify documents its delivery receipts."""
    return {
        "id": NUMBER, "reference": reference, "to": "ann@council.invalid", "status": status,
        "created_at": "2026-11-16T12:00:00.000000Z", "completed_at": "2026-11-16T12:00:02.000000Z",
        "sent_at": "2026-11-16T12:00:01.000000Z", "notification_type": "email",
        "template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a", "template_version": 1,
    }  # fmt: skip


def test_a_delivery_receipt(app: Flask, context: Context, message_id: str) -> None:
    assert call(app, context, **callback(message_id, "delivered")) == (200, {"recorded": True})
    assert (row().delivered_at, row().undelivered_at) == (NOON, None)
    assert call(app, context, **callback(message_id, "delivered")) == (200, {"recorded": False})


def test_a_permanent_failure_by_its_number_alone(app: Flask, context: Context, message_id: str) -> None:
    assert call(app, context, **callback(None, "permanent-failure")) == (200, {"recorded": True})
    assert row().undelivered_why == "There is no such address, or it takes no mail."
    assert row().sent_at == NOON


def test_a_mail_servers_program_with_a_code(app: Flask, context: Context, message_id: str) -> None:
    event = {"reference": message_id, "status": "permanent-failure", "code": "5.2.2"}
    assert call(app, context, **event) == (200, {"recorded": True})
    assert row().undelivered_why == "The mailbox is full. (5.2.2)"


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ({}, ["status", "reference"]), ({"status": "delivered"}, ["reference"]),
        ({"status": "sending", "id": NUMBER}, ["status"]), ({"status": ["x"], "id": NUMBER}, ["status"]),
        ({"status": "delivered", "id": 7}, ["id"]), ({"status": "delivered", "id": "x", "code": "bad"}, ["code"]),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_used(
    app: Flask, context: Context, message_id: str, event: dict[str, object], fields: list[str]
) -> None:
    status, document = call(app, context, **event)
    assert (status, document["code"], document["fields"]) == (422, "bad_event", fields)
    assert row().delivered_at is None
