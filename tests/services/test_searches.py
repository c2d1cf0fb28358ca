"""Words searched for, kept with the session of whoever typed them."""

from datetime import timedelta

import pytest
from flask import Flask

from tests import factories
from tracker.core.terms import Role
from tracker.services import sessions
from tracker.services.context import Context
from tracker.services.searches import KEPT, find_search, keep_search
from tracker.services.transaction import writing


@pytest.fixture
def token(app: Flask, context: Context) -> str:
    with writing() as session:
        person_id = factories.person(session, Role.LEAD).id
    return sessions.start_session(context, person_id, timedelta(hours=1))


def test_what_was_typed_is_found_by_its_key_and_again_under_the_same(token: str) -> None:
    key = keep_search(token, {"text": "Inventedname"})
    assert find_search(token, key) == {"text": "Inventedname"}
    assert "nvented" not in key
    assert keep_search(token, {"text": "Inventedname"}) == key
    assert keep_search(token, {"text": "Another"}) != key


def test_nobody_else_finds_it(token: str, context: Context) -> None:
    key = keep_search(token, {"text": "Inventedname"})
    with writing() as session:
        other_id = factories.person(session, Role.LEAD).id
    other = sessions.start_session(context, other_id, timedelta(hours=1))
    assert find_search(other, key) is None
    assert find_search("", key) is None
    assert find_search(token, "unknown") is None


def test_only_the_newest_are_kept(token: str) -> None:
    keys = [keep_search(token, {"text": f"Name {number}"}) for number in range(KEPT + 3)]
    assert [find_search(token, key) is None for key in keys] == [True] * 3 + [False] * KEPT


def test_gone_with_the_session(token: str, context: Context) -> None:
    key = keep_search(token, {"text": "Inventedname"})
    sessions.end_session(context, token)
    assert find_search(token, key) is None
    assert find_search(token, keep_search(token, {"text": "Inventedname"})) is None
