"""The workspace of frequent runaways as it is looked at: no barrier, at both widths; a plan written without help."""

from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.web.test_frequent import build


def test_the_group_looks_and_checks_and_a_manager_writes_the_plan(site: Site) -> None:
    made = build(site.people)
    page = site.sign_in("Charlie").open("/frequent")
    site.look("frequent")
    page.get_by_role("link", name="Oftena Oftenason", exact=True).click()
    expect(page.get_by_text("All five began at 1 Invented Lane.")).to_be_visible()
    for picture in page.locator("figure img").all():
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    site.look("frequent-child")
    page.get_by_role("link", name="Interviews (1 to check)").click()
    site.look("frequent-interviews")
    page.get_by_role("link", name="Interview of").click()
    page.get_by_role("button", name="Record the check").click()
    site.look("frequent-interview-errors")
    for question, answer in (("child heard", "Yes"), ("reasons understood", "Partly"), ("actions done", "Yes")):
        page.get_by_role("group", name=question).get_by_label(answer).check()
    page.get_by_label("Comment").fill("Ask her again what would help on Fridays.")
    page.get_by_role("button", name="Record the check").click()
    expect(page.get_by_text("Reasons understood: partly")).to_be_visible()
    page.get_by_role("link", name="Said and planned").click()
    site.look("frequent-said")

    page = site.sign_in("Dana").open(f"/frequent/{made.often}")
    page.get_by_role("button", name="Open a MARAMP").click()
    page.get_by_label("What does the child say?").fill("“I miss my brother.”")
    page.get_by_label("Risk 1: what may happen?").fill("Nights alone at the station")
    page.get_by_role("group", name="Risk 1").get_by_label("What does it rest on?").fill("Two police reports")
    page.get_by_role("group", name="Risk 1").get_by_label("How likely is it?").select_option("4")
    page.get_by_role("group", name="Risk 1").get_by_label("How bad would it be?").select_option("5")
    page.get_by_label("Step 1: what is done?").fill("Saturdays with her brother")
    page.get_by_text("What of the interviews does it answer? Step 1").click()
    page.get_by_role("group", name="Step 1").get_by_label("To see my brother on Saturdays").check()
    page.get_by_role("button", name="Publish version 1").click()
    site.look("frequent-write-errors")
    page.get_by_label("Lead professional").select_option(label="Dana Testworker")
    for box, text in (("Day", "14"), ("Month", "12"), ("Year", "2026")):
        page.get_by_label(box, exact=True).fill(text)
    page.get_by_label("Why is the plan changed?").fill("First plan")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    site.look("maramp")
    page.get_by_role("link", name="Print it").click()
    site.look("maramp-print")
    site.open(f"/frequent/{made.often}/said")
    expect(page.get_by_text("Safety plan:")).to_be_visible()
    site.look("frequent-said-planned")
