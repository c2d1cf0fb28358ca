"""Real `tracker ingest` processes at the same time: no line twice, no child twice, no reference twice, no deadlock."""

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.faults import commands
from tests.reports import as_csv, row
from tracker.services.receive_report import CHUNK
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Child, Episode, Line, Receipt

SYLLABLES = ("kett", "bram", "ozz", "fenn", "quill", "und", "jasp", "marr", "thorp", "wick")
CHILDREN = CHUNK * 3


def children() -> list[dict[str, str]]:
    """As many children as there are rows, each with a number of their own, so that none is doubtful."""
    found = []
    for number in range(CHILDREN):
        one, two, three = number % 10, number // 10 % 10, number // 100 % 10
        born = f"{number % 28 + 1:02d}/{number // 28 % 12 + 1:02d}/{2009 + number % 7}"
        name = {"surname": SYLLABLES[one] + SYLLABLES[two], "forename": SYLLABLES[three] + SYLLABLES[(one + 3) % 10]}
        found.append({**name, "born": born, "person": f"URN{number}"})
    return found


def lines_held() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Line)) or 0


def test_reports_read_at_the_same_time_end_as_if_one_after_the_other(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    one, other, nil = tmp_path / "one.csv", tmp_path / "other.csv", tmp_path / "nil.csv"
    who = children()
    one.write_bytes(as_csv(row(f"TV{n}", missing="14/11/2026 10:00", **child) for n, child in enumerate(who)))
    back = {"missing": "15/11/2026 10:00", "returned": "15/11/2026 20:00"}
    other.write_bytes(as_csv(row(f"TX{n}", **back, **child) for n, child in enumerate(reversed(who))))
    nil.write_bytes(as_csv([]))
    env = commands.environment(database_url, 25)

    def ingest(path: Path) -> tuple[str, ...]:
        return ("ingest", str(path), "--feed", "thames-valley", "--now", NOON.isoformat(), "--json")

    first = commands.start(*ingest(one), env=env)
    assert commands.wait_until(lambda: lines_held() > 0, 60)
    together = [first, commands.start(*ingest(nil), env=env), commands.start(*ingest(other), env=env)]
    for process in together:
        code, _out, err = commands.finish(process)
        assert code == 0, err

    session().rollback()
    receipts = session().scalars(select(Receipt).order_by(Receipt.id)).all()
    assert {receipt.status for receipt in receipts} == {"complete"}
    assert sorted(receipt.lines_read or 0 for receipt in receipts) == [0, CHILDREN, CHILDREN]
    assert lines_held() == 2 * CHILDREN
    assert set(session().scalars(select(Line.outcome).distinct())) == {"created"}
    assert session().scalar(select(func.count()).select_from(Child)) == CHILDREN
    assert session().scalar(select(func.count()).select_from(Episode)) == 2 * CHILDREN
    assert list(audit.broken_links(session())) == []
