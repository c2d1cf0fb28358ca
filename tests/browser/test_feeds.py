"""A force nobody has set up before, in a real browser: its sample, a guess corrected, the preview, a report loaded."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

TITLES = ["North Mercia Constabulary - MFH daily return", "Produced 16 NOV 2026 06:15 hrs / OFFICIAL-SENSITIVE", ""]
HEADINGS = [
    "Log Ref", "MisPer Nominal", "Subject DOB", "M/F", "SDE", "Home Addr", "Home PCode", "Lives With", "Placing LA",
    "Social Care Open?", "Dt Last Seen", "Tm Last Seen", "Dt Rptd", "Tm Rptd", "Position", "Dt Pos'n", "Tm Pos'n",
    "Where Located", "Located By", "Grade", "Category", "OIC", "Beat", "Prev MFH Count", "CSE Marker", "Circs",
]  # fmt: skip
ROWS = [
    ["NM/26/00417", "KETTLEWICK, Testa", "03/04/2012", "F", "W1", "1 Invented Road", "WX1 1AA", "Foster carers",
     "Wexcombeshire", "Y", "14-Nov-26", "2210", "14-Nov-26", "2305", "STILL O/S", "", "", "", "", "MED", "MFH",
     "PC 1", "A1", "3", "N", "Left by the back door"],
    ["NM/26/00418", "BRAMBOURNE, Testo", "28/11/2010", "M", "W1", "2 Invented Road", "WX1 1AB", "Mum and dad",
     "Wexcombeshire", "N", "13-Nov-26", "0915", "13-Nov-26", "1000", "HOME SAFE", "14-Nov-26", "0130", "At home",
     "Police", "HIGH", "MFH", "PC 2", "A2", "0", "N", "Argument, left on foot"],
    ["NM/26/00419", "OZZLETHORPE, Testine", "15/01/2011", "F", "M1", "The Willows", "WX2 2AA", "Residential unit",
     "Otherland", "Y", "15-Nov-26", "1830", "15-Nov-26", "1900", "LOC NOT BACK", "15-Nov-26", "2300", "Hospital",
     "Police", "STD", "UNAUTH ABS", "PC 3", "A2", "11", "Y", "Late back"],
    ["NM/26/00420", "FENNIMOOR, Testamund", "09/09/2013", "M", "W1", "The Willows", "WX2 2AA", "Residential unit",
     "Wexcombeshire", "Y", "15-Nov-26", "2500", "15-Nov-26", "1900", "HOME SAFE", "15-Nov-26", "2300", "", "", "STD",
     "MFH", "PC 3", "A2", "1", "N", ""],
    [""] * len(HEADINGS),
]  # fmt: skip


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Title rows, semicolons, dates and times apart, words of its own."""
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([[title] for title in TITLES] + [HEADINGS, *ROWS])
    path = tmp_path / "north-mercia.csv"
    path.write_text(text.getvalue(), encoding="cp1252")
    return path


def go_on(page: Page, button: str, heading: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def test_a_force_is_set_up_and_its_report_loaded(site: Site, sample: Path) -> None:
    page = site.sign_in("Ed").open("/feeds")
    site.look("feeds")
    page.get_by_role("link", name="Set up a force").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Write the force's name.")
    site.look("feed-1-sample-error")
    page.get_by_label("Which police force sends the report?").fill("North Mercia Constabulary")
    page.get_by_label("A report of this force, as a file").set_input_files(sample)
    go_on(page, "Continue", "Which column holds what?")
    site.look("feed-2-columns")

    expect(page.get_by_label("Log Ref")).to_have_value("police_reference")
    expect(page.get_by_label("Dt Last Seen")).to_have_value("missing_date")
    page.get_by_label("Dt Pos'n").select_option("found_date")
    page.get_by_label("Tm Pos'n").select_option("found_time")
    page.get_by_text("more columns, not read").click()
    page.get_by_label("Beat").select_option("last_seen_location")
    page.get_by_role("button", name="Continue to the words").click()
    site.look("feed-3-words")
    page.get_by_label("STILL O/S").select_option("missing")
    page.get_by_label("LOC NOT BACK").select_option("found")
    page.get_by_label("UNAUTH ABS").select_option("away_from_placement_without_authorisation")
    page.get_by_label("Mum and dad").select_option("home")
    go_on(page, "Continue to dates and rules", "Dates and rules")
    site.look("feed-4-rules")
    page.get_by_label("No, or not always").check()
    page.get_by_label("By when is the day's report expected?").fill("08:00")
    go_on(page, "Continue to the preview", "What would become of every line")
    site.look("feed-5-preview")
    expect(page.get_by_role("listitem").filter(has_text="Problem")).to_contain_text("1")
    page.get_by_role("link", name="Problem").click()
    expect(page.get_by_text("cannot be read. Write it like")).to_be_visible()
    page.get_by_role("link", name="Continue and save").click()
    site.look("feed-6-save")
    page.get_by_role("button", name="Save the feed").click()
    expect(page.get_by_role("status")).to_contain_text("Version 1 of the feed is saved and in force.")

    page = site.sign_in("Alice").open("/reports/new")
    page.get_by_label("Which report is it?").select_option("north-mercia")
    page.get_by_label("The file").set_input_files(sample)
    page.get_by_role("button", name="Load the report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("north-mercia.csv")


def test_a_feed_is_changed_and_its_versions_told_apart(site: Site) -> None:
    page = site.sign_in("Ed").open("/feeds/named/generic")
    page.get_by_role("link", name="Change how it is read").click()
    go_on(page, "Continue", "Names of the columns")
    site.look("feed-change-columns")
    page.get_by_label("Surname").fill("Surname\nNominal surname")
    go_on(page, "Continue to the words", "What do the force’s words mean?")
    site.look("feed-change-words")
    go_on(page, "Continue to dates and rules", "Dates and rules")
    page.get_by_label("By when is the day's report expected?").fill("8am")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Write the time by which the report is expected like 08:00.")
    page.get_by_label("By when is the day's report expected?").fill("08:00")
    go_on(page, "Continue", "Save the feed")
    page.get_by_label("What is new, and why?").fill("The force renamed a column")
    go_on(page, "Save the feed", "generic")
    page.get_by_text("Which columns are read").click()
    site.look("feed-versions")
    page.get_by_role("link", name="Version 1").click()
    expect(page.get_by_role("row", name="Column for: Surname")).to_contain_text("Surname or Last name")
    site.look("feed-version")
    site.open("/feeds/import")
    site.look("feed-import")
