"""The interview's form in a real browser: on a phone without scripts, and saved as typed while the network comes and
goes."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories
from tests.browser.conftest import Site, screenshot
from tests.conftest import NOON, RULES
from tracker.core.interview_form import InterviewForm, QuestionKind
from tracker.services.context import Actor, Context
from tracker.services.police_shares import add_share
from tracker.services.record_interview import allocate, record_completed
from tracker.services.transaction import writing
from tracker.services.write_interview import save_section
from tracker.store.db import session
from tracker.store.models import Interview, InterviewSection

HOUR = timedelta(hours=1)
STORED = """async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
    (await caches.keys()).length]"""


def as_person(site: Site, name: str) -> Context:
    return Context(NOON, RULES, Actor(f"{name} Testworker", site.people[name]))


@pytest.fixture
def form() -> InterviewForm:
    assert RULES.interview_form is not None
    return RULES.interview_form


@pytest.fixture
def interview_id(site: Site) -> int:
    """Bob's, held an hour ago."""
    alice = as_person(site, "Alice")
    with writing() as current:
        child = factories.child(current, "Quillson", "Oswin")
        episode_id = factories.episode(current, child, NOON - 40 * HOUR, NOON - 10 * HOUR, context=alice).id
    held = allocate(alice, episode_id=episode_id, person_id=site.people["Bob"])
    record_completed(alice, episode_ids=[episode_id], completed_at=NOON - HOUR, interview_id=held)
    return held


def answers(interview_id: int, section: str) -> dict[str, object]:
    session().rollback()
    row = session().get(InterviewSection, (interview_id, section), populate_existing=True)
    return row.answers if row else {}


def test_on_a_phone_without_scripts(site: Site, browser: Browser, interview_id: int, form: InterviewForm) -> None:
    site.sign_in("Bob")
    window = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False)
    window.add_cookies(site.page.context.cookies())
    page = window.new_page()
    page.goto(f"{site.address}/interviews/{interview_id}/form")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("heading", name="It is not finished yet")).to_be_visible()
    page.goto(f"{site.address}/interviews/{interview_id}/form/{form.sections[0].code}")
    for section in form.sections:
        expect(page.get_by_role("heading", level=1)).to_contain_text(section.title)
        for question in section.questions:
            if question.required and question.options:
                box = page.locator(f"#q-{question.code}-0")
                box.check()
                assert question.kind is not QuestionKind.CHOICES or box.is_checked()
            elif question.required:
                page.locator(f"#q-{question.code}").fill("Some words.")
        page.get_by_role("button", name="Save and").first.click()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Written up. A manager looks at it now.")).to_be_visible()
    screenshot(page, "write-up-finished-390")
    window.close()
    session().rollback()
    assert session().get_one(Interview, interview_id).written_up_at == NOON


def test_saved_as_typed_while_the_network_comes_and_goes(site: Site, interview_id: int) -> None:
    page, words = site.sign_in("Bob").open(f"/interviews/{interview_id}/form/own_words"), "What did the child say"
    status, box = page.locator("[data-autosave-status]"), page.get_by_label(words)
    box.fill("I went because it was loud.")
    expect(status).to_have_text("Saved 12:00.")  # by itself, a moment after the last key
    page.context.set_offline(True)
    go_on(page, " I was cold.")
    expect(status).to_contain_text("Not saved: no connection")
    assert page.locator("[data-unsaved]").count() == 1
    screenshot(page, "write-up-offline-1280")
    assert page.evaluate(STORED) == [0, 0, 0, 0], "nothing is kept in the browser"
    assert answers(interview_id, "own_words") == {"words": "I went because it was loud."}
    site.said.clear()
    page.context.set_offline(False)
    expect(status).to_have_text("Saved 12:00.")
    page.reload()
    expect(page.get_by_label(words)).to_have_value("I went because it was loud. I was cold.")
    another_signs_in_and_out_again(site, page, interview_id)
    save_section(
        as_person(site, "Alice"), interview_id=interview_id, section="own_words",
        answers={"words": "Alice wrote this."}, based_on_version=3,
    )  # fmt: skip
    go_on(page, " And hungry.")
    expect(status).to_contain_text("Alice Testworker saved this section")
    page.get_by_role("link", name="Decide what stays").click()
    expect(page.get_by_text("Alice wrote this.").first).to_be_visible()
    expect(page.get_by_text("Home. And hungry.").first).to_be_visible()
    site.look("write-up-settle")


@pytest.mark.parametrize(
    ("button", "then", "says"),
    [("Save and go on", "would_help", "Nothing is saved here yet."), ("Save and stay", "own_words", "Saved")],
)
def test_a_button_pressed_without_a_connection_loses_nothing(
    site: Site, interview_id: int, button: str, then: str, says: str
) -> None:
    """Also where the browser believes that it has one: the wireless of the house without its internet."""
    page = site.sign_in("Bob").open(f"/interviews/{interview_id}/form/own_words")
    status, box = page.locator("[data-autosave-status]"), page.get_by_label("What did the child say")
    box.fill("I went because it was loud.")
    expect(status).to_have_text("Saved 12:00.")
    page.context.route("**/*", lambda route: route.abort("internetdisconnected"))
    go_on(page, " I was cold.")
    page.get_by_role("button", name=button).click()
    expect(status).to_contain_text("Not saved: no connection")
    expect(box).to_have_value("I went because it was loud. I was cold.")
    page.context.unroute("**/*")
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile(then))
    expect(status).to_contain_text(says)
    assert answers(interview_id, "own_words") == {"words": "I went because it was loud. I was cold."}
    site.said[:] = [line for line in site.said if "ERR_INTERNET_DISCONNECTED" not in line]  # that is what was tried


def go_on(page: Page, text: str) -> None:
    """Type at the end, and leave the box: it is saved at once."""
    box = page.get_by_label("What did the child say")
    box.press("Control+End")
    box.press_sequentially(text)
    box.blur()


def another_signs_in_and_out_again(site: Site, page: Page, interview_id: int) -> None:
    """Alice signs in in the same browser, in another tab; Bob's page does not save under her name."""
    status = page.locator("[data-autosave-status]")
    site.sign_in("Alice")
    go_on(page, " And alone.")
    expect(status).to_contain_text("another person", ignore_case=True)
    page.context.clear_cookies()
    go_on(page, " I walked.")
    expect(status).to_contain_text("Signed out: sign in in another tab")
    site.sign_in("Bob")
    go_on(page, " Home.")
    expect(status).to_have_text("Saved 12:00.", timeout=20000)
    assert str(answers(interview_id, "own_words")["words"]).endswith("I was cold. And alone. I walked. Home.")


def test_every_page_is_accessible_at_both_widths(site: Site, interview_id: int) -> None:
    bob = as_person(site, "Bob")
    given = {
        "circumstances": {"what_happened": "After tea there was an argument.\nShe took the bus.", "planned": "moment"},
        "reasons": {"push": ["family_conflict", "isolation"], "push_more": "It is loud in the evenings."},
        "own_words": {"words": "“I only wanted it to be quiet.”"},
    }
    for section, told in given.items():
        save_section(bob, interview_id=interview_id, section=section, answers=told, based_on_version=0)
    add_share(bob, interview_id=interview_id, what="A blue car waited at the bus station twice.")
    for name, path in {"overview": "", "section": "/own_words", "print": "/print"}.items():
        site.sign_in("Bob").open(f"/interviews/{interview_id}/form{path}")
        site.look(f"write-up-{name}")
    with writing() as current:
        row = current.get_one(Interview, interview_id)
        row.written_up_at, row.written_up_by_id = NOON, site.people["Bob"]
    site.sign_in("Dana").open(f"/interviews/{interview_id}/review")
    site.look("write-up-review")
