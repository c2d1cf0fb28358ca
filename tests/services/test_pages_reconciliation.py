"""The newest report beside what is held, through the real intake; and how expected reports stand."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.reports import as_csv, receive, receive_bytes, row, strangers
from tests.services import world
from tracker.bootstrap import wiring
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.pages.expected_reports import expected_reports
from tracker.services.pages.reconciliation import comparison_of, comparison_page, comparisons
from tracker.services.transaction import writing
from tracker.services.watch_reports import watch_reports
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = "thames-valley"


@pytest.fixture
def feeds(app: Flask) -> dict[str, Feed]:
    return {FEED: wiring(app).settings.feeds[FEED]}


def later(context: Context, hours: float) -> Context:
    return replace(context, now=NOON + hours * HOUR)


def figures(feeds: dict[str, Feed]) -> tuple[int, int, int, int, int]:
    session().rollback()
    (one,) = comparisons(feeds)
    found = one.found
    return found.police_open, found.held_open, len(found.here_only), len(found.there_only), one.by_hand


def ids() -> dict[str, int]:
    session().rollback()
    return {row.police_reference or "": row.id for row in session().scalars(select(Episode))}


def test_before_any_report_nothing_is_compared(app: Flask, feeds: dict[str, Feed]) -> None:
    assert comparisons(feeds) == ()


def test_the_first_report_agrees_with_itself(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    back = {"returned": "16/11/2026 03:20"}
    receive(app, context, *strangers(3), row("TV9", surname="Tesserby", forename="Odette", **back))
    assert figures(feeds) == (3, 3, 0, 0, 0)


def test_a_child_who_is_no_longer_in_the_report_stands_here_only(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, *strangers(3))
    receive(app, later(context, 1), *strangers(2))
    assert figures(feeds) == (2, 3, 1, 0, 0)
    people = world.people()
    receipt_id = comparisons(feeds)[0].receipt_id
    page = comparison_page(world.acting(context, people.alice), people.alice, feeds, receipt_id)
    assert page is not None
    assert [one.police_reference for one in page.here_only] == ["TV2"]
    session().rollback()
    views = session().scalars(select(AuditEntry.details).where(AuditEntry.subject == "comparison")).all()
    assert views == [{"filter": {"receipt_id": receipt_id}}]


def test_a_return_held_here_and_unknown_to_the_police_stands_there_only(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, *strangers(2))
    with writing() as current:
        current.get_one(Episode, ids()["TV0"]).returned_at = NOON
    receive(app, later(context, 1), *strangers(2))
    assert figures(feeds) == (2, 1, 0, 1, 0)
    people = world.people()
    page = comparison_page(later(context, 2), people.mary, feeds, comparisons(feeds)[0].receipt_id)
    assert page is not None
    assert [one.episode.police_reference for one in page.there_only if one.episode] == ["TV0"]


def test_a_line_that_waits_is_told_by_its_readable_status(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    new = row("TV8", surname="Tesserby", forename="Odette", missing="nonsense")
    back = row("TV9", surname="Quillworth", forename="Ambrose", missing="nonsense", returned="16/11/2026 03:20")
    receive(app, context, *strangers(2), new, back)
    assert figures(feeds) == (3, 2, 0, 1, 0)


def test_a_line_that_waits_speaks_of_the_episode_held_under_its_reference(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context, *strangers(2))
    first, second = strangers(2)
    receive(app, later(context, 1), {**first, "Risk Grade": "nonsense"}, second)
    assert figures(feeds) == (2, 2, 0, 0, 0)


def test_a_child_found_is_open_on_neither_side(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    receive(app, context, row(status="Located in hospital", found="16/11/2026 03:20"))
    assert figures(feeds) == (0, 0, 0, 0, 0)


def test_a_nil_return_like_an_earlier_one_is_the_newest_report(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    receive(app, context)
    receive(app, later(context, 1), *strangers(2))
    assert figures(feeds) == (2, 2, 0, 0, 0)
    nil = receive(app, later(context, 2))
    assert figures(feeds) == (0, 2, 2, 0, 0)
    assert comparison_of(feeds, nil.id) is not None


def test_copies_history_and_refused_files_are_not_the_newest_report(
    app: Flask, context: Context, feeds: dict[str, Feed]
) -> None:
    old, new = as_csv(strangers(3)), as_csv(strangers(2))
    receive_bytes(app, context, old)
    newest = receive_bytes(app, later(context, 1), new).id
    copy = receive_bytes(app, later(context, 2), old).id
    receive_bytes(app, later(context, 3), as_csv(strangers(1)), is_history=True)
    receive_bytes(app, later(context, 4), b"Name,Colour\nA,B\n")
    session().rollback()
    assert [one.receipt_id for one in comparisons(feeds)] == [newest]
    assert comparison_of(feeds, copy) is None


def test_what_is_logged_by_hand_is_told_apart(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    receive(app, context, *strangers(1))
    with writing() as current:
        factories.episode(current, factories.child(current), NOON - HOUR)
        factories.episode(current, factories.child(current), NOON - HOUR, police_force="other", police_reference="X1")
        factories.episode(current, factories.child(current), NOON - HOUR, police_force=FEED, excluded="cancelled")
    assert figures(feeds) == (1, 1, 0, 0, 1)


def test_a_feed_that_lists_changes_only_is_not_compared(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    receive(app, context, *strangers(2))
    assert comparisons({FEED: replace(feeds[FEED], lists_changes_only=True)}) == ()


def test_the_lists_are_for_those_who_see_every_record(app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
    receipt = receive(app, context, *strangers(2))
    people = world.people()
    for viewer in (people.bob, people.charlie):
        assert comparison_page(context, viewer, feeds, receipt.id) is None
    assert comparison_page(context, people.max, feeds, receipt.id) is not None
    assert comparison_page(context, people.max, feeds, 99) is None


class TestExpected:
    @pytest.fixture
    def feeds(self, app: Flask) -> dict[str, Feed]:
        return {FEED: replace(wiring(app).settings.feeds[FEED], expected_by=time(8))}

    def one(self, context: Context, feeds: dict[str, Feed], at: datetime) -> object:
        session().rollback()
        (found,) = expected_reports(replace(context, now=at), feeds)
        return found

    def test_missing_late_and_in_time(self, app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
        eight = NOON + 20 * HOUR
        watch_reports(context, feeds)
        assert not self.one(context, feeds, eight).is_missing
        silent = self.one(context, feeds, eight + HOUR)
        assert ([one.at for one in silent.missed], silent.last_at, silent.instead) == ([eight], None, None)
        receive(app, replace(context, now=eight + 2 * HOUR), *strangers(1))
        late = self.one(context, feeds, eight + 3 * HOUR)
        assert (late.is_missing, late.late_at, late.next.at) == (False, eight + 2 * HOUR, eight + DAY)
        receive(app, replace(context, now=eight + DAY - HOUR), *strangers(2))
        good = self.one(context, feeds, eight + DAY + HOUR)
        assert (good.is_missing, good.late) == (False, None)
        three = self.one(context, feeds, eight + 4 * DAY + HOUR)
        assert [one.at for one in three.missed] == [eight + days * DAY for days in (2, 3, 4)]

    def test_what_came_instead_is_named(self, app: Flask, context: Context, feeds: dict[str, Feed]) -> None:
        watch_reports(context, feeds)
        first = receive(app, context, *strangers(1))
        copy = receive(app, replace(context, now=NOON + 19 * HOUR), *strangers(1))
        found = self.one(context, feeds, NOON + 21 * HOUR)
        assert (found.instead.receipt_id, found.instead.copy_of_id) == (copy.id, first.id)

    def test_without_a_watch_nothing_has_been_missed(
        self, app: Flask, context: Context, feeds: dict[str, Feed]
    ) -> None:
        assert not self.one(context, feeds, NOON).is_missing
        assert expected_reports(context, {FEED: replace(feeds[FEED], expected_by=None)}) == ()
