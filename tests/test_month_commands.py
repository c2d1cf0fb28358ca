"""The month from the command line: published, issued again with its reason, verified and explained."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import factories
from tests.test_admin_commands import database, document, run
from tracker.bootstrap import create_app
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.transaction import writing
from tracker.settings import load_settings
from tracker.store.db import db
from tracker.store.models import Episode

__all__ = ["database"]

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
CONTEXT = Context(NOW, Rules(), Actor("test"))
AT = ("--now", NOW.isoformat())


@pytest.fixture
def month(database: Path) -> int:
    """October, published with an overdue interview that proves to have been held in time; the episode's id."""
    app = create_app(load_settings(), pages=False)
    with app.app_context():
        with writing() as session:
            start = datetime(2026, 10, 6, 19, tzinfo=UTC)
            row = factories.episode(session, factories.child(session), start, hours=9, context=CONTEXT)
            row.district, id_ = "Upper Nonesuch", row.id
        run("summary", "2026-10", "--publish", *AT)
        with writing() as session:
            row = session.get_one(Episode, id_)
            row.district = "Lower Nonesuch"
            factories.interview(session, [row], completed_at=row.returned_at + timedelta(hours=1), context=CONTEXT)
        db.session.remove()
        db.engine.dispose()
    return id_


def test_verifying_explains_each_difference_by_episode_and_field(month: int) -> None:
    found = document("summary", "--verify", "2026-10", *AT)
    assert (found["month"], found["version"], found["same_hash"]) == ("2026-10", 1, True)
    assert found["differences"]["interviews.overdue.all"] == {"published": 1, "today": 0}
    share = found["differences"]["interviews.pct_in_72h_of_returns.all"]
    assert share["today"] == {"pct": 100.0, "numerator": 1, "denominator": 1}
    explained = {"id": month, "fields": ["district", "interview.completed_at"], "gone": False}
    assert found["explained"]["episodes"] == [explained]
    overdue = next(one for one in found["explained"]["figures"] if one["key"] == "interviews.overdue")
    assert (overdue["of"], overdue["came"], overdue["left"]) == ("episode", [], [month])


def test_the_explanation_in_sentences_tells_no_value_of_an_episode(month: int) -> None:
    said = run("summary", "2026-10", "--verify", *AT).stdout
    assert "the frozen rows give the published figures" in said
    assert f"interviews.overdue, all: published 1, today 0 (episodes: left {month})" in said
    assert f"Episode {month}: district, interview.completed_at" in said


def test_a_further_version_asks_for_its_reason(month: int) -> None:
    refused = document("summary", "2026-10", "--publish", *AT, code=2)
    assert refused["problems"][0]["code"] == "reason_missing"
    found = document("summary", "2026-10", "--publish", "--reason", "Recorded late.", *AT)
    assert found["published"]["version"] == 2
    assert document("summary", "2026-10", "--verify", *AT)["differences"] == {}
    assert document("summary", "2026-10", "--verify", "--version", "1", *AT)["differences"]
    assert "give the same figures" in run("summary", "2026-10", "--verify", *AT).stdout


@pytest.mark.usefixtures("database")
def test_what_was_not_published_cannot_be_verified() -> None:
    found = document("summary", "2026-10", "--verify", *AT, code=2)
    assert found["problems"][0]["code"] == "not_published"


@pytest.mark.usefixtures("database")
def test_a_month_and_a_year_are_measured_beside_bare_counts() -> None:
    found = document("bench", "months", "--episodes", "300")
    assert set(found) == {"figures_of_month", "figures_of_year"}
    for one in found.values():
        assert one["seconds"] >= 0
        assert one["bare_count_ms"] > 0
        assert one["times_bare_count"] > 0
