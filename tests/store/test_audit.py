"""The audit trail is a closed set of actions in a chain that shows any tampering."""

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.conftest import NOON
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import db, session
from tracker.store.models import AuditEntry

ACTOR = audit.Actor("test")


def _record_three() -> None:
    with writing() as current:
        for number in range(3):
            audit.record(current, "episode_viewed", ACTOR, NOON, "episode", number)


def test_an_untouched_chain_holds(app: Flask) -> None:
    _record_three()
    assert list(audit.broken_links(session())) == []


def test_a_changed_row_breaks_the_chain_at_that_row(app: Flask) -> None:
    _record_three()
    with writing() as current:
        changed = current.scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all()[1]
        current.execute(update(AuditEntry).where(AuditEntry.id == changed).values(subject_id="999"))
    assert list(audit.broken_links(session())) == [changed]


def test_an_unknown_action_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="unknown"), writing() as current:
        audit.record(current, "sucessful_login", ACTOR, NOON, "person")


def test_missing_details_are_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="required"), writing() as current:
        audit.record(current, "alert_raised", ACTOR, NOON, "episode", 1, {"rung": "overdue"})


def test_whoever_holds_the_chain_and_stands_still_loses_it_in_time(app: Flask) -> None:
    """Else a process that is stopped in the middle of its transaction would keep every other waiting."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite: the writer's place is the file's own lock")
    with writing() as current:
        audit.hold_chain(current)
        assert current.scalar(text("SHOW idle_in_transaction_session_timeout")) == "30s"
    assert session().scalar(text("SHOW idle_in_transaction_session_timeout")) == "0", "for that transaction only"
