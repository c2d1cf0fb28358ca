"""The month through the services: figures from the store, published and frozen, verified after a correction."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests import factories
from tests.core.made import OCTOBER
from tracker.core.clock import FixedClock
from tracker.core.frozen import thaw
from tracker.core.monthly_summary import as_json, monthly_summary
from tracker.core.policy import Policy
from tracker.core.rules import SHIPPED_REPEAT_RULES, Rules
from tracker.core.terms import Cohort
from tracker.services import publish_month, verify_month
from tracker.services.context import Actor, Context
from tracker.services.errors import Refused
from tracker.services.pages.month import ids_behind, month_csv, month_list
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Breach, ContactAttempt, Episode, SummaryRow

PUBLISHED = Path(__file__).parent / "published"
FIRST_RELEASE = PUBLISHED / "2026-10-first-edition.json"
EARLIER = {1: FIRST_RELEASE, 2: PUBLISHED / "2026-10-second-edition.json"}
OCTOBER_5 = datetime(2026, 10, 5, 20, 0, tzinfo=UTC)


@pytest.fixture
def october(app: Flask, context: Context) -> list[int]:
    """Four returns in October: in time, late, declined in time, and one that nobody answered; one in September."""
    with writing() as current:
        ids = []
        for place in range(4):
            start = OCTOBER_5 + timedelta(days=place * 3)
            of = factories.child(current)
            ids.append(factories.episode(current, of, start, hours=10, context=context).id)
        factories.episode(
            current, factories.child(current), datetime(2026, 9, 2, 9, tzinfo=UTC), hours=5, context=context
        )
        rows = [current.get_one(Episode, id_) for id_ in ids]
        returned = [row.returned_at for row in rows]
        factories.interview(current, rows[:1], completed_at=returned[0] + timedelta(hours=72), context=context)
        factories.interview(
            current, rows[1:2], completed_at=returned[1] + timedelta(hours=72, minutes=1), context=context
        )
        factories.interview(current, rows[2:3], declined_at=returned[2] + timedelta(hours=5), context=context)
    return ids


def changed(found: verify_month.Verification) -> dict[str, tuple[object, object]]:
    """Dotted key and cohort → published, today."""
    return {f"{one.key}.{one.cohort}": (one.before, one.after) for one in found.differences.figures}


def at(now: datetime) -> Context:
    return Context(now, Rules(), Actor("test"))


def test_the_months_figures_come_from_the_store_with_the_ids_behind(october: list[int], context: Context) -> None:
    summary = publish_month.month_figures(context, "2026-10")
    counts = {
        name: summary.figures[f"interviews.{name}"][Cohort.ALL].value
        for name in ("returns", "required", "completed_in_72h", "completed_late", "declined", "overdue", "not_yet_due")
    }
    assert counts == {
        "returns": 4, "required": 4, "completed_in_72h": 1, "completed_late": 1, "declined": 1, "overdue": 1,
        "not_yet_due": 0,
    }  # fmt: skip
    assert summary.figures["interviews.pct_in_72h_of_returns"][Cohort.ALL].value == 25.0
    assert ids_behind(context, "2026-10", "interviews.overdue", Cohort.ALL) == [october[3]]
    assert summary.status == "final"


def test_published_figures_do_not_change_and_verify_names_what_did(october: list[int], context: Context) -> None:
    first = publish_month.publish(context, "2026-10")
    assert first.version == 1
    with writing() as current:  # the unanswered return turns out to have been interviewed in time
        row = current.get_one(Episode, october[3])
        factories.interview(current, [row], completed_at=row.returned_at + timedelta(hours=3), context=context)
    found = verify_month.verify(context, "2026-10")
    assert found.same_hash
    assert changed(found)["interviews.overdue.all"] == (1, 0)
    with pytest.raises(Refused, match="why"):
        publish_month.publish(context, "2026-10", reason=" ")
    second = publish_month.publish(context, "2026-10", reason="An interview was recorded late.")
    assert second.version == 2
    kept = {row.version: row.document["interviews"]["overdue"]["all"] for row in session().query(SummaryRow)}
    assert kept == {1: 1, 2: 0}


def test_settings_changed_later_do_not_change_what_was_published(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    other = Context(context.now, Rules(repeat_rules=()), Actor("test"))
    assert verify_month.verify(other, "2026-10").same_hash


def released(path: Path) -> SummaryRow:
    """A month as an earlier release published it: its figures, its rows and its hash, as they stood in its database."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    instants = {name: datetime.fromisoformat(kept.pop(name)) for name in ("cut_off", "computed_at")}
    return SummaryRow(**kept, **instants, version=1, published_at=instants["computed_at"])


NEW_IN = {2: ("of_notice", "breach_reasons"), 3: ("authority", "prevention", "continuing", "in_24h")}


@pytest.mark.parametrize("edition", [1, 2])
def test_a_month_that_an_earlier_release_published_verifies_with_the_same_hash(
    app: Flask, context: Context, edition: int
) -> None:
    path = EARLIER[edition]
    with writing() as current:
        current.add(released(path))
    found = verify_month.verify(context, "2026-10")
    assert found.same_hash
    assert found.published.sha256 == json.loads(path.read_text(encoding="utf-8"))["sha256"]
    assert changed(found)["interviews.returns.all"] == (6, 0)  # nothing is held today
    assert {one.id for one in found.differences.episodes if one.gone} >= {1, 2}
    later = [word for since, words in NEW_IN.items() if since > edition for word in words]
    assert not [key for key in changed(found) if any(word in key for word in later)]


@pytest.mark.parametrize("edition", [1, 2])
def test_keys_that_are_new_in_this_release_are_no_reason_to_publish_again(
    october: list[int], context: Context, edition: int
) -> None:
    publish_month.publish(context, "2026-10")
    with writing() as current:  # as that release would have kept it
        row = current.query(SummaryRow).one()
        again = monthly_summary(
            thaw(row.frozen_rows), OCTOBER, row.cut_off, row.computed_at, Policy(), SHIPPED_REPEAT_RULES, edition
        )
        row.document = as_json(again)
        row.frozen_rows = {**row.frozen_rows, "edition": edition}
    with pytest.raises(Refused, match="the same today"):
        publish_month.publish(context, "2026-10")


def test_the_second_clock_reasons_and_attempts_come_from_the_store(october: list[int], context: Context) -> None:
    with writing() as current:
        row = current.get_one(Episode, october[3])
        row.notified_at = row.returned_at + timedelta(hours=70)
        held = factories.interview(
            current, [row], offered_at=row.returned_at + timedelta(hours=80),
            completed_at=row.returned_at + timedelta(hours=100), context=context,
        )  # fmt: skip
        for place, outcome in enumerate(("no_answer", "message_left", "accepted", "no_answer")):
            at = row.returned_at + timedelta(hours=75 + place)
            current.add(ContactAttempt(interview_id=held.id, at=at, method="phone", with_whom="child", outcome=outcome,
                                       recorded_at=at, withdrawn_at=at if place == 0 else None))  # fmt: skip
        breach = Breach(episode_id=row.id, clock_no=1, breached_at=context.now, detected_at=context.now)
        breach.reason, breach.reason_at = "late_notice", context.now
        current.add(breach)
    figures = publish_month.month_figures(context, "2026-10").figures
    names = ("completed_in_72h", "completed_in_72h_of_notice", "breach_reasons.late_notice", "breach_reasons.not_given",
             "median_attempts_to_first_contact", "median_hours_to_offer", "accepted")  # fmt: skip
    got = {name: figures[f"interviews.{name}"][Cohort.ALL].value for name in names}
    assert got == {
        "completed_in_72h": 1, "completed_in_72h_of_notice": 2, "breach_reasons.late_notice": 1,
        "breach_reasons.not_given": 1, "median_attempts_to_first_contact": 2.0, "median_hours_to_offer": 80.0,
        "accepted": 3,
    }  # fmt: skip
    publish_month.publish(context, "2026-10")
    assert verify_month.verify(context, "2026-10").same_hash


def test_tampering_with_a_published_month_shows(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    with writing() as current:
        row = current.query(SummaryRow).one()
        rows = {**row.frozen_rows, "episodes": {**row.frozen_rows["episodes"]}}
        rows["episodes"]["rows"] = rows["episodes"]["rows"][1:]
        row.frozen_rows = rows
    assert not verify_month.verify(context, "2026-10").same_hash


def test_publishing_the_same_figures_again_is_refused(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    with pytest.raises(Refused, match="the same today"):
        publish_month.publish(context, "2026-10")


@pytest.mark.parametrize(
    ("month", "sentence"), [("2026-11", "not ended"), ("2026-12", "not begun"), ("October", "not a month")]
)
def test_what_cannot_be_published_is_refused_in_words(app: Flask, context: Context, month: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        publish_month.publish(context, month)


def test_a_prepared_month_becomes_the_published_version(october: list[int], context: Context) -> None:
    publish_month.prepare_month(context, "2026-10")
    publish_month.prepare_month(context, "2026-10")
    assert publish_month.publish(context, "2026-10").version == 1
    assert session().query(SummaryRow).count() == 1


def test_figures_at_an_earlier_cut_off_know_nothing_dated_later(october: list[int], clock: FixedClock) -> None:
    cut_off = OCTOBER_5 + timedelta(hours=11)  # the first child is back for an hour, the others are not yet missing
    summary = publish_month.month_figures(at(clock.now()), "2026-10", cut_off)
    assert summary.figures["episodes.started"][Cohort.ALL].value == 1
    assert summary.figures["interviews.not_yet_due"][Cohort.ALL].value == 1
    assert summary.status == "provisional"


def test_csv_has_one_row_for_each_figure_and_cohort(october: list[int], context: Context) -> None:
    lines = month_csv(context, "2026-10").split("\r\n")
    assert lines[0].startswith("month,status,cut_off,key,cohort,value")
    assert [line for line in lines if ",interviews.completed_in_72h,all,1," in line]
    assert [line for line in lines if ",interviews.pct_in_72h_of_returns,all,25.0,1,4" in line]


def test_the_list_of_months_runs_from_the_first_episode_to_now(october: list[int], context: Context) -> None:
    publish_month.publish(context, "2026-10")
    listed = [(month.month, month.published_version) for month in month_list(context)]
    assert listed == [("2026-11", None), ("2026-10", 1), ("2026-09", None)]
