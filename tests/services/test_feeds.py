"""Feeds in force: the file's, then the newest version saved; retired ones hide; a receipt keeps what it was read by."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from tests.reports import as_csv, counts, feed_of, receive, row, strangers
from tracker.bootstrap import wiring
from tracker.core.report_terms import LineOutcome
from tracker.services import receive_report as intake
from tracker.services import resolve_line
from tracker.services.context import Context
from tracker.services.errors import Conflict, Refused
from tracker.services.feeds import feeds_in_force, feeds_to_replay_by
from tracker.services.pages.reports import receipt_summary
from tracker.services.receive_report import receive_report, resume_reading
from tracker.services.save_feed import restore_version, retire_feed, save_feed
from tracker.store.db import db, session
from tracker.store.models import AuditEntry, Line, Receipt

OWN = ("Wexcombeshire",)
NEW: dict[str, Any] = {
    "name": "north-mercia",
    "force": "north-mercia",
    "columns": {"police_reference": ["Log"], "full_name": ["Subject"], "missing_from_at": ["Gone from"]},
}


def definitions(app: Flask) -> dict[str, dict[str, Any]]:
    return wiring(app).settings.feed_definitions


def save(app: Flask, context: Context, definition: dict[str, Any], **given: Any) -> int:
    more = {"note": "A test.", "based_on": None, "based_on_version": None, **given}
    return save_feed(context, definition=definition, files=definitions(app), **more)


def in_force(app: Flask) -> dict[str, Any]:
    session().rollback()
    return feeds_in_force(wiring(app).settings.feeds, OWN)


def test_without_saved_feeds_the_files_are_in_force(app: Flask) -> None:
    assert in_force(app) == wiring(app).settings.feeds


def test_a_saved_feed_stands_beside_the_files_with_our_names(app: Flask, context: Context) -> None:
    assert save(app, context, NEW) == 1
    feed = in_force(app)["north-mercia"]
    assert (feed.version_no, feed.own_authority, feed.columns["police_reference"]) == (1, OWN, ("Log",))
    assert {"generic", "thames-valley"} < set(in_force(app))


def test_the_newest_version_replaces_the_files(app: Flask, context: Context) -> None:
    changed = definitions(app)["generic"] | {"expected_by": "09:00"}
    assert save(app, context, changed, based_on="generic") == 1
    assert save(app, context, changed | {"expected_by": "10:00"}, based_on="generic", based_on_version=1) == 2
    assert in_force(app)["generic"].expected_by is not None
    assert (in_force(app)["generic"].version_no, in_force(app)["generic"].expected_by.hour) == (2, 10)


def test_it_costs_one_query_until_a_version_is_saved(app: Flask, context: Context) -> None:
    save(app, context, NEW)
    in_force(app)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    in_force(app)
    assert len([one for one in statements if "FROM" in one]) == 1


@pytest.mark.parametrize(
    ("changed", "given", "code"),
    [
        ({"columns": {}}, {}, "missing_column"),
        ({}, {"note": "  "}, "missing_value"),
        ({}, {"note": "x" * 501}, "too_long"),
        ({"name": "generic"}, {}, "name_in_use"),
        ({}, {"based_on": "generic"}, "name_changed"),
        ({"name": "generic"}, {"based_on": "generic"}, "force_changed"),
    ],
)
def test_what_cannot_be_saved(
    app: Flask, context: Context, changed: dict[str, Any], given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(app, context, NEW | changed, **given)
    assert code in [problem.code for problem in refused.value.problems]


def test_the_same_again_is_no_version(app: Flask, context: Context) -> None:
    save(app, context, NEW)
    with pytest.raises(Refused, match="Nothing was changed"):
        save(app, context, NEW, based_on="north-mercia", based_on_version=1)


def test_two_who_change_one_version_one_wins(app: Flask, context: Context) -> None:
    save(app, context, NEW)
    save(app, context, NEW | {"description": "One"}, based_on="north-mercia", based_on_version=1)
    with pytest.raises(Conflict):
        save(app, context, NEW | {"description": "Other"}, based_on="north-mercia", based_on_version=1)
    with pytest.raises(Conflict):
        retire_feed(context, name="north-mercia", version_no=1, note="Gone.", files=definitions(app))


def test_a_retired_feed_is_for_replay_only_and_comes_back(app: Flask, context: Context) -> None:
    save(app, context, NEW)
    assert retire_feed(context, name="north-mercia", version_no=1, note="No more.", files=definitions(app)) == 2
    assert "north-mercia" not in in_force(app)
    assert feeds_to_replay_by(wiring(app).settings.feeds, OWN)["north-mercia"].version_no == 2
    with pytest.raises(Refused, match="retired already"):
        retire_feed(context, name="north-mercia", version_no=2, note="Again.", files=definitions(app))
    given = {"name": "north-mercia", "version_no": 2, "note": "Back.", "files": definitions(app)}
    assert restore_version(context, restored_no=1, **given) == 3
    assert in_force(app)["north-mercia"].version_no == 3


def test_the_files_version_can_be_retired_and_restored(app: Flask, context: Context) -> None:
    retire_feed(context, name="generic", version_no=None, note="Not used.", files=definitions(app))
    assert "generic" not in in_force(app)
    given = {"name": "generic", "version_no": 1, "note": "Used.", "files": definitions(app)}
    assert restore_version(context, restored_no=None, **given) == 2
    with pytest.raises(Refused, match="no such version"):
        restore_version(context, restored_no=9, **given)


def test_every_change_is_audited(app: Flask, context: Context) -> None:
    save(app, context, NEW)
    retire_feed(context, name="north-mercia", version_no=1, note="No more.", files=definitions(app))
    found = session().execute(select(AuditEntry.action, AuditEntry.details).order_by(AuditEntry.id)).all()
    assert [tuple(one) for one in found] == [
        ("feed_saved", {"name": "north-mercia", "version_no": 1}),
        ("feed_retired", {"name": "north-mercia", "version_no": 2}),
    ]


def with_log_column(app: Flask, context: Context) -> None:
    """The shipped feed of the tests, its reference under another column from now on."""
    held = definitions(app)["thames-valley"]
    columns = held["columns"] | {"police_reference": ["Log"]}
    save(app, context, held | {"columns": columns}, based_on="thames-valley")


def test_a_receipt_is_read_to_its_end_by_the_version_it_began_with(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = intake.read_chunk, []

    def cut_short(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "CHUNK", 2)
    monkeypatch.setattr(intake, "read_chunk", cut_short)
    with pytest.raises(RuntimeError, match="power cut"):
        receive(app, context, *strangers(4))
    with_log_column(app, context)
    resume_reading(context, wiring(app).settings.feeds, wiring(app).settings.limits)
    done = session().scalars(select(Receipt)).one()
    assert (done.status, done.lines_read, done.feed_version) == ("complete", 4, None)
    assert session().scalar(select(func.count()).where(Line.outcome == LineOutcome.QUARANTINED)) == 0


def receive_by(app: Flask, context: Context, content: bytes, feed: Any) -> int:
    limits = wiring(app).settings.limits
    return receive_report(context, content=content, filename="a.csv", feed=feed, source="test", limits=limits)


def test_a_receipt_begun_by_a_saved_version_goes_on_by_it(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_log_column(app, context)
    content = as_csv(strangers(1)).replace(b"Occurrence No", b"Log")
    with monkeypatch.context() as patched:
        patched.setattr(intake, "_read", lambda *given: None)
        receipt_id = receive_by(app, context, content, in_force(app)["thames-valley"])
    retire_feed(context, name="thames-valley", version_no=1, note="No more.", files=definitions(app))
    assert resume_reading(context, {}, wiring(app).settings.limits) == (receipt_id,)
    receipt = session().get_one(Receipt, receipt_id)
    assert (receipt.status, receipt.feed_version) == ("complete", 1)


def test_a_waiting_line_is_replayed_by_the_feed_in_force_now(app: Flask, context: Context) -> None:
    receipt = receive(app, context, row(status="Home again"))
    assert counts(receipt) == {"quarantined": 1}
    held = definitions(app)["thames-valley"]
    words = held["values"] | {"status": held["values"]["status"] | {"Home again": "missing"}}
    save(app, context, held | {"values": words}, based_on="thames-valley")
    (line,) = receipt.problem_lines
    session().rollback()
    feeds = feeds_to_replay_by(wiring(app).settings.feeds, OWN)
    given = {"line_id": line.id, "version": 1, "cells": {}, "feeds": feeds}
    assert resolve_line.correct_and_replay(context, **given) is LineOutcome.CREATED


def test_the_same_bytes_are_read_again_once_their_feed_is_corrected(app: Flask, context: Context) -> None:
    content = as_csv([row(status="Home again")])
    receive_by(app, context, content, feed_of(app))
    held = definitions(app)["thames-valley"]
    words = held["values"] | {"status": held["values"]["status"] | {"Home again": "missing"}}
    save(app, context, held | {"values": words}, based_on="thames-valley")
    again = receive_by(app, context, content, in_force(app)["thames-valley"])
    assert counts(receipt_summary(again)) == {"created": 1}


def test_a_rolled_back_save_leaves_the_cache_true(
    app: Flask, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(current: Session, *given: object) -> None:
        raise RuntimeError("no audit")

    in_force(app)
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr("tracker.store.audit.record", fails)
        save(app, context, NEW)
    assert "north-mercia" not in in_force(app)
    save(app, replace(context), NEW | {"description": "Saved"})
    assert in_force(app)["north-mercia"].description == "Saved"
