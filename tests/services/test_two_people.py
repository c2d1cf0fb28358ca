"""Two people settle one line at the same instant: one wins, and the other is told who, how and when."""

import threading
from collections.abc import Callable
from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select

from tests.factories import person
from tests.reports import COLUMNS, receive, row
from tracker.bootstrap import wiring
from tracker.core.terms import Role
from tracker.services.context import Actor, Context
from tracker.services.errors import Conflict
from tracker.services.resolve_line import correct_and_replay, dismiss
from tracker.services.transaction import writing
from tracker.services.undo_load import undo_load
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import AuditEntry, Episode, Line


def at_once(app: Flask, *acts: Callable[[], object]) -> list[Exception | None]:
    """Each in a thread and a database session of its own, begun together; what each met."""
    ready = threading.Barrier(len(acts))
    met: list[Exception | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait(timeout=30)
            try:
                act()
            except Exception as error:
                met[place] = error

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return met


def two_leads(context: Context) -> tuple[Context, Context]:
    with writing() as current:
        both = [person(current, Role.LEAD, name=name) for name in ("Alice Testworker", "Bella Testworker")]
        return tuple(replace(context, actor=Actor(one.name, one.id)) for one in both)  # type: ignore[return-value]


def test_one_dismisses_and_one_corrects(app: Flask, context: Context) -> None:
    receive(app, context, row(risk="Blue"))
    line_id = session().scalars(select(Line.id)).one()
    session().rollback()
    alice, bella = two_leads(context)
    feeds = wiring(app).settings.feeds
    cells = {COLUMNS["risk"]: "High"}
    met = at_once(
        app,
        lambda: dismiss(alice, line_id=line_id, version=1, reason="An adult"),
        lambda: correct_and_replay(bella, line_id=line_id, version=1, cells=cells, feeds=feeds),
    )
    session().rollback()
    line = session().get_one(Line, line_id, populate_existing=True)
    (lost,) = [error for error in met if error is not None]
    assert isinstance(lost, Conflict)
    won = "Alice Testworker dismissed it" if line.settled_how == "dismissed" else "Bella Testworker corrected it"
    assert lost.problems[0].sentence == f"Somebody else was first. {won}, 16 Nov 2026, 12:00."
    assert session().scalar(select(func.count()).select_from(Episode)) == (line.settled_how == "corrected")
    assert list(audit.broken_links(session())) == []


def test_two_undo_one_load(app: Flask, context: Context) -> None:
    received = receive(app, context, row())
    alice, bella = two_leads(context)
    session().rollback()
    feeds = wiring(app).settings.feeds
    met = at_once(
        app,
        lambda: undo_load(alice, receipt_id=received.id, reason="Mine", feeds=feeds),
        lambda: undo_load(bella, receipt_id=received.id, reason="Mine too", feeds=feeds),
    )
    assert sorted(type(error) for error in met if error is not None) == [Conflict]
    session().rollback()
    acts = select(func.count()).where(AuditEntry.action == "load_undone")
    assert session().scalar(acts) == 1
