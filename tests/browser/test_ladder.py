"""The ladder, a person's absence, an alert answered from its email without script, and the chain on paper."""

from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import Browser, expect
from sqlalchemy import select

from tests import factories
from tests.browser.conftest import Site, screenshot
from tests.conftest import NOON
from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.services.context import Actor, Context
from tracker.services.passwords import hash_password
from tracker.services.people import set_absence
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, OutboxMessage, Person

HOUR = timedelta(hours=1)
PASSWORD = "four plain words here"


def overdue(site: Site) -> tuple[int, str]:
    """An episode an hour overdue, swept, and the link in the lead's email."""
    context = Context(NOON, Rules(), Actor("test"), site.address)
    returned = NOON - 73 * HOUR
    with writing() as current:
        current.get_one(Person, site.people["Alice"]).password_hash = hash_password(PASSWORD)
        for role, name in ((Role.SERVICE_MANAGER, "Sam Senior"), (Role.HEAD_OF_SERVICE, "Hal Head")):
            factories.person(current, role, name=name)
        child = factories.child(current, "Quillfeather")
        then = replace(context, now=returned)
        id_ = factories.episode(current, child, returned - 9 * HOUR, returned, context=then).id
    sweep(context)
    query = select(OutboxMessage).join(Alert, Alert.outbox_id == OutboxMessage.id)
    message = session().scalars(query.where(Alert.recipient_id == site.people["Alice"])).one()
    link = next(line for line in message.body.splitlines() if line.startswith("http"))
    session().rollback()
    return id_, link


def test_the_ladder(site: Site) -> None:
    with writing() as current:
        factories.person(current, Role.SERVICE_MANAGER, name="Sam Senior")
    page = site.sign_in("Ed").open("/ladder")
    site.look("ladder")
    page.get_by_role("link", name="Add a step").click()
    page.get_by_label("Short name of the step").fill("director")
    page.get_by_label("Title").fill("To the director")
    page.get_by_label("How many hours?").fill("96")
    page.get_by_role("button", name="Save").click()
    site.look("ladder-step-errors")
    page.get_by_label("How many hours?").fill("120")
    page.get_by_label("Head of service").check()
    page.get_by_label("Dana Testworker").check()
    page.get_by_label("Other email addresses").fill("duty@council.invalid")
    page.get_by_label("What changes, and why").fill("The director asked to be told.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The step is on the ladder.")
    expect(page.get_by_text("The director asked to be told.")).to_be_visible()
    site.look("ladder-with-a-step")
    for path, name in (
        ("triggers/lines_waiting", "ladder-trigger"), ("working-hours", "ladder-hours"),
        ("steps/director/remove", "ladder-remove"), ("teams/overdue", "ladder-teams"), ("versions/1", "ladder-version"),
        ("upload", "ladder-upload"),
    ):  # fmt: skip
        site.open("/ladder").locator(f"a[href='/ladder/{path}']").click()
        site.look(name)
    site.open("/ladder/teams/overdue/1")
    site.look("ladder-team")


def test_two_people_change_it_from_the_same_page(site: Site, browser: Browser) -> None:
    page = site.sign_in("Ed").open("/ladder/triggers/no_report")
    other = page.context.new_page()
    other.goto(site.address + "/ladder/triggers/lines_waiting")
    other.get_by_label("After how many hours?").fill("2")
    other.get_by_label("What changes, and why").fill("Sooner.")
    other.get_by_role("button", name="Save").click()
    page.get_by_label("No: switch it off").check()
    page.get_by_label("What changes, and why").fill("It comes by telephone.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="What was saved meanwhile")).to_be_visible()
    site.look("ladder-meanwhile")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Switched off: nobody is told.")).to_be_visible()
    expect(page.get_by_text("After 2 hours").first).to_be_visible()


def test_nobody_would_be_told_is_red_with_a_way_out(site: Site) -> None:
    context = Context(NOON, Rules(), Actor("test"))
    for name in ("Alice", "Dana"):
        set_absence(context, person_id=site.people[name], away_from=NOON - HOUR, away_until=None)
    page = site.sign_in("Ed").open("/ladder")
    site.look("ladder-nobody")
    page.get_by_role("link", name="People, their roles and absences").click()
    page = site.sign_in("Alice").open("/today")
    page.get_by_role("link", name="Your own absence and cover").click()
    site.look("own-absence")
    page.get_by_label("Day").first.fill("")
    for label in ("Month", "Year", "Time"):
        page.get_by_label(label).first.fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nobody would be told of")).to_have_count(0)


def test_two_clicks_from_an_email_without_script(site: Site, browser: Browser) -> None:
    _, link = overdue(site)
    window = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False, locale="en-GB")
    page = window.new_page()
    page.goto(link)
    page.get_by_label("Email address").fill("alice@council.invalid")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert page.url == link
    page.get_by_label("No interviewer was free").check()
    page.get_by_role("button", name="Acknowledge: planned tomorrow at 10:00").click()
    expect(page.get_by_text("The interview is planned for 17 Nov 2026, 10:00")).to_be_visible()
    window.close()
    page = site.sign_in("Alice").open(link.removeprefix(site.address))
    site.look("alert-answered")
    page.get_by_label("It needs a decision that is not mine").check()
    page.get_by_role("button", name="Escalate now").click()
    expect(page.get_by_role("status")).to_contain_text("Told now: Sam Senior.")
    page.get_by_role("link", name="Who was told, and when").click()
    site.look("told")
    page.emulate_media(media="print")
    screenshot(page, "told-on-paper")
    page.pdf(path="build/screenshots/told.pdf", format="A4")
    assert page.locator(".app-menu").is_hidden()


def test_an_alert_to_answer(site: Site) -> None:
    _, link = overdue(site)
    site.sign_in("Alice").open(link.removeprefix(site.address))
    site.look("alert-to-answer")
