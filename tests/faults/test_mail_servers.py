"""Delivery against real mail servers, well and ill behaved: nothing is lost, and nothing goes in clear."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.faults import smtp_servers
from tests.faults.smtp_servers import Answering, Certificates, Dropping, GoingAway, Hanging, Taking
from tracker.adapters.mailer import FolderMailer, NoMailer, SmtpMailer
from tracker.services.context import Context
from tracker.services.deliver_outbox import DeliveryResult, deliver
from tracker.services.transaction import writing
from tracker.store import outbox
from tracker.store.db import session
from tracker.store.models import OutboxMessage

MESSAGES = 5
EVERYONE = [f"person{number}@council.invalid" for number in range(MESSAGES)]


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    """What is tested here is the server's side; the outbox's own tests run on both databases."""
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def queued(app: Flask) -> Iterator[None]:
    with writing() as current:
        for address in EVERYONE:
            outbox.queue_email(
                current, dedupe_key=f"test:{address}", template="test", to_address=address,
                subject="Return interview overdue", body="A test.\n", now=NOON, domain="tracker.invalid",
            )  # fmt: skip
    yield


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return smtp_servers.make_certificates(tmp_path_factory.mktemp("certificates"))


def mailer(port: int, security: str = "none", **more: object) -> SmtpMailer:
    return SmtpMailer(
        host="127.0.0.1", port=port, security=security,  # type: ignore[arg-type]
        sender="Return interviews <tracker@council.invalid>", timeout_seconds=0.5, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def passes(context: Context, by: SmtpMailer, number: int = 8) -> list[DeliveryResult]:
    """So many passes of delivery, ten minutes apart."""
    return [deliver(replace(context, now=context.now + timedelta(minutes=10 * n)), by) for n in range(number)]


def rows() -> list[OutboxMessage]:
    session().rollback()
    return list(session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def assert_nothing_lost(server: Taking) -> None:
    """Everyone was written to, each under one Message-ID, and each is recorded as sent."""
    assert sorted(set(server.recipients)) == EVERYONE
    assert set(server.message_ids) == {row.message_id for row in rows()}
    assert all(row.sent_at is not None and row.stopped_at is None for row in rows())


def test_a_good_server_takes_all_over_one_connection(queued: None, context: Context) -> None:
    server = Taking()
    with smtp_servers.serving(server) as port:
        assert deliver(context, mailer(port)) == DeliveryResult(sent=MESSAGES)
    assert_nothing_lost(server)
    assert server.connections == 1
    assert len(server.taken) == MESSAGES
    first = server.taken[0]
    assert first["To"] == EVERYONE[0]
    assert first["Cc"] is None
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Mon, 16 Nov 2026 12:00:00 +0000"
    assert server.senders[0] == "tracker@council.invalid"


def test_a_server_that_refuses_connections_delays_all(queued: None, context: Context) -> None:
    assert deliver(context, mailer(smtp_servers.closed_port())) == DeliveryResult(delayed=MESSAGES)
    assert {row.last_error for row in rows()} == {"The mail server could not be used: ConnectionRefusedError."}
    server = Taking()
    with smtp_servers.serving(server) as port:
        passes(replace(context, now=context.now + timedelta(minutes=5)), mailer(port), 1)
    assert_nothing_lost(server)


def test_a_server_that_never_speaks_is_given_up_in_time(queued: None, context: Context) -> None:
    with smtp_servers.silent() as port:
        assert deliver(context, mailer(port)) == DeliveryResult(delayed=MESSAGES)
    assert {row.attempts for row in rows()} == {1}


def test_a_server_that_hangs_after_the_content(queued: None, context: Context) -> None:
    server = Hanging(times=2)
    with smtp_servers.serving(server) as port:
        done = passes(context, mailer(port), 2)
    assert done == [DeliveryResult(sent=3, delayed=2), DeliveryResult(sent=2)]
    assert_nothing_lost(server)


@pytest.mark.parametrize("times", [1, 2, 4, 7])
@pytest.mark.parametrize("after_taking", [False, True])
def test_a_server_that_drops_the_connection(queued: None, context: Context, times: int, after_taking: bool) -> None:
    server = Dropping(times=times, after_taking=after_taking)
    with smtp_servers.serving(server) as port:
        passes(context, mailer(port))
    assert_nothing_lost(server)
    assert len(server.taken) == MESSAGES + (times if after_taking else 0), "copies only of what it took and denied"


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("code", [421, 451])
def test_a_temporary_answer_delays_that_message_only(queued: None, context: Context, stage: str, code: int) -> None:
    server = Answering(stage=stage, answers=[f"{code} try later"] * 2)
    with smtp_servers.serving(server) as port:
        first, second, *rest = passes(context, mailer(port))
    assert (first, second) == (DeliveryResult(sent=3, delayed=2), DeliveryResult(sent=2))
    assert set(map(str, rest)) == {str(DeliveryResult())}
    assert_nothing_lost(server)


@pytest.mark.parametrize("code", [550, 552])
@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_refused_recipient_is_stopped_and_the_others_go(
    queued: None, context: Context, stage: str, code: int
) -> None:
    server = Answering(stage=stage, answers=[f"{code} not this one"] * 50, to=EVERYONE[1])
    with smtp_servers.serving(server) as port:
        first, *_ = passes(context, mailer(port))
    assert first == DeliveryResult(sent=MESSAGES - 1, stopped=1)
    assert sorted(set(server.recipients)) == [address for address in EVERYONE if address != EVERYONE[1]]
    stopped = rows()[1]
    assert stopped.stopped_why == stopped.undelivered_why == f"The mail server answered {code}."
    assert stopped.undelivered_at == context.now, "somebody else is to be told"
    assert len(server.answers) == 49, "asked once"


def test_a_server_that_ends_a_connection_after_some_messages_is_called_again_at_once(
    queued: None, context: Context
) -> None:
    server = GoingAway(at_most=2)
    with smtp_servers.serving(server) as port:
        assert deliver(context, mailer(port)) == DeliveryResult(sent=MESSAGES)
    assert_nothing_lost(server)
    assert (server.connections, len(server.taken)) == (3, MESSAGES)


def test_a_refused_sender_is_about_us_so_the_messages_wait(queued: None, context: Context) -> None:
    server = Answering(stage="MAIL", answers=["530 authentication required"] * MESSAGES)
    with smtp_servers.serving(server) as port:
        assert passes(context, mailer(port), 2) == [DeliveryResult(delayed=MESSAGES), DeliveryResult(sent=MESSAGES)]
    assert_nothing_lost(server)


def test_a_name_the_server_cannot_take_stops_that_message_only(queued: None, context: Context) -> None:
    with writing() as current:
        row = current.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert row
        row.to_address = "Łucja@council.invalid"
    with smtp_servers.serving(Taking()) as port:
        assert deliver(context, mailer(port)) == DeliveryResult(sent=MESSAGES - 1, stopped=1)
    assert rows()[0].stopped_why == "The mail server cannot take this kind of address."


def test_an_address_that_would_add_a_header_stops_that_message_only(queued: None, context: Context) -> None:
    with writing() as current:
        row = current.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert row
        row.to_address = "a@council.invalid\nBcc: thief@elsewhere.invalid"
    server = Taking()
    with smtp_servers.serving(server) as port:
        assert deliver(context, mailer(port)) == DeliveryResult(sent=MESSAGES - 1, stopped=1)
    assert rows()[0].stopped_why == "The message could not be written: ValueError."
    assert "thief@elsewhere.invalid" not in server.recipients


def test_starttls_with_a_good_certificate(queued: None, context: Context, certificates: Certificates) -> None:
    server = Taking()
    with smtp_servers.serving(server, certificates.good, require_starttls=True) as port:
        by = mailer(port, "starttls", ca_file=str(certificates.ca_file))
        assert deliver(context, by) == DeliveryResult(sent=MESSAGES)
    assert_nothing_lost(server)


def test_tls_from_the_start_with_a_good_certificate(queued: None, context: Context, certificates: Certificates) -> None:
    server = Taking()
    with smtp_servers.serving(server, certificates.good, implicit_tls=True) as port:
        by = mailer(port, "tls", ca_file=str(certificates.ca_file))
        assert deliver(context, by) == DeliveryResult(sent=MESSAGES)
    assert_nothing_lost(server)


@pytest.mark.parametrize("wrong", ["other_host", "unknown_ca", "expired"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_with_a_bad_certificate_nothing_is_sent(
    queued: None, context: Context, certificates: Certificates, wrong: str, security: str
) -> None:
    server = Taking()
    with smtp_servers.serving(server, getattr(certificates, wrong), implicit_tls=security == "tls") as port:
        by = mailer(port, security, ca_file=str(certificates.ca_file))
        assert deliver(context, by) == DeliveryResult(delayed=MESSAGES)
    assert (server.taken, server.senders) == ([], [])
    assert {row.last_error for row in rows()} == {"The mail server could not be used: SSLCertVerificationError."}


def test_where_starttls_was_stripped_nothing_is_sent_in_clear(queued: None, context: Context) -> None:
    server = Taking()
    with smtp_servers.serving(server) as port:
        by = mailer(port, "starttls", username="tracker", password="a secret")
        assert deliver(context, by) == DeliveryResult(delayed=MESSAGES)
    assert (server.taken, server.senders) == ([], [])
    assert {row.last_error for row in rows()} == {"The mail server could not be used: SMTPNotSupportedError."}


def test_without_a_server_messages_wait(queued: None, context: Context) -> None:
    assert deliver(context, NoMailer()) == DeliveryResult(delayed=MESSAGES)
    assert {row.last_error for row in rows()} == {"No mail server is set."}


def test_the_demonstrations_folder_holds_each_message_once(queued: None, context: Context, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    assert deliver(context, FolderMailer(folder, "tracker@council.invalid")) == DeliveryResult(sent=MESSAGES)
    assert len(list(folder.glob("*.eml"))) == MESSAGES
    assert len(list(folder.iterdir())) == MESSAGES


def test_a_folder_that_cannot_be_written_delays(queued: None, context: Context, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    by = FolderMailer(tmp_path / "file", "tracker@council.invalid")
    assert deliver(context, by) == DeliveryResult(delayed=MESSAGES)
