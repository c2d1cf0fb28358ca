"""My interviews on a phone, My team for a manager: at both widths, by touch and by keyboard."""

from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.web.boards_day import built, database_url, kept, people
from tests.working_day import Built

__all__ = ["built", "database_url", "kept", "people"]

SMALL_TARGETS = """() => [...document.querySelectorAll(".app-taps a")]
  .filter(target => target.getBoundingClientRect().height < 44).map(target => target.textContent)"""


def test_an_interviewers_day_on_a_phone(site: Site, built: Built) -> None:
    page = site.sign_in("Bob").open("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My interviews")
    site.look("my-interviews")
    site.resize("phone")
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.get_by_role("link", name="Call Nia Invented").get_attribute("href") == "tel:07700900123"
    page.get_by_role("link", name="Record the next attempt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Record a call or other contact")


def test_a_managers_team(site: Site, built: Built) -> None:
    page = site.sign_in("Dana").open("/my-team?team=all")
    site.look("my-team")
    page.get_by_role("link", name="8 clocks of Bob Testworker").click()
    site.look("my-team-person")
    page.get_by_role("link", name="My team").first.click()
    page.get_by_label("Ifan Ifanson").check()
    page.get_by_label("Give the ticked to").select_option(label="Bob Testworker, North team, 8 open clocks")
    page.get_by_role("button", name="Give these to them").click()
    expect(page.get_by_role("status")).to_contain_text("1 interview is given to somebody who is here.")


def test_today_with_the_work_of_the_day(site: Site, built: Built) -> None:
    site.sign_in("Alice").open("/today")
    site.look("today-work")
