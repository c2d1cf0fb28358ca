"""kill -9 of `tracker folder`, `tracker pull` and the scheduler in the middle of their work: each report comes in once.

No second receipt, no line without its one outcome, no file left behind or moved without its receipt.
"""

import random
import socket
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import BOTH
from tests.faults import commands
from tests.https_servers import Authority, Request, Server, answer, serving
from tests.reports import FEED, as_csv, row
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Child, Episode, FolderFile, Line, Receipt, SchedulerLease

LINES = 4
LONG = commands.kills() == commands.FULL
"""The long form is for both databases everywhere; in the short one each road is killed on one, the folder on both."""

QUICK = {
    "TRACKER_SCHEDULER_FOLDER_SECONDS": "0.3",
    "TRACKER_SCHEDULER_PULL_SECONDS": "0.3",
    "TRACKER_SCHEDULER_SWEEP_SECONDS": "1",
    "TRACKER_SCHEDULER_LEASE_SECONDS": "5",
}
SYLLABLES = ("kett", "bram", "ozz", "fenn", "quill", "und", "jasp", "marr", "thorp", "wick")


def report(number: int) -> bytes:
    """A report of its own children, whom nobody could take for another report's."""
    rows = []
    for line in range(LINES):
        one = number * LINES + line
        a, b, c, d = one % 10, one // 10 % 10, one // 100 % 10, (one * 7 + 3) % 10
        who = {
            "surname": SYLLABLES[a] + SYLLABLES[b] + SYLLABLES[c],
            "forename": SYLLABLES[d] + SYLLABLES[(a + 5) % 10],
        }
        born = f"{one % 28 + 1:02d}/{one // 28 % 12 + 1:02d}/{2009 + one % 7}"
        rows.append(row(f"TV{one}", missing="14/11/2026 10:00", born=born, person=f"URN{one}", **who))
    return as_csv(rows)


class Serving:
    """The police's server: the reports from the first to the one that is current, each under its own ETag."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.number: int | None = None
        self.etags = True

    def __call__(self, request: Request, connection: socket.socket) -> None:
        if self.number is None:
            answer(status="404 Not Found")(request, connection)
            return
        etag = f'"{self.number}"'
        if request.headers.get("if-none-match") == etag:
            answer(status="304 Not Modified", headers={"Content-Length": ""})(request, connection)
            return
        body = report(self.number)
        head = f"ETag: {etag}\r\n" if self.etags else ""
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode())
        half = self.chance.randrange(1, len(body))
        connection.sendall(body[:half])
        time.sleep(self.chance.random() * 0.2)
        connection.sendall(body[half:])


def number_of(model: type, *where: object) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model).where(*where)) or 0


def received(road: str = "watched folder") -> int:
    return number_of(Receipt, Receipt.source == road)


def assert_each_once(reports: int) -> None:
    """Every report has one receipt, read to its end; every line one outcome; nobody and nothing twice."""
    session().rollback()
    receipts = session().scalars(select(Receipt).order_by(Receipt.id)).all()
    assert set(Counter(receipt.sha256 for receipt in receipts).values()) == {1}
    assert len(receipts) == reports
    assert {(receipt.status, receipt.lines_read) for receipt in receipts} == {("complete", LINES)}
    outcomes = Counter(session().scalars(select(Line.outcome)))
    assert outcomes == {"created": reports * LINES}
    assert number_of(Episode) == number_of(Child) == reports * LINES
    assert list(audit.broken_links(session())) == []


def assert_all_moved(root: Path) -> None:
    left = [path for path in (root / FEED).iterdir() if path.is_file()]
    assert left == []
    moved = {path.name for path in (root / FEED / "done").rglob("*") if path.is_file()}
    session().rollback()
    receipts = session().execute(select(Receipt.id, Receipt.filename).where(Receipt.source == "watched folder")).all()
    assert moved == {f"r{receipt_id:06d}-{filename}" for receipt_id, filename in receipts}
    assert number_of(FolderFile, FolderFile.moved_at.is_(None)) == 0


def drop(root: Path, number: int) -> None:
    """As a careful program does it: written under another name, then named."""
    part = root / FEED / f"{number:04d}.csv.part"
    part.write_bytes(report(number))
    part.rename(part.with_suffix(""))


def run_to_end(*arguments: str, env: dict[str, str], codes: tuple[int, ...] = (0,)) -> None:
    code, out, err = commands.finish(commands.start(*arguments, env=env))
    assert code in codes, out + err


@pytest.fixture
def chance() -> random.Random:
    return random.Random(20261125)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / FEED).mkdir(parents=True)
    return folder


def test_looks_killed_again_and_again_take_every_file_once(
    app: Flask, database_url: str, root: Path, chance: random.Random
) -> None:
    env = commands.environment(
        database_url, 25, TRACKER_INTAKE_WATCH_FOLDER=str(root), TRACKER_INTAKE_SETTLE_SECONDS="0"
    )
    kills = commands.kills()
    files = kills * 8
    for number in range(files):
        drop(root, number)
    run_to_end("folder", env=env)
    assert number_of(FolderFile) == files and received() == 0
    for _ in range(kills):
        process = commands.start("folder", env=env)
        target = received() + chance.randrange(1, 4)
        assert commands.wait_until(lambda to=target: received() >= to, 120), "it goes on after every kill"
        time.sleep(chance.random() * 0.05)
        commands.kill(process)
    assert received() < files, "every kill was in the middle of the work"
    run_to_end("folder", env=env)
    assert_each_once(files)
    assert_all_moved(root)


@pytest.fixture
def pulling(tmp_path: Path, chance: random.Random, database_url: str) -> object:
    """The server, how it behaves, and the environment of a command that fetches from it."""
    authority, behave = Authority(tmp_path), Serving(chance)
    with serving(behave, authority.server()) as server:
        config = tmp_path / "council.toml"
        config.write_text(
            f'[[pulls]]\nfeed = "{FEED}"\nurl = "{server.url()}"\nevery_minutes = 1\nca_file = "{authority.file}"\n'
            'allow_private_addresses = ["127.0.0.1/32"]\n'
        )
        yield server, behave, commands.environment(database_url, 25, TRACKER_CONFIG=str(config))


@pytest.mark.parametrize("database_url", BOTH if LONG else BOTH[1:], indirect=True)
def test_pulls_killed_again_and_again_fetch_every_report_once(
    app: Flask, pulling: tuple[Server, Serving, dict[str, str]], chance: random.Random
) -> None:
    server, behave, env = pulling
    kills = commands.kills()
    versions = kills // 2
    for number in range(versions):
        behave.number, behave.etags = number, number % 2 == 0
        for _ in range(2):
            asked = len(server.seen)
            process = commands.start("pull", env=env)
            assert commands.wait_until(lambda to=asked: len(server.seen) > to, 120)
            time.sleep(chance.random() * 0.6)
            commands.kill(process)
        run_to_end("pull", env=env)
        assert received("pull") == number + 1
    assert_each_once(versions)


@pytest.mark.parametrize("database_url", BOTH if LONG else BOTH[:1], indirect=True)
def test_a_scheduler_killed_again_and_again_loses_no_report_by_either_road(
    app: Flask, pulling: tuple[Server, Serving, dict[str, str]], root: Path, chance: random.Random
) -> None:
    server, behave, env = pulling
    env |= {"TRACKER_INTAKE_WATCH_FOLDER": str(root), "TRACKER_INTAKE_SETTLE_SECONDS": "0", **QUICK}
    behave.number, dropped = 0, 1
    for _ in range(commands.kills() // 2):
        process = commands.start("scheduler", env=env)
        before = received()
        for _ in range(3):
            drop(root, dropped)
            dropped += 1
        assert commands.wait_until(lambda to=before: received() > to, 120), "it goes on after every kill"
        time.sleep(chance.random() * 0.3)
        commands.kill(process)
    behave.number = dropped
    asked = len(server.seen)
    assert_ends_by_itself(
        env, lambda: received() == dropped - 1 and number_of(Receipt, Receipt.status == "reading") == 0
    )
    run_to_end("pull", env=env)
    run_to_end("folder", env=env)
    assert len(server.seen) > asked
    assert_each_once(dropped + 1)
    assert_all_moved(root)


def leads(pid: int) -> bool:
    session().rollback()
    holder = session().scalar(select(SchedulerLease.holder))
    return holder is not None and f"/{pid}/" in holder


def assert_ends_by_itself(env: dict[str, str], done: Callable[[], bool]) -> None:
    process = commands.start("scheduler", env=env)
    try:
        # it answers a polite end only once it leads; where nothing was left to do, `done` is met before that
        assert commands.wait_until(lambda: leads(process.pid) and done(), 120)
    finally:
        process.terminate()
        code, _out, err = commands.finish(process)
    assert code == 0, err
    assert "failed" not in err, err
