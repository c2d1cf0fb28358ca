"""The whole path as people click it: a report is uploaded, the child returns, the interview is allocated, the deadline
passes, the manager follows the email's link and acknowledges, the interview is held late, and the month says so."""

import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.faults.smtp_servers import HOST, Taking, serving
from tracker.adapters.mailer import SmtpMailer
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.deliver_outbox import deliver
from tracker.services.people import set_password
from tracker.services.raise_alerts import sweep
from tracker.store.db import db

PASSWORD = "a long enough phrase"
HEADER = "Reference,Surname,Forename,Date of birth,Missing from,Returned,Status,Local authority\n"
MISSING = "TV/26/001,QUILLWORTH,Ambrose,03/04/2011,15/11/2026 19:00,,Still missing,Wexcombeshire\n"
RETURNED = "TV/26/001,QUILLWORTH,Ambrose,03/04/2011,15/11/2026 19:00,16/11/2026 08:00,Returned home,Wexcombeshire\n"


def now_of(site: Site) -> Context:
    return Context(site.clock.now(), Rules(), Actor("test"), site.address)


def sign_in(site: Site, name: str) -> Page:
    """With the form and the password, as a person does."""
    site.page.context.clear_cookies()
    page = site.open("/")
    page.get_by_label("Email address").fill(f"{name.lower()}@council.invalid")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def upload(page: Page, path: Path) -> None:
    page.get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("link", name="Load a report").click()
    page.get_by_label("Which report is it?").select_option("generic")
    page.get_by_label("The file").set_input_files(path)
    page.get_by_role("button", name="Load the report").click()
    page.wait_for_url(re.compile(r"/reports/[0-9]+$"))  # a script sends it, and opens the receipt when it has come


def type_instant(page: Page, legend: str, day: str, month: str, year: str, time: str) -> None:
    boxes = page.get_by_role("group", name=legend)
    for label, text in (("Day", day), ("Month", month), ("Year", year), ("Time", time)):
        boxes.get_by_label(label, exact=True).fill(text)


def test_from_the_police_file_to_the_managers_email_and_the_month(site: Site, tmp_path: Path) -> None:
    for name in ("Alice", "Bob", "Dana", "Charlie"):
        set_password(now_of(site), person_id=site.people[name], password=PASSWORD)
    monday, tuesday = tmp_path / "monday.csv", tmp_path / "tuesday.csv"
    monday.write_text(HEADER + MISSING)
    tuesday.write_text(HEADER + RETURNED)

    page = sign_in(site, "Alice")
    upload(page, monday)
    expect(page.get_by_role("navigation", name="Lines by outcome")).to_contain_text("1 created")
    site.look("receipt")
    upload(page, tuesday)
    expect(page.get_by_role("navigation", name="Lines by outcome")).to_contain_text("1 updated")
    upload(page, tuesday)
    expect(page.get_by_role("navigation", name="Lines by outcome")).to_contain_text("1 unchanged")

    page.get_by_role("link", name="Today").click()
    expect(page.locator("main")).to_contain_text("left")  # the clock runs: returned at 08:00, now it is noon
    page.get_by_role("link", name=re.compile("^Allocate")).first.click()
    bob = page.get_by_label("Who holds the interview?").locator("option", has_text="Bob Testworker")
    page.get_by_label("Who holds the interview?").select_option(bob.get_attribute("value"))
    page.get_by_label("Yes: not involved in caring for the child").check()
    page.get_by_role("button", name="Allocate").click()
    expect(page.locator("main")).to_contain_text("Bob Testworker")

    site.clock.at += timedelta(days=2, hours=20, minutes=1)  # 19 November, 08:01: a minute past the deadline
    server = Taking()
    with serving(server) as port:
        sweep(now_of(site))
        sweep(now_of(site))
        deliver(now_of(site), SmtpMailer(HOST, port, "none", "Return interviews <ri@council.invalid>"))
    db.session.rollback()
    to_dana = [message for message in server.taken if message["To"] == "dana@council.invalid"]
    assert len(to_dana) == 1
    assert sorted(server.recipients) == ["alice@council.invalid", "bob@council.invalid", "dana@council.invalid"]
    text = str(to_dana[0]["Subject"]) + to_dana[0].get_content()
    assert "quillworth" not in text.casefold() and "ambrose" not in text.casefold() and "TV" not in text
    link = re.search(rf"{re.escape(site.address)}(/alerts/\S+)", text)
    assert link

    page = sign_in(site, "Dana")
    site.open(link[1])
    expect(page.locator("main")).to_contain_text("Ambrose QUILLWORTH")
    expect(page.locator("main")).to_contain_text("Overdue")
    site.look("alert")
    page.get_by_label("No interviewer was free").check()
    page.get_by_text("Plan another time").click()
    type_instant(page, "When is the interview planned?", "19", "11", "2026", "16:30")
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(page.locator("main")).to_contain_text("Acknowledged by Dana Testworker")

    site.clock.at += timedelta(hours=9)
    page = sign_in(site, "Bob")
    page.get_by_role("link", name="Ambrose QUILLWORTH").first.click()
    page.get_by_role("link", name="Record that it was held").click()
    type_instant(page, "When did the conversation end?", "19", "11", "2026", "16:55")
    page.get_by_role("button", name="Record the interview").click()
    expect(page.locator("main")).to_contain_text("Completed late")
    site.look("episode-held-late")

    page = sign_in(site, "Charlie")
    page.get_by_role("link", name="November 2026", exact=True).click()
    expect(page.locator("main")).to_contain_text("0 of 1 interviews that were due")
    site.look("month")
    charts = page.locator("figure img")
    assert charts.count() == 6
    for place in range(6):
        charts.nth(place).scroll_into_view_if_needed()
        assert charts.nth(place).evaluate("image => image.complete && image.naturalWidth > 0")
