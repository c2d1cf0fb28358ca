"""Fixtures of the pages' tests: SQLite only, named people, and a client that checks every page it opens."""

import shutil
from collections.abc import Callable, Iterator
from contextvars import Context as EmptyContext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories
from tests.web.page import Page, check_page
from tracker.core.clock import FixedClock
from tracker.core.rules import Rules
from tracker.core.terms import Role
from tracker.services.context import Actor, Context
from tracker.services.sessions import start_session
from tracker.services.transaction import writing
from tracker.store.db import db

PEOPLE = {
    "Alice": (Role.LEAD,),
    "Bob": (Role.INTERVIEWER,),
    "Charlie": (Role.OPERATIONAL_GROUP,),
    "Dana": (Role.MANAGER,),
    "Ed": (Role.ADMINISTRATOR,),
    "Fay": (Role.INFORMATION_GOVERNANCE,),
}
"""Named people with different access, for every test of who may do what."""


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    """Pages are tested on SQLite; services and the store on both databases."""
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    """The id of each named person."""
    return add_people()


def add_people() -> dict[str, int]:
    with writing() as session:
        team_id = factories.team(session, "North team").id
        return {
            name: factories.person(
                session, *roles, name=f"{name} Testworker", email=f"{name.lower()}@council.invalid", team_id=team_id
            ).id
            for name, roles in PEOPLE.items()
        }


class ClientRequest:
    """Opens pages as one person at a time. Each request has a context of its own, as in a real server.

    `get` and `post` check that a page has its title, one h1, unique ids, the security headers and nothing inline, and
    return it parsed. `status` is what must come back; a redirect is returned as it is unless `follow=True`.
    """

    def __init__(self, app: Flask, people: dict[str, int], clock: FixedClock) -> None:
        self.app = app
        self.people = people
        self.clock = clock
        self.client: FlaskClient = app.test_client()

    def sign_in(self, name: str) -> "ClientRequest":
        """From now on as this person: `sign_in("Alice")`."""
        self.sign_out()
        context = Context(self.clock.now(), Rules(), Actor("test"))
        self.client.set_cookie("tracker", start_session(context, self.people[name], timedelta(hours=12)))
        return self

    def sign_out(self) -> "ClientRequest":
        self.client = self.app.test_client()
        return self

    def get(self, path: str, status: int = 200, follow: bool = False, **more: Any) -> Page:
        return self._checked(lambda: self.client.get(path, follow_redirects=follow, **more), status)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 302, **more: Any) -> Page:
        """Sends a form with its CSRF token."""
        follow = more.pop("follow", False)
        sent = {"csrf_token": self.csrf_token(), **(data or {})}
        return self._checked(lambda: self.client.post(path, data=sent, follow_redirects=follow, **more), status)

    def csrf_token(self) -> str:
        """The token of this browser, read from the page that everybody has."""
        page = self._checked(lambda: self.client.get("/account", follow_redirects=True), 200)
        return page.value_of("csrf_token")

    def raw(self, method: str, path: str, **more: Any) -> TestResponse:
        """Without any check: for what is not a page."""
        return self._alone(lambda: self.client.open(path, method=method, buffered=True, **more))

    def _checked(self, send: Callable[[], TestResponse], status: int) -> Page:
        response = self._alone(send)
        assert response.status_code == status, (
            f"{response.status} instead of {status}: {response.get_data(True)[:2000]}"
        )
        return check_page(response)

    def _alone(self, send: Callable[[], TestResponse]) -> TestResponse:
        """In an empty context, so that nothing of the test's own application context is shared with the request."""
        db.session.rollback()
        return EmptyContext().run(send)


@pytest.fixture
def client_request(app: Flask, people: dict[str, int], clock: FixedClock) -> Iterator[ClientRequest]:
    app.config.update(TESTING=True)
    yield ClientRequest(app, people, clock)
