"""A large period as it is looked at: asked for, counted by the scheduler, opened; the same without scripts."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests import factories
from tests.browser.conftest import Site
from tests.conftest import NOON
from tests.web.day import context_of
from tracker.scheduler import Engine
from tracker.services import engine_state
from tracker.services.transaction import writing
from tracker.settings import Settings, load_settings
from tracker.store import audit

WAITS = "These figures are being counted"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Every period that holds an episode is large."""
    return load_settings(
        environ={}, env="test", database_url=settings.database_url, secret_key="t" * 40, base_url=settings.base_url,
        figures__at_once_episodes=0,
    )  # fmt: skip


@pytest.fixture
def year(site: Site) -> None:
    """Eight episodes in the summer of 2026; the engine runs."""
    with writing() as session:
        for place in range(8):
            start = datetime(2026, 8, 1 + place, 9, tzinfo=UTC)
            row = factories.episode(session, factories.child(session), start, hours=6, context=context_of(site.people))
            if place:
                factories.interview(
                    session, [row], context=context_of(site.people), completed_at=start + timedelta(hours=20)
                )
    engine_state.record_beat(engine_state.SWEEP, lambda: NOON, 0.01)


def count(site: Site) -> None:
    """As the scheduler does every few seconds."""
    engine = Engine(site.app)
    engine.run(next(job for job in engine.jobs() if job.name == "figures"))


@pytest.mark.usefixtures("year")
def test_a_year_is_asked_for_and_its_figures_come(site: Site) -> None:
    site.sign_in("Alice")
    page = site.open("/month/periods")
    page.get_by_role("link", name="2026-27", exact=True).click()
    expect(page.get_by_role("heading", name=WAITS)).to_be_visible()
    site.look("large-period-waits")
    page.locator("summary").focus()
    count(site)
    ended = page.get_by_role("status").filter(has_text="The count has ended.")
    expect(ended).to_be_visible(timeout=10_000)
    expect(page.get_by_role("heading", name=WAITS)).to_be_visible()
    expect(page.locator("summary")).to_be_focused()  # the page stays as it was, until somebody asks
    site.look("large-period-ended")
    page.get_by_role("link", name="Show what it found").click()
    expect(page.get_by_role("heading", name=WAITS)).to_be_hidden()
    site.look("large-period-counted")
    page.get_by_role("link", name="episodes started: open the list").click()
    assert "Behind the figure" in page.inner_text("main")
    assert page.get_by_role("row").count() == 9
    with writing() as session:
        audit.record(session, "episode_changed", context_of(site.people).actor, NOON, "episode", 1, {"changed": []})
    page.get_by_role("link", name="2026-27").click()
    site.look("large-period-behind")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_role("heading", name=f"{WAITS} again")).to_be_visible()
    site.look("large-period-again")


@pytest.mark.usefixtures("year")
def test_without_scripts(site: Site, browser: Browser) -> None:
    site.sign_in("Charlie")
    window = browser.new_context(java_script_enabled=False)
    window.add_cookies(site.page.context.cookies())  # type: ignore[arg-type]
    page = window.new_page()
    page.goto(f"{site.address}/month/periods?first_day=2026-04-01&last_day=2027-03-31")
    assert WAITS in page.inner_text("main")
    page.get_by_role("link", name="See whether they are ready").click()
    assert WAITS in page.inner_text("main")
    count(site)
    page.get_by_role("link", name="See whether they are ready").click()
    assert "No record has changed since." in page.inner_text("main")
    assert page.locator("tr", has_text="Episodes started").get_by_role("cell").first.inner_text() == "8"
    window.close()
