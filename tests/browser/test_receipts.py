"""A bad file from loading to the end, in a real browser: corrected here, corrected outside, read again, undone."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_whole_path import upload
from tracker.web.reports import views

HEADER = "Reference,Surname,Forename,Date of birth,Postcode,Missing from,Returned,Risk,Status\n"
GOOD = "WX/1,Quillworth,Ambrose,03/04/2011,WX1 1AA,12/11/2026 19:00,13/11/2026 08:00,High,Returned home\n"
BAD = [
    "WX/2,Tesserby,Odette,31/02/2012,WX2 2BB,15/11/2026 10:00,,Medium,Missing\n",
    "WX/3,Brambourne,Jasper,05/06/2012,WX3 3CC,16/11/2026 10:00,16/11/2026 09:00,Low,Returned home\n",
    "WX/4,Kettlewick,Ines,07/08/2012,WX4 4DD,15/11/2026 11:00,,Std,Missing\n",
    "WX/5,Underhay,Piran,09/10/2012,WX5 5EE,15/11/2026 12:00,,Std,Missing\n",
    "WX/6,Fennimoor,Lark,11/12/2012,WX6 6FF,yesterday,,Low,Missing\n",
]


@pytest.fixture
def receipt(site: Site, tmp_path: Path) -> Page:
    """A report of which one line is good and five are bad."""
    page = site.sign_in("Alice").open("/reports")
    path = tmp_path / "night.csv"
    path.write_text(HEADER + GOOD + "".join(BAD))
    upload(page, path)
    expect(page.locator("main")).to_contain_text("5 lines still to decide")
    return page


def correct(page: Page, row: int, field: str, text: str) -> None:
    page.get_by_role("link", name=re.compile(rf"Decide.*row {row}$")).click()
    page.get_by_label(field, exact=True).fill(text)
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("status")).to_contain_text("The line is settled.")
    page.get_by_role("link", name=re.compile("^Receipt")).click()


def test_a_bad_file_is_corrected_here_and_outside_and_undone(site: Site, receipt: Page, tmp_path: Path) -> None:
    page = receipt
    expect(page.get_by_role("navigation", name="Lines by outcome")).to_contain_text(
        re.compile(r"6 lines read\s+=\s+1 created\s+\+\s+5 need a decision")
    )
    expect(page.locator(".app-problems")).to_contain_text("2 lines")
    site.look("receipt-bad")
    correct(page, 3, "Date of birth", "28/02/2012")
    correct(page, 4, "Returned", "16/11/2026 11:00")
    correct(page, 7, "Missing from", "15/11/2026 20:00")

    with page.expect_download() as started:
        page.get_by_role("link", name="Download the waiting lines").click()
    assert started.value.suggested_filename == "waiting-lines-receipt-1.csv"
    rows = list(csv.reader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    assert [row[0] for row in rows] == ["Waiting line", "R1-5", "R1-6"]
    place = rows[0].index("Risk")
    corrected = tmp_path / "corrected.csv"
    with corrected.open("w", newline="") as file:
        csv.writer(file).writerows([rows[0], [*rows[1][:place], "Medium", *rows[1][place + 1 :]], rows[2]])
    site.open("/reports")
    upload(page, corrected)
    expect(page.get_by_role("navigation", name="Lines by outcome")).to_contain_text(re.compile(r"1 created"))
    site.look("receipt-corrected-outside")
    site.open("/reports/1")
    expect(page.locator("main")).to_contain_text("1 line still to decide")
    expect(page.locator("main")).to_contain_text("Corrected outside by Alice Testworker")
    page.get_by_role("button", name="Read all waiting lines again").click()
    expect(page.get_by_role("status")).to_contain_text("1 line read again: none could be settled.")

    page.get_by_role("link", name="Undo this load").click()
    expect(page.locator("main")).to_contain_text("5 episodes")
    site.look("undo")
    page.get_by_role("button", name="Undo the load").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why this load is undone.")
    page.get_by_label("Why is this load undone?").fill("The wrong night")
    page.get_by_role("button", name="Undo the load").click()
    expect(page.get_by_role("status")).to_contain_text("The load is undone.")
    expect(page.locator("main")).to_contain_text("5 episodes withdrawn from every count")
    site.look("receipt-undone")
    site.open("/reports")
    site.look("reports-list")
    site.open("/episodes/1")
    expect(page.locator("main")).to_contain_text("The load that brought it was undone".lower())
    site.look("episode-undone")


def test_a_long_report_is_read_on_behind_and_its_progress_is_told(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READ_AT_ONCE", 1)
    monkeypatch.setattr(views, "go_on_behind", lambda _receipt_id: None)  # held back, so that the bar can be seen
    lines = [GOOD.replace("WX/1", f"WX/{number}").replace("Quillworth", f"Quill{number}worth") for number in range(450)]
    path = tmp_path / "long.csv"
    path.write_text(HEADER + "".join(lines))
    page = site.sign_in("Alice").open("/reports")
    upload(page, path)
    expect(page.locator("main")).to_contain_text("200 of 450 lines read")
    site.look("receipt-reading")


def test_of_two_people_at_one_line_the_second_is_told_who_was_first(site: Site, receipt: Page) -> None:
    receipt.get_by_role("link", name=re.compile("Decide.*row 3$")).click()
    line = receipt.url.removeprefix(site.address)
    second = receipt.context.browser.new_context().new_page()  # type: ignore[union-attr]
    second.context.add_cookies(receipt.context.cookies())
    second.goto(site.address + line)
    receipt.get_by_label("Why does this line do nothing?").fill("An adult")
    receipt.get_by_role("button", name="Dismiss the line").click()
    expect(receipt.get_by_role("status")).to_contain_text("The line is settled.")
    second.get_by_label("Date of birth", exact=True).fill("28/02/2012")
    second.get_by_role("button", name="Read again").click()
    expect(second.locator("h1")).to_contain_text("Somebody else changed this first")
    expect(second.locator("main")).to_contain_text("Alice Testworker dismissed it")
    expect(second.locator("main")).to_contain_text("28/02/2012")
    second.context.close()


def test_what_the_reports_said_stands_on_the_episode(site: Site, receipt: Page, tmp_path: Path) -> None:
    later = tmp_path / "later.csv"
    later.write_text(HEADER + GOOD.replace(",High,", ",Medium,"))
    site.open("/reports")
    upload(receipt, later)
    page = site.open("/episodes/1")
    said = page.get_by_role("region", name="What the reports said")
    expect(said).to_contain_text("Made the episode")
    expect(said).to_contain_text("Risk: Medium")
    said.get_by_text("Where each value held now comes from").click()
    expect(said).to_contain_text("row 2 of receipt 2")
    site.look("episode-reports-said")
