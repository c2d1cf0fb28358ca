"""A later, better matching re-examines what waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import child, person
from tests.reports import COLUMNS, FEED, receive, receive_bytes, row, strangers
from tracker.core.feed import Feed
from tracker.core.terms import Role
from tracker.services.context import Actor, Context
from tracker.services.correct_child import correct_child
from tracker.services.reexamine import Reexamined, reexamine, reexamine_due
from tracker.services.resolve_line import correct_and_replay, dismiss
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode, Line

MISSING = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def lead(app: Flask, context: Context) -> Context:
    with writing() as current:
        who = person(current, Role.LEAD)
        return replace(context, now=context.now + HOUR, actor=Actor(who.name, who.id))


@pytest.fixture
def knowing(feeds: dict[str, Feed]) -> Callable[[str], dict[str, Feed]]:
    """The feeds, once somebody has taught the report's feed a word for medium risk."""

    def taught(word: str) -> dict[str, Feed]:
        feed = feeds[FEED]
        values = {**feed.values, "risk": {**feed.values.get("risk", {}), word: "medium"}}
        return {**feeds, FEED: replace(feed, values=values)}

    return taught


def lines() -> list[Line]:
    session().rollback()
    return list(session().scalars(select(Line).order_by(Line.id).execution_options(populate_existing=True)))


def acts(action: str) -> int:
    session().rollback()
    return session().scalar(select(func.count()).where(AuditEntry.action == action)) or 0


def test_once_the_feed_knows_the_word_every_line_with_it_is_settled(
    app: Flask, context: Context, lead: Context, knowing: Callable[[str], dict[str, Feed]]
) -> None:
    receive(app, context, *(one | {COLUMNS["risk"]: "std"} for one in strangers(5)), row("TV9", status="Nonsense"))
    done = reexamine(lead, knowing("std"))
    assert done == Reexamined(looked_at=6, settled=5)
    assert [line.outcome for line in lines()] == ["created"] * 5 + ["quarantined"]
    assert {line.settled_how for line in lines()} == {"reexamined", None}
    assert {one.as_of_at for one in session().scalars(select(Episode))} == {context.now}, "at the report's own age"
    assert (acts("lines_reexamined"), acts("line_replayed")) == (1, 0), "one row for the whole pass"


def test_what_is_asked_is_brought_up_to_date_and_goes_on_waiting(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    with writing() as current:
        child(current, "Inventedname", "Testa", None)
    receive(app, context, row(missing=MISSING))
    (before,) = lines()
    with writing() as current:
        second = child(current, "Inventedname", "Testa", None).id
    done = reexamine(lead, feeds)
    (after,) = lines()
    assert done == Reexamined(looked_at=1, refreshed=1) and after.settled_at is None
    assert second in [one["child_id"] for one in after.candidates] and len(before.candidates) <= len(after.candidates)


def test_where_nothing_is_new_nothing_is_written(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    with writing() as current:
        child(current, "Inventedname", "Testa", None)
    receive(app, context, row(missing=MISSING), row("TV2", risk="Blue", surname="Othername"))
    versions = [line.version for line in lines()]
    newest = session().scalar(select(func.max(AuditEntry.id)))
    assert reexamine(lead, feeds) == Reexamined(looked_at=2)
    assert [line.version for line in lines()] == versions, "whoever has the line's page open meets no conflict"
    assert session().scalar(select(func.max(AuditEntry.id))) == newest


def test_what_a_person_corrected_is_read_as_corrected(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], knowing: Callable[[str], dict[str, Feed]]
) -> None:
    receive(app, context, row(risk="Std", born="31/02/2012"))
    line = lines()[0]
    cells = {COLUMNS["born"]: "28/02/2012"}
    correct_and_replay(lead, line_id=line.id, version=line.version, cells=cells, feeds=feeds)
    reexamine(lead, knowing("std"))
    after = lines()[0]
    assert after.outcome == "created" and after.corrected_cells is not None
    assert after.corrected_cells[COLUMNS["born"]] == "28/02/2012" and after.cells[COLUMNS["born"]] == "31/02/2012"
    assert str(session().scalars(select(Child.date_of_birth)).one()) == "2012-02-28"


def test_what_was_wrong_with_the_row_itself_is_not_forgotten(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    """Its cells alone look well; but they may stand in the wrong columns, and nobody has looked."""
    header = ",".join(COLUMNS.values())
    cells = [row("TV1").get(column, "") for column in COLUMNS.values()]
    receive_bytes(app, context, f"{header}\n{','.join(cells)},one,more\n".encode())
    assert lines()[0].problem_code == "row_too_long"
    assert reexamine(lead, feeds).settled == 0 and lines()[0].problem_code == "row_too_long"


def test_a_dismissed_line_is_left_alone(
    app: Flask, context: Context, lead: Context, knowing: Callable[[str], dict[str, Feed]]
) -> None:
    receive(app, context, row(risk="Std"))
    dismiss(lead, line_id=lines()[0].id, version=1, reason="Sent by mistake")
    assert reexamine(lead, knowing("std")) == Reexamined() and lines()[0].outcome == "quarantined"


def test_only_the_lines_of_a_receipt_or_of_a_feed(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    first = receive(app, context, row("TV1", risk="Blue"))
    receive(app, context, row("TV2", risk="Blue", surname="Othername"))
    assert reexamine(lead, feeds, receipt_id=first.id).looked_at == 1
    assert reexamine(lead, feeds, feed=FEED).looked_at == 2
    assert reexamine(lead, feeds, feed="generic").looked_at == 0


def test_a_pass_is_bounded_and_the_next_goes_on(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(app, context, *(one | {COLUMNS["risk"]: "Blue"} for one in strangers(5)))
    done = reexamine(lead, feeds, most=3)
    assert done.looked_at == 3 and done.after_id == lines()[2].id
    rest = reexamine(lead, feeds, after_id=done.after_id)
    assert (rest.looked_at, rest.after_id) == (2, 0)


# the scheduler's pass


def test_a_change_of_a_child_is_a_cause_and_nothing_is_no_cause(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed]
) -> None:
    with writing() as current:
        known = child(current, "Inventedname", "Testa", None).id
    receive(app, context, row(missing=MISSING))
    assert lines()[0].outcome == "quarantined"
    assert reexamine_due(lead, feeds).looked_at == 1, "once a day in any case"
    assert reexamine_due(lead, feeds) == Reexamined(), "nothing has changed since"
    session().rollback()
    version = session().get_one(Child, known).version
    correct_child(lead, child_id=known, version=version, values={"surname": "Quitedifferent"})
    assert reexamine_due(lead, feeds).looked_at == 1
    tomorrow = replace(lead, now=lead.now + 24 * HOUR)
    assert reexamine_due(lead, feeds) == Reexamined()
    assert reexamine_due(tomorrow, feeds).looked_at == len([one for one in lines() if one.settled_at is None])


def test_a_long_pass_of_the_scheduler_goes_on_where_it_stopped(
    app: Flask, context: Context, lead: Context, feeds: dict[str, Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(app, context, *(one | {COLUMNS["risk"]: "Blue"} for one in strangers(5)))
    monkeypatch.setattr("tracker.services.reexamine.CHUNK", 2)
    monkeypatch.setattr("tracker.services.reexamine.MOST", 2)
    looked = [reexamine_due(lead, feeds).looked_at for _ in range(5)]
    assert looked == [2, 2, 1, 0, 0]
