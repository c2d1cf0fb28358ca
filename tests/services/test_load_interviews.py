"""A council's spreadsheet of interviews goes through the same use cases as the pages, row by row."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from tests.reports import feed_of, receive, row
from tracker.bootstrap import wiring
from tracker.services.context import Context
from tracker.services.interview_sheet import NOT_STATED
from tracker.services.load_interviews import Loaded, load_interviews
from tracker.services.record_interview import record_completed
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, Interview

MISSING = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 10, 18, 0, tzinfo=UTC)
HEAD = ("police_reference", "offered_at", "outcome", "completed_at", "declined_by", "reason")


@pytest.fixture(autouse=True)
def ended_episode(app: Flask, context: Context) -> None:
    receive(app, context, row("TV1", missing=MISSING, returned=RETURNED))


def load(app: Flask, context: Context, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Loaded:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return load_bytes(app, context, text.getvalue().encode())


def load_bytes(app: Flask, context: Context, content: bytes, filename: str = "interviews.csv") -> Loaded:
    limits = wiring(app).settings.limits
    return load_interviews(context, content=content, filename=filename, feed=feed_of(app), limits=limits)


def interviews() -> list[Interview]:
    session().rollback()
    return list(session().scalars(select(Interview).order_by(Interview.id).execution_options(populate_existing=True)))


def held() -> Episode:
    session().rollback()
    return session().scalars(select(Episode).where(Episode.police_reference == "TV1")).one()


def codes(loaded: Loaded) -> list[str]:
    return [problem.code for problem in loaded.problems]


def test_a_completed_row_is_recorded_with_its_offer(app: Flask, context: Context) -> None:
    loaded = load(app, context, ("TV-1", "11/11/2026 09:00", "Completed", "12/11/2026 16:30", "", ""))
    assert (loaded.lines_read, loaded.recorded, loaded.unchanged, loaded.problems) == (1, 1, 0, ())
    (interview,) = interviews()
    assert interview.offered_at == datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
    assert interview.completed_at == datetime(2026, 11, 12, 16, 30, tzinfo=UTC)
    assert not held().clock_open and held().closed_as == "completed_in_time"


def test_what_a_spreadsheet_tells_is_written_up_there(app: Flask, context: Context) -> None:
    load(app, context, ("TV1", "11/11/2026 09:00", "Completed", "12/11/2026 16:30", "", ""))
    (interview,) = interviews()
    assert (interview.written_elsewhere, interview.closed_at) == (True, context.now)


def test_what_was_held_here_is_not_taken_for_written_up_elsewhere(app: Flask, context: Context) -> None:
    at = datetime(2026, 11, 12, 16, 30, tzinfo=UTC)
    record_completed(context, episode_ids=[held().id], completed_at=at)
    load(app, context, ("TV1", "", "Completed", "12/11/2026 16:30", "", ""))
    (interview,) = interviews()
    assert (interview.written_elsewhere, interview.closed_at) == (False, None)


def test_loading_twice_changes_nothing(app: Flask, context: Context) -> None:
    row_ = ("TV1", "11/11/2026 09:00", "completed", "12/11/2026 16:30", "", "")
    first = load(app, context, row_)
    before = [(one.id, one.version) for one in interviews()]
    again = load(app, replace(context, now=context.now + timedelta(days=1)), row_)
    assert (first.recorded, again.recorded, again.unchanged, again.problems) == (1, 0, 1, ())
    assert [(one.id, one.version) for one in interviews()] == before


def test_totals_below_the_rows_are_no_interview(app: Flask, context: Context) -> None:
    loaded = load(app, context, ("TV1", "", "completed", "12/11/2026 16:30", "", ""), ("Total: 1", "", "", "", "", ""))
    assert (loaded.lines_read, loaded.recorded, loaded.problems) == (1, 1, ())


def test_headers_are_found_whatever_their_case_and_spacing(app: Flask, context: Context) -> None:
    head = ("Police Reference", "Offered At", "OUTCOME", "Completed  at", "Declined by", "Reason")
    loaded = load(app, context, ("TV1", "", "completed", "12/11/2026 16:30", "", ""), head=head)
    assert loaded.recorded == 1


def test_a_workbook_loads_too(app: Flask, context: Context) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(("TV1", None, "completed", datetime(2026, 11, 12, 16, 30), None, None))
    packed = io.BytesIO()
    book.save(packed)
    assert load_bytes(app, context, packed.getvalue(), "interviews.xlsx").recorded == 1
    assert interviews()[0].completed_at == datetime(2026, 11, 12, 16, 30, tzinfo=UTC)


def test_times_are_londons(app: Flask, context: Context) -> None:
    receive(app, context, row("TV5", surname="Summername", missing="01/07/2026 10:00", returned="01/07/2026 18:00"))
    load(app, context, ("TV5", "", "completed", "02/07/2026 12:00", "", ""))
    assert interviews()[0].completed_at == datetime(2026, 7, 2, 11, 0, tzinfo=UTC)


def test_declined_by_the_child_at_the_offer(app: Flask, context: Context) -> None:
    load(app, context, ("TV1", "11/11/2026 09:00", "declined", "", "child", "Did not want to talk"))
    (interview,) = interviews()
    assert interview.declined_at == interview.offered_at == datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
    assert (interview.declined_by, interview.decline_reason) == ("child", "Did not want to talk")


def test_declined_by_a_carer_says_that_the_sheet_has_no_word_on_the_child(app: Flask, context: Context) -> None:
    row_ = ("TV1", "", "Declined", "11/11/2026 09:00", "Parent or carer", "On holiday")
    assert load(app, context, row_).recorded == 1 and load(app, context, row_).unchanged == 1
    (interview,) = interviews()
    assert (interview.declined_by, interview.child_was_asked) == ("parent_or_carer", False)
    assert interview.child_not_asked_reason == NOT_STATED


def test_not_required_is_only_proposed_and_closes_nothing(app: Flask, context: Context) -> None:
    row_ = ("TV1", "", "not_required", "", "", "An adult by then")
    assert load(app, context, row_).recorded == 1
    (interview,) = interviews()
    assert interview.not_required_at == context.now and interview.not_required_approved_at is None
    assert held().clock_open
    assert load(app, context, row_).unchanged == 1 and len(interviews()) == 1


def test_an_offer_alone_is_recorded(app: Flask, context: Context) -> None:
    assert load(app, context, ("TV1", "11/11/2026 09:00", "", "", "", "")).recorded == 1
    assert held().clock_open and interviews()[0].offered_at is not None


def test_an_offer_still_in_the_sheet_after_the_outcome_makes_no_second_interview(app: Flask, context: Context) -> None:
    load(app, context, ("TV1", "", "completed", "12/11/2026 16:30", "", ""))
    assert load(app, context, ("TV1", "11/11/2026 09:00", "", "", "", "")).unchanged == 1
    assert len(interviews()) == 1


@pytest.mark.parametrize(
    ("cells", "code", "fields"),
    [
        (("TV404", "", "completed", "12/11/2026 16:30", "", ""), "unknown_reference", ("police_reference",)),
        (("", "", "completed", "12/11/2026 16:30", "", ""), "unknown_reference", ("police_reference",)),
        (("TV1", "", "completed", "10/11/2026 17:00", "", ""), "before_end", ("completed_at", "episode_ids")),
        (("TV1", "", "completed", "17/11/2026 17:00", "", ""), "in_the_future", ("completed_at",)),
        (("TV1", "", "completed", "half past four", "", ""), "unreadable_time", ("completed_at",)),
        (("TV1", "last week", "completed", "12/11/2026 16:30", "", ""), "unreadable_time", ("offered_at",)),
        (("TV1", "", "completed", "", "", ""), "missing_value", ("completed_at",)),
        (("TV1", "", "postponed", "", "", ""), "unknown_value", ("outcome",)),
        (("TV1", "", "declined", "12/11/2026 16:30", "the dog", "x"), "unknown_value", ("declined_by",)),
        (("TV1", "", "declined", "12/11/2026 16:30", "child", ""), "missing_value", ("reason",)),
        (("TV1", "", "not required", "", "", ""), "missing_value", ("reason",)),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_a_sentence(
    app: Flask, context: Context, cells: tuple[str, ...], code: str, fields: tuple[str, ...]
) -> None:
    good = ("TV1", "11/11/2026 09:00", "", "", "", "")
    loaded = load(app, context, cells, good)
    (problem,) = loaded.problems
    assert (problem.line_no, problem.code, problem.fields) == (2, code, fields)
    assert problem.sentence.endswith(".") and "TV1" not in problem.sentence
    assert (loaded.lines_read, loaded.recorded, loaded.unchanged) == (2, 1, 0)


def test_an_episode_that_has_not_ended(app: Flask, context: Context) -> None:
    receive(app, context, row("TV7", surname="Stillaway", born="01/02/2013"))
    assert codes(load(app, context, ("TV7", "", "completed", "16/11/2026 11:00", "", ""))) == ["not_ended"]


def test_another_time_than_the_one_recorded(app: Flask, context: Context) -> None:
    load(app, context, ("TV1", "", "completed", "12/11/2026 16:30", "", ""))
    again = load(app, context, ("TV1", "", "completed", "12/11/2026 17:30", "", ""))
    assert codes(again) == ["already_completed"] and len(interviews()) == 1


def test_a_date_alone_will_do_unless_the_deadline_is_on_that_day(app: Flask, context: Context) -> None:
    assert codes(load(app, context, ("TV1", "", "completed", "13/11/2026", "", ""))) == ["unreadable_time"]
    assert load(app, context, ("TV1", "", "completed", "10/11/2026", "", "")).recorded == 1
    assert interviews()[0].completed_at == RETURNED


def test_a_missing_column_refuses_the_file_and_names_it(app: Flask, context: Context) -> None:
    loaded = load(app, context, ("TV1",), head=("police_reference",))
    assert loaded.refusal is not None and "outcome" in loaded.refusal.sentence and loaded.lines_read == 0


def test_a_file_that_is_none(app: Flask, context: Context) -> None:
    assert load_bytes(app, context, b"%PDF-1.7 nothing").refusal is not None


def test_loading_is_recorded_with_its_counts_only(app: Flask, context: Context) -> None:
    load(app, context, ("TV1", "", "completed", "12/11/2026 16:30", "", ""), ("TV404", "", "completed", "", "", ""))
    session().rollback()
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "interviews_loaded")).one()
    assert (entry.details["lines"], entry.details["problems"]) == (2, 1)
    assert "TV1" not in json.dumps(entry.details)
