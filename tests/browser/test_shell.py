"""The shell in a real browser: sign-in, account, the keyboard, without scripts, at both widths."""

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site


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
