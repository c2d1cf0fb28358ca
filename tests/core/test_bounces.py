"""What counts as a bounce: a report of a permanent failure about a message, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.bounces import STATUSES, Bounce, bounce_of, why_undelivered

ID = "<28bf498c-ab80-452a-86e3-d46a9a85d57d@tracker.council.invalid>"

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mail.council.invalid (Mail Delivery System)
To: tracker@council.invalid
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="XX"

--XX
Content-Type: text/plain; charset=us-ascii

I am sorry to have to inform you that your message could not be delivered.

--XX
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.council.invalid
Arrival-Date: Mon, 16 Nov 2026 12:00:00 +0000

{recipients}
--XX
{returned}
--XX--
"""
RECIPIENT = """\
Final-Recipient: rfc822; ann@council.invalid
Original-Recipient: rfc822;ann@council.invalid
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <ann@council.invalid>: Recipient address rejected
"""
HEADERS = f"Content-Type: text/rfc822-headers\n\nFrom: tracker@council.invalid\nMessage-ID: {ID}\nSubject: Overdue\n"
FOLDED = f"Content-Type: text/rfc822-headers\n\nFrom: tracker@council.invalid\nMessage-Id:\n {ID}\nSubject: Overdue\n"
WHOLE = f"Content-Type: message/rfc822\n\nFrom: tracker@council.invalid\nMessage-ID: {ID}\n\nThe body.\n"


def report(action: str = "failed", status: str = "5.1.1", returned: str = HEADERS, more: str = "") -> bytes:
    recipients = RECIPIENT.format(action=action, status=status) + more
    return REPORT.format(subject="Undelivered Mail", recipients=recipients, returned=returned).encode()


@pytest.mark.parametrize("returned", [HEADERS, FOLDED, WHOLE])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_a_permanent_failure_names_our_message(returned: str, ends: bytes) -> None:
    content = report(returned=returned).replace(b"\n", ends)
    assert bounce_of(content) == Bounce(ID, "5.1.1", is_permanent=True)


@pytest.mark.parametrize(
    ("action", "status", "is_permanent"),
    [
        ("failed", "5.2.2", True), ("Failed", "5.7.1 (not allowed)", True), ("failed (expired)", "5.4.7", True),
        ("failed", "", True), ("failed", "4.4.7", False), ("delayed", "4.4.1", False),
    ],
)  # fmt: skip
def test_only_what_failed_for_good_is_a_bounce(action: str, status: str, is_permanent: bool) -> None:
    found = bounce_of(report(action, status))
    assert found is not None
    assert found.is_permanent is is_permanent


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "nonsense", ""])
def test_good_news_is_no_bounce(action: str) -> None:
    assert bounce_of(report(action, "2.0.0")) is None


def test_of_several_recipients_one_that_failed_decides() -> None:
    more = "\n" + RECIPIENT.format(action="failed", status="5.2.1")
    assert bounce_of(report("delayed", "4.4.1", more=more)) == Bounce(ID, "5.2.1", is_permanent=True)


def test_a_report_about_no_message_that_we_could_know() -> None:
    assert bounce_of(report(returned="Content-Type: text/rfc822-headers\n\nSubject: none\n")) is None


@pytest.mark.parametrize(
    "content",
    [
        f"From: ann@council.invalid\nAuto-Submitted: auto-replied\nIn-Reply-To: {ID}\nSubject: Away\n\nI am away.\n",
        f"From: ann@council.invalid\nSubject: failed 5.1.1\n\nAction: failed\nStatus: 5.1.1\nMessage-ID: {ID}\n",
        f"Content-Type: multipart/report; report-type=disposition-notification; boundary=X\n\n--X\n\n{ID}\n--X--\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=X\n\n--X\n\nno status\n--X--\n",
        "",
    ],
)
def test_whatever_is_no_report_is_left_alone(content: str) -> None:
    assert bounce_of(content.encode()) is None


@given(st.binary(max_size=300), st.integers(0, 1600), st.integers(0, 40))
def test_reading_never_raises(junk: bytes, place: int, gone: int) -> None:
    whole = report(returned=WHOLE)
    for content in (junk, whole[:place] + junk + whole[place + gone :]):
        found = bounce_of(content)
        assert found is None or found.message_id.startswith("<")


@given(st.from_regex(r"5\.[0-9]{1,3}\.[0-9]{1,3}", fullmatch=True))
def test_every_code_has_plain_words(code: str) -> None:
    words = why_undelivered(code)
    assert words.endswith(f" ({code})")
    assert "." in words.removesuffix(f" ({code})")


def test_only_good_news_has_no_reason() -> None:
    assert [status for status, why in STATUSES.items() if why is None] == ["delivered"]
