"""What somebody sent too late, on both databases: theirs alone, for an hour, and no session."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.kept_forms import KEPT_FOR, forget_form, keep_form, kept_forms
from tracker.services.sessions import end_session, find_session, start_session
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import WebSession

FIELDS = [("text", "Two lines.\r\nThe second, “quoted”."), ("present", "1"), ("present", "2")]
DAY = timedelta(days=1)


@pytest.fixture
def two(app: Flask, context: Context) -> tuple[int, int, str]:
    """Alice and Bella; and the token of a session of Alice's."""
    with writing() as current:
        alice, bella = (factories.person(current, Role.LEAD).id for _ in range(2))
    return alice, bella, start_session(context, alice, timedelta(hours=12))


def keep(token: str) -> bool:
    return keep_form(NOON, token, path="/month/2026-10/commentary", fields=FIELDS, with_files=True)


def test_it_is_given_back_as_it_was_sent_to_its_writer_alone(two: tuple[int, int, str]) -> None:
    alice, bella, token = two
    assert keep(token)
    (kept,) = kept_forms(NOON, alice)
    assert (kept.path, list(kept.fields), kept.with_files) == ("/month/2026-10/commentary", FIELDS, True)
    assert kept_forms(NOON, bella) == ()
    forget_form(NOON, bella, kept.id)
    assert kept_forms(NOON, alice) == (kept,)
    forget_form(NOON, alice, kept.id)
    assert kept_forms(NOON, alice) == ()


def test_it_opens_no_session_and_is_over_after_its_hour(two: tuple[int, int, str], context: Context) -> None:
    alice, _, token = two
    keep(token)
    key = session().scalars(select(WebSession.token_hash).where(WebSession.token_hash.startswith("kept:"))).one()
    for tried in (key, key.removeprefix("kept:")):
        assert find_session(tried, NOON, DAY) is None
    assert kept_forms(NOON + KEPT_FOR - timedelta(seconds=1), alice)
    assert kept_forms(NOON + KEPT_FOR, alice) == ()
    forget_form(NOON + KEPT_FOR, alice, "another")
    session().rollback()
    assert session().get(WebSession, key) is None


def test_a_session_that_somebody_ended_keeps_nothing(two: tuple[int, int, str], context: Context) -> None:
    alice, _, token = two
    end_session(context, token)
    assert not keep(token)
    assert kept_forms(NOON, alice) == ()
