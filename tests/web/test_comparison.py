"""What the pages say of reports that are expected, and of the newest beside what we hold."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from flask import Flask

from tests.conftest import NOON
from tests.reports import receive, strangers
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tracker.core.clock import FixedClock
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.watch_reports import watch_reports
from tracker.settings import Settings

HOUR = timedelta(hours=1)


def read(page: Page) -> str:
    """The page's words, with no space before a stop that follows an element."""
    return page.text.replace(" ;", ";").replace(" .", ".")


FEED = "thames-valley"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The shipped feeds, of which one is expected at one o'clock."""
    feed = replace(settings.feeds[FEED], expected_by=time(13), description="Daily report, Thames Valley")
    settings.__dict__["feeds"] = {**settings.feeds, FEED: feed}
    return settings


@pytest.fixture
def feeds(settings: Settings) -> dict[str, Feed]:
    return settings.feeds


def test_a_report_that_has_not_come_stands_first_in_words(
    app: Flask, client_request: ClientRequest, context: Context, clock: FixedClock, feeds: dict[str, Feed]
) -> None:
    watch_reports(context, feeds)
    receive(app, replace(context, now=NOON - 20 * HOUR), *strangers(1))
    assert "No report has come" not in client_request.sign_in("Alice").get("/today").text
    assert "the next is expected by 13:00 today." in client_request.get("/reports").text
    clock.at = NOON + HOUR + timedelta(minutes=5)
    for name, paths in {"Alice": ("/today", "/reports", "/tokens"), "Dana": ("/today",), "Ed": ("/tokens",)}.items():
        client_request.sign_in(name)
        for path in paths:
            page = client_request.get(path)
            assert page.one("h2", id="no-report")
            assert "No report since 15 Nov 2026, 16:00; expected by 13:00 today." in read(page)
    assert "No report has come" not in client_request.sign_in("Bob").get("/today").text


def test_a_copy_of_an_old_file_is_named_as_such(
    app: Flask, client_request: ClientRequest, context: Context, clock: FixedClock, feeds: dict[str, Feed]
) -> None:
    watch_reports(context, feeds)
    receive(app, replace(context, now=NOON - 20 * HOUR), *strangers(1))
    receive(app, context, *strangers(1))
    clock.at = NOON + 2 * HOUR
    page = client_request.sign_in("Alice").get("/today")
    assert "the same, byte for byte, as receipt 1" in page.text
    assert "Open receipt 2" in [link.text for link in page.all("a", href="/reports/2")]


def test_a_late_report_is_shown_as_late(
    app: Flask, client_request: ClientRequest, context: Context, clock: FixedClock, feeds: dict[str, Feed]
) -> None:
    watch_reports(context, feeds)
    receive(app, replace(context, now=NOON + 2 * HOUR), *strangers(1))
    clock.at = NOON + 3 * HOUR
    text = client_request.sign_in("Alice").get("/reports").text
    assert "the report expected by 13:00 today came late, 14:00 today" in text
    assert "No report has come" not in text


def test_both_sides_on_reports_and_on_the_newest_receipt(
    app: Flask, client_request: ClientRequest, context: Context
) -> None:
    receive(app, replace(context, now=NOON - HOUR), *strangers(3))
    alice = client_request.sign_in("Alice")
    assert "The police say 3 children are missing, and we hold the same episodes open." in alice.get("/reports").text
    receive(app, context, *strangers(2))
    sentence = "The police say 2 children are missing; we hold 3 episodes open. Open here and not in the report: 1."
    assert sentence in read(alice.get("/reports"))
    assert sentence in read(alice.get("/reports/2"))
    assert "The police say" not in alice.get("/reports/1").text
    page = alice.get("/reports/2/open")
    assert page.one("a", href="/episodes/3")
    assert "In the report, and not open here None." in page.text
    alice.get("/reports/1/open", status=404)
    alice.get("/reports/99/open", status=404)
