"""A long report is many short transactions: as if it had come in as many reports, and each as dear as the last."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
from flask import Flask
from sqlalchemy import event, select

from tests.faults.test_kill_ingest import report, start_over
from tests.reports import as_csv, receive_bytes
from tracker.services import receive_report as service
from tracker.services.context import Context
from tracker.store.db import db, session
from tracker.store.models import Child, Episode, EpisodeVersion, Line, RepeatFlagRow

CHUNKS, LINES = 25, 8


@pytest.fixture
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", LINES)
    monkeypatch.setattr(service, "PAUSE_SECONDS", 0)


def left() -> dict[str, object]:
    """What a report left, without its ages and the ids and instants that tell when it was received."""
    current = session()
    current.rollback()
    people = {one.id: (one.surname, one.forename, one.date_of_birth) for one in current.scalars(select(Child))}
    own = {"id", "child_id", "as_of_at", "as_of_line", "created_at", "notified_at", "version", "sweep_at"}
    columns = [column.key for column in Episode.__table__.columns if column.key not in own]
    episodes = {one.id: one for one in current.scalars(select(Episode))}
    return {
        "children": sorted(map(str, people.values())),
        "episodes": sorted(
            str((people[one.child_id], [getattr(one, name) for name in columns])) for one in episodes.values()
        ),
        "versions": sorted(
            str((episodes[one.episode_id].police_reference, sorted(one.changes.items())))
            for one in current.scalars(select(EpisodeVersion).where(EpisodeVersion.line_id.is_not(None)))
        ),
        "outcomes": [
            (one.outcome, one.problem_code, one.due_at)
            for one in current.scalars(select(Line).order_by(Line.receipt_id, Line.line_no))
        ],
        "flags": sorted(
            str((people[one.child_id], one.rule, one.raised_on, one.ends_on, len(one.episode_ids)))
            for one in current.scalars(select(RepeatFlagRow).where(RepeatFlagRow.withdrawn_at.is_(None)))
        ),
    }


@pytest.mark.usefixtures("short_chunks")
def test_25_chunks_leave_what_25_reports_of_the_same_lines_leave(app: Flask, context: Context) -> None:
    rows = report(CHUNKS * LINES, Random(25))
    whole = receive_bytes(app, context, as_csv(rows))
    assert whole.lines_read == len(rows)
    together = left()
    start_over(app)
    for number in range(CHUNKS):
        some = rows[number * LINES : (number + 1) * LINES]
        receive_bytes(app, context, as_csv(some))
    assert left() == together


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement sent to the database; many rows of one statement are one."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_chunk_costs_no_more_statements_beside_ten_times_as_much(app: Flask, context: Context) -> None:
    """The same lines into an empty database, and into one that holds ten times their number."""
    rows = report(150, Random(7))

    def statements(rows: list[dict[str, str]]) -> int:
        with counted() as sent:
            receive_bytes(app, context, as_csv(rows))
        return len(sent)

    before = statements(rows)
    start_over(app)
    for seed in range(10):
        others = [
            {name: f"S{seed}{text}" if name in ("Occurrence No", "Person URN") else text for name, text in one.items()}
            for one in report(150, Random(100 + seed))
        ]
        receive_bytes(app, context, as_csv(others))
    assert statements(rows) <= before + 5, "only what asks of rows that were not there before"


def test_many_lines_in_a_chunk_cost_hardly_more_statements_than_few(app: Flask, context: Context) -> None:
    rows = report(200, Random(8))
    with counted() as few:
        receive_bytes(app, context, as_csv(rows[:20]))
    start_over(app)
    with counted() as many:
        receive_bytes(app, context, as_csv(rows))
    selects = [[one for one in sent if one.startswith("SELECT")] for sent in (few, many)]
    assert len(selects[1]) <= len(selects[0]) + 5
