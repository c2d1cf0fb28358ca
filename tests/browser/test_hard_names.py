"""Names as long as names get, and of other alphabets: nothing is cut, runs over, or leaves its window; what is ticked
is allocated without scrolling; a printed page is read."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Site
from tests.conftest import NOON, RULES
from tracker.services.context import Actor, Context
from tracker.services.transaction import writing

HOUR = timedelta(hours=1)
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh", "Maximiliana Wilhelmina Alexandrina"
OTHER = "العربي", "ليلى"


@pytest.fixture
def named(site: Site) -> list[tuple[int, int]]:
    """(child, episode) of each name, both returned this night; and as many more as fill a window."""
    context = Context(NOON, RULES, Actor("test"))
    found = []
    with writing() as current:
        for surname, forename in (LONG, OTHER, *((f"Quill{number}", "Asha") for number in range(12))):
            child = factories.child(current, surname, forename)
            row = factories.episode(current, child, NOON - 30 * HOUR, NOON - 9 * HOUR, context=context)
            found.append((child.id, row.id))
    return found


def runs_over(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [320, 390])
def test_no_page_is_wider_than_a_phone(site: Site, named: list[tuple[int, int]], width: int) -> None:
    for child_id, episode_id in named[:2]:
        for path in (
            "/today",
            "/my-team",
            "/episodes",
            "/children",
            f"/children/{child_id}",
            f"/episodes/{episode_id}",
        ):
            page = site.sign_in("Alice").open(path)
            page.set_viewport_size({"width": width, "height": 800})
            assert runs_over(page) <= 0, path


def test_once_a_row_is_ticked_the_choice_of_a_person_is_in_sight(site: Site, named: list[tuple[int, int]]) -> None:
    page = site.sign_in("Alice").open("/today")
    choice = page.get_by_label("Allocate the ticked to")
    expect(choice).not_to_be_in_viewport()
    page.locator(f"#tick-{named[0][1]}").check()
    expect(choice).to_be_in_viewport()
    expect(page.get_by_role("button", name="Allocate", exact=True)).to_be_in_viewport()


def test_printed_no_column_runs_into_the_next(site: Site, named: list[tuple[int, int]]) -> None:
    page = site.sign_in("Alice").open("/today")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    over = page.locator(".app-table--clocks td").evaluate_all(
        "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1).map(cell => cell.innerText)"
    )
    assert over == []
