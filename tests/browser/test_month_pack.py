"""The month's pack as a lead prepares it and the group reads it: no barrier, at both widths, and on paper."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Site
from tracker.core.rules import Rules
from tracker.core.terms import LivingSetting, RiskLevel
from tracker.services.context import Actor, Context
from tracker.services.transaction import writing


def test_a_lead_writes_of_the_month_and_the_group_reads_it(site: Site) -> None:
    _october(Context(site.clock.now(), Rules(), Actor("test")))
    page = site.sign_in("Alice").open("/month/2026-10")
    site.look("month-pack")
    page.get_by_role("link", name="When", exact=True).click()
    expect(page.get_by_role("heading", name="When", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Write a commentary").click()
    page.get_by_label("Commentary").fill("Two children of one home.\nThe home was visited.")
    site.look("month-commentary")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Saturday, 18–24: open the list").click()
    expect(page.locator("main")).to_contain_text("Behind the figure for October 2026")
    page = site.sign_in("Charlie").open("/month/2026-10")
    expect(page.locator("main")).to_contain_text("The home was visited.")
    expect(page.get_by_role("link", name="open the list")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="PDF, to print and send round")).to_be_hidden()
    expect(page.get_by_role("heading", name="What needs a decision")).to_be_visible()
    page.emulate_media(media="screen")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF, to print and send round").click()
    assert download.value.suggested_filename == "missing-children-2026-10.pdf"


def test_on_a_phone_the_values_of_a_figure_stand_side_by_side(site: Site) -> None:
    _october(Context(site.clock.now(), Rules(), Actor("test")))
    page = site.sign_in("Charlie").open("/month/2026-10")
    page.set_viewport_size({"width": 390, "height": 800})
    for title, columns in (("Beside other months", 3), ("What became of the required interviews, by each clock", 2)):
        row = page.locator("table", has=page.get_by_text(title, exact=True)).locator("tbody tr").first
        cells = [cell.bounding_box() for cell in row.locator("td").all()]
        placed = [(round(box["y"]), round(box["width"])) for box in cells if box]
        assert len(placed) == columns and len(set(placed)) == 1, (title, placed)
        card = row.bounding_box()
        assert card and card["height"] < 130


def test_two_leads_write_at_once_and_both_texts_are_seen(site: Site) -> None:
    page = site.sign_in("Alice").open("/month/2026-10/commentary")
    page.get_by_label("Commentary").fill("What Alice meant.")
    beside = page.context.new_page()
    beside.goto(f"{site.address}/month/2026-10/commentary")
    beside.get_by_label("Commentary").fill("What somebody else wrote.")
    beside.get_by_role("button", name="Save").click()
    expect(beside.locator("main")).to_contain_text("What somebody else wrote.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else wrote this commentary")
    expect(page.get_by_label("Commentary")).to_have_value("What Alice meant.")
    expect(page.locator("main")).to_contain_text("What somebody else wrote.")
    site.look("month-commentary-conflict")


def _october(context: Context) -> None:
    """Some of everything that the charts show."""
    settings, districts, risks = (*LivingSetting, None), ("Northmade", "Southmade", None), list(RiskLevel)
    with writing() as session:
        for number in range(14):
            start = datetime(2026, 10, 2 + number * 2 % 28, 17 + number % 6, 30, tzinfo=UTC)
            row = factories.episode(
                session, factories.child(session), start, hours=3 + 9 * number, context=context,
                setting=settings[number % 3], risk=risks[number % 5], district=districts[number % 3],
                is_ours=number % 5 != 0, known_to_services=number % 2 == 0,
            )  # fmt: skip
            if number % 3:
                held = start + timedelta(hours=30 + 11 * number)
                factories.interview(session, [row], offered_at=held, completed_at=held, context=context)
