"""The page Engine: how each road stands, what did not get through, and a test message by each."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tracker.bootstrap import wiring
from tracker.core.mail import MailRefusedError
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.deliver_outbox import deliver
from tracker.services.record_mail_events import record_mail_event
from tracker.services.transaction import writing
from tracker.settings import Settings, load_settings
from tracker.store import outbox
from tracker.store.db import session
from tracker.store.models import AuditEntry, OutboxMessage

SECRET = "whsec_" + "A" * 40
URL = "https://flows.office.invalid/an-invented-secret?sig=another-invented-secret"


@pytest.fixture
def settings(database_url: str) -> Settings:
    return load_settings(
        {"TRACKER_WEBHOOK_SECRET_DESK": SECRET}, env="test", database_url=database_url, secret_key="t" * 40,
        webhooks=[{"name": "desk", "url": URL}, {"name": "teams", "kind": "teams", "url": URL}],
    )  # fmt: skip


class Takes:
    """Takes everything, unless it is to refuse."""

    refuses = False

    def describe(self) -> str:
        return "a fake"

    def connect(self) -> "Takes":
        return self

    def __enter__(self) -> "Takes":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def send(self, _email: object) -> None:
        if self.refuses:
            raise MailRefusedError("The mail server answered 550.")


def context(minutes: float = 0) -> Context:
    return Context(NOON + timedelta(minutes=minutes), Rules(), Actor("test"))


def queue(*names: str) -> None:
    with writing() as current:
        for name in names:
            outbox.queue_email(
                current, dedupe_key=name, template="overdue", to_address=f"{name}@council.invalid", subject="Secretly",
                body="The body of it.\n", now=NOON, domain="tracker.invalid",
            )  # fmt: skip


def rows() -> list[OutboxMessage]:
    session().rollback()
    return list(session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def text(page: object) -> str:
    return page.response.get_data(as_text=True)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("who", "status"), [("Ed", 200), ("Alice", 200), ("Dana", 403), ("Bob", 403), ("Fay", 403)])
def test_who_may_see_it(client_request: ClientRequest, who: str, status: int) -> None:
    answer = client_request.sign_in(who).raw("GET", "/engine")
    assert answer.status_code == status


def test_each_road_is_named_without_its_secret(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Ed").raw("GET", "/engine").get_data(as_text=True)
    assert "the program at flows.office.invalid" in page
    assert "Microsoft Teams, by flows.office.invalid" in page
    assert "no mail server is set" in page
    assert "invented-secret" not in page
    assert "whsec_" not in page


def test_a_test_message_goes_the_way_of_every_message(client_request: ClientRequest, people: dict[str, int]) -> None:
    ed = client_request.sign_in("Ed")
    ed.post("/engine/test", {"road": "email"})
    ed.post("/engine/test", {"road": "webhook:desk"})
    by_email, by_webhook = rows()
    assert (by_email.to_address, by_email.recipient_id, by_email.road) == ("ed@council.invalid", people["Ed"], "email")
    assert (by_webhook.to_address, by_webhook.recipient_id, by_webhook.road) == ("desk", None, "webhook:desk")
    acts = session().scalars(select(AuditEntry).where(AuditEntry.action == "test_message_queued")).all()
    assert [act.details["road"] for act in acts] == ["email", "webhook:desk"]
    assert "waiting" in ed.raw("GET", "/engine").get_data(as_text=True)
    assert deliver(context(), Takes()).sent == 1
    assert ">sent<" in ed.raw("GET", "/engine").get_data(as_text=True)


def test_a_road_that_there_is_not(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Ed").post("/engine/test", {"road": "webhook:nowhere"}, status=200)
    assert page.errors()
    assert rows() == []


def test_what_did_not_get_through_is_shown_without_its_text_and_tried_again(client_request: ClientRequest) -> None:
    queue("ann", "bob")
    refusing = Takes()
    refusing.refuses = True
    deliver(context(), refusing)
    with writing() as current:
        bob = current.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == "bob")).one()
        bob.stopped_at = bob.stopped_why = bob.undelivered_at = bob.undelivered_why = None
    deliver(context(), Takes())
    bounced = context(5)
    assert record_mail_event(bounced, status="permanent-failure", message_id=rows()[1].message_id, code="5.1.1")
    ed = client_request.sign_in("Ed")
    page = ed.raw("GET", "/engine").get_data(as_text=True)
    assert "ann@council.invalid" in page
    assert "The mail server answered 550." in page
    assert "there is no such address. (5.1.1)" in page
    assert "Secretly" not in page
    assert "The body of it" not in page
    ed.post("/engine/again")
    ann, bob = rows()
    assert (ann.stopped_at, ann.undelivered_at) == (None, None)
    assert bob.sent_at is not None
    assert bob.undelivered_at == bounced.now, "what came back stays sent, and stays told"


def test_a_road_that_stands_still_and_one_that_is_gone(client_request: ClientRequest, app: Flask) -> None:
    queue("ann")
    with writing() as current:
        email = outbox.NewEmail("x", "overdue", "old", "A test", "A test.\n", road="webhook:old")
        outbox.queue_emails(current, [email], NOON, "tracker.invalid")
    deliver(replace(context()), wiring(app).mailer)
    client_request.clock.at = NOON + timedelta(minutes=16)
    page = client_request.sign_in("Ed").raw("GET", "/engine").get_data(as_text=True)
    assert ">late<" in page
    assert "No mail server is set." in page
    assert "old: not in the settings any more" in page
