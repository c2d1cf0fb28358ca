"""Copies of the whole database into one file and back, while the service runs.

SQLite by its own backup (a consistent copy under writers); PostgreSQL by pg_dump and pg_restore in the custom format. A
restored database loses its sessions: whoever was signed in then signs in again.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from tracker.services.carry_over import carry_over, remember
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.transaction import writing
from tracker.store.db import db
from tracker.store.migrations import is_known, upgrade
from tracker.store.models import Child, Person, Receipt, WebSession


def back_up(file: Path) -> int:
    """Write a copy; its size in bytes. The file appears whole or not at all. Refused where one is there already."""
    if file.exists():
        raise _refused("file_exists", f"{file.name} exists already. Give another name.")
    if not file.parent.is_dir():
        raise _refused("no_folder", "The folder for the file does not exist.")
    with _part_of(file) as part:
        if db.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(part)) as copy, closing(sqlite3.connect(_sqlite_path())) as live:
                live.backup(copy)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", "--file", str(part), *_target(db.engine.url))
        part.replace(file)
    return file.stat().st_size


def restore(file: Path, context: Context, replace: bool = False) -> int | None:
    """Put a copy back and bring it to this version. Refused: no such file, not a copy of ours, a database in use.

    `replace` says that what the database holds now may go. What people were told since the copy was made is carried
    over from it; how many alerts that were, or None where it could not be read (services/carry_over.py).
    """
    if not file.is_file():
        raise _refused("no_file", f"There is no file {file.name}.")
    if not replace and _holds_records():
        raise _refused("database_in_use", "The database holds records. Say --replace to put the copy in their place.")
    sqlite = db.engine.dialect.name == "sqlite"
    if sqlite:
        _check_sqlite_copy(file)
    told = remember(_made_at_sqlite(file) if sqlite else _made_at_postgres(file))
    db.session.remove()
    url = db.engine.url
    if sqlite:
        db.engine.dispose()
        _replace_sqlite(file)
    else:
        again = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *again, *_target(url), str(file))
    upgrade()
    with writing() as session:
        session.execute(delete(WebSession))
    carried = carry_over(told, context)
    return None if told is None else carried


def _replace_sqlite(file: Path) -> None:
    """Over what is there. What is no database any more is put aside, never deleted: somebody may still read from it."""
    path = Path(_sqlite_path())
    try:
        _copy_sqlite(file, path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise
        for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if part.exists():
                part.replace(part.with_name(f"{part.name}.damaged"))
        _copy_sqlite(file, path)


def _copy_sqlite(file: Path, path: Path) -> None:
    with closing(sqlite3.connect(file)) as copy, closing(sqlite3.connect(path, timeout=30)) as live:
        copy.backup(live)


def _holds_records() -> bool:
    """True also where the database is too damaged to say: it is not ours to let go of without a word."""
    try:
        there = set(inspect(db.engine).get_table_names())
        tables = [model for model in (Person, Receipt, Child) if model.__tablename__ in there]
        return any(db.session.scalar(select(func.count()).select_from(model)) for model in tables)
    except DatabaseError:
        return True


def _made_at_sqlite(file: Path) -> datetime | None:
    """The last instant that the copy's own audit trail knows."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        newest = copy.execute("SELECT at FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return datetime.fromisoformat(newest[0]).replace(tzinfo=UTC) if newest else None


def _made_at_postgres(file: Path) -> datetime | None:
    """As the dump says of itself; a day earlier, because it says so by the clock of the place where it was made."""
    said = re.search(r"Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", _run("pg_restore", "--list", str(file)))
    return datetime.fromisoformat(said[1]).replace(tzinfo=UTC) - timedelta(days=1) if said else None


def _check_sqlite_copy(file: Path) -> None:
    """Whole, ours, and not of a later version: before anything is replaced."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            held = copy.execute("SELECT version_num FROM alembic_version").fetchone() if sound else None
    except sqlite3.DatabaseError:
        held = None
    if held is None:
        raise _refused("not_a_copy", f"{file.name} is not a whole copy of this service's database.")
    if not is_known(held[0]):
        raise _refused("later_version", f"{file.name} was made by a later version of this service: restore it there.")


@contextmanager
def _part_of(file: Path) -> Iterator[Path]:
    """A file beside the wanted one, readable to this user only, gone if it is not finished."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _sqlite_path() -> str:
    path = db.engine.url.database
    assert path is not None
    return path


def _target(url: URL) -> list[str]:
    """Where PostgreSQL is, without the password: that goes by the environment, which other users cannot read."""
    given = {"--host": url.host, "--port": url.port, "--username": url.username, "--dbname": url.database}
    return [part for option, value in given.items() if value for part in (option, str(value))]


def _run(program: str, *arguments: str) -> str:
    """What it wrote to its standard output."""
    if shutil.which(program) is None:
        raise _refused("no_program", f"{program} is absent: install PostgreSQL's client programs.")
    environment = dict(os.environ)
    if db.engine.url.password:
        environment["PGPASSWORD"] = str(db.engine.url.password)
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith(f"{program}: error: ")]
        why = said[0].removeprefix(f"{program}: error: ")[:200] if said else f"exit code {done.returncode}"
        raise _refused("program_failed", f"{program} did not succeed: {why}")
    return done.stdout


def _refused(code: str, sentence: str) -> Refused:
    return Refused(FormProblem(code, sentence))
