"""After hours, weeks, or a year of history: no storm, no repeat, nothing lost."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tracker.core.terms import Role
from tracker.services import raise_alerts
from tracker.services.context import Context
from tracker.services.raise_alerts import SweepIncompleteError, sweep
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Alert, Breach, Episode, OutboxMessage

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEW = 3


@pytest.fixture
def context(context: Context) -> Context:
    return replace(context, rules=replace(context.rules, single_messages=FEW))


def people() -> None:
    with writing() as current:
        for role in (Role.LEAD, Role.MANAGER):
            factories.person(current, role, email=f"{role}@council.invalid")


def returned(context: Context, when: datetime, number: int) -> None:
    with writing() as current:
        for _ in range(number):
            child = factories.child(current)
            factories.episode(current, child, when - 5 * HOUR, when, context=replace(context, now=when))


def messages() -> Counter[tuple[str, str]]:
    """(to, template) → how many."""
    query = select(OutboxMessage.to_address, OutboxMessage.template)
    found = Counter((to.partition("@")[0], template) for to, template in session().execute(query))
    session().rollback()
    return found


def count(table: type) -> int:
    found = session().scalar(select(func.count()).select_from(table)) or 0
    session().rollback()
    return found


def test_after_an_outage_a_receiver_has_a_few_messages_and_one_for_the_rest(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON, 8)
    late = replace(context, now=NOON + 80 * HOUR)
    assert sweep(late).alerts == 16
    assert messages() == {
        (to, template): number for to in ("lead", "manager") for template, number in (("overdue", FEW), ("several", 1))
    }
    assert count(Alert) == 16, "each matter has an alert of its own"
    several = session().scalars(select(OutboxMessage).where(OutboxMessage.template == "several")).all()
    assert {row.subject for row in several} == {"5 return interview alerts in one message"}
    assert all("/alerts?whose=me&state=unanswered" in row.body and row.lease is None for row in several)
    carried = session().execute(select(Alert.outbox_id, func.count()).group_by(Alert.outbox_id))
    assert sorted(number for _, number in carried) == [1] * (2 * FEW) + [5, 5]
    session().rollback()
    assert sweep(late).alerts == 0
    assert list(audit.broken_links(session())) == []


def test_a_year_of_history_is_one_message_for_each_and_what_is_new_stands_by_itself(
    app: Flask, context: Context
) -> None:
    people()
    for month in range(12):
        returned(context, NOON - timedelta(days=365 - 30 * month), 3)
    returned(context, NOON, 2)
    late = replace(context, now=NOON + 73 * HOUR)
    sweep(late)
    assert messages() == {
        (to, template): number for to in ("lead", "manager") for template, number in (("summed_up", 1), ("overdue", 2))
    }
    sweep(late)
    assert count(Alert) == 2 * 38
    assert count(Breach) == 38


def test_the_next_pass_begins_anew_with_single_messages(app: Flask, context: Context) -> None:
    people()
    returned(context, NOON, FEW)
    returned(context, NOON + HOUR, FEW)
    sweep(replace(context, now=NOON + 72.5 * HOUR))
    sweep(replace(context, now=NOON + 73.5 * HOUR))
    found = messages()
    assert found["lead", "overdue"] == 2 * FEW
    assert found["lead", "several"] == 1, "due soon, of the second three, found in the first pass"


def test_a_large_chunk_with_a_row_that_cannot_be_read_tells_all_the_others(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    people()
    returned(context, NOON, 9)
    with writing() as current:
        bad = current.scalars(select(Episode.id).order_by(Episode.id)).all()[4]
        current.execute(Episode.__table__.update().where(Episode.__table__.c.id == bad).values(kind="nonsense"))  # type: ignore[attr-defined]
    with pytest.raises(SweepIncompleteError) as caught:
        sweep(replace(context, now=NOON + 73 * HOUR))
    assert (caught.value.failed, caught.value.result.breaches) == (1, 8)
    assert count(Alert) == 16
    assert messages()["lead", "overdue"] == FEW, "what failed and was taken in halves is not counted twice"


def test_a_pass_that_ends_early_leaves_the_rest_due(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    people()
    returned(context, NOON, 6)
    monkeypatch.setattr(raise_alerts, "PLAIN_CHUNK", 2)
    late = replace(context, now=NOON + 73 * HOUR)
    asked = iter([True, True, False, False, False, False, False, False])
    assert sweep(late, keep_going=lambda: next(asked)).breaches == 4
    assert sweep(late).breaches == 2
    assert count(Breach) == 6
