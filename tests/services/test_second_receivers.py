"""A message that did not arrive: others are told of it, and what it told of reaches somebody else who may act."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.services import world
from tests.services.trigger_world import (
    HOUR,
    MINUTE,
    alerts,
    at,
    change,
    child,
    flag,
    found,
    messages,
    people,
    run,
    told,
)
from tracker.core.alert_terms import Audience, Trigger
from tracker.core.recipients import Receivers, ToldBy
from tracker.core.terms import Role
from tracker.core.triggers import TriggerPolicy
from tracker.services import acknowledge_alert
from tracker.services import record_interview as interview
from tracker.services.context import Actor, Context
from tracker.services.raise_alerts import sweep
from tracker.services.raise_notices import NoticesResult
from tracker.services.transaction import writing
from tracker.store import outbox
from tracker.store.db import session
from tracker.store.models import OutboxMessage, Person

STAFF = (Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.ADMINISTRATOR)


@pytest.fixture
def staff(app: Flask) -> dict[Role, int]:
    return people(*STAFF)


def fail(address: str, template: str | None = None, when: float = 0) -> list[int]:
    """The server refuses for good what waits for this address."""
    failed = []
    with writing() as current:
        for row in current.scalars(select(OutboxMessage)):
            wanted = row.to_address.startswith(address + "@") and template in (None, row.template)
            if wanted and row.undelivered_at is None and row.sent_at is None:
                row.stopped_at = row.undelivered_at = NOON + when * HOUR
                row.stopped_why = row.undelivered_why = "550 no such mailbox"
                failed.append(row.id)
    assert failed, f"nothing waits for {address}"
    return failed


def overdue(context: Context) -> int:
    """An interview overdue by an hour, of which manager and lead are told."""
    id_ = world.episode(context, 73)
    sweep(context)
    assert told("overdue") == ["lead", "manager"]
    return id_


def test_others_are_told_and_the_alert_goes_to_whoever_stands_in(context: Context, staff: dict[Role, int]) -> None:
    id_ = overdue(context)
    (message_id,) = fail("manager")
    assert run(context, 0).matters == 1
    assert told("mail_undeliverable") == ["administrator", "lead"]
    assert {(row.subject, row.subject_id) for row in alerts("mail_undeliverable")} == {("outbox", message_id)}
    again = [row for row in alerts() if row.recipient_id == staff[Role.SERVICE_MANAGER]]
    assert [(row.episode_id, row.rung, row.clock_no, row.offset_hours) for row in again] == [(id_, "overdue", 1, 0)]
    assert told("overdue") == ["lead", "manager", "service_manager"], "who comes next and was not told yet"
    assert len({row.dedupe_key for row in alerts()}) == len(alerts())
    (copy,) = [row for row in messages("overdue") if row.to_address.startswith("service_manager")]
    assert again[0].reference in copy.body
    assert again[0].outbox_id == copy.id
    assert run(context, 1) == NoticesResult()


def test_the_notice_names_nobody(context: Context, staff: dict[Role, int]) -> None:
    overdue(context)
    fail("manager")
    run(context, 0)
    for message in messages("mail_undeliverable"):
        assert "manager@" not in message.body + message.subject
        assert "550" not in message.body + message.subject


def test_what_was_closed_meanwhile_goes_to_nobody_else(context: Context, staff: dict[Role, int]) -> None:
    id_ = overdue(context)
    fail("manager")
    interview.record_completed(replace(context, actor=Actor("test")), episode_ids=[id_], completed_at=NOON - MINUTE)
    assert run(context, 0) == NoticesResult(matters=1, alerts=2)
    assert told("overdue") == ["lead", "manager"]


def test_what_was_answered_goes_to_nobody_else(context: Context, staff: dict[Role, int]) -> None:
    overdue(context)
    fail("manager")
    mine = next(row for row in alerts() if row.recipient_id == staff[Role.MANAGER])
    acknowledge_alert.acknowledge(context, reference=mine.reference)
    run(context, 0)
    assert told("overdue") == ["lead", "manager"]


def test_several_alerts_of_one_mailbox_are_one_email(context: Context, staff: dict[Role, int]) -> None:
    for _ in range(4):
        world.episode(context, 73)
    sweep(context)
    fail("manager")
    assert run(context, 0).matters == 4
    assert told("mail_undeliverable") == ["administrator", "lead"]
    (copy,) = messages("stood_in")
    assert copy.to_address.startswith("service_manager@")
    assert copy.subject == "4 alerts did not reach a colleague, and fall to you"
    assert "/alerts?state=unanswered&whose=me\n" in copy.body
    theirs = [row for row in alerts() if row.recipient_id == staff[Role.SERVICE_MANAGER]]
    assert {row.outbox_id for row in theirs} == {copy.id}
    assert len(theirs) == 4


def test_an_alert_of_a_trigger_reaches_another_too(context: Context, staff: dict[Role, int]) -> None:
    id_ = flag(child())
    found(context)
    run(context, 12)
    fail("manager", when=12)
    run(context, 12.1)
    theirs = [row for row in alerts() if row.recipient_id == staff[Role.SERVICE_MANAGER]]
    assert {(row.subject, row.trigger) for row in theirs} == {
        ("flag", "repeat_flag"), ("episode", "found_not_returned"),
    }  # fmt: skip
    assert any(row.subject_id == id_ for row in theirs)


def test_those_whose_mailboxes_fail_are_told_of_no_failure(context: Context, staff: dict[Role, int]) -> None:
    """A server that refuses everything: nobody is left, nothing goes round in circles, and nothing is forgotten."""
    overdue(context)
    addresses = ["manager", "lead"]
    for address in addresses:
        fail(address)
    assert run(context, 0).nobody_told == 0
    for round_ in range(1, 6):
        with writing() as current:
            for row in current.scalars(select(OutboxMessage).where(OutboxMessage.undelivered_at.is_(None))):
                row.stopped_at = row.undelivered_at = NOON + round_ * MINUTE
                row.stopped_why = row.undelivered_why = "550 no"
        last = run(context, round_)
    assert last.alerts == 0
    assert last.nobody_told > 0, "they stay untold, and are tried again"
    assert len(messages("mail_undeliverable")) <= 8
    people(Role.HEAD_OF_SERVICE)
    assert run(context, 10).nobody_told == 0
    assert "head_of_service" in told("mail_undeliverable")


def test_tried_again_and_refused_again_is_told_again(context: Context, staff: dict[Role, int]) -> None:
    overdue(context)
    fail("manager")
    run(context, 0)
    with writing() as current:
        outbox.wait_again(current, NOON + HOUR)
    assert run(context, 2) == NoticesResult()
    fail("manager", when=3)
    assert run(context, 3).matters == 1
    assert len(messages("mail_undeliverable")) == 4


def test_a_webhook_is_the_second_road_even_where_no_person_is_left(context: Context, app: Flask) -> None:
    ids = people(Role.LEAD)
    policy = TriggerPolicy(
        Trigger.MAIL_UNDELIVERABLE, 0, ToldBy(Receivers((Audience.LEAD,), ("duty@council.invalid",), ("teams",)))
    )
    rules = replace(context.rules, triggers=(policy,))
    teams = replace(context, rules=rules)
    world.episode(context, 73)
    sweep(context)
    fail("lead")
    assert run(teams, 0) == NoticesResult(alerts=1, nobody_told=1)
    (message,) = messages("mail_undeliverable")
    assert (message.road, message.to_address, message.recipient_id) == ("webhook:teams", "teams", None)
    (alert,) = alerts("mail_undeliverable")
    assert (alert.recipient_id, alert.to_other) == (None, "webhook:teams")
    assert run(teams, 1) == NoticesResult(nobody_told=1), "the webhook is not told twice"
    with writing() as current:
        factories.person(current, Role.MANAGER, email="manager@council.invalid")
    assert run(teams, 2).matters == 1
    assert sorted(told("mail_undeliverable")) == ["duty", "manager", "teams"]
    assert ids


def test_a_recipient_who_has_left_is_stood_in_for(context: Context, staff: dict[Role, int]) -> None:
    overdue(context)
    fail("manager")
    change(Person, staff[Role.MANAGER], is_active=False)
    run(context, 0)
    assert "service_manager" in told("overdue")


def test_a_message_without_alerts_tells_of_its_failure_only(context: Context, staff: dict[Role, int]) -> None:
    with writing() as current:
        outbox.queue_email(
            current, dedupe_key="digest:x", template="digest", to_address="manager@council.invalid", subject="s",
            body="b", now=NOON, domain="d", recipient_id=staff[Role.MANAGER],
        )  # fmt: skip
    fail("manager")
    assert run(context, 0) == NoticesResult(matters=1, alerts=2)
    session().rollback()
    assert at(context, 0).now == NOON
