"""Which tables a read walks from end to end on SQLite: none that grows with the years."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from tracker.store.db import db

SMALL = (
    "ix_episode_open_clock", "ix_episode_awaiting_return", "ix_episode_needs_decision", "ix_episode_decision_waiting",
    "ix_line_waiting", "ix_repeat_flag_ends_on", "ix_repeat_flag_unreviewed", "ix_receipt_received_at",
    "ix_authority_request_unanswered", "ix_interview_planned_at", "ix_interview_to_write_up", "ix_interview_to_review",
    "ix_interview_not_required_waits", "ix_action_open", "ix_strategy_meeting_standing",
    "SCAN person", "SCAN team", "SCAN audit", "CONSTANT", "(subquery",
)  # fmt: skip
"""What may be walked from end to end: partial indexes that hold only what waits, and the people and teams. The audit
trail and the receipts are walked from their newest entry, and no further."""


def walked(read: Callable[[], object]) -> list[str]:
    """The steps of the plans of all that is asked meanwhile that walk a table which grows."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the plan is SQLite's")
    asked: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert asked
    with db.engine.connect() as connection:
        steps = [
            step.detail
            for statement, parameters in asked
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        ]
    return [step for step in steps if step.startswith("SCAN ") and not any(name in step for name in SMALL)]
