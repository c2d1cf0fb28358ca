"""The shell in a real browser: sign-in, account, the keyboard, without scripts, at both widths."""

from flask import Flask
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site
from tracker.services.engine_state import SWEEP, record_beat
from tracker.services.errors import Conflict, FormProblem
from tracker.web.access import public


def test_sign_in_page(site: Site) -> None:
    site.open("/sign-in")
    site.look("sign-in")


def test_error_link_moves_the_focus_to_the_box(site: Site) -> None:
    page = site.open("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    site.look("sign-in-errors")
    page.get_by_role("link", name="Enter your password.").click()
    expect(page.get_by_label("Password")).to_be_focused()
    assert page.title().startswith("Error: ")


def test_account(site: Site) -> None:
    site.sign_in("Alice").open("/account")
    site.look("account")


def test_the_skip_link_is_the_first_stop_of_the_keyboard(site: Site) -> None:
    page = site.sign_in("Alice").open("/account")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()


def test_without_scripts_an_error_link_still_leads_to_its_box(site: Site, browser: Browser) -> None:
    window = browser.new_context(java_script_enabled=False)
    page = window.new_page()
    page.goto(site.address + "/sign-in")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Enter your password.").click()
    expect(page).to_have_url(site.address + "/sign-in#password")
    page.keyboard.type("typed")
    assert page.get_by_label("Password").input_value() == "typed"
    window.close()


def test_pages_for_what_went_wrong(site: Site, app: Flask) -> None:
    def fail() -> str:
        raise RuntimeError("a fault made for this test")

    def conflict() -> str:
        raise Conflict(FormProblem("changed", "Somebody else recorded the return at 14:02."))

    app.add_url_rule("/fault", "fault", public(fail))
    app.add_url_rule("/conflict", "conflict", public(conflict))
    site.sign_in("Alice")
    for name, path in {"403": "/people", "404": "/nowhere", "409": "/conflict", "500": "/fault"}.items():
        site.page.goto(site.address + path)
        site.look(f"error-{name}")
    site.said.clear()  # the browser notes each of these answers on its console


def test_with_the_engine_well_no_page_has_a_banner(site: Site) -> None:
    record_beat(SWEEP, site.clock.now, 0.01)
    page = site.sign_in("Alice").open("/account")
    expect(page.get_by_text("Alerts cannot be relied on now")).to_have_count(0)
    expect(page.get_by_text("Deadlines last checked: just now.")).to_be_visible()
    site.look("account-well")
