"""Fixtures of the tests in a real browser: the application served over HTTP, Debian's chromium, axe, screenshots."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import waitress.server
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.conftest import PEOPLE, database_url, people
from tracker.bootstrap import wiring
from tracker.core.clock import FixedClock
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.sessions import start_session
from tracker.settings import Settings, load_settings
from tracker.store.db import db

__all__ = ["PEOPLE", "database_url", "people"]

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ABSENT = "Chromium is absent: the browser tests are skipped (apt-get install chromium)."
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
"""The second: every rule is looked at, but where it found nothing wrong axe need not write out each place."""

WIDTHS = {"wide": 1280, "phone": 390}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one worker, so that one browser serves them; skipped where there is none."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=ABSENT))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """A listening socket on a free port, held so that nobody else takes it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held


@pytest.fixture
def settings(database_url: str, port: socket.socket) -> Settings:
    address = f"http://127.0.0.1:{port.getsockname()[1]}"
    return load_settings(
        environ={}, env="test", database_url=database_url, secret_key="t" * 40, base_url=address,
        limits__sign_in_per_minute=1000,
    )  # fmt: skip


@dataclass
class Site:
    """The served application, and whoever looks at it. `page` is the browser's page, 1280 wide unless `narrow()`."""

    app: Flask
    page: Page
    people: dict[str, int]
    clock: FixedClock
    said: list[str] = field(default_factory=list)
    """What the browser's console complained of; a test fails at its end if anything is left here."""

    @property
    def address(self) -> str:
        return wiring(self.app).settings.base_url

    def sign_in(self, name: str) -> "Site":
        """As this person from now on, without typing a password."""
        context = Context(self.clock.now(), Rules(), Actor("test"))
        token = start_session(context, self.people[name], timedelta(hours=12))
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"name": "tracker", "value": token, "url": self.address}])
        return self

    def open(self, path: str) -> Page:
        """Open a page of the site; it must answer 200, and its console must stay silent."""
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        return self.page

    def resize(self, width: str) -> Page:
        """`wide` or `phone`."""
        self.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
        return self.page

    def look(self, name: str) -> None:
        """At both widths: axe finds nothing, nothing runs off the side, and a screenshot is kept."""
        for width in WIDTHS:
            self.resize(width)
            screenshot(self.page, f"{name}-{WIDTHS[width]}")
            check_accessibility(self.page)
            beyond = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, f"{name} at {WIDTHS[width]} px runs {beyond} px off the side"
        self.resize("wide")


def screenshot(page: Page, name: str) -> Path:
    """The whole page, kept in build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=str(path), full_page=True)
    return path


def check_accessibility(page: Page) -> None:
    """WCAG 2.2 AA and axe's best practice: no violation."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = AxeResults(page.evaluate("options => axe.run(options)", AXE_OPTIONS))
    assert found.violations_count == 0, found.generate_report()


@contextmanager
def serving(app: Flask, held: socket.socket) -> Iterator[None]:
    """The application on a listening socket, in a thread of this process."""
    server = waitress.server.create_server(app, sockets=[held], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        # in its own thread: closed under it, its loop would meet dead handles
        server.trigger.pull_trigger(server.close)
        thread.join(timeout=5)


@pytest.fixture
def site(
    app: Flask, browser: Browser, people: dict[str, int], clock: FixedClock, port: socket.socket
) -> Iterator[Site]:
    """A served site with the named people in it, and a fresh browser window. No console error may appear."""
    db.session.rollback()
    with serving(app, port):
        window = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page = window.new_page()
        shown = Site(app, page, people, clock)
        page.on("console", lambda message: shown.said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: shown.said.append(str(error)))
        yield shown
        window.close()
    assert not [line for line in shown.said if "status of 4" not in line], shown.said
