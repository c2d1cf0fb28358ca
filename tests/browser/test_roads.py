"""The page of the roads in, in a real browser, at both widths."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.conftest import NOON
from tracker.bootstrap import wiring
from tracker.core.report_terms import Road
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.transaction import writing
from tracker.services.watch_folder import look
from tracker.settings import Settings, load_settings
from tracker.store import roads


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    pull = {"feed": "thames-valley", "url": "https://reports.police.invalid/daily.csv", "at": ["07:30", "19:30"]}
    with_roads = load_settings(environ={}, intake__watch_folder=str(tmp_path / "in"), pulls=[pull])
    return settings.model_copy(update={"intake": with_roads.intake, "pulls": with_roads.pulls})


def test_the_roads_in(site: Site, settings: Settings) -> None:
    folder = Path(settings.intake.watch_folder) / "thames-valley"
    (folder / "a folder.csv").mkdir(parents=True)
    (folder / ("missing-persons-daily-report-" * 8 + ".csv")).write_bytes(b"x")
    (folder.parent / "thames-vally").mkdir()
    wired = wiring(site.app)
    assert wired.folder is not None
    context = Context(NOON, Rules(), Actor("test"))
    look(context, wired.folder, wired.settings.feeds, wired.settings.limits, 30, lambda: NOON)
    for _ in range(3):
        with writing() as session:
            sentence = "reports.police.invalid shows a certificate that does not hold for it."
            roads.note_failure(session, Road.PULL, "thames-valley", NOON, "certificate", sentence)
    page = site.sign_in("Ed").open("/roads")
    site.look("roads")
    expect(page.get_by_role("heading", name="Needs somebody")).to_be_visible()
    expect(page.get_by_role("row", name="a folder.csv")).to_contain_text("It is not a plain file")
    expect(page.get_by_role("row", name="reports.police.invalid")).to_contain_text("failed 3 times")
