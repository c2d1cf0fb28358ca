"""What keeps the boards fast with thousands of clocks, told without a clock: how much they ask, and how much of that
they build anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, event, select

from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tracker.bench.boards import WORKED
from tracker.bench.seed import seed
from tracker.bench.seed_rows import SeedSize
from tracker.core.rules import Rules
from tracker.store.db import db
from tracker.store.models import Interview

OWN = "/account/absence"
PATHS = {OWN: "Alice", "/today": "Alice", "/my-interviews": "somebody with clocks", "/my-team?team=all": "Dana"}

MOST_ASKED = {OWN: 9, "/today": 45, "/my-interviews": 20, "/my-team?team=all": 29}
"""Statements, both BEGINs and the audit row's included; with few clocks a count or two less, where a part shows all
there is. The page of one's own absence asks little more than what every page asks."""

MOST_BUILT = {OWN: 2, "/today": 5, "/my-interviews": 2, "/my-team?team=all": 3}
"""Of these, those that are put together anew with each request."""


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """How many statements are asked, and how many built, meanwhile."""
    count = {"asked": 0, "built": 0}
    build = Select.__init__

    def note_asked(*_: object) -> None:
        count["asked"] += 1

    def note_built(self: Any, *given: Any, **more: Any) -> None:
        count["built"] += 1
        build(self, *given, **more)

    event.listen(db.engine, "before_cursor_execute", note_asked)
    with monkeypatch.context() as patched:
        patched.setattr(Select, "__init__", note_built)
        yield count
    event.remove(db.engine, "before_cursor_execute", note_asked)


@pytest.mark.parametrize("clocks", [20, 200])
def test_a_board_asks_as_much_of_many_clocks_as_of_few(
    app: Flask, client_request: ClientRequest, monkeypatch: pytest.MonkeyPatch, clocks: int
) -> None:
    seed(
        SeedSize(children=clocks, episodes=clocks + 20, open_clocks=clocks, overdue=0, years=1), NOON - WORKED, Rules()
    )
    whose = select(Interview.allocated_to_id).where(Interview.planned_at.is_not(None)).limit(1)
    client_request.people["somebody with clocks"] = db.session().scalars(whose).one()
    db.session().rollback()
    asked, built = {}, {}
    for path, name in PATHS.items():
        client_request.sign_in(name)
        client_request.get(path)
        with counted(monkeypatch) as count:
            client_request.get(path)
        asked[path], built[path] = count["asked"], count["built"]
    assert {path: count for path, count in asked.items() if count > MOST_ASKED[path]} == {}
    assert {path: count for path, count in built.items() if count > MOST_BUILT[path]} == {}
