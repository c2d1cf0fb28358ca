"""Emails that come back: by a mailbox, by a carrier's call, from files; recorded once, and never un-sent."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests import imap_servers
from tests.conftest import NOON
from tests.core.test_bounces import ID, report
from tests.https_servers import Authority
from tests.imap_servers import HOST, Mailbox
from tracker.adapters.bounce_mailbox import ImapMailbox
from tracker.core.bounces import MailboxError
from tracker.services.context import Context
from tracker.services.record_mail_events import BouncesRead, read_mailbox, read_messages, record_mail_event
from tracker.services.transaction import writing
from tracker.store import outbox
from tracker.store.db import session
from tracker.store.models import AuditEntry, OutboxMessage

LETTER = b"From: ann@council.invalid\r\nSubject: A question\r\n\r\nWhere is the form?\r\n"
LONG = b"From: ann@council.invalid\r\n\r\n" + b"x" * 5_000_001


@pytest.fixture
def sent(app: Flask) -> int:
    """A message that was sent under the ID that the reports name."""
    with writing() as current:
        id_ = outbox.queue_email(
            current, dedupe_key="x", template="overdue", to_address="ann@council.invalid", subject="A test",
            body="A test.\n", now=NOON, domain="tracker.invalid",
        )  # fmt: skip
        row = current.get_one(OutboxMessage, id_)
        row.message_id, row.sent_at, row.provider_id = ID, NOON, "740e5834"
        return row.id


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def mailbox(port: int, authority: Authority, **more: object) -> ImapMailbox:
    given = {"security": "tls", "password": "an invented password", "timeout_seconds": 3} | more
    return ImapMailbox(host=HOST, port=port, username="tracker", ca_file=str(authority.file), **given)  # type: ignore[arg-type]


def row() -> OutboxMessage:
    session().rollback()
    return session().scalars(select(OutboxMessage)).one()


def bounces() -> list[dict[str, object]]:
    return list(session().scalars(select(AuditEntry.details).where(AuditEntry.action == "email_bounced")))


def test_a_bounce_is_recorded_once_and_the_message_stays_sent(sent: int, context: Context) -> None:
    later = replace(context, now=NOON + timedelta(minutes=5))
    assert read_messages(later, [report(), LETTER, report("delayed", "4.4.1")]) == BouncesRead(
        looked_at=3, recorded=1, delayed=1, others=1
    )
    held = row()
    assert (held.sent_at, held.undelivered_at) == (NOON, later.now)
    assert held.undelivered_why == "The receiving mail server says that there is no such address. (5.1.1)"
    assert read_messages(context, [report()]) == BouncesRead(looked_at=1, known=1)
    assert row().undelivered_at == later.now
    assert bounces() == [{"why": held.undelivered_why}]


def test_a_report_about_somebody_elses_message(sent: int, context: Context) -> None:
    other = report().replace(ID.encode(), b"<other@elsewhere.invalid>")
    assert read_messages(context, [other]) == BouncesRead(looked_at=1, others=1)
    assert row().undelivered_at is None


@pytest.mark.parametrize("starttls", [False, True])
def test_from_a_mailbox_only_bounces_are_marked_as_read(
    sent: int, context: Context, authority: Authority, starttls: bool
) -> None:
    box = Mailbox({3: LETTER, 4: report(), 9: LONG})
    with imap_servers.serving(box, authority.server(), starttls=starttls) as port:
        by = mailbox(port, authority, security="starttls" if starttls else "tls")
        assert read_mailbox(context, by) == BouncesRead(looked_at=2, recorded=1, others=1)
        assert box.read == {4}
        assert read_mailbox(context, by) == BouncesRead(), "a letter is not fetched again and again"
        assert box.fetched == [3, 4], "what is too long to be a report is not fetched at all"
    assert row().undelivered_at == NOON


def test_it_is_marked_as_read_only_after_our_commit(sent: int, context: Context, authority: Authority) -> None:
    box = Mailbox({4: report()}, marking_fails=True)
    with imap_servers.serving(box, authority.server()) as port:
        with pytest.raises(MailboxError):
            read_mailbox(context, mailbox(port, authority))
        assert row().undelivered_at == NOON
        box.marking_fails = False
        assert read_mailbox(context, mailbox(port, authority)) == BouncesRead(looked_at=1, known=1)
    assert box.read == {4}
    assert len(bounces()) == 1


def test_a_mailbox_that_cannot_be_trusted_or_used(context: Context, authority: Authority, tmp_path: Path) -> None:
    box = Mailbox({4: report()})
    stranger = Authority(tmp_path, "Stranger").server()
    for tls in (stranger, authority.server("old", days=(-9, -2)), authority.server("elsewhere", hosts=["10.9.8.7"])):
        with imap_servers.serving(box, tls) as port, pytest.raises(MailboxError, match="SSLCertVerificationError"):
            read_mailbox(context, mailbox(port, authority))
    with imap_servers.serving(box, stranger, stripped=True) as port, pytest.raises(MailboxError):
        read_mailbox(context, mailbox(port, authority, security="starttls"))
    assert box.logins == 0, "no password goes in clear, or to a stranger"
    with imap_servers.serving(box, authority.server("good")) as port, pytest.raises(MailboxError) as raised:
        read_mailbox(context, mailbox(port, authority, password="wrong"))
    assert "wrong" not in str(raised.value)


@pytest.mark.parametrize("by", [{"message_id": ID}, {"provider_id": "740e5834"}])
def test_what_a_carrier_says(sent: int, context: Context, by: dict[str, str]) -> None:
    assert record_mail_event(context, status="delivered", **by)
    assert not record_mail_event(replace(context, now=NOON + timedelta(hours=1)), status="delivered", **by)
    assert (row().delivered_at, row().undelivered_at) == (NOON, None)
    assert record_mail_event(context, status="temporary-failure", **by)
    assert row().undelivered_why == "The mailbox took no mail for days: it may be full or switched off."
    assert not record_mail_event(context, status="permanent-failure", **by)
    assert (row().sent_at, len(bounces())) == (NOON, 1)


def test_what_a_carrier_says_of_a_message_that_is_not_ours(sent: int, context: Context) -> None:
    assert not record_mail_event(context, status="permanent-failure", message_id="<x@y>", provider_id="z")
    assert not record_mail_event(context, status="permanent-failure")
    assert row().undelivered_at is None
