"""Lines that wait are downloaded, corrected outside and sent alone: each row settles the line it is marked with."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.factories import person
from tests.reports import COLUMNS, FEED, as_csv, counts, feed_of, receive, receive_bytes, row, strangers
from tracker.adapters.tabular import Columns, Refusal, read_table
from tracker.bootstrap import wiring
from tracker.core.feed_rules import REQUIRED
from tracker.core.line_marks import CODE, MARK, PROBLEM, report_cells
from tracker.core.terms import Role
from tracker.services.context import Actor, Context, Viewer
from tracker.services.pages.receipt_files import report_file, waiting_file
from tracker.services.resolve_line import correct_and_replay, dismiss
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, Line, Receipt

RETURNED = datetime(2026, 11, 15, 18, 30, tzinfo=UTC)
Rows = list[dict[str, str]]


@pytest.fixture
def lead(app: Flask) -> Viewer:
    with writing() as current:
        who = person(current, Role.LEAD)
        return Viewer(who.id, who.name, frozenset({Role.LEAD}))


@pytest.fixture
def acting(context: Context, lead: Viewer) -> Context:
    return replace(context, now=context.now + timedelta(hours=1), actor=Actor(lead.name, lead.person_id))


def read(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def bad_lines(acting: Context, lead: Viewer, receipt_id: int) -> Rows:
    file = waiting_file(acting, lead, receipt_id=receipt_id)
    assert file is not None
    return read(file.content)


def written(rows: Rows) -> bytes:
    return as_csv(rows, tuple(rows[0]))


def lines(receipt_id: int) -> list[Line]:
    session().rollback()
    query = select(Line).where(Line.receipt_id == receipt_id).order_by(Line.line_no)
    return list(session().scalars(query.execution_options(populate_existing=True)))


def three_bad(app: Flask, context: Context) -> int:
    """A good line, and three that wait: an unknown risk, an unreadable date of birth, an unreadable return."""
    one, two, three, four = strangers(4)
    received = receive(
        app, context, one, two | {COLUMNS["risk"]: "Std"}, three | {COLUMNS["born"]: "31/02/2012"},
        four | {COLUMNS["returned"]: "not known", COLUMNS["status"]: "Returned"},
    )  # fmt: skip
    assert counts(received) == {"created": 1, "quarantined": 3}
    return received.id


def test_the_file_has_the_reports_own_columns_and_texts_between_mark_and_problem(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    receipt_id = three_bad(app, context)
    file = waiting_file(acting, lead, receipt_id=receipt_id)
    assert file is not None and file.name == f"waiting-lines-receipt-{receipt_id}.csv"
    assert file.content.startswith(b"\xef\xbb\xbf")
    rows = read(file.content)
    assert list(rows[0]) == [MARK, *COLUMNS.values(), CODE, PROBLEM]
    assert [one[MARK] for one in rows] == [f"R{receipt_id}-{number}" for number in (3, 4, 5)]
    assert rows[0][COLUMNS["risk"]] == "Std" and rows[0][CODE] == "unknown_value" and "risk" in rows[0][PROBLEM]
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.action == "export_made"
    assert entry.details == {"filter": {"receipt_id": receipt_id, "waiting": True, "lines": 3}}


def test_corrected_outside_and_sent_alone_every_line_finds_its_own(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    receipt_id = three_bad(app, context)
    rows = bad_lines(acting, lead, receipt_id)
    rows[0][COLUMNS["risk"]] = "High"
    rows[2][COLUMNS["returned"]] = "15/11/2026 18:30"
    sent = receive_bytes(app, acting, written(rows), received_by_id=lead.person_id)
    assert counts(sent) == {"created": 2, "quarantined": 1} and sent.lines_read == 3
    assert sent.ignored_columns == ()
    good, risk, born, returned = lines(receipt_id)
    assert (risk.outcome, risk.settled_how, risk.settled_by_id) == ("created", "corrected_outside", lead.person_id)
    assert risk.cells[COLUMNS["risk"]] == "Std" and risk.corrected_cells is not None
    assert risk.corrected_cells[COLUMNS["risk"]] == "High" and MARK not in risk.corrected_cells
    assert (born.outcome, born.settled_at) == ("quarantined", None)
    held = session().get_one(Episode, returned.episode_id)
    assert held.returned_at == RETURNED and held.notified_at == context.now, "the first report told us"
    assert held.as_of_at == good.as_of_at, "its age is that of the report it came in"
    told = lines(sent.id)
    assert [one.episode_id for one in told] == [risk.episode_id, None, returned.episode_id]
    assert [one.settled_how for one in told] == ["corrected_outside", "waits_at_its_own_row", "corrected_outside"]


def test_any_subset_in_any_order_may_be_sent(app: Flask, context: Context, acting: Context, lead: Viewer) -> None:
    receipt_id = three_bad(app, context)
    rows = bad_lines(acting, lead, receipt_id)
    rows[1][COLUMNS["born"]] = "28/02/2012"
    rows[0][COLUMNS["risk"]] = "Low"
    first = receive_bytes(app, acting, written([rows[1]]))
    second = receive_bytes(app, acting, written([rows[0]]))
    assert counts(first) == counts(second) == {"created": 1}
    assert [one.settled_how for one in lines(receipt_id)] == [None, "corrected_outside", "corrected_outside", None]


def test_rows_without_a_mark_are_lines_like_any_other(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    receipt_id = three_bad(app, context)
    rows = bad_lines(acting, lead, receipt_id)[:1]
    rows[0][COLUMNS["risk"]] = "Low"
    fresh = {MARK: "", **strangers(6)[5], CODE: "", PROBLEM: ""}
    sent = receive_bytes(app, acting, written([rows[0], fresh]))
    assert counts(sent) == {"created": 2}
    ages = {one.as_of_at for one in session().scalars(select(Episode)) if one.as_of_at}
    assert ages == {context.now, acting.now}


def test_a_row_sent_back_as_it_was_changes_nothing(app: Flask, context: Context, acting: Context, lead: Viewer) -> None:
    receipt_id = three_bad(app, context)
    sent = receive_bytes(app, acting, written(bad_lines(acting, lead, receipt_id)))
    assert counts(sent) == {"quarantined": 3}
    assert [one.settled_at is None for one in lines(receipt_id)] == [True] * 4
    assert [one.corrected_cells for one in lines(receipt_id)] == [None] * 4
    assert session().scalar(select(func.count()).select_from(Line).where(Line.settled_at.is_not(None))) == 3


@pytest.mark.parametrize(
    ("mark", "says"),
    [
        ("R99-2", "names no line that is held"),
        ("nonsense", "cannot be read"),
        ("R{receipt}-2", "never waited"),
    ],
)
def test_a_mark_that_leads_nowhere_keeps_its_row_waiting(
    app: Flask, context: Context, acting: Context, lead: Viewer, mark: str, says: str
) -> None:
    receipt_id = three_bad(app, context)
    rows = bad_lines(acting, lead, receipt_id)[:1]
    rows[0] |= {MARK: mark.format(receipt=receipt_id), COLUMNS["returned"]: "15/11/2026 18:30"}
    rows[0] |= {COLUMNS["status"]: "Returned", COLUMNS["risk"]: "High"}
    sent = receive_bytes(app, acting, written(rows))
    (line,) = lines(sent.id)
    assert line.problem_code == "unknown_mark" and says in (line.problem_sentence or "")
    assert line.due_at == RETURNED + timedelta(hours=72), "a readable return stands on Today"
    feeds = wiring(app).settings.feeds
    outcome = correct_and_replay(acting, line_id=line.id, version=line.version, cells={MARK: ""}, feeds=feeds)
    assert str(outcome) == "created", "with the mark cleared it is a line of its own"


def test_the_mark_of_another_feed_is_told_apart(app: Flask, context: Context, acting: Context, lead: Viewer) -> None:
    receipt_id = three_bad(app, context)
    content = f"{MARK},Reference,Surname,Forename,Missing from\nR{receipt_id}-3,X/1,A,B,15/11/2026 10:00\n".encode()
    sent = receive_bytes(app, acting, content, feed="generic")
    assert "another feed" in (lines(sent.id)[0].problem_sentence or "")
    assert lines(receipt_id)[1].settled_at is None


def test_settled_meanwhile_is_told_with_who_and_when_and_nothing_is_lost(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    receipt_id = three_bad(app, context)
    rows = bad_lines(acting, lead, receipt_id)[:1]
    line = lines(receipt_id)[1]
    dismiss(acting, line_id=line.id, version=line.version, reason="Sent by mistake")
    rows[0][COLUMNS["risk"]] = "High"
    sent = receive_bytes(app, acting, written(rows))
    (told,) = lines(sent.id)
    assert told.problem_code == "mark_settled" and told.cells[COLUMNS["risk"]] == "High"
    assert "dismissed" in (told.problem_sentence or "") and lead.name in (told.problem_sentence or "")
    assert lines(receipt_id)[1].settled_how == "dismissed"


def test_two_rows_for_one_line_the_second_is_told_apart(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    receipt_id = three_bad(app, context)
    first = bad_lines(acting, lead, receipt_id)[0] | {COLUMNS["risk"]: "High"}
    sent = receive_bytes(app, acting, written([first, first | {COLUMNS["risk"]: "Low"}, first]))
    assert counts(sent) == {"created": 2, "quarantined": 1}, "said twice the same, it is nothing new"
    assert [one.problem_code for one in lines(sent.id)] == [None, "mark_settled", None]
    assert session().scalar(select(func.count()).select_from(Episode)) == 2


def test_the_same_corrected_file_twice_changes_nothing(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    receipt_id = three_bad(app, context)
    rows = [bad_lines(acting, lead, receipt_id)[0] | {COLUMNS["risk"]: "High"}]
    receive_bytes(app, acting, written(rows))
    again = receive_bytes(app, replace(acting, now=acting.now + timedelta(hours=1)), written(rows))
    assert counts(again) == {"unchanged": 1}


def test_a_row_too_long_is_looked_at_by_whoever_corrected_it(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    content = as_csv([row("TV1")]).replace(b"Medium,", b"Medium,spilt,over,", 1)
    received = receive_bytes(app, context, content)
    assert counts(received) == {"quarantined": 1}
    (bad,) = bad_lines(acting, lead, received.id)
    extra = [name for name in bad if name.startswith("Column ")]
    assert extra, "cells beyond the last column are in the file too"
    mended = {name: text for name, text in bad.items() if name not in extra} | {COLUMNS["circumstances"]: ""}
    mended |= {COLUMNS["risk"]: "Medium"}
    assert counts(receive_bytes(app, acting, written([mended]))) == {"created": 1}


def test_all_waiting_lines_of_a_feed_in_one_file(app: Flask, context: Context, acting: Context, lead: Viewer) -> None:
    first = three_bad(app, context)
    second = receive(app, replace(context, now=context.now + timedelta(minutes=5)), row("TV90", risk="Blue"))
    file = waiting_file(acting, lead, feed=FEED)
    assert file is not None and file.name == f"waiting-lines-{FEED}.csv"
    marks = [one[MARK] for one in read(file.content)]
    assert marks == [f"R{first}-3", f"R{first}-4", f"R{first}-5", f"R{second.id}-2"]


def test_nothing_waits_no_file(app: Flask, context: Context, acting: Context, lead: Viewer) -> None:
    received = receive(app, context, row("TV1"))
    assert waiting_file(acting, lead, receipt_id=received.id) is None


def test_who_may_not_see_every_record_gets_no_file(app: Flask, context: Context, acting: Context) -> None:
    receipt_id = three_bad(app, context)
    outsider = Viewer(1, "Nobody", frozenset({Role.INTERVIEWER}))
    assert waiting_file(acting, outsider, receipt_id=receipt_id) is None
    assert report_file(acting, outsider, receipt_id) is None


def test_the_report_as_it_came_is_given_and_recorded(
    app: Flask, context: Context, acting: Context, lead: Viewer
) -> None:
    content = as_csv([row("TV1")])
    received = receive_bytes(app, context, content, filename="night of Inventedname.csv")
    file = report_file(acting, lead, received.id)
    assert file is not None and (file.name, file.content) == (f"receipt-{received.id}.csv", content)
    entry = session().scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.action == "receipt_downloaded" and entry.details == {"sha256": received.sha256}


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20) | st.text(
    "'=+-@\t\r\n ,;\"\uff1d", max_size=6
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=3))
def test_the_file_comes_back_with_the_very_texts(
    app: Flask, acting: Context, lead: Viewer, texts: list[tuple[str, str]], fresh_receipt: Callable[[], int]
) -> None:
    """Whatever the cells hold, the file read back by the intake gives them identically."""
    receipt_id = fresh_receipt()
    with writing() as current:
        for number, (one, two) in enumerate(texts, start=2):
            cells = row(circumstances="") | {COLUMNS["circumstances"]: one, COLUMNS["address"]: two}
            current.add(
                Line(receipt_id=receipt_id, line_no=number, cells=cells, as_of_at=acting.now, outcome="quarantined")
            )
    file = waiting_file(acting, lead, receipt_id=receipt_id)
    assert file is not None
    table = read_table(file.content, file.name, Columns(feed_of(app).columns, REQUIRED), 1000)
    assert not isinstance(table, Refusal)
    back = [report_cells(one.cells) for one in table.rows()]
    assert [(one[COLUMNS["circumstances"]], one[COLUMNS["address"]]) for one in back] == texts


@pytest.fixture
def fresh_receipt(app: Flask, context: Context) -> Callable[[], int]:
    def make() -> int:
        with writing() as current:
            held = Receipt(
                feed=FEED, force="thames-valley", source="test", filename="x.csv", content=b"", size_bytes=0,
                sha256="0" * 64, received_at=context.now, report_at=context.now, columns=list(COLUMNS.values()),
                status="complete", ignored_columns=[],
            )  # fmt: skip
            current.add(held)
            current.flush()
            return held.id

    return make
