"""An interviewer works from one page on a telephone without JavaScript: from allocation to held."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.conftest import WIDTHS, Site, check_accessibility, screenshot
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.core.clock import FixedClock
from tracker.core.interview_terms import ContactRelation
from tracker.services.child_contacts import add_contact

__all__ = ["built", "database_url", "day", "people"]


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    """A telephone's browser that runs no script."""
    context = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 844}, java_script_enabled=False)
    context.set_default_timeout(10_000)
    site.page = context.new_page()
    yield site.page
    context.close()


def look(page: Page, browser: Browser, name: str, *widths: str) -> None:
    """The page as a reader meets it, at these widths; axe needs script, and so a window of its own."""
    for width in (WIDTHS[name] for name in widths or ("phone",)):
        with browser.new_context(viewport={"width": width, "height": 844}) as context:
            context.add_cookies(page.context.cookies())
            seen = context.new_page()
            seen.goto(page.url)
            screenshot(seen, f"interview-{name}-{width}")
            check_accessibility(seen)
            beyond = seen.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, f"{name} at {width} px runs {beyond} px off the side"


def choose(page: Page, *labels: str) -> None:
    for label in labels:
        page.get_by_label(label, exact=True).check()


def test_from_allocation_to_held(
    app: Flask, site: Site, browser: Browser, phone: Page, day: Day, clock: FixedClock
) -> None:
    alice, id_ = context_of(site.people), day.episode("Carabel")
    for relation, name, number in (
        (ContactRelation.CHILD, "Carabel Inventedname", "07700 900 001"),
        (ContactRelation.PARENT_OR_CARER, "Mother Inventedname", "01632 960 002"),
    ):
        add_contact(alice, child_id=day.child("Carabel"), relation=relation, name=name, phone=number)
    page = site.sign_in("Bob").open(f"/episodes/{id_}/interview")
    assert page.get_by_role("link", name="Ring Mother Inventedname").get_attribute("href") == "tel:01632960002"
    look(page, browser, "allocated")
    page.get_by_role("link", name="Record a call or other contact").click()
    look(page, browser, "attempt")
    choose(page, "No answer", "A parent or carer", "Phone call")
    page.get_by_role("button", name="Record it").click()
    assert page.get_by_text("Being contacted").is_visible()
    page.get_by_role("link", name="Record a call or other contact").click()
    choose(page, "Offered and accepted", "The child", "Phone call")
    page.get_by_role("button", name="Record it").click()
    for box, text in {"Day": "16", "Month": "11", "Year": "2026", "Time": "15:30", "Where?": "The library"}.items():
        page.get_by_label(box, exact=True).fill(text)
    page.get_by_role("button", name="Plan the visit").click()
    page.goto(f"{site.address}/episodes/{id_}/interview")
    assert page.get_by_text("The visit is planned for").is_visible()
    look(page, browser, "planned", *WIDTHS)
    clock.at += timedelta(hours=5)
    page = site.sign_in("Bob").open(f"/episodes/{id_}/interview")
    page.get_by_role("link", name="Record that it was held").click()
    for box, text in {"Day": "16", "Month": "11", "Year": "2026", "Time": "16:20"}.items():
        page.get_by_label(box, exact=True).fill(text)
    page.get_by_role("button", name="Record the interview").click()
    assert page.get_by_text("Held: write it up").is_visible()
    assert page.get_by_text("Completed in time").is_visible()
    look(page, browser, "held")
