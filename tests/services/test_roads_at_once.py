"""The same bytes by several roads at one instant: one set of episodes, and a receipt for each road."""

import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.faults import commands
from tests.reports import FEED, as_csv, row
from tracker.bootstrap import wiring
from tracker.core.report_terms import LineOutcome, Road
from tracker.services.api_tokens import create_token, token_holder
from tracker.services.context import Context
from tracker.services.push_report import push_report
from tracker.services.receive_report import CHUNK, receive_report
from tracker.store import audit, reports
from tracker.store.db import session
from tracker.store.models import Child, Episode, Line, Receipt

SYLLABLES = ("kett", "bram", "ozz", "fenn", "quill", "und", "jasp", "marr", "thorp", "wick")
LINES = CHUNK + 50
"""More than one chunk, so that the roads' transactions lie between one another."""


def body() -> bytes:
    rows = []
    for number in range(LINES):
        name = {
            "surname": (SYLLABLES[number % 10] + SYLLABLES[number // 10 % 10]).title(),
            "forename": (SYLLABLES[number // 100] + SYLLABLES[(number + 3) % 10]).title(),
        }
        born = f"{number % 28 + 1:02d}/{number // 28 % 12 + 1:02d}/{2009 + number % 7}"
        rows.append(row(f"TV{number}", person=f"U{number}", born=born, **name))
    return as_csv(rows)


def count(table: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(table)) or 0


def test_one_set_of_episodes_and_a_receipt_for_each_road(
    app: Flask, context: Context, database_url: str, tmp_path: Path
) -> None:
    content, feed, limits = body(), wiring(app).settings.feeds[FEED], wiring(app).settings.limits
    file = tmp_path / "report.csv"
    file.write_bytes(content)
    _, token = create_token(context, label="program", feed=FEED, feeds=[FEED])
    holder = token_holder(token, NOON)
    assert holder is not None
    given = {"content": content, "filename": "report.csv", "feed": feed, "limits": limits}

    def by_command_line() -> None:
        env = commands.environment(database_url, 25)
        ingest = ("ingest", str(file), "--feed", FEED, "--now", NOON.isoformat(), "--json")
        code, _out, err = commands.finish(commands.start(*ingest, env=env))
        assert code == 0, err

    roads: list[Callable[[], object]] = [
        by_command_line,
        lambda: receive_report(context, source=Road.UPLOAD, **given),
        lambda: push_report(context, holder, key="morning", **given),
        lambda: push_report(context, holder, key="morning", **given),  # the program's own second try, at once
    ]
    failed: list[BaseException] = []
    barrier = threading.Barrier(len(roads))

    def go(road: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                road()
            except BaseException as error:
                failed.append(error)

    session().rollback()
    threads = [threading.Thread(target=go, args=[road]) for road in roads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []

    session().rollback()
    receipts = session().scalars(select(Receipt).order_by(Receipt.id)).all()
    assert sorted(receipt.source for receipt in receipts) == sorted([Road.COMMAND_LINE, Road.UPLOAD, Road.API])
    assert {(receipt.status, receipt.lines_read) for receipt in receipts} == {("complete", LINES)}
    counts = reports.outcome_counts_of(session(), [receipt.id for receipt in receipts])
    created = [by[LineOutcome.CREATED] for by in counts.values()]
    assert sum(created) == LINES, "every line made its episode once, by whichever road it was read first"
    assert sum(by[LineOutcome.QUARANTINED] + by[LineOutcome.UPDATED] for by in counts.values()) == 0
    assert count(Episode) == count(Child) == LINES
    assert count(Line) == LINES * len(receipts)
    assert list(audit.broken_links(session())) == []
