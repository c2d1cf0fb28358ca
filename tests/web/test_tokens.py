"""Tokens on their page: made and shown once, listed with their last use, revoked after asking."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import NOON
from tests.reports import as_csv, strangers
from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tracker.core.clock import FixedClock
from tracker.store.db import session
from tracker.store.models import ApiToken, AuditEntry

FEED = "thames-valley"


@pytest.fixture(params=["Alice", "Ed"])
def keeper(request: pytest.FixtureRequest, client_request: ClientRequest) -> ClientRequest:
    """The lead and the administrator both manage tokens."""
    return client_request.sign_in(request.param)


def make(client: ClientRequest, **more: str) -> Page:
    return client.post("/tokens/new", {"label": "Nightly export", "feed": FEED, **more}, status=200)


def token_of(page: Page) -> str:
    return page.one("textarea", id="token").text


def push(client: ClientRequest, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    return client.raw("POST", "/api/v1/reports", data=as_csv(strangers(1)), headers=headers).status_code


def test_a_token_is_made_shown_once_used_and_revoked(keeper: ClientRequest, clock: FixedClock) -> None:
    assert "Nothing can be pushed." in keeper.get("/tokens").text
    token = token_of(page := make(keeper))
    assert "shown only here" in page.text
    assert "/api/v1/reports" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    shown = keeper.get("/tokens")
    assert token not in shown.response.text
    assert "never" in shown.text
    clock.at = NOON + timedelta(minutes=30)
    assert push(keeper, token) == 201
    assert "16 Nov 2026, 12:30" in keeper.get("/tokens").text
    asked = keeper.get("/tokens/1/revoke")
    assert asked.h1.endswith("Revoke this token?")
    assert push(keeper, token) == 201, "asking revokes nothing"
    assert "The token is revoked." in keeper.post("/tokens/1/revoke", status=200, follow=True).text
    assert push(keeper, token) == 401
    session().rollback()
    kept = session().scalars(select(ApiToken)).one()
    assert kept.revoked_by_id == kept.created_by_id is not None
    acts = session().scalars(select(AuditEntry).where(AuditEntry.subject == "api_token")).all()
    assert [act.action for act in acts] == ["api_token_created", "api_token_revoked"]


def test_who_revokes_a_second_time_is_told(keeper: ClientRequest) -> None:
    make(keeper)
    keeper.post("/tokens/1/revoke")
    assert "revoked already" in keeper.post("/tokens/1/revoke", status=409).text
    assert keeper.get("/tokens/9/revoke", status=404)


def test_the_last_day_is_the_tokens_to_its_end_in_london(keeper: ClientRequest, clock: FixedClock) -> None:
    day = {"last_day-day": "17", "last_day-month": "11", "last_day-year": "2026"}
    token = token_of(make(keeper, **day))
    clock.at = NOON + timedelta(hours=35, minutes=59)
    assert push(keeper, token) == 201
    clock.at = NOON + timedelta(hours=36)
    assert push(keeper, token) == 401


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"label": ""}, "Enter who or what will hold the token."),
        ({"feed": ""}, "Choose what it opens."),
        ({"feed": "nonsense"}, "Choose from the list."),
        ({"last_day-day": "1", "last_day-month": "11", "last_day-year": "2026"}, "must lie ahead"),
        ({"last_day-day": "31", "last_day-month": "2", "last_day-year": "2027"}, "there is no 31"),
    ],
)
def test_what_cannot_be_a_token(keeper: ClientRequest, given: dict[str, str], sentence: str) -> None:
    page = make(keeper, **given)
    assert any(re.search(sentence, error) for error in page.errors())
    session().rollback()
    assert session().scalars(select(ApiToken)).all() == []


@pytest.mark.parametrize("name", ["Bob", "Charlie", "Dana", "Fay"])
def test_others_manage_no_tokens(app: Flask, client_request: ClientRequest, name: str) -> None:
    client_request.sign_in(name).get("/tokens", status=403)
