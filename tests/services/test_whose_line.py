"""Whose line it is, through the whole intake: never a namesake's or a twin's, within one report as in two."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import child, episode
from tests.reports import COLUMNS, FEED, as_csv, counts, receive, receive_bytes, row
from tracker.bootstrap import wiring
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.resolve_line import decide_match
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Child, ChildKey, Episode, Line

HERE = {"address": "1 Invented Street", "postcode": "WX1 1CC", "missing": "15/11/2026 10:00"}
THERE = {"address": "9 Elsewhere Road", "postcode": "WX4 9MM", "missing": "15/11/2026 18:00"}


def later(context: Context) -> Context:
    return replace(context, now=context.now + timedelta(hours=1))


def held(model: type) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("at_once", [True, False], ids=["one report", "two reports"])
def test_a_namesake_missing_from_another_home_at_the_same_time_is_for_a_person(
    app: Flask, context: Context, at_once: bool
) -> None:
    """Same name, same date of birth, another address, and both missing now."""
    first, second = row("TV1", **HERE), row("TV2", **THERE)
    if at_once:
        assert counts(receive(app, context, first, second)) == {"created": 1, "quarantined": 1}
    else:
        receive(app, context, first)
        session().rollback()
        assert counts(receive(app, later(context), second)) == {"quarantined": 1}
    waiting = session().scalars(select(Line).where(Line.outcome == "quarantined")).one()
    only = session().scalars(select(Child.id)).one()
    assert waiting.problem_code == "match_undecided"
    assert [one["child_id"] for one in waiting.candidates] == [only]
    line_id, version = waiting.id, waiting.version
    session().rollback()
    feeds = wiring(app).settings.feeds
    decided = decide_match(later(context), line_id=line_id, version=version, child_id=None, feeds=feeds)
    assert decided == "created" and (held(Child), held(Episode)) == (2, 2)


def test_a_child_who_moved_is_the_same_child_once_back(app: Flask, context: Context) -> None:
    receive(app, context, row("TV1", **HERE, returned="15/11/2026 17:00"))
    session().rollback()
    assert counts(receive(app, later(context), row("TV2", **THERE))) == {"created": 1}
    assert (held(Child), held(Episode)) == (1, 2)
    reasons = session().scalars(select(Line.match_reasons).order_by(Line.id.desc())).first()
    assert reasons is not None
    assert {one["field"]: one["comparison"] for one in reasons}["address"] == "differs"


def test_what_is_over_or_cancelled_overlaps_nothing(app: Flask, context: Context) -> None:
    """Neither where a newer line of the same report is silent of the return held, nor where the police take it back."""
    receive(app, context, row("TV1", **HERE, returned="15/11/2026 17:00"))
    session().rollback()
    assert counts(receive(app, later(context), row("TV1", **HERE), row("TV2", **THERE)))["created"] == 1
    session().rollback()
    cancelled = row("TV3", **{**HERE, "missing": "14/11/2026 10:00"}, status="Cancelled")
    back = {**THERE, "missing": "14/11/2026 11:00", "returned": "14/11/2026 12:00"}
    assert counts(receive(app, later(context), cancelled, row("TV4", **back))) == {"created": 2}
    assert held(Child) == 1


def test_an_episode_logged_by_hand_counts_as_well(app: Flask, context: Context) -> None:
    with writing() as current:
        known = child(current, "Inventedname", "Testa", address="9 Elsewhere Road", postcode="WX4 9MM")
        episode(current, known, context.now - timedelta(days=4), context=context)
    assert counts(receive(app, context, row("TV1", **HERE))) == {"quarantined": 1}
    assert session().scalars(select(Line.problem_code)).one() == "match_undecided"


def test_twins_in_one_report_are_two_children(app: Flask, context: Context) -> None:
    receipt = receive(app, context, row("TV1", **HERE), row("TV2", **HERE, forename="Quillon"))
    assert counts(receipt) == {"created": 1, "quarantined": 1} and held(Child) == 1
    receipt = receive(app, later(context), row("TV3", **HERE, forename="Unknown", surname="Male", born=""))
    assert counts(receipt) == {"created": 1} and held(Child) == 2, "somebody unknown is nobody held"


def test_what_one_line_teaches_helps_the_next_of_the_same_report(app: Flask, context: Context) -> None:
    """The first gives the child a person number; by it the second is found, whose name alone would not do."""
    with writing() as current:
        known = child(current, "Inventedname", "Testa").id
    receipt = receive(
        app,
        context,
        row("TV1", person="URN7", missing="01/11/2026 10:00", returned="01/11/2026 20:00"),
        row("TV2", person="URN7", forename="Testah", born="", missing="15/11/2026 10:00"),
    )
    assert counts(receipt) == {"created": 2}
    assert set(session().scalars(select(Episode.child_id))) == {known}


def test_a_new_child_is_found_by_the_next_line_of_the_same_report(app: Flask, context: Context) -> None:
    lines = [
        row("TV1", **{**HERE, "returned": "15/11/2026 12:00"}),
        row("TV2", **{**HERE, "missing": "16/11/2026 01:00"}),
        row("TV3", forename="Tetsa", missing="16/11/2026 01:00"),
    ]
    assert counts(receive(app, context, *lines)) == {"created": 2, "quarantined": 1}
    assert held(Child) == 1
    waiting = session().scalars(select(Line).where(Line.outcome == "quarantined")).one()
    assert [one["child_id"] for one in waiting.candidates] == list(session().scalars(select(Child.id)))


def test_a_councils_number_is_read_matched_and_kept(app: Flask, context: Context, feed_with_number: Feed) -> None:
    with writing() as current:
        numbered = child(current, "Inventedname", "Testa", None, council_id="C-12").id
        plain = child(current, "Othername", "Quillon").id
    rows = [
        row("TV1", forename="Testah", council="c12"),
        row("TV2", surname="Othername", forename="Quillon", council="C99"),
    ]
    receive_bytes(app, context, as_csv(rows, COLUMNS.values()))
    query = select(Episode.police_reference, Episode.child_id)
    owners = dict(map(tuple, session().execute(query)))
    assert owners == {"TV1": numbered, "TV2": plain}
    assert session().get_one(Child, plain).council_id == "C99"
    assert session().get(ChildKey, ("c:C99", plain)) is not None


@pytest.fixture
def feed_with_number(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Feed:
    """The shipped feed, with a column for the council's own number."""
    monkeypatch.setitem(COLUMNS, "council", "LA number")
    shipped = wiring(app).settings.feeds[FEED]
    feed = replace(shipped, columns={**shipped.columns, "council_id": ("LA number",)})
    monkeypatch.setitem(wiring(app).settings.feeds, FEED, feed)
    return feed
