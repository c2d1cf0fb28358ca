"""A member of the operational group, new to it, prepares a meeting on three children and produces the minutes.

Once on a phone without JavaScript, once on a projector with axe on every page and state. Each step is found by its
words on the page before it: nothing is opened by its address but the first.
"""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import WIDTHS, Site
from tests.web.group_day import flag_three

Look = Callable[[str], None]


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def a_day(page: Page, group: str, day: str, month: str, time: str | None = None) -> None:
    boxes = page.get_by_role("group", name=group)
    for label, text in (("Day", day), ("Month", month), ("Year", "2026"), ("Time", time)):
        if text is not None:
            boxes.get_by_label(label, exact=True).fill(text)


def taken(page: Page, link: str) -> str:
    """The words of the document behind a link."""
    with page.expect_download() as started:
        follow(page, link)
    pages = PdfReader(io.BytesIO(started.value.path().read_bytes())).pages
    return " ".join(" ".join(one.extract_text() for one in pages).split())


def meeting_on_three_children(page: Page, children: list[int], look: Look) -> None:
    look("group-none")
    _planned(page, look)
    _prepared(page, look)
    _begun(page, look)
    _decided(page, look)
    _closed(page, look)
    told = taken(page, "Download for circulation")
    for id_ in children:
        assert f"Child {id_}" in told
    assert "Ring the school" in told and "A quieter placement is looked for." in told
    assert not any(name in told for name in ("Ada", "Testly", "Ben", "Madeup", "Cai", "Inventson"))
    assert "Ada Testly" in taken(page, "Download with names")
    follow(page, "Correct the minutes")
    look("group-correct")
    page.get_by_label("What is wrong, and what is right?").fill("The school is the other one.")
    press(page, "Add the correction")
    expect(page.get_by_text("The school is the other one.")).to_be_visible()
    follow(page, "1. Ada Testly")
    look("group-child")
    follow(page, "Meetings")
    look("group-index")
    follow(page, "Decisions and actions still open")
    look("group-open")
    expect(page.get_by_text("Ring the school")).to_be_visible()


def _planned(page: Page, look: Look) -> None:
    follow(page, "Plan a meeting")
    press(page, "Plan the meeting")
    look("group-plan-errors")
    a_day(page, "When does the group meet?", "18", "11", "10:00")
    page.get_by_label("Where, or by which link?").fill("Committee room 2")
    page.get_by_label("Who else is invited?").fill("Ms Example, school nursing")
    press(page, "Plan the meeting")
    for name in ("Ada Testly", "Ben Madeup", "Cai Inventson"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(page.get_by_text("New repeat flag: three or more in 90 days").first).to_be_visible()
    look("group-agenda")
    assert "Ada Testly" in taken(page, "Print the agenda")


def _prepared(page: Page, look: Look) -> None:
    follow(page, "Prepare: open the first child")
    expect(page.get_by_role("heading", name="Ada Testly")).to_be_visible()
    expect(page.get_by_text("Missing 3 times in 90 days")).to_be_visible()
    look("group-prepare")
    for name in ("Ben Madeup", "Cai Inventson"):
        follow(page, "Next child")
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    follow(page, "The meeting")


def _begun(page: Page, look: Look) -> None:
    press(page, "Begin the meeting")
    page.get_by_role("group", name="Who is there?").get_by_label("Charlie Testworker").check()
    look("group-attendance")
    press(page, "Save")
    look("group-held")
    follow(page, "Go from child to child")


def _decided(page: Page, look: Look) -> None:
    page.get_by_label("What was said?").fill("We spoke of Ada at length.")
    press(page, "Save, and next child")
    follow(page, "Previous child")
    page.get_by_label("The plan needs to change").check()
    press(page, "Save, and next child")
    look("group-item-errors")
    assert page.get_by_label("What was said?").input_value() == "We spoke of Ada at length."
    page.get_by_label("The decision in words").fill("A quieter placement is looked for.")
    page.get_by_label("What is to be done?").fill("Ring the school")
    page.get_by_label("Or somebody who does not sign in here").fill("Ms Example")
    a_day(page, "By when?", "1", "12")
    press(page, "Save, and next child")
    expect(page.get_by_role("heading", name="Ben Madeup")).to_be_visible()
    page.get_by_label("A MARAMP is to be opened").check()
    page.get_by_label("The decision in words").fill("Risks have grown.")
    a_day(page, "By when is the MARAMP", "1", "12")
    a_day(page, "Bring the child back on", "15", "12")
    press(page, "Save, and next child")
    expect(page.get_by_role("heading", name="Cai Inventson")).to_be_visible()
    page.get_by_label("No further action").check()
    page.get_by_label("The decision in words").fill("Settled in the new placement.")
    press(page, "Save, and back to the meeting")


def _closed(page: Page, look: Look) -> None:
    follow(page, "Any other business")
    look("group-business")
    page.get_by_label("Any other business").fill("A new member joins in January.")
    press(page, "Save")
    follow(page, "Close the meeting")
    look("group-close")
    press(page, "Close the meeting")
    expect(page.get_by_role("heading", name="Minutes")).to_be_visible()
    look("group-minutes")


def test_on_a_projector(site: Site) -> None:
    children = flag_three(site.people)
    site.sign_in("Charlie").open("/group")
    meeting_on_three_children(site.page, children, site.look)


def test_on_a_phone_without_javascript(site: Site, browser: Browser) -> None:
    children = flag_three(site.people)
    window = browser.new_context(viewport={"width": WIDTHS["phone"], "height": 844}, java_script_enabled=False)
    window.set_default_timeout(10_000)
    site.page = window.new_page()
    page = site.sign_in("Charlie").open("/group")

    def fits(name: str) -> None:
        page.wait_for_load_state()
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{name} runs {beyond} px off the side"

    meeting_on_three_children(page, children, fits)
    window.close()


@pytest.mark.parametrize("part", ["call-off", "add", "leave-out", "leave-several"])
def test_the_rest_of_the_agendas_pages(site: Site, part: str) -> None:
    flag_three(site.people)
    page = site.sign_in("Charlie").open("/group")
    _planned(page, lambda _name: None)
    words = {
        "call-off": "Call it off",
        "add": "Add a child",
        "leave-out": "Leave out",
        "leave-several": "Leave several",
    }
    follow(page, words[part])
    site.look(f"group-{part}")
