"""No email holds anything about a child: every template is rendered through the real sweep and searched."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import jinja2
import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tracker.adapters.mailer import as_message
from tracker.bootstrap import wiring
from tracker.core.mail import Email
from tracker.core.rules import SHIPPED_LADDER
from tracker.core.terms import Role
from tracker.services import email_texts
from tracker.services.context import Context
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.services.watch_reports import watch_reports
from tracker.store.db import session
from tracker.store.models import Alert, Line, OutboxMessage, Receipt

HOUR = timedelta(hours=1)
TEMPLATES = {
    "due_soon", "overdue", "overdue_24h", "overdue_96h", "line_due_soon", "line_overdue", "summed_up", "no_report",
    "several",
}  # fmt: skip

CHILD = {
    "surname": "Quillfeather", "forename": "Zebedee", "address": "17 Marzipan Mews", "postcode": "ZZ9 9ZZ",
    "responsible_authority": "Farawayshire",
}  # fmt: skip
EPISODE = {
    "police_force": "thames-valley", "police_reference": "MP/44871/26", "district": "Upper Nonesuch",
    "missing_from_address": "Gingerbread House", "last_seen_location": "the carousel", "found_location": "Toffee Pier",
    "found_by": "a lamplighter", "circumstances": "left by the window", "risk": "high", "setting": "looked_after",
    "prevention_interview_outcome": "said little",
}  # fmt: skip
EPISODE_ID, CHILD_ID, LINE_ID = 918273, 827364, 736455
BORN_ON = date(2012, 3, 4)
SECRETS = [
    *CHILD.values(), *(value for name, value in EPISODE.items() if name not in ("police_force", "risk", "setting")),
    "thames", "looked", "Z.Q.", "ZQ", "2012", "12-03-04", "4 March", "04/03", str(EPISODE_ID), str(CHILD_ID),
    str(LINE_ID), "Ingeborg", "Interviewson", "44871", "Marzipan", "ZZ9", "Farawayshire",
]  # fmt: skip


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def emails(app: Flask, context: Context) -> list[OutboxMessage]:
    """Every email of a whole climb of an episode and of a line, and of what is long overdue."""
    old = NOON - timedelta(days=60)
    with writing() as current:
        for role in (Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE):
            factories.person(current, role)
        worker = factories.person(current, Role.INTERVIEWER, name="Ingeborg Interviewson")
        child = factories.child(current, date_of_birth=BORN_ON, id=CHILD_ID, **CHILD)
        facts = {**EPISODE, "flags": [], "context": context}
        running = factories.episode(current, child, NOON - HOUR, NOON, id=EPISODE_ID, **facts)
        facts["police_reference"] = "MP/44872/26"
        factories.episode(current, child, old - HOUR, old, id=EPISODE_ID + 1, **facts)
        factories.interview(current, [running], allocated_to_id=worker.id, context=context)
        receipt = Receipt(
            feed="thames-valley", force="thames-valley", source="upload", filename="Quillfeather.csv", content=b"x",
            size_bytes=1, sha256="0" * 64, received_at=NOON, report_at=NOON, status="complete",
        )  # fmt: skip
        current.add(receipt)
        current.flush()
        line = Line(
            id=LINE_ID, receipt_id=receipt.id, line_no=7, cells={**CHILD, **EPISODE}, as_of_at=NOON,
            outcome="quarantined", problem_sentence="Zebedee Quillfeather", due_at=NOON + 72 * HOUR, sweep_at=NOON,
        )  # fmt: skip
        current.add(line)
    for hours in (0, 49, 73, 97, 169):
        at = replace(context, now=NOON + hours * HOUR, base_url="https://tracker.council.invalid")
        if hours == 169:
            at = replace(at, rules=replace(at.rules, single_messages=1))
        sweep(at)
        if hours < 73:
            watch_reports(at, {"generic": replace(wiring(app).settings.feeds["generic"], expected_by=time(8))})
    return list(session().scalars(select(OutboxMessage)))


def test_every_template_was_rendered(emails: list[OutboxMessage]) -> None:
    assert {email.template for email in emails} == TEMPLATES
    names = {path.name.removesuffix("-body.txt") for path in email_texts.FOLDER.glob("*-body.txt")}
    assert names == TEMPLATES
    assert {path.name.removesuffix("-subject.txt") for path in email_texts.FOLDER.glob("*-subject.txt")} == TEMPLATES


def test_no_email_holds_anything_about_a_child(emails: list[OutboxMessage]) -> None:
    random_parts = [*session().scalars(select(Alert.reference)), *(email.message_id[1:37] for email in emails)]
    for email in emails:
        sent = as_message(
            Email(email.message_id, email.to_address, email.subject, email.body, email.created_at), "a@council.invalid"
        )
        for text in (email.subject, email.body, str(sent)):
            for random_part in random_parts:  # which may hold any letters, by chance
                text = text.replace(random_part, "")
            found = [secret for secret in SECRETS if secret.lower() in text.lower()]
            assert found == [], f"{email.template} holds {found}"


def test_the_search_would_find_a_leak(emails: list[OutboxMessage]) -> None:
    leak = emails[0].body + f"Child: Z.Q., record {EPISODE_ID}"
    assert [secret for secret in SECRETS if secret.lower() in leak.lower()] == ["Z.Q.", str(EPISODE_ID)]


def test_each_says_the_deadline_with_its_zone_its_reference_and_a_link_that_needs_sign_in(
    emails: list[OutboxMessage],
) -> None:
    alerts = {alert.outbox_id: alert for alert in session().scalars(select(Alert))}
    for email in emails:
        assert "You will be asked to sign in." in email.body
        assert "holds no personal details, by design" in email.body
        assert "What to do next" in email.body
        assert "\n" not in email.subject
        if email.template == "summed_up":
            assert "https://tracker.council.invalid/episodes?state=overdue" in email.body
            continue
        if email.template == "several":
            assert "https://tracker.council.invalid/alerts?whose=me&state=unanswered\n" in email.body
            continue
        if email.template == "no_report":
            assert "18 Nov 2026, 08:00 GMT" in email.body
            assert "https://tracker.council.invalid/reports\n" in email.body
            continue
        alert = alerts[email.id]
        assert "19 Nov 2026, 12:00 GMT" in email.body
        assert alert.reference in email.subject
        assert f"https://tracker.council.invalid/alerts/{alert.reference}\n" in email.body
    references = [alert.reference for alert in alerts.values()]
    assert len(set(references)) == len(references)
    assert all(len(reference) == 16 and reference.isalnum() for reference in references)


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 Oct 2026, 01:30 BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25 Oct 2026, 01:30 GMT"),
        (datetime(2026, 7, 1, 11, 0, tzinfo=UTC), "1 Jul 2026, 12:00 BST"),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "1 Jan 2026, 12:00 GMT"),
    ],
)
def test_the_deadline_always_names_its_zone(due_at: datetime, said: str) -> None:
    for step in SHIPPED_LADDER:
        for subject in ("episode", "line"):
            text = email_texts.alert_text(subject, step, due_at, "abcdefgh23456789", "http://127.0.0.1:5000")
            assert said in text.body


def test_a_value_that_a_template_asks_for_and_is_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        email_texts._fill("overdue", due="soon")
