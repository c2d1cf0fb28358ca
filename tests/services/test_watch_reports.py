"""Absence is an alarm: each day once, to everybody concerned once, whoever else looks, and after any outage."""

import threading
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tests.reports import as_csv, receive_bytes, strangers
from tracker.bootstrap import wiring
from tracker.core.alert_terms import Audience, Trigger
from tracker.core.clock import FixedClock
from tracker.core.feed import Feed
from tracker.core.recipients import Receivers, ToldBy
from tracker.core.terms import Role
from tracker.core.triggers import TriggerPolicy
from tracker.scheduler import Engine
from tracker.services import engine_state
from tracker.services.acknowledge_alert import acknowledge
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.services.watch_reports import WatchResult, watch_reports
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Alert, AuditEntry, OutboxMessage, ReportAbsence, ReportWatch

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EIGHT = NOON - 4 * HOUR + DAY
"""The first expectation after the watch begins at noon."""
NOTHING = WatchResult()


@pytest.fixture
def feeds(app: Flask) -> dict[str, Feed]:
    shipped = wiring(app).settings.feeds
    return {**shipped, "thames-valley": replace(shipped["thames-valley"], expected_by=time(8))}


@pytest.fixture
def watching(app: Flask, context: Context, feeds: dict[str, Feed]) -> dict[Role, int]:
    """The watch began at noon; a lead and an administrator are there."""
    with writing() as current:
        people = {
            role: factories.person(current, role, email=f"{role}@council.invalid").id
            for role in (Role.LEAD, Role.MANAGER, Role.ADMINISTRATOR)
        }
    watch_reports(context, feeds)
    return people


def at(context: Context, when: datetime) -> Context:
    return replace(context, now=when)


def came(app: Flask, context: Context, when: datetime, content: bytes | None = None, **more: object) -> int:
    body = as_csv(strangers(1)) + f"{when}".encode() if content is None else content
    return receive_bytes(app, at(context, when), body, **more).id


def told() -> list[str]:
    session().rollback()
    return [m.to_address.partition("@")[0] for m in session().scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def absences() -> list[ReportAbsence]:
    session().rollback()
    return list(session().scalars(select(ReportAbsence).order_by(ReportAbsence.expected_at)))


def test_before_the_time_and_at_it_nothing_is_said(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    assert watch_reports(at(context, EIGHT - HOUR), feeds) == NOTHING
    assert watch_reports(at(context, EIGHT), feeds) == NOTHING
    assert absences() == []


def test_nothing_came_and_everybody_concerned_is_told_once(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    late = at(context, EIGHT + timedelta(seconds=1))
    assert watch_reports(late, feeds) == WatchResult(recorded=1, told=2)
    assert sorted(told()) == ["administrator", "lead"]
    for hours in (0, 1, 23):
        assert watch_reports(at(context, EIGHT + hours * HOUR + HOUR / 2), feeds) == NOTHING
    (one,) = absences()
    assert (one.feed, one.expected_on, one.expected_at) == ("thames-valley", EIGHT.date(), EIGHT)
    assert one.told_at == late.now
    assert list(audit.broken_links(session())) == []


def test_the_email_says_which_feed_and_when_and_leads_where_its_reader_may_look(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    came(app, context, NOON - HOUR)
    watch_reports(at(context, EIGHT + HOUR), feeds)
    session().rollback()
    messages = {m.to_address.partition("@")[0]: m for m in session().scalars(select(OutboxMessage))}
    lead, administrator = messages["lead"], messages["administrator"]
    assert lead.subject.startswith("No police report has come: Daily missing report of the Thames Valley force")
    assert "Expected by:  17 Nov 2026, 08:00 GMT" in lead.body
    assert "Last report:  16 Nov 2026, 11:00 GMT" in lead.body
    references = {alert.recipient_id: alert.reference for alert in session().scalars(select(Alert))}
    for message in (lead, administrator):
        assert f"{context.base_url}/alerts/{references[message.recipient_id]}\n" in message.body
    assert "Kettlewick" not in lead.body + administrator.body


@pytest.mark.parametrize("before", [timedelta(0), HOUR, timedelta(hours=8, minutes=10)])
def test_a_report_in_time_settles_the_day(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask, before: timedelta
) -> None:
    came(app, context, EIGHT - before)
    assert watch_reports(at(context, EIGHT + HOUR), feeds) == NOTHING
    assert absences() == []


def test_a_nil_return_settles_even_if_it_is_the_same_as_yesterdays(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    for days in range(3):
        came(app, context, EIGHT - HOUR + days * DAY, as_csv([]))
        watch_reports(at(context, EIGHT + HOUR + days * DAY), feeds)
    assert absences() == []


@pytest.mark.parametrize(
    ("content", "more"),
    [(b"Name,Colour\nA,B\n", {}), (as_csv(strangers(1)), {}), (as_csv(strangers(2)), {"is_history": True})],
    ids=["refused", "a copy", "history"],
)
def test_what_is_no_new_report_settles_nothing(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask, content: bytes,
    more: dict[str, object],
) -> None:  # fmt: skip
    came(app, context, NOON, as_csv(strangers(1)))
    came(app, context, EIGHT - HOUR, content, **more)
    assert watch_reports(at(context, EIGHT + HOUR), feeds).recorded == 1


def test_another_feeds_report_settles_nothing(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    body = b"Reference,Surname,Forename,Missing from\nWX/1,Quillworth,Ambrose,15/11/2026 22:10\n"
    came(app, context, EIGHT - HOUR, body, feed="generic")
    assert watch_reports(at(context, EIGHT + HOUR), feeds).recorded == 1


def test_a_late_report_settles_it_and_stays_known_as_late(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    watch_reports(at(context, EIGHT + HOUR), feeds)
    assert engine_state.state(at(context, EIGHT + HOUR), 180).reports_missing == 1
    receipt_id = came(app, context, EIGHT + 2 * HOUR)
    assert watch_reports(at(context, EIGHT + 3 * HOUR), feeds) == WatchResult(settled=1)
    assert engine_state.state(at(context, EIGHT + 3 * HOUR), 180).reports_missing == 0
    (one,) = absences()
    assert (one.settled_at, one.settled_by_id) == (EIGHT + 2 * HOUR, receipt_id)
    assert watch_reports(at(context, EIGHT + 4 * HOUR), feeds) == NOTHING
    assert watch_reports(at(context, EIGHT + DAY + HOUR), feeds).recorded == 1, "the next day is judged by itself"


def test_after_days_without_a_scheduler_there_is_one_message_each(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    done = watch_reports(at(context, EIGHT + 9 * DAY + HOUR), feeds)
    assert done == WatchResult(recorded=10, told=2)
    assert sorted(told()) == ["administrator", "lead"]
    body = session().scalars(select(OutboxMessage.body)).first() or ""
    assert "26 Nov 2026, 08:00 GMT" in body
    assert "and 3 days before" in body


def test_what_came_late_during_the_outage_is_recorded_and_alarms_nobody(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    came(app, context, EIGHT + 2 * HOUR)
    came(app, context, EIGHT + DAY - HOUR)
    done = watch_reports(at(context, EIGHT + DAY + HOUR), feeds)
    assert done == WatchResult(recorded=1, settled=1)
    assert told() == []


def test_nobody_to_tell_is_tried_again(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    watch_reports(context, feeds)
    assert watch_reports(at(context, EIGHT + HOUR), feeds) == WatchResult(recorded=1, nobody_told=1)
    with writing() as current:
        factories.person(current, Role.MANAGER, email="manager@council.invalid")
    assert watch_reports(at(context, EIGHT + 2 * HOUR), feeds) == WatchResult(told=1)
    assert told() == ["manager"], "who stands in for the lead"


def test_each_day_is_an_alert_that_can_be_answered_whoever_is_told(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    watch_reports(at(context, EIGHT + DAY + HOUR), feeds)
    session().rollback()
    alerts = session().scalars(select(Alert).order_by(Alert.id)).all()
    days = {row.id: row.expected_at for row in absences()}
    assert {(row.subject, row.subject_id, row.due_at) for row in alerts} == {
        ("report_absence", id_, expected_at) for id_, expected_at in days.items()
    }
    assert sorted(row.recipient_id or 0 for row in alerts) == sorted(
        [watching[Role.LEAD], watching[Role.ADMINISTRATOR]] * 2
    )
    assert {row.rung for row in alerts} == {"no_report"}
    body = session().scalars(select(OutboxMessage.body)).first() or ""
    assert "/alerts?state=unanswered&rung=no_report\n" in body, "several days: the list of them"
    acknowledge(at(context, EIGHT + DAY + 2 * HOUR), reference=alerts[0].reference)
    assert list(audit.broken_links(session())) == []


def test_the_ladder_says_who_is_told_and_when(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    policy = TriggerPolicy(Trigger.NO_REPORT, 2, ToldBy(Receivers((Audience.TEAM_MANAGER,), ("desk@police.invalid",))))
    other = replace(context, rules=replace(context.rules, triggers=(policy,)))
    assert watch_reports(at(other, EIGHT + HOUR), feeds) == WatchResult(recorded=1)
    assert watch_reports(at(other, EIGHT + 2 * HOUR), feeds) == WatchResult(told=2)
    assert sorted(told()) == ["desk", "manager"]


def test_where_the_ladder_does_not_name_it_nobody_is_told_and_nothing_is_written(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    silent = replace(context, rules=replace(context.rules, triggers=()))
    assert watch_reports(at(silent, EIGHT + HOUR), feeds) == WatchResult(recorded=1)
    assert watch_reports(at(silent, EIGHT + 2 * HOUR), feeds) == NOTHING
    assert watch_reports(at(context, EIGHT + 3 * HOUR), feeds) == WatchResult(told=2)


def test_a_feed_newly_expected_is_not_blamed_for_the_past(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    silent = {name: replace(feed, expected_by=None) for name, feed in feeds.items()}
    watch_reports(at(context, NOON + HOUR), silent)
    session().rollback()
    assert session().scalars(select(ReportWatch)).all() == []
    month_later = NOON + 30 * DAY
    assert watch_reports(at(context, month_later), feeds) == NOTHING
    assert watch_reports(at(context, month_later + HOUR), feeds) == NOTHING
    assert watch_reports(at(context, month_later + DAY), feeds).recorded == 1


def test_a_clock_that_stood_a_year_ahead_does_not_silence_the_alarm(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed]
) -> None:
    watch_reports(at(context, NOON + 365 * DAY), feeds)
    before = len(absences())
    watch_reports(at(context, NOON + HOUR), feeds)
    watch_reports(at(context, EIGHT + HOUR), feeds)
    assert len(absences()) == before, "that day was recorded when the clock stood ahead"
    session().rollback()
    assert session().scalars(select(ReportWatch.judged_until)).one() == EIGHT + HOUR


def test_a_report_sent_again_by_many_roads_settles_once(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    body = as_csv(strangers(3))
    for _ in range(3):
        came(app, context, EIGHT - HOUR, body)
    assert watch_reports(at(context, EIGHT + HOUR), feeds) == NOTHING


def test_the_scheduler_looks_in_the_rhythm_of_the_sweep(
    watching: dict[Role, int], app: Flask, clock: FixedClock, feeds: dict[str, Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.jobs.feeds_in_force", lambda *_: feeds)
    clock.at = EIGHT + HOUR
    first, second = Engine(app), Engine(app)
    second.worker = "another machine/1/a"
    jobs = {job.name: job for job in first.jobs()}
    assert jobs["watch"].seconds == jobs["sweep"].seconds
    for engine in (first, second, first):
        engine.run({job.name: job for job in engine.jobs()}["watch"])
    assert sorted(told()) == ["administrator", "lead"]


def test_several_that_look_at_once_tell_once(
    watching: dict[Role, int], context: Context, feeds: dict[str, Feed], app: Flask
) -> None:
    barrier, failed = threading.Barrier(4), []

    def look() -> None:
        with app.app_context():
            barrier.wait()
            try:
                watch_reports(at(context, EIGHT + HOUR), feeds)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(absences()) == 1
    assert sorted(told()) == ["administrator", "lead"]
    recorded = select(func.count()).where(AuditEntry.action == "report_absence_recorded")
    assert session().scalar(recorded) == 1
    assert list(audit.broken_links(session())) == []
