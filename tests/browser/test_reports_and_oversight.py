"""The pages of reports, alerts, the month and the audit trail in a real browser: axe on every state, and a look."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_whole_path import now_of, upload
from tracker.services.raise_alerts import sweep
from tracker.store.db import db

HEADER = "Reference,Surname,Forename,Date of birth,Postcode,Missing from,Returned,Status\n"
HELD = "WX/1,Quillworth,Ambrose,03/04/2011,WX1 1AA,12/11/2026 19:00,13/11/2026 08:00,Returned home\n"
NEAR = "WX/2,Quillworth,Ambros,03/04/2011,WX1 1AA,15/11/2026 19:00,16/11/2026 08:00,Returned home\n"
BACKWARDS = "WX/3,Tesserby,Odette,12/09/2012,WX2 2BB,16/11/2026 10:00,16/11/2026 09:00,Returned home\n"


@pytest.fixture
def loaded(site: Site, tmp_path: Path) -> Page:
    """A report with a child held, then one with a line near to that child and a line whose times do not fit."""
    page = site.sign_in("Alice").open("/reports")
    for name, lines in (("first", [HELD]), ("second", [NEAR, BACKWARDS])):
        path = tmp_path / f"{name}.csv"
        path.write_text(HEADER + "".join(lines))
        upload(page, path)
    return page


def test_lines_that_wait_are_decided_corrected_and_dismissed(site: Site, loaded: Page) -> None:
    page = site.open("/reports/lines")
    site.look("lines-to-decide")
    site.open("/reports/2")
    site.look("receipt-with-questions")
    page.get_by_role("link", name=re.compile("Decide.*row 2")).click()
    expect(page.get_by_role("heading", name="Is it this child?")).to_be_visible()
    site.look("line-which-child")
    page.get_by_role("button", name=re.compile("It is this child.*child 1")).click()
    expect(page.get_by_role("status")).to_contain_text("The line is settled.")
    expect(page.get_by_text("Decided by Alice Testworker")).to_be_visible()
    site.look("line-settled")

    site.open("/reports/2")
    page.get_by_role("link", name=re.compile("Decide.*row 3")).click()
    site.look("line-times-do-not-fit")
    page.get_by_role("button", name="Dismiss the line").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why this line is dismissed.")
    page.get_by_label("Returned", exact=True).fill("16/11/2026 19:00")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("alert").or_(page.get_by_role("status"))).to_be_visible()


def test_a_refused_file_says_why(site: Site, tmp_path: Path) -> None:
    page = site.sign_in("Alice").open("/reports")
    path = tmp_path / "colours.csv"
    path.write_text("Name,Colour\nA,B\n")
    upload(page, path)
    expect(page.locator("main")).to_contain_text("This file was refused")
    site.look("receipt-refused")
    page.get_by_role("link", name="Reports", exact=True).click()
    site.look("reports")
    page.get_by_role("link", name="Load a report").click()
    page.get_by_role("button", name="Load the report").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose the file.")
    site.look("report-load-error")


def test_alerts_month_and_audit(site: Site, loaded: Page) -> None:
    site.clock.at += timedelta(days=1)
    sweep(now_of(site))
    db.session.rollback()
    page = site.sign_in("Alice").open("/alerts")  # a day later the session has ended
    expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")
    site.look("alerts")
    site.open("/alerts?state=answered")
    site.look("alerts-none")
    site.open("/month")
    site.look("months")
    site.open("/month/2026-11?cohort=other")
    site.look("month-other")
    site.clock.at += timedelta(days=30)
    site.sign_in("Alice").open("/month/2026-11/publish")
    site.look("month-publish")
    site.page.get_by_role("button", name="Publish these figures").click()
    expect(site.page.locator("main")).to_contain_text("These figures are as they were published.")
    site.look("month-published")
    site.sign_in("Fay").open("/audit")
    site.look("audit")
    site.open("/audit/children/1")
    site.look("audit-child")
    site.open("/audit?subject=child&subject_id=x")
    site.look("audit-error")
