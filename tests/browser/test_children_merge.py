"""Who is this child? in a real browser: matches decided and undone, records merged and unmerged, episodes made one."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Site
from tests.conftest import NOON
from tests.reports import receive, row
from tests.web.day import context_of
from tracker.core.terms import RiskLevel
from tracker.services.context import Actor
from tracker.services.log_episode import log_episode
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Child, Episode

HOUR = timedelta(hours=1)
PERSON = {"surname": "Quillfeather", "forename": "Ambros", "born": "03/04/2011", "postcode": "WX1 1AA", "sex": "Male",
          "address": "14 Invented Lane, Wexcombe"}  # fmt: skip


@pytest.fixture
def three(site: Site) -> list[int]:
    """Three children whom a line may be about, with episodes; and the report with that line, and one more."""
    context = replace(context_of(site.people), actor=Actor("test"))
    with writing() as current:
        held = [
            factories.child(current, "Quillfeather", "Ambrose", date(2011, 4, 3), sex="male", postcode="WX1 1AA",
                            address="14 Invented Lane", police_force="thames-valley", police_person_id="U100"),
            factories.child(current, "Quilfeather", "Ambrose", date(2011, 4, 3), sex="male", postcode="WX9 9ZZ"),
            factories.child(current, "Quillfeather", "Ambrosia", date(2011, 4, 3), sex="female", postcode="WX1 1AA"),
        ]  # fmt: skip
        for place, child in enumerate(held):
            for days in (4, 30, 90, 200)[: 4 - place]:
                factories.episode(current, child, NOON - timedelta(days=days), hours=9, context=context)
        ids = [child.id for child in held]
    gone, back = NOON - 20 * HOUR, NOON - 9 * HOUR
    receive(
        site.app, context, row("TV26000701", **PERSON, missing=gone, returned=back),
        row("TV26000702", **{**PERSON, "forename": "Ambroos", "postcode": ""}, missing=gone, returned=back),
    )  # fmt: skip
    return ids


def test_two_matches_are_decided_and_one_is_undone(site: Site, three: list[int]) -> None:
    page = site.sign_in("Alice").open("/reports/lines")
    page.get_by_role("link", name=re.compile("row 2", re.I)).first.click()
    expect(page.get_by_role("heading", name="Is it one of these children?")).to_be_visible()
    site.look("match-three")
    page.get_by_role("link", name="Look for another child we hold").click()
    page.get_by_label("Name, date of birth, or a number").fill("quill")
    page.get_by_role("button", name="Search").click()
    site.look("match-other-child")
    page.get_by_role("link", name="Row 2").click()
    page.get_by_role("button", name=re.compile(f"It is this child.*child {three[0]}")).click()
    expect(page.get_by_role("status")).to_contain_text("The line is settled.")
    expect(page.get_by_text(re.compile("Decided by Alice Testworker.*the child held"))).to_be_visible()
    site.look("match-decided")
    page.get_by_role("button", name="Undo: let the line wait again").click()
    expect(page.get_by_role("status")).to_contain_text("Undone: the line waits for a decision again.")
    page.get_by_role("button", name=re.compile(f"It is this child.*child {three[0]}")).click()
    site.open("/reports/lines")
    page.get_by_role("link", name=re.compile("row 3", re.I)).first.click()
    page.get_by_role("button", name=re.compile("a new child")).click()
    expect(page.get_by_text(re.compile("a child not held before"))).to_be_visible()
    session().rollback()
    assert session().query(Child).count() == 4 and session().query(Episode).count() == 11


def test_two_records_are_merged_the_old_link_leads_on_and_it_is_undone(site: Site, three: list[int]) -> None:
    kept, gone = three[0], three[1]
    page = site.sign_in("Alice").open(f"/children/{kept}")
    expect(page.get_by_role("heading", name="Possibly the same child")).to_be_visible()
    site.look("child-possibly-the-same")
    page.get_by_role("link", name="Merge with another record").click()
    page.get_by_label("Name, date of birth, or a number").fill("quil")
    page.get_by_role("button", name="Search").click()
    site.look("merge-find")
    page.get_by_role("link", name=f"Compare with child {gone}").last.click()
    site.look("merge-compare")
    page.get_by_label("WX9 9ZZ").check()
    page.get_by_role("button", name="They are one child: merge").click()
    expect(page.get_by_role("status")).to_contain_text(f"Child {gone} is merged into child {kept}")
    expect(page.get_by_text("WX9 9ZZ")).to_be_visible()
    site.look("merge-done")
    site.open(f"/children/{gone}")
    expect(page).to_have_url(site.address + f"/children/{kept}")
    expect(page.get_by_role("status")).to_contain_text(
        f"Child {gone} was merged into child {kept} on 16 Nov 2026, 12:00 by Alice Testworker."
    )
    page.get_by_role("link", name="Undo the merge").click()
    site.look("unmerge")
    page.get_by_role("button", name="They are two children: undo the merge").click()
    expect(page).to_have_url(site.address + f"/children/{gone}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ambrose Quilfeather")
    site.open("/children/duplicates")
    site.look("duplicates")


def test_details_names_and_numbers(site: Site, three: list[int]) -> None:
    page = site.sign_in("Alice").open(f"/children/{three[0]}/details")
    site.look("child-details")
    page.get_by_label("Other first name").fill("Ambie")
    page.get_by_label("Other surname").fill("Featherquill")
    page.get_by_role("button", name="Add the name").click()
    expect(page.get_by_text("Ambie Featherquill added by hand")).to_be_visible()
    page.get_by_role("button", name="Add the number").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the number.")
    site.look("child-details-errors")
    page.get_by_label("Surname", exact=True).fill("Quillfeather-Vane")
    page.get_by_role("button", name="Save the details").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ambrose Quillfeather-Vane")


def test_an_episode_is_moved_and_two_are_made_one(site: Site, app: Flask) -> None:
    alice = context_of(site.people)
    with writing() as current:
        child_id = factories.child(current, "Quillfeather", "Ambrose", date(2011, 4, 3)).id
        factories.child(current, "Quillfeather", "Ambrosius", date(2011, 4, 3))
    given = {**PERSON, "forename": "Ambrose"}
    missing, returned = NOON - 20 * HOUR, NOON - 9 * HOUR
    receive(app, replace(alice, actor=Actor("test")), row("TV26000701", **given, missing=missing, returned=returned))
    police = session().query(Episode).one().id
    hand = log_episode(alice, child_id=child_id, missing_from_at=NOON - 19 * HOUR, risk=RiskLevel.LOW, confirm=True)
    page = site.sign_in("Alice").open(f"/episodes/{hand}")
    site.look("episode-may-be-one")
    page.get_by_role("link", name="Compare them").click()
    site.look("episodes-join")
    page.get_by_role("button", name="They are one episode").click()
    site.look("episodes-joined")
    site.open(f"/episodes/{police}")
    expect(page).to_have_url(site.address + f"/episodes/{hand}")
    site.open("/today")
    site.look("today-values")
    page.get_by_role("button", name=re.compile("Take the police’s.*Risk")).click()
    expect(page.get_by_role("status")).to_contain_text("Decided.")
    site.open(f"/episodes/{hand}")
    page.get_by_role("link", name="They are two after all").click()
    site.look("episodes-separate")
    page.get_by_role("button", name="They are two episodes").click()
    expect(page.get_by_text("TV26000701").first).to_be_visible()
    page.get_by_role("link", name="This is the wrong child").click()
    site.look("episode-move")
    page.get_by_role("link", name="Enter a new child").click()
    site.look("episode-move-new")
    page.get_by_label("Surname").fill("Somebody")
    page.get_by_label("First name").fill("Else")
    page.get_by_role("button", name="Move the episode to this child").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Else Somebody")
