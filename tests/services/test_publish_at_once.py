"""Two people publish one month in the same instant: one version, one telling; the other is told who was first."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.services.test_publish_month import october
from tests.services.test_two_people import at_once, two_leads
from tracker.core.terms import Role
from tracker.services import publish_month
from tracker.services.context import Context
from tracker.services.errors import Conflict
from tracker.services.month_versions import Made, same_hash
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, OutboxMessage, SummaryRow

__all__ = ["october"]

MONTH = "2026-10"


@pytest.fixture(autouse=True)
def computed_by_both(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither writes before the other has computed too: the same instant, on every machine."""
    alone, both = publish_month._made_before, threading.Barrier(2)

    def made(*given: object) -> Made:
        found = alone(*given)  # type: ignore[arg-type]
        if threading.current_thread() is not threading.main_thread():
            both.wait(timeout=30)
        return found

    monkeypatch.setattr(publish_month, "_made_before", made)
    yield


def publishing(context: Context, reason: str = "", version: int | None = None) -> Callable[[], object]:
    return lambda: publish_month.publish(context, MONTH, reason=reason, version=version)


def lost(met: list[Exception | None]) -> str:
    """What the one who came second was told."""
    (error,) = [error for error in met if error is not None]
    assert isinstance(error, Conflict)
    return error.problems[0].sentence


def whole(versions: int) -> list[SummaryRow]:
    """The versions, all of them published, each with its hash, one audit row and one message a reader; an unbroken
    chain."""
    session().rollback()
    rows = list(session().scalars(select(SummaryRow).order_by(SummaryRow.version)))
    assert [row.version for row in rows] == list(range(1, versions + 1))
    assert all(row.published_at is not None and same_hash(row) for row in rows)
    acts = select(func.count()).where(AuditEntry.action == "summary_published")
    assert session().scalar(acts) == versions
    keys = list(session().scalars(select(OutboxMessage.dedupe_key).where(OutboxMessage.template == "month_published")))
    assert len(keys) == len(set(keys)) == versions * 3  # both leads, and the group's member
    assert list(audit.broken_links(session())) == []
    return rows


@pytest.fixture
def leads(october: list[int], context: Context) -> tuple[Context, Context]:
    with writing() as current:
        factories.person(current, Role.OPERATIONAL_GROUP, email="member@council.invalid")
    both = two_leads(context)
    with writing() as current:
        for place, one in enumerate(both):
            current.get_one(factories.Person, one.actor.person_id).email = f"lead{place}@council.invalid"
    return both


@pytest.mark.parametrize("version", [1, None], ids=["by the page", "by the command"])
def test_one_publishes_and_the_other_is_told_who_did(
    app: Flask, leads: tuple[Context, Context], version: int | None
) -> None:
    alice, bella = leads
    said = lost(at_once(app, publishing(alice, version=version), publishing(bella, version=version)))
    (row,) = whole(1)
    first = alice if row.published_by_id == alice.actor.person_id else bella
    assert said == f"{first.actor.name} published version 1 of this month, 16 Nov 2026, 12:00."


def test_figures_that_differ_by_the_clock_alone_make_no_second_version(
    app: Flask, october: list[int], leads: tuple[Context, Context]
) -> None:
    """One reads a second before a deadline, the other a second after it: what either looked at was version 1."""
    alice, bella = leads
    with writing() as current:
        row = current.get_one(Episode, october[3])
        row.interview_due_at = alice.now
    later = replace(bella, now=bella.now + timedelta(seconds=1))
    lost(at_once(app, publishing(alice, version=1), publishing(later, version=1)))
    whole(1)


def test_two_further_versions_are_one_with_one_reason(
    app: Flask, october: list[int], context: Context, leads: tuple[Context, Context]
) -> None:
    publish_month.publish(context, MONTH)
    with writing() as current:
        row = current.get_one(Episode, october[3])
        factories.interview(current, [row], completed_at=row.returned_at + timedelta(hours=3), context=context)
    alice, bella = leads
    said = lost(at_once(app, publishing(alice, "Alice's", 2), publishing(bella, "Bella's", 2)))
    _first, second = whole(2)
    assert second.reason == ("Alice's" if second.published_by_id == alice.actor.person_id else "Bella's")
    assert "published version 2 of this month" in said


def test_the_scheduler_prepares_while_somebody_publishes(app: Flask, leads: tuple[Context, Context]) -> None:
    alice, _ = leads
    met = at_once(app, publishing(alice, version=1), lambda: publish_month.prepare_month(alice, MONTH))
    assert met == [None, None]
    whole(1)
