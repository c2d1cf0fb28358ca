"""An interviewer new to it, on a telephone without scripts: from the allocation to a write-up that a manager approves.

The connection is cut in the middle of the write-up: nothing that a page had shown as saved is lost.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

from tests.browser.conftest import WIDTHS, Site, screenshot
from tests.browser.test_lead_day import type_instant
from tests.conftest import RULES
from tests.web.day import Day, built, database_url, day, people
from tracker.core.clock import FixedClock
from tracker.core.interview_form import Section

__all__ = ["built", "database_url", "day", "people"]

HOUR = timedelta(hours=1)
CHILD = "Evie Evieson"


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Page]:
    window = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 844}, java_script_enabled=False)
    window.set_default_timeout(10_000)
    site.page = window.new_page()
    yield site.page
    window.close()


def choose(page: Page, *labels: str) -> None:
    for label in labels:
        page.get_by_label(label, exact=True).check()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()


def allocated_by_the_lead(site: Site, day: Day) -> None:
    page = site.sign_in("Alice").open(f"/episodes/{day.episode('Evie')}/interview/allocate")
    page.get_by_label("Who holds the interview?").select_option(value=str(site.people["Bob"]))
    page.get_by_label("Yes: not involved in caring for the child").check()
    press(page, "Allocate")
    expect(page.get_by_text("The interview is allocated.")).to_be_visible()


def held_on_the_third_try(site: Site, clock: FixedClock) -> None:
    """Nobody answers, then the offer is accepted; the visit is planned, and held after it."""
    page = site.sign_in("Bob").open("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My interviews")
    screenshot(page, "day-mine-390")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=CHILD, exact=True))
    card.get_by_role("link", name="Record an attempt").click()
    choose(page, "Phone call", "A parent or carer", "No answer")
    press(page, "Record it")
    clock.at += HOUR
    page = site.sign_in("Bob").open("/my-interviews")
    follow(page, CHILD)
    follow(page, "Record a call or other contact")
    choose(page, "Phone call", "The child", "Offered and accepted")
    press(page, "Record it")
    type_instant(page, "planned_at", "16 11 2026 16:00")
    page.get_by_label("Where?", exact=True).fill("The library")
    press(page, "Plan the visit")
    clock.at += 4 * HOUR
    page = site.sign_in("Bob").open("/my-interviews")
    expect(page.get_by_text("16:00").first).to_be_visible()
    screenshot(page, "day-visit-390")
    page.get_by_role("link", name="It was held").first.click()
    type_instant(page, "completed_at", "16 11 2026 16:45")
    press(page, "Record the interview")


def fill(page: Page, section: Section) -> None:
    """All that is needed at completion, and the first text of every section."""
    page.locator("main textarea").first.fill(words_of(section))
    for question in section.questions:
        if question.required and question.options:
            page.locator(f"#q-{question.code}-0").check()
        elif question.required:
            page.locator(f"#q-{question.code}").fill(words_of(section))


def words_of(section: Section) -> str:
    return f"Words for “{section.title}”."


def written_up_though_the_connection_is_cut(site: Site, page: Page) -> None:
    assert RULES.interview_form is not None
    sections = RULES.interview_form.sections
    page = site.open("/my-interviews")
    follow(page, "Write it up")
    follow(page, sections[0].title)
    for number, section in enumerate(sections):
        expect(page.get_by_role("heading", level=1)).to_contain_text(section.title)
        fill(page, section)
        if number == 1:
            press(page, "Save and stay")
            expect(page.get_by_text("Saved 16 Nov 2026")).to_be_visible()
        if number == 6:
            cut_and_come_back(site, page, sections[:number])
            page.goto(page.url.partition("/form")[0] + f"/form/{section.code}")
            fill(page, section)
        page.get_by_role("button", name="Save and").first.click()
    press(page, "Finish: it goes to a manager")
    expect(page.get_by_text("Written up. A manager looks at it now.")).to_be_visible()


def cut_and_come_back(site: Site, page: Page, saved: tuple[Section, ...]) -> None:
    """The save goes nowhere. Back again, everything saved before is there, to read and to go on with."""
    address = page.url.partition("/form")[0]
    page.context.set_offline(True)
    with pytest.raises(BrowserError, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(address + "/form")
    page.context.set_offline(False)
    page.goto(address + "/form/print")
    for section in saved:
        expect(page.get_by_text(words_of(section)).first).to_be_visible()
    page.goto(address + "/form")


def approved_by_a_manager(site: Site, day: Day) -> None:
    page = site.sign_in("Dana").open("/my-team")
    page.get_by_label("Team", exact=True).select_option(label="South team")
    press(page, "Show")
    screenshot(page, "day-team-390")
    page.get_by_role("link", name=re.compile(f"Review.*{CHILD}")).click()
    choose(page, "Approve")
    press(page, "Save the decision")
    page = site.open(f"/episodes/{day.episode('Evie')}/interview")
    expect(page.get_by_text("Closed").first).to_be_visible()
    expect(page.get_by_text("Completed in time")).to_be_visible()
    screenshot(page, "day-closed-390")


def test_from_allocation_to_a_write_up_that_is_approved(site: Site, phone: Page, day: Day, clock: FixedClock) -> None:
    allocated_by_the_lead(site, day)
    held_on_the_third_try(site, clock)
    written_up_though_the_connection_is_cut(site, phone)
    approved_by_a_manager(site, day)
