"""The quick way of writing an email gives what the thorough one gives, or leaves it to that one."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.adapters.mailer import as_message, as_plain_bytes
from tracker.core.mail import Email

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
SENDER = "Return interviews <tracker@council.invalid>"
ID = "<28bf498c-ab80-452a-86e3-d46a9a85d57d@tracker.council.invalid>"

_LINES = st.lists(st.text(st.characters(codec="ascii"), max_size=40), max_size=5).map(lambda lines: "\n".join(lines))


def read(content: bytes) -> tuple[list[tuple[str, str]], str]:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return sorted((name.lower(), str(value)) for name, value in message.items()), message.get_content()


@given(
    subject=st.one_of(st.text(max_size=60), st.text(st.characters(codec="ascii"), max_size=90)),
    body=st.one_of(_LINES, _LINES.map(lambda text: text + "\n")),
    to=st.one_of(st.just("ann@council.invalid"), st.emails(), st.text(max_size=20)),
)
def test_both_ways_say_the_same(subject: str, body: str, to: str) -> None:
    email = Email(ID, to, subject, body, NOON)
    quick = as_plain_bytes(email, SENDER)
    if quick is None:
        return
    assert read(quick) == read(as_message(email, SENDER).as_bytes(policy=policy.SMTP))


def test_the_usual_alert_takes_the_quick_way() -> None:
    body = "Reference: abcd\nDue: 16 Nov 2026, 12:00 GMT\nhttps://tracker.council.invalid/alerts/abcd\n"
    email = Email(ID, "ann@council.invalid", "A return interview is overdue", body, NOON)
    quick = as_plain_bytes(email, SENDER)
    assert quick is not None
    assert b"\r\n.\r\n" not in quick
    assert quick.count(b"\n") == quick.count(b"\r\n")
    assert read(quick) == read(as_message(email, SENDER).as_bytes(policy=policy.SMTP))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to_address", "a@council.invalid\nBcc: thief@elsewhere.invalid"),
        ("to_address", "a@council.invalid\r\nRCPT TO:<thief@elsewhere.invalid>"),
        ("to_address", "Łucja@council.invalid"),
        ("subject", "Overdue\nBcc: thief@elsewhere.invalid"),
        ("subject", "Überfällig"),
        ("message_id", "<a@b>\nBcc: thief@elsewhere.invalid"),
        ("body", "x" * 1200 + "\n"),
        ("body", "a bare carriage return\r.\r\n"),
    ],
)
def test_whatever_is_out_of_the_ordinary_takes_the_thorough_way(field: str, value: str) -> None:
    given = {"message_id": ID, "to_address": "a@council.invalid", "subject": "A test", "body": "A test.\n"}
    assert as_plain_bytes(Email(**(given | {field: value}), written_at=NOON), SENDER) is None
