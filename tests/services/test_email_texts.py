"""No email holds anything about a child: every template is rendered through the real sweep and searched."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import get_type_hints

import jinja2
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tracker.adapters.mailer import as_message
from tracker.bootstrap import wiring
from tracker.core.alert_terms import DigestPart, EscalationReason, Trigger
from tracker.core.alerts import RungPolicy
from tracker.core.clock import Period, show_instant
from tracker.core.digest import DigestItem, DigestPolicy
from tracker.core.mail import Email
from tracker.core.rules import SHIPPED_LADDER
from tracker.core.terms import Role
from tracker.services import email_texts
from tracker.services.close_group_meeting import close_meeting
from tracker.services.context import Actor, Context
from tracker.services.email_texts import SilentFeed
from tracker.services.escalate_alert import escalate
from tracker.services.hold_group_meeting import start_meeting
from tracker.services.plan_group_meeting import MeetingPlan, plan_group_meeting
from tracker.services.publish_month import prepare_month, publish
from tracker.services.queue_test_message import queue_test_message
from tracker.services.raise_alerts import sweep
from tracker.services.raise_notices import raise_notices, tell_engine_stale
from tracker.services.send_digest import send_digests
from tracker.services.transaction import writing
from tracker.services.watch_reports import watch_reports
from tracker.store.db import session
from tracker.store.models import (
    Action,
    Alert,
    GroupItem,
    GroupMember,
    Line,
    Maramp,
    OutboxMessage,
    Receipt,
    RepeatFlagRow,
)

HOUR = timedelta(hours=1)
TEMPLATES = {
    "due_soon", "overdue", "overdue_24h", "overdue_96h", "line_due_soon", "line_overdue", "summed_up", "no_report",
    "found_not_returned", "repeat_flag", "lines_waiting", "action_overdue", "mail_undeliverable", "engine_stale",
    "stood_in", "digest", "test_message", "escalated", "several", "month_waiting", "month_published", "month_final",
    "group_minutes", "maramp_review_overdue",
}  # fmt: skip

TRIGGERS = {
    "found_not_returned", "repeat_flag", "lines_waiting", "action_overdue", "mail_undeliverable", "engine_stale",
    "maramp_review_overdue",
}  # fmt: skip
OF_MORE_THAN_ONE = {"stood_in", "digest", "month_waiting", "month_published", "month_final"}

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
def database_url(tmp_path: Path, upgraded: Path) -> str:
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def emails(app: Flask, context: Context) -> list[OutboxMessage]:
    """Every email of a whole climb of an episode and of a line, and of what is long overdue."""
    old = NOON - timedelta(days=60)
    with writing() as current:
        for role in (Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE, Role.ADMINISTRATOR):
            factories.person(current, role, email=f"{role}@council.invalid")
        worker = factories.person(current, Role.INTERVIEWER, name="Ingeborg Interviewson")
        child = factories.child(current, date_of_birth=BORN_ON, id=CHILD_ID, **CHILD)
        facts = {**EPISODE, "flags": [], "context": context}
        running = factories.episode(current, child, NOON - HOUR, NOON, id=EPISODE_ID, **facts)
        facts["police_reference"] = "MP/44872/26"
        factories.episode(current, child, old - HOUR, old, id=EPISODE_ID + 1, **facts)
        factories.interview(current, [running], allocated_to_id=worker.id, context=context)
        facts["police_reference"] = "MP/44873/26"
        factories.episode(current, child, old, id=EPISODE_ID + 2, **{**facts, "found_at": NOON})
        current.add(
            Action(child_id=CHILD_ID, what="Ring Zebedee", due_on=NOON.date(), owner_id=worker.id, created_at=NOON)
        )
        current.add(Maramp(child_id=CHILD_ID, opened_at=NOON, version_no=1, next_review_on=NOON.date()))
        current.add(
            RepeatFlagRow(
                child_id=CHILD_ID, rule="3_in_90", raised_on=NOON.date(), raised_at=NOON,
                ends_on=NOON.date() + timedelta(days=60), episode_ids=[EPISODE_ID],
            )
        )  # fmt: skip
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
        if hours == 49:
            reference = session().scalars(select(Alert.reference).where(Alert.episode_id == EPISODE_ID)).first()
            escalate(at, reference=str(reference), reason=EscalationReason.MAY_BE_AT_RISK)
        if hours < 73:
            watch_reports(at, {"generic": replace(wiring(app).settings.feeds["generic"], expected_by=time(8))})
    with writing() as current:
        asks = factories.person(current, Role.ADMINISTRATOR)
        asking = replace(context, base_url="https://tracker.council.invalid", actor=Actor(asks.name, asks.id))
    queue_test_message(asking, road="email", webhooks=[])
    others(at)
    return list(session().scalars(select(OutboxMessage)))


def others(context: Context) -> None:
    """What the other triggers tell; a mailbox that takes nothing, so that somebody stands in; and the digest."""
    raise_notices(context)
    with writing() as current:
        for row in current.scalars(select(OutboxMessage).where(OutboxMessage.to_address.startswith("manager@"))):
            row.stopped_at = row.undelivered_at = context.now
            row.stopped_why = row.undelivered_why = "550 Zebedee Quillfeather has no mailbox"
    raise_notices(context)
    tell_engine_stale(context, NOON, context.now)
    send_digests(context, DigestPolicy())
    later = replace(context, now=NOON + timedelta(days=30))
    prepare_month(later, "2026-11")
    publish(replace(later, now=datetime(2026, 12, 2, 9, tzinfo=UTC)), "2026-11")  # while it is provisional
    prepare_month(later, "2026-11")
    _minutes_of_the_group(context)


def _minutes_of_the_group(context: Context) -> None:
    with writing() as current:
        member = factories.person(current, Role.OPERATIONAL_GROUP).id
    meeting_id = plan_group_meeting(context, MeetingPlan(context.now, "Toffee Pier", "The chair", (member,)))
    start_meeting(context, meeting_id=meeting_id, version=1)
    with writing() as current:
        for item in current.scalars(select(GroupItem)):
            item.discussion, item.decision, item.decided_at = "Zebedee Quillfeather", "escalate", context.now
        for place in current.scalars(select(GroupMember)):
            place.attendance = "present"
    close_meeting(context, meeting_id=meeting_id, version=2)


def test_every_template_was_rendered(emails: list[OutboxMessage]) -> None:
    assert {email.template for email in emails} == TEMPLATES
    names = {path.name.removesuffix("-body.txt") for path in email_texts.FOLDER.glob("*-body.txt")}
    assert names == TEMPLATES
    assert {path.name.removesuffix("-subject.txt") for path in email_texts.FOLDER.glob("*-subject.txt")} == TEMPLATES


def test_no_email_holds_anything_about_a_child(emails: list[OutboxMessage]) -> None:
    random_parts = [
        *session().scalars(select(Alert.reference)),
        *(email.message_id[1:37] for email in emails),
        *(email.dedupe_key.partition(":")[2] for email in emails if email.template == "test_message"),
    ]
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
            assert "https://tracker.council.invalid/alerts" in email.body
            continue
        if email.template in OF_MORE_THAN_ONE or "alerts?" in email.body:
            assert "https://tracker.council.invalid/" in email.body
            continue
        if email.template in TRIGGERS:
            assert alerts[email.id].reference in email.subject
            assert re.search(r"\d\d:\d\d GMT", email.body)
            continue
        if email.template == "group_minutes":
            assert re.search(r"https://tracker\.council\.invalid/group/\d+\n", email.body)
            continue
        if email.template == "test_message":
            assert "https://tracker.council.invalid/engine\n" in email.body
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


MAY_SAY = {
    "subject": str, "step": RungPolicy, "due_at": datetime, "reference": str, "base_url": str, "count": int,
    "now": datetime, "silent": Sequence[SilentFeed], "link": str, "trigger": Trigger, "lines": int,
    "since_at": datetime, "until": datetime, "day": date, "items": Sequence[DigestItem],
    "period": Period, "version": int, "meeting_id": int, "of_team": bool,
}  # fmt: skip
"""All that a text may be made of. A string is a random reference, an address of ours, or `episode` or `line`; the
meeting is one of the operational group, of many children or none."""


def test_no_text_can_take_a_value_that_is_a_childs() -> None:
    makers = [maker for name, maker in vars(email_texts).items() if name.endswith("_text")]
    assert len(makers) >= 7
    for maker in makers:
        hints = get_type_hints(maker)
        assert hints.pop("return") is email_texts.EmailText
        for name, kind in hints.items():
            assert MAY_SAY.get(name) == kind, f"{maker.__name__} takes {name}: {kind}; can that be a child's?"


def test_what_a_digest_and_a_silent_feed_hold_is_no_childs() -> None:
    assert get_type_hints(DigestItem) == {"name": DigestPart, "count": int}
    assert get_type_hints(SilentFeed) == {"title": str, "expected": tuple[str, ...], "last": str | None}


@given(
    st.sampled_from([trigger for trigger in Trigger if trigger not in (Trigger.NO_REPORT, Trigger.ENGINE_STALE)]),
    st.integers(1, 3),
    st.integers(1, 5),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),
)
def test_a_notice_says_its_numbers_its_time_and_its_link_and_nothing_else_changes(
    trigger: Trigger, count: int, lines: int, due_at: datetime
) -> None:
    """Nothing of the words depends on anything but how many there are: what is left once they are gone is fixed."""

    def bare(text: email_texts.EmailText, at: datetime, reference: str, numbers: tuple[int, ...]) -> str:
        words = f"{text.subject}\n{text.body}".replace(show_instant(at, always_zone=True), "AT").replace(
            reference, "REF"
        )
        return re.sub(r"\b(" + "|".join(map(str, numbers)) + r")\b", "N", words)

    fixed = datetime(2026, 1, 1, tzinfo=UTC)
    many = 1 if count == 1 else 9
    some = 1 if lines == 1 else 8
    one = email_texts.notice_text(trigger, count, lines, due_at, "abcdefgh23456789", "https://x.invalid")
    two = email_texts.notice_text(trigger, many, some, fixed, "zzzzzzzz99999999", "https://x.invalid")
    assert bare(one, due_at, "abcdefgh23456789", (count, lines)) == bare(two, fixed, "zzzzzzzz99999999", (many, some))


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("trigger", Trigger)
def test_every_email_has_its_three_parts_and_reads_as_sentences(trigger: Trigger, count: int) -> None:
    if trigger is Trigger.NO_REPORT:
        return
    at = datetime(2026, 1, 1, tzinfo=UTC)
    if trigger is Trigger.ENGINE_STALE:
        text = email_texts.engine_stale_text(at, at, "abcdefgh23456789", "https://x.invalid")
    else:
        text = email_texts.notice_text(trigger, count, count, at, "abcdefgh23456789", "https://x.invalid")
    assert "What to do next\n" in text.body
    assert "\n\n\n" not in text.body
    assert max(map(len, text.body.splitlines())) <= 120
    assert ("abcdefgh23456789" in text.body) == (count == 1 or trigger is Trigger.ENGINE_STALE)


def test_a_value_that_a_template_asks_for_and_is_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        email_texts._fill("overdue", due="soon")
