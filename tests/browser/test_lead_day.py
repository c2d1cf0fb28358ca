"""The lead's day in a real browser: each page and state under axe at both widths, and the work itself."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories
from tests.browser.conftest import Site
from tests.conftest import NOON
from tests.web.day import Day, built, context_of, database_url, day, people
from tracker.services.people import set_password
from tracker.services.transaction import writing

__all__ = ["built", "database_url", "day", "people"]

PASSWORD = "four plain invented words"


def type_instant(page: Page, name: str, at: str) -> None:
    """Type a date and time into its boxes: `16 11 2026 11:00`."""
    for box, text in zip(("day", "month", "year", "time"), at.split(), strict=False):
        page.locator(f"#{name}-{box}").fill(text)


def test_the_leads_day(site: Site, day: Day) -> None:
    """Sign in → Today → allocate → record a return → record the interview."""
    set_password(context_of(site.people), person_id=site.people["Alice"], password=PASSWORD)
    page = site.open("/sign-in")
    page.get_by_label("Email address").fill("alice@council.invalid")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(site.address + "/today")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")

    page.get_by_role("link", name="Allocate Anwen Anwenson").click()
    page.get_by_label("Who holds the interview?").select_option(label="Bob Testworker, North team, 2 open clocks")
    page.get_by_label("Yes: not involved in caring for the child").check()
    page.get_by_role("button", name="Allocate").click()
    expect(page).to_have_url(site.address + "/today")
    expect(page.get_by_role("status")).to_have_text("The interview is allocated.")
    expect(page.get_by_role("row", name="Anwen Anwenson")).to_contain_text("Bob Testworker")

    page.get_by_label("Allocate Devon Devonson").check()
    page.get_by_label("Allocate Evie Evieson").check()
    page.get_by_label("Allocate the ticked to").select_option(value=str(site.people["Bob"]))
    page.get_by_role("button", name="Allocate", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("2 interviews are allocated to Bob Testworker.")

    page.get_by_role("link", name=re.compile("Record return.*Finlo")).click()
    type_instant(page, "returned_at", "16 11 2026 10:15")
    page.get_by_role("button", name="Record the return").click()
    expect(page.get_by_role("row", name="Finlo Finloson")).to_contain_text("2 days 22 h left")

    page.get_by_role("link", name="Anwen Anwenson", exact=True).first.click()
    page.get_by_role("link", name="Record the interview").click()
    type_instant(page, "completed_at", "16 11 2026 11:30")
    page.get_by_role("button", name="Record the interview").click()
    expect(page.get_by_role("status")).to_have_text("The interview is recorded.")
    expect(page.locator(".app-record")).to_contain_text("Completed late")
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_role("row", name="Anwen Anwenson")).to_have_count(0)


def test_a_return_is_recorded_by_keyboard_alone(site: Site, day: Day) -> None:
    page = site.sign_in("Alice").open(f"/episodes/{day.episode('Finlo')}")
    reach(page, "Record the return")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Record the return")
    reach(page, "Record the return", "button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Enter when the child returned.")
    reach(page, "Enter when the child returned.")
    page.keyboard.press("Enter")
    expect(page.locator("#returned_at-day")).to_be_focused()
    for text in ("16", "11", "2026", "10:15"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The return is recorded.")


def reach(page: Page, name: str, role: str = "link", most: int = 60) -> None:
    """Press Tab until the focus is on it; what has the focus is seen to have it."""
    wanted = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            shown = wanted.evaluate("e => { const s = getComputedStyle(e); return s.outlineStyle + s.boxShadow; }")
            assert shown != "nonenone", f"{name!r} does not show its focus"
            return
    raise AssertionError(f"{most} Tabs do not reach {name!r}")


def test_ticked_by_keyboard_and_without_scripts(site: Site, day: Day, browser: Browser) -> None:
    """The tick boxes belong to a form further down the page: this holds in plain HTML."""
    window = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    window.add_cookies(site.sign_in("Alice").page.context.cookies())
    page = window.new_page()
    page.goto(site.address + "/today")
    page.get_by_label("Allocate Devon Devonson").press("Space")
    page.get_by_label("Allocate the ticked to").select_option(value=str(site.people["Bob"]))
    page.get_by_role("button", name="Allocate", exact=True).press("Enter")
    expect(page.get_by_text("1 interview is allocated to")).to_be_visible()
    page.get_by_role("link", name="Episodes", exact=True).click()
    page.get_by_text("Kind, risk, dates and order").click()
    page.get_by_label("Kind").select_option(label="No apparent risk (absent)")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Nolan Nolanson")).to_be_visible()
    window.close()


PAGES = {
    "today": {"today": "/today", "today-mine": "/today?mine=yes"},
    "lists": {
        "episodes": "/episodes",
        "episodes-none": "/episodes?state=not_required",
        "episodes-behind": "/episodes?month=2026-11&figure=interviews.overdue&cohort=all",
        "children-behind": "/episodes?month=2026-11&figure=children.missing&cohort=all",
        "children": "/children",
    },
    "records": {
        "episode-overdue": "/episodes/{Anwen}",
        "episode-due-soon": "/episodes/{Carabel}",
        "episode-awaiting": "/episodes/{Finlo}",
        "episode-found": "/episodes/{Gussie}",
        "episode-proposed": "/episodes/{Hallam}",
        "episode-still-missing": "/episodes/{Ivy}",
        "episode-overlap": "/episodes/{Jossie}",
        "episode-differs": "/episodes/{Kimber}",
        "episode-no-clock": "/episodes/{Nolan}",
        "child": "/children/3",
    },
    "changes": {
        "found": "/episodes/{Finlo}/found",
        "correct": "/episodes/{Ivy}/correct",
        "overlap": "/episodes/{Jossie}/overlap",
        "request": "/episodes/{Nolan}/request-interview",
        "still-missing": "/episodes/{Ivy}/still-missing?answer=still_missing",
        "return-stands": "/episodes/{Ivy}/still-missing?answer=returned_stands",
        "offered": "/episodes/{Devon}/interview/offered",
    },
}

FORMS = {
    "today": ("/today", "Allocate"),
    "log-find": ("/episodes/new", "Look for this child"),
    "log-facts": ("/episodes/new/facts?child=1", "Log the episode"),
    "return": ("/episodes/{Finlo}/return", "Record the return"),
    "exclude": ("/episodes/{Devon}/exclude", "Leave it out of the counts"),
    "breach-reason": ("/episodes/{Anwen}/breach-reason", "Save the reason"),
    "decide": ("/episodes/{Kimber}/decisions/1", "Save"),
    "allocate": ("/episodes/{Devon}/interview/allocate", "Allocate"),
    "completed": ("/episodes/{Jossie}/interview/completed", "Record the interview"),
    "declined": ("/episodes/{Jossie}/interview/declined", "Record the decline"),
    "not-required": ("/episodes/{Devon}/interview/not-required", "Propose"),
    "review": ("/children/3/flags/1", "Save the review"),
}


@pytest.mark.parametrize("part", PAGES)
def test_pages_look_right_and_axe_finds_nothing(site: Site, day: Day, part: str) -> None:
    site.sign_in("Alice")
    for name, path in PAGES[part].items():
        site.open(path.format(**day.episodes))
        site.look(f"lead-{name}")


def test_empty_pages(site: Site) -> None:
    site.sign_in("Alice")
    for name in ("today", "episodes", "children"):
        site.open(f"/{name}")
        site.look(f"lead-empty-{name}")


@pytest.mark.parametrize("some", [list(FORMS)[:4], list(FORMS)[4:8], list(FORMS)[8:]], ids=" ".join)
def test_forms_and_their_errors(site: Site, day: Day, some: list[str]) -> None:
    """A form sent empty: the sentences stand on it, and each link of the summary moves the focus to its box."""
    site.sign_in("Alice")
    for name in some:
        path, button = FORMS[name]
        page = site.open(path.format(**day.episodes))
        if name != "today":
            site.look(f"lead-{name}")
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.title().startswith("Error: ")
        site.look(f"lead-{name}-errors")
        for link in page.get_by_role("alert").get_by_role("link").all():
            target = link.get_attribute("href") or ""
            link.click()
            assert page.evaluate("id => document.activeElement.id === id", target[1:]), f"{name}: {target} has no focus"


def test_the_questions_while_logging(site: Site, day: Day) -> None:
    page = site.sign_in("Alice").open("/episodes/new")
    page.get_by_label("Surname").fill("Finloson")
    page.get_by_label("First name").fill("Finlo")
    page.get_by_role("button", name="Look for this child").click()
    site.look("lead-log-candidates")
    page.get_by_role("link", name=re.compile("It is this child.*Finlo")).click()
    type_instant(page, "missing_from_at", "16 11 2026 06:00")
    page.get_by_role("button", name="Log the episode").click()
    expect(page.get_by_role("heading", name="Is it the same episode?")).to_be_visible()
    site.look("lead-log-duplicate")


def test_somebody_else_was_first(site: Site, day: Day) -> None:
    page = site.sign_in("Alice").open(f"/episodes/{day.episode('Finlo')}/found")
    type_instant(page, "found_at", "16 11 2026 09:30")
    page.get_by_label("Where? (if known)").fill("Behind the invented shed")
    page.evaluate("document.querySelector('[name=version]').value = '1000'")
    page.get_by_role("button", name="Record found").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Somebody else changed this first")
    expect(page.get_by_text("Behind the invented shed")).to_be_visible()
    site.look("lead-conflict")


def test_what_an_interviewer_and_a_manager_see(site: Site, day: Day) -> None:
    site.sign_in("Bob").open("/today")
    site.look("lead-today-interviewer")
    site.sign_in("Dana").open(f"/episodes/{day.episode('Hallam')}/interviews/3/approval")
    site.look("lead-approval")


@pytest.mark.parametrize(
    "path", ["/today", "/episodes", "/episodes/{Ivy}", "/children/3", "/episodes/{Jossie}/interview/declined"]
)
def test_at_400_percent_nothing_runs_off_the_side(site: Site, day: Day, path: str) -> None:
    """1280 pixels at 400 % are 320 (WCAG 2.2, 1.4.10 Reflow)."""
    page = site.sign_in("Alice").open(path.format(**day.episodes))
    page.set_viewport_size({"width": 320, "height": 640})
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{path} runs {beyond} px off the side"


def test_a_child_who_was_missing_often(site: Site, day: Day) -> None:
    context = context_of(site.people)
    with writing() as current:
        of = factories.child(current, "Oftenson", "Oftena", address="12 Invented Road", postcode="ZZ1 1ZZ")
        for place in range(40):
            start = NOON - timedelta(days=20 * place + 6 + place % 5)
            row = factories.episode(current, of, start, hours=(3, 9, 30, 200)[place % 4], context=context)
            assert row.returned_at is not None
            held = row.returned_at + timedelta(hours=(20, 70, 90)[place % 3])
            if place % 7:
                factories.interview(current, [row], context=context, completed_at=held)
        id_ = of.id
    site.sign_in("Alice").open(f"/children/{id_}")
    site.look("lead-child-often")
