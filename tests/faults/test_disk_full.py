"""The disk is full in the middle of a report: nothing acknowledged is lost, people are told, and it is read on later.

SQLite meets a limit on the size of its files, and a file system of its own where one can be mounted; PostgreSQL gives
its own answer for a full disk from a trigger, since its disk cannot be filled here.
"""

import random
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import NOON
from tests.faults import commands
from tests.faults.test_kill_ingest import lines_held, report, start_over, state
from tests.reports import as_csv
from tracker.services.receive_report import CHUNK
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Receipt

LINES = CHUNK * 4 + 50
ROOM = 300_000
"""Bytes beyond what the database has: the report's own bytes fit, its lines do not."""


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "big.csv"
    path.write_bytes(as_csv(report(LINES, random.Random(20261126))))
    return path


def ingest(path: Path) -> tuple[str, ...]:
    return ("ingest", str(path), "--feed", "thames-valley", "--now", NOON.isoformat(), "--json")


def only_receipt() -> Receipt:
    session().rollback()
    return session().scalars(sa.select(Receipt)).one()


def told_in_one_sentence(process: subprocess.Popen[str]) -> str:
    code, out, err = commands.finish(process)
    assert (code, out) == (2, "")
    assert "Traceback" not in err and len(err.splitlines()) == 1
    return err


def undisturbed(env: dict[str, str], big: Path, app: Flask) -> dict[str, object]:
    code, _out, err = commands.finish(commands.start(*ingest(big), env=env))
    assert code == 1, err
    whole = state()
    start_over(app)
    return whole


def read_on_to(whole: dict[str, object], env: dict[str, str], tmp_path: Path) -> None:
    """With room again, the next command reads the report to its end, as if nothing had happened."""
    before = lines_held()
    nil = tmp_path / "nil.csv"
    nil.write_bytes(as_csv([]))
    code, _out, err = commands.finish(commands.start(*ingest(nil), env=env))
    assert code == 0, err
    assert before < lines_held() == LINES
    assert state() == whole
    session().rollback()
    assert set(session().scalars(sa.select(Receipt.status))) == {"complete"}
    assert list(audit.broken_links(session())) == []


def empty_the_log(database: Path) -> None:
    """Everything into the database file, so that what is written next begins a new write-ahead log."""
    session().rollback()
    with closing(sqlite3.connect(database)) as file:
        assert file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0


def test_files_that_may_not_grow(app: Flask, database_url: str, big: Path, tmp_path: Path) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL writes in processes of its own: see the trigger below.")
    env = commands.environment(database_url, 25)
    whole = undisturbed(env, big, app)
    empty_the_log(tmp_path / "tracker.sqlite3")
    err = told_in_one_sentence(commands.start(*ingest(big), env=env, file_bytes=40_000))
    assert "Nothing of this was kept" in err
    session().rollback()
    assert session().scalar(sa.select(sa.func.count()).select_from(Receipt)) == 0

    err = told_in_one_sentence(commands.start(*ingest(big), env=env, file_bytes=big.stat().st_size + ROOM))
    kept = only_receipt()
    assert f"kept as receipt {kept.id}" in err
    assert (kept.status, kept.content) == ("reading", big.read_bytes())
    assert lines_held() < LINES and lines_held() % CHUNK == 0
    read_on_to(whole, env, tmp_path)


def test_an_answer_of_postgresql(app: Flask, database_url: str, big: Path, tmp_path: Path) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite meets real limits: see above and below.")
    env = commands.environment(database_url, 25)
    whole = undisturbed(env, big, app)
    fills = """
        CREATE FUNCTION fills() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER fills BEFORE INSERT ON line FOR EACH ROW WHEN (NEW.line_no > 500) EXECUTE FUNCTION fills();
    """
    session().execute(sa.text(fills))
    session().commit()
    err = told_in_one_sentence(commands.start(*ingest(big), env=env))
    kept = only_receipt()
    assert f"kept as receipt {kept.id}" in err and kept.status == "reading"
    assert lines_held() == CHUNK * (500 // CHUNK)
    session().execute(sa.text("DROP FUNCTION fills CASCADE"))
    session().commit()
    read_on_to(whole, env, tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("No file system may be mounted here; the limit on the size of files stands for it.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_of_its_own(app: Flask, database_url: str, big: Path, small_disk: Path, tmp_path: Path) -> None:
    """The database on a disk that is full before the report is read, until it is made larger."""
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's disk cannot be filled here: see the trigger above.")
    session().rollback()
    database = small_disk / "tracker.sqlite3"
    with closing(sqlite3.connect(tmp_path / "tracker.sqlite3")) as file, closing(sqlite3.connect(database)) as copy:
        file.backup(copy)
    env = commands.environment(f"sqlite:///{database}", 25)
    err = told_in_one_sentence(commands.start(*ingest(big), env=env))
    assert "kept as receipt 1" in err

    def held(question: str) -> object:
        with closing(sqlite3.connect(database)) as file:
            return file.execute(question).fetchone()[0]

    lines = held("SELECT count(*) FROM line")
    assert isinstance(lines, int) and 0 < lines < LINES and lines % CHUNK == 0
    assert held("SELECT status FROM receipt") == "reading"
    assert held("PRAGMA integrity_check") == "ok"
    subprocess.run(["mount", "-o", "remount,size=30m", str(small_disk)], check=True)
    nil = tmp_path / "nil.csv"
    nil.write_bytes(as_csv([]))
    code, _out, err = commands.finish(commands.start(*ingest(nil), env=env))
    assert code == 0, err
    assert held("SELECT count(DISTINCT line_no) FROM line") == held("SELECT count(*) FROM line") == LINES
    assert held("SELECT count(*) FROM receipt WHERE status = 'complete'") == 2
