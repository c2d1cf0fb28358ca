"""Tokens, reports that have not come, and the newest report beside what we hold, in a real browser at both widths."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.conftest import NOON
from tests.reports import receive, row, strangers
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.watch_reports import watch_reports
from tracker.settings import Settings

HOUR = timedelta(hours=1)
FEED = "thames-valley"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    feed = replace(settings.feeds[FEED], expected_by=time(13))
    settings.__dict__["feeds"] = {**settings.feeds, FEED: feed}
    return settings


def test_a_token_is_made_by_keyboard_and_revoked(site: Site) -> None:
    page = site.sign_in("Ed").open("/tokens")
    site.look("tokens-none")
    page.get_by_role("link", name="Make a token").click()
    page.get_by_role("button", name="Make the token").click()
    site.look("token-new-errors")
    page.get_by_role("link", name="Enter who or what will hold the token.").click()
    expect(page.get_by_label("Label")).to_be_focused()
    page.keyboard.type("Nightly export, Thames Valley")
    page.get_by_label("What it opens").select_option(FEED)
    page.get_by_role("button", name="Make the token").click()
    assert page.get_by_label("Token 1").input_value().startswith("rit_")
    site.look("token-made")
    page.get_by_role("link", name="Tokens", exact=True).click()
    page.get_by_role("link", name="Revoke").click()
    site.look("token-revoke")
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_role("status")).to_contain_text("The token is revoked.")
    site.look("tokens")


def test_a_report_that_has_not_come_and_what_only_one_side_holds(site: Site, settings: Settings) -> None:
    context = Context(NOON, Rules(), Actor("test"))
    watch_reports(context, settings.feeds)
    receive(site.app, replace(context, now=NOON - 30 * HOUR), *strangers(3))
    unreadable = row("TV8", surname="Tesserby", forename="Odette", missing="nonsense")
    receive(site.app, replace(context, now=NOON - 20 * HOUR), *strangers(2), unreadable)
    receive(site.app, replace(context, now=NOON), *strangers(3))  # the first once more
    site.clock.at = NOON + HOUR + HOUR / 2
    page = site.sign_in("Alice").open("/today")
    expect(page.get_by_role("heading", name="No report has come")).to_be_visible()
    site.look("today-no-report")
    site.open("/reports")
    site.look("reports-no-report")
    page.get_by_role("link", name="See which").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What the police say is open")
    site.look("comparison")
    site.open("/reports/2")
    site.look("receipt-comparison")
