"""One morning with a force that nobody knew before: its feed set up from a sample, a bad file loaded by it, three lines
corrected, two matches decided, two records merged, and the merge undone."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_feeds import go_on
from tests.browser.test_receipts import correct
from tracker.store.db import session
from tracker.store.models import Child

HEADINGS = (
    "Log Ref|MisPer Nominal|Subject DOB|M/F|Home PCode|Dt Last Seen|Tm Last Seen|Dt Returned|Tm Returned|Position|Grade"
)
FIRST = (
    "SS/26/1|QUILLFEATHER, Ambrose|28/04/2011|M|WX1 1AA|13/11/2026|2210|14/11/2026|0730|HOME|MED",
    "SS/26/3|TESSERBY, Odette|19/08/2012|F|WX2 2BB|13/11/2026|1800|13/11/2026|2330|HOME|STD",
)
SECOND = (
    "SS/26/4|QUILLFEATHER, Ambros|28/04/2011|M|WX1 1AA|15/11/2026|2015|||OUT|MED",
    "SS/26/5|TESERBY, Odette|19/08/2012|F||15/11/2026|2115|||OUT|MED",
    "SS/26/6|BRAMBOURNE, Jasper|31/02/2012|M|WX3 3CC|15/11/2026|2315|||OUT|HIGH",
    "SS/26/7|KETTLEWICK, Ines|07/08/2012|F|WX4 4DD|15/11/2026|2575|||OUT|MED",
    "SS/26/8|FENNIMOOR, Lark|11/12/2012|M|WX6 6FF|15/11/2026|1800|14/11/2026|0900|HOME|MED",
)


def report(path: Path, rows: Iterable[str]) -> Path:
    path.write_text("\n".join(["South Selsey Police: missing persons", HEADINGS, *rows]))
    return path


def set_up(site: Site, sample: Path) -> None:
    page = site.sign_in("Ed").open("/feeds/new")
    page.get_by_label("Which police force sends the report?").fill("South Selsey Police")
    page.get_by_label("A report of this force, as a file").set_input_files(sample)
    go_on(page, "Continue", "Which column holds what?")
    page.get_by_role("button", name="Continue to the words").click()
    page.get_by_label("HOME", exact=True).select_option("returned")
    page.get_by_label("OUT", exact=True).select_option("missing")
    go_on(page, "Continue to dates and rules", "Dates and rules")
    page.get_by_label("No, or not always").check()
    go_on(page, "Continue to the preview", "What would become of every line")
    page.get_by_role("link", name="Continue and save").click()
    go_on(page, "Save the feed", "south-selsey")


def load(page: Page, path: Path) -> None:
    page.get_by_label("Which report is it?").select_option("south-selsey")
    page.get_by_label("The file").set_input_files(path)
    page.get_by_role("button", name="Load the report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(path.name)


@pytest.fixture
def second(site: Site, tmp_path: Path) -> Page:
    """The feed is set up from both nights together; the first night is loaded, then the second, which is bad."""
    set_up(site, report(tmp_path / "sample.csv", [*FIRST, *SECOND]))
    site.sign_in("Alice")
    load(site.open("/reports/new"), report(tmp_path / "first.csv", FIRST))
    expect(site.page.locator("main")).to_contain_text("2 created")
    load(site.open("/reports/new"), report(tmp_path / "second.csv", SECOND))
    expect(site.page.locator("main")).to_contain_text("5 lines still to decide")
    return site.page


def test_a_morning_with_a_new_force(site: Site, second: Page) -> None:
    page = second
    correct(page, 5, "Subject DOB", "28/02/2012")
    correct(page, 6, "Tm Last Seen", "2345")
    correct(page, 7, "Dt Returned", "16/11/2026")

    page.get_by_role("link", name=re.compile(r"Decide.*row 3$")).click()
    page.get_by_role("button", name=re.compile(r"^It is this child\s*: child 1$")).click()
    expect(page.get_by_text(re.compile("Decided by Alice Testworker.*the child held"))).to_be_visible()
    site.open("/reports/2")
    page.get_by_role("link", name=re.compile(r"Decide.*row 4$")).click()
    page.get_by_role("button", name=re.compile("a new child")).click()
    expect(page.get_by_text(re.compile("a child not held before"))).to_be_visible()

    session().rollback()
    kept, gone = (
        session().query(Child.id).filter(Child.surname.ilike(surname)).scalar() for surname in ("tesserby", "teserby")
    )
    site.open(f"/children/{kept}")
    page.get_by_role("link", name=re.compile(f"Compare with child {gone}")).first.click()
    page.get_by_role("button", name="They are one child: merge").click()
    expect(page.get_by_role("status")).to_contain_text(f"Child {gone} is merged into child {kept}")
    page.get_by_role("link", name="Undo the merge").click()
    page.get_by_role("button", name="They are two children: undo the merge").click()
    expect(page).to_have_url(site.address + f"/children/{gone}")
