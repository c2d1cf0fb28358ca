"""Late, stale, corrected, cancelled and re-opened reports: each episode shows which report said what and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import person
from tests.reports import COLUMNS, as_csv, counts, receive, receive_bytes, row
from tracker.bootstrap import wiring
from tracker.core.feed import Feed
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, RiskLevel, Role
from tracker.services.context import Actor, Context
from tracker.services.correct_episode import correct_episode
from tracker.services.pages.report_history import Origin, ReportHistory, SaidLine, report_history
from tracker.services.resolve_line import dismiss
from tracker.services.settle_differences import settle_still_missing
from tracker.services.transaction import writing
from tracker.services.undo_load import undo_load
from tracker.store.db import session
from tracker.store.models import Episode, Line

MISSING = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 15, 18, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def lead(app: Flask, context: Context) -> Context:
    with writing() as current:
        who = person(current, Role.LEAD, name="Alice Testworker")
        return replace(context, now=context.now + 3 * HOUR, actor=Actor(who.name, who.id))


def later(context: Context, hours: float) -> Context:
    return replace(context, now=context.now + hours * HOUR)


def held() -> Episode:
    session().rollback()
    return session().scalars(select(Episode).execution_options(populate_existing=True)).one()


def history(feeds: dict[str, Feed]) -> ReportHistory:
    return report_history(held().id, feeds)


def told(line: SaidLine) -> dict[str, object]:
    return dict(line.stated or ())


def origin(found: ReportHistory, field: str) -> Origin:
    return next(one for one in found.origins if one.field == field)


def test_a_corrected_report_is_the_newer_word_and_both_are_shown(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING, risk="Low"))
    second = receive(app, later(context, 1), row(missing=MISSING, risk="High"))
    found = history(feeds)
    first, correction = found.lines
    assert told(first)["risk"] is RiskLevel.LOW and told(first)["missing_from_at"] == MISSING
    assert told(correction) == {"risk": RiskLevel.HIGH}, "only what differs from the line before"
    assert (first.outcome, correction.outcome) == ("created", "updated")
    made = origin(found, "risk")
    assert (made.value, made.receipt_id, made.line_no, made.at) == ("high", second.id, 2, context.now + HOUR)
    assert origin(found, "missing_from_at").receipt_id == first.receipt_id


def test_a_late_report_of_a_return_keeps_the_deadline_and_says_when_we_were_told(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING))
    receive(app, later(context, 70), row(missing=MISSING, returned=RETURNED))
    episode = held()
    assert episode.interview_due_at == RETURNED + 72 * HOUR, "late notice never moves it"
    assert episode.notified_at == context.now + 70 * HOUR
    late = history(feeds).lines[1]
    assert late.received_at == context.now + 70 * HOUR
    assert told(late) == {"status": ReportStatus.RETURNED, "returned_at": RETURNED}


STATED_AT = "Reference,Surname,Forename,Missing from,Risk,Report time\n"


def test_a_report_older_than_what_is_held_changes_nothing_and_stands_at_its_age(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    timed = replace(feeds["generic"], report_time_column="Report time")
    settings = wiring(app).settings
    settings.feeds["generic"] = timed
    try:
        newer = STATED_AT + "X/1,Inventedname,Testa,15/11/2026 10:00,High,16/11/2026 11:00\n"
        older = STATED_AT + "X/1,Inventedname,Testa,15/11/2026 10:00,Low,16/11/2026 07:00\n"
        receive_bytes(app, context, newer.encode(), feed="generic")
        stale = receive_bytes(app, later(context, 1), older.encode(), feed="generic")
        assert counts(stale) == {"stale": 1} and held().risk == "high"
        first, second = history({"generic": timed}).lines
    finally:
        settings.feeds["generic"] = feeds["generic"]
    assert (first.outcome, first.receipt_id) == ("stale", stale.id), "in the order of the reports' ages"
    assert told(first)["risk"] is RiskLevel.LOW and told(second) == {"risk": RiskLevel.HIGH}


def test_cancelled_and_then_missing_again(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    receive(app, context, row(missing=MISSING))
    receive(app, later(context, 1), row(missing=MISSING, status="Cancelled"))
    assert held().excluded == ExclusionReason.CANCELLED
    assert origin(history(feeds), "excluded").value == "cancelled"
    receive(app, later(context, 2), row(missing=MISSING, status="Missing", circumstances="Gone again"))
    assert held().excluded is None
    stated = [told(line).get("status") for line in history(feeds).lines]
    assert stated == [ReportStatus.MISSING, ReportStatus.CANCELLED, ReportStatus.MISSING]


def test_a_return_and_then_still_missing_is_shown_and_not_applied(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING, returned=RETURNED))
    receive(app, later(context, 1), row(missing=MISSING, status="Missing"))
    assert FlagCode.POLICE_SAY_STILL_MISSING in held().flags and held().returned_at == RETURNED
    second = history(feeds).lines[1]
    assert told(second) == {"status": ReportStatus.MISSING} and second.outcome == "updated"
    settle_still_missing(lead, episode_id=held().id, decision="still_missing")
    assert held().returned_at is None and FlagCode.POLICE_SAY_STILL_MISSING not in held().flags


def test_the_same_again_says_nothing_new(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    receive(app, context, row(missing=MISSING))
    receive(app, later(context, 1), row(missing=MISSING))
    again = history(feeds).lines[1]
    assert again.outcome == "unchanged" and told(again) == {}


def test_a_persons_word_is_named_as_theirs(app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]) -> None:
    receive(app, context, row(missing=MISSING))
    episode = held()
    values = {"kind": EpisodeKind.AWAY}
    correct_episode(lead, episode_id=episode.id, version=episode.version, values=values)
    made = origin(history(feeds), "kind")
    assert (made.by, made.line_id, made.at) == ("Alice Testworker", None, lead.now)


def test_a_line_that_waits_and_one_dismissed_are_shown_as_such(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING))
    receive(app, later(context, 1), row(missing=MISSING, surname="Otherperson", forename="Nobody", born="01/01/2010"))
    waiting = session().scalars(select(Line).where(Line.outcome == "quarantined")).one()
    assert waiting.problem_code == "different_child"
    with writing() as current:  # it speaks of the reference, and so of the episode
        current.get_one(Line, waiting.id).episode_id = held().id
    line = history(feeds).lines[1]
    assert line.waits and line.problems[0].code == "different_child"
    session().rollback()
    version = session().get_one(Line, waiting.id, populate_existing=True).version
    dismiss(lead, line_id=waiting.id, version=version, reason="Another child")
    assert not history(feeds).lines[1].waits


def test_an_undone_report_stays_in_the_history_as_undone(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, row(missing=MISSING))
    wrong = receive(app, later(context, 1), row(missing=MISSING, risk="High"))
    undo_load(lead, receipt_id=wrong.id, reason="The wrong file", feeds=feeds)
    found = history(feeds)
    assert [line.undone for line in found.lines] == [False, True]
    assert origin(found, "risk").value == "medium" and origin(found, "risk").by is None


def test_without_its_feed_a_line_is_listed_and_not_read(app: Flask, context: Context) -> None:
    receive(app, context, row(missing=MISSING))
    (line,) = history({}).lines
    assert line.stated is None and line.outcome == "created"


def test_a_row_that_corrected_a_line_outside_speaks_through_it(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    first = receive(app, context, row(missing=MISSING, risk="Blue"))
    marked = {"Waiting line": f"R{first.id}-2", **row(missing=MISSING)}
    receive_bytes(app, later(context, 1), as_csv([marked], ["Waiting line", *COLUMNS.values()]))
    (line,) = history(feeds).lines
    assert (line.receipt_id, line.outcome) == (first.id, "created")
