"""Actions and strategy meetings in a real browser, at both widths."""

from datetime import timedelta

from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Site
from tests.conftest import NOON
from tests.web.day import context_of
from tracker.core.clock import local_date
from tracker.services.actions import add_action
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.store.models import Action


def test_a_meeting_is_held_and_an_action_comes_from_it(site: Site) -> None:
    lead = context_of(site.people)
    with writing() as current:
        child = factories.child(current, "Bennyson", "Benny")
        other = factories.child(current, "Finloson", "Finlo").id
        factories.episode(current, child, NOON - timedelta(hours=80), context=lead)
        child_id = child.id
    sweep(lead)
    late = add_action(
        lead, child_id=child_id, what="Ask the school for a place at the homework club", owner_id=site.people["Bob"],
        due_on=local_date(NOON), asked_by_child=True,
    )  # fmt: skip
    add_action(lead, child_id=other, what="Write to the family", owner_name="Ms Invented", due_on=local_date(NOON))
    with writing() as current:
        current.get_one(Action, late).due_on = local_date(NOON - timedelta(days=6))
    page = site.sign_in("Dana").open("/meetings")
    site.look("meetings")
    page.get_by_role("link", name="Missing for more than 24 hours").click()
    site.look("meeting")
    page.get_by_role("link", name="Record that it was held").click()
    page.get_by_role("button", name="Save").click()
    site.look("meeting-held-errors")
    for box, text in (("Day", "16"), ("Month", "11"), ("Year", "2026"), ("Time", "10:00")):
        page.get_by_label(box).fill(text)
    page.get_by_label("What was decided?").fill("The placement and the school meet each week.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add an action").click()
    site.look("action-add")
    page.get_by_label("What is to be done?").fill("Arrange the first of the weekly meetings")
    page.get_by_label("Who is to do it?").select_option(label="Bob Testworker")
    for box, text in (("Day", "20"), ("Month", "11"), ("Year", "2026")):
        page.get_by_label(box).fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The action is added.")
    site.look("meeting-held")
    page = site.open("/actions?whose=all")
    site.look("actions")
    page.get_by_role("link", name="Ask the school").click()
    site.look("action")
