"""What the pages of reports show, to whom, and that every opening is recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import child, episode, person
from tests.reports import COLUMNS, feed_of, receive, receive_bytes, row, strangers
from tracker.bootstrap import wiring
from tracker.core.matching import Comparison
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import Role
from tracker.services.context import Actor, Context, Viewer
from tracker.services.pages import reports as pages
from tracker.services.resolve_line import correct_and_replay, dismiss
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import AuditEntry, Line

MISSING = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
RETURNED = datetime(2026, 11, 15, 18, 30, tzinfo=UTC)


def viewer_with(role: Role) -> Viewer:
    with writing() as current:
        who = person(current, role)
        return Viewer(who.id, who.name, frozenset({role}))


@pytest.fixture
def lead(app: Flask) -> Viewer:
    return viewer_with(Role.LEAD)


@pytest.fixture
def acting(context: Context, lead: Viewer) -> Context:
    return replace(context, actor=Actor(lead.name, lead.person_id))


def actions() -> list[str]:
    session().rollback()
    return list(session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def first_line() -> int:
    session().rollback()
    return session().scalars(select(Line.id).order_by(Line.id)).first() or 0


def test_the_list_has_counts_and_what_waits_newest_first(app: Flask, acting: Context, lead: Viewer) -> None:
    receive(app, acting, row("TV1"), row("TV2", surname="Othername", risk="Blue"), received_by_id=lead.person_id)
    later = replace(acting, now=acting.now + timedelta(hours=1))
    receive_bytes(app, later, b"%PDF-1.7")
    refused, complete = pages.receipt_list(acting, lead).rows
    assert (refused.status, refused.lines_read, refused.problem_code) == ("refused", None, "not_a_table")
    assert (complete.lines_read, complete.waiting, complete.received_by) == (2, 1, lead.name)
    assert complete.outcomes[LineOutcome.CREATED] == 1 and complete.outcomes[LineOutcome.STALE] == 0
    assert actions()[-1] == "list_viewed"


def test_a_receipt_shows_every_lines_outcome(app: Flask, acting: Context, lead: Viewer) -> None:
    received = receive(app, acting, *strangers(3), row("TV9", risk="Blue", missing=MISSING, returned=RETURNED), {})
    page = pages.receipt_page(acting, lead, received.id)
    assert page is not None and actions()[-1] == "receipt_viewed"
    assert [line.outcome for line in page.lines.rows] == ["created"] * 3 + ["quarantined", "blank"]
    created, waiting = page.lines.rows[0], page.lines.rows[3]
    assert created.child_name == f"{strangers(1)[0]['Forename(s)']} {strangers(1)[0]['Surname']}"
    assert created.police_reference == "TV0" and not created.waits
    assert waiting.waits and waiting.due_at == RETURNED + timedelta(hours=72)
    assert [problem.fields for problem in waiting.problems] == [("risk",)]


def test_a_receipt_may_be_narrowed_and_paged(
    app: Flask, acting: Context, lead: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LINES_ON_A_PAGE", 2)
    received = receive(app, acting, *strangers(3), row("TV9", risk="Blue"))
    second = pages.receipt_page(acting, lead, received.id, page=2)
    assert second is not None and (second.lines.total, second.lines.pages, len(second.lines.rows)) == (4, 2, 2)
    created = pages.receipt_page(acting, lead, received.id, outcome=LineOutcome.CREATED)
    waiting = pages.receipt_page(acting, lead, received.id, waiting=True)
    assert created is not None and created.lines.total == 3
    assert waiting is not None and [line.line_no for line in waiting.lines.rows] == [5]


def test_a_line_shows_its_cells_its_problems_and_what_was_corrected(app: Flask, acting: Context, lead: Viewer) -> None:
    receive(app, acting, row(risk="Blue", status="Nonsense"))
    id_, feeds = first_line(), wiring(app).settings.feeds
    correct_and_replay(acting, line_id=id_, version=1, cells={COLUMNS["status"]: "Missing"}, feeds=feeds)
    page = pages.line_page(acting, lead, id_, feeds)
    assert page is not None and actions()[-1] == "line_viewed" and page.feed_is_known
    cells = {cell.column: cell for cell in page.cells}
    assert [cell.column for cell in page.cells] == list(COLUMNS.values())
    status, risk = cells[COLUMNS["status"]], cells[COLUMNS["risk"]]
    assert (status.received, status.corrected, status.text, status.is_problem) == (
        "Nonsense",
        "Missing",
        "Missing",
        False,
    )
    assert (risk.field, risk.corrected, risk.is_problem) == ("risk", None, True)


def test_a_line_shows_the_children_it_may_be_about_side_by_side(app: Flask, acting: Context, lead: Viewer) -> None:
    with writing() as current:
        known = child(current, "Inventedname", "Testa", None, postcode="ZZ1 1ZZ").id
    receive(app, acting, row(missing=MISSING, postcode="ZZ1 1ZZ"))
    page = pages.line_page(acting, lead, first_line(), wiring(app).settings.feeds)
    assert page is not None and not page.episodes
    (candidate,) = page.children
    assert (candidate.child_id, candidate.name) == (known, "Testa Inventedname")
    fields = {one.field: one for one in candidate.fields}
    assert (fields["surname"].line_value, fields["surname"].comparison) == ("Inventedname", Comparison.MATCH)
    assert (fields["date_of_birth"].line_value, fields["date_of_birth"].comparison) == ("04/03/2012", Comparison.BLANK)
    assert fields["postcode"].held_value == "ZZ1 1ZZ" and fields["postcode"].weight > 0


def test_a_line_shows_the_episodes_it_may_be(app: Flask, acting: Context, lead: Viewer) -> None:
    with writing() as current:
        by_hand = episode(current, child(current, "Inventedname", "Testa"), MISSING, risk="low").id
    receive(app, acting, row(missing=MISSING + timedelta(hours=1)))
    page = pages.line_page(acting, lead, first_line(), wiring(app).settings.feeds)
    assert page is not None and not page.children
    (candidate,) = page.episodes
    fields = {one.field: (one.line_value, one.held_value) for one in candidate.fields}
    assert candidate.episode_id == by_hand and not candidate.is_taken
    assert fields["risk"] == ("medium", "low") and fields["missing_from_at"][1] == "15 Nov 2026, 10:00"


def test_without_its_feed_file_a_line_is_shown_and_not_read(app: Flask, acting: Context, lead: Viewer) -> None:
    receive(app, acting, row(risk="Blue"))
    page = pages.line_page(acting, lead, first_line(), {})
    assert page is not None and not page.feed_is_known and {cell.field for cell in page.cells} == {None}


def test_a_settled_line_says_who_settled_it_and_how(app: Flask, acting: Context, lead: Viewer) -> None:
    receive(app, acting, row(risk="Blue"))
    dismiss(acting, line_id=first_line(), version=1, reason="Sent by mistake")
    page = pages.line_page(acting, lead, first_line(), wiring(app).settings.feeds)
    assert page is not None and not page.line.waits
    assert (page.line.settled_by, page.line.settled_how, page.line.settled_reason) == (
        lead.name,
        "dismissed",
        "Sent by mistake",
    )


def test_waiting_lines_stand_by_their_deadlines(app: Flask, acting: Context, lead: Viewer) -> None:
    later = RETURNED + timedelta(hours=2)
    receive(app, acting, row("TV1", risk="Blue"), row("TV2", risk="Blue", missing=MISSING, returned=later),
            row("TV3", risk="Blue", missing=MISSING, returned=RETURNED))  # fmt: skip
    assert [line.line_no for line in pages.lines_waiting(acting, lead).rows] == [4, 3, 2]


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.ADMINISTRATOR, Role.OPERATIONAL_GROUP])
def test_who_may_not_see_every_record_sees_no_report(app: Flask, acting: Context, role: Role) -> None:
    received = receive(app, acting, row(risk="Blue"))
    viewer = viewer_with(role)
    assert pages.receipt_list(acting, viewer).total == 0 and pages.lines_waiting(acting, viewer).total == 0
    assert pages.receipt_page(acting, viewer, received.id) is None
    assert pages.line_page(acting, viewer, first_line(), wiring(app).settings.feeds) is None


def test_what_there_is_not(app: Flask, acting: Context, lead: Viewer) -> None:
    assert pages.receipt_page(acting, lead, 404) is None
    assert pages.line_page(acting, lead, 404, wiring(app).settings.feeds) is None


def test_if_the_opening_cannot_be_recorded_nothing_is_shown(
    app: Flask, acting: Context, lead: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = receive(app, acting, row())

    def fails(*_given: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(audit, "record", fails)
    with pytest.raises(RuntimeError, match="disk"):
        pages.receipt_page(acting, lead, received.id)


def test_the_feeds_to_choose_from(app: Flask) -> None:
    feeds = pages.feeds_list(wiring(app).settings.feeds)
    assert [feed.name for feed in feeds] == sorted(wiring(app).settings.feeds)
    assert feed_of(app).description in {feed.description for feed in feeds}
