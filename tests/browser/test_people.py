"""The administrator's pages in a real browser, at both widths, and errors by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tracker.adapters.mailer import FolderMailer
from tracker.core.mail import Email
from tracker.settings import Settings


def test_people_and_one_person(site: Site) -> None:
    page = site.sign_in("Ed").open("/people")
    site.look("people")
    page.get_by_role("link", name="Bob Testworker").click()
    site.look("person")
    page.get_by_role("link", name="Absence").click()
    page.get_by_label("Day").first.fill("31")
    page.get_by_label("Month").first.fill("2")
    page.get_by_label("Year").first.fill("2026")
    page.get_by_label("Time").first.fill("9")
    page.get_by_role("button", name="Save").click()
    site.look("person-absence-errors")
    page.get_by_role("link", name="there is no 31").click()
    expect(page.get_by_label("Day").first).to_be_focused()


def test_a_person_is_added(site: Site) -> None:
    page = site.sign_in("Ed").open("/people/new")
    site.look("person-new")
    page.get_by_label("Name").fill("Gus Testworker")
    page.get_by_label("Email address").fill("gus@council.invalid")
    page.get_by_label("Interviewer").check()
    page.get_by_label("Team", exact=True).select_option(label="North team")
    page.get_by_role("button", name="Add the person").click()
    expect(page.get_by_role("status")).to_contain_text("The person is added.")
    expect(page.get_by_role("link", name="Gus Testworker")).to_be_visible()


def test_teams(site: Site) -> None:
    site.sign_in("Ed").open("/people/teams")
    site.look("teams")


class TestMailbox:
    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Path) -> Settings:
        mail = settings.mail.model_copy(update={"folder": str(tmp_path / "mailbox")})
        return settings.model_copy(update={"env": "demo", "mail": mail})

    def test_what_would_have_been_emailed(self, site: Site, settings: Settings) -> None:
        site.sign_in("Alice").open("/mailbox")
        site.look("mailbox-empty")
        body = f"An interview is overdue since 09:00 GMT.\n\nOpen it: {site.address}/account\n\nReference K7Q2.\n"
        with FolderMailer(Path(settings.mail.folder), settings.mail.sender).connect() as mail:
            for number in (1, 2):
                mail.send(
                    Email(
                        f"<{number}@council.invalid>",
                        "alice@council.invalid",
                        f"Overdue {number}",
                        body,
                        site.clock.now(),
                    )
                )
        page = site.open("/mailbox")
        site.look("mailbox")
        page.get_by_role("link", name=f"{site.address}/account").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
