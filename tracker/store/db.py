"""The database: one session for a request, job or command; UTC at the edge; SQLite set to lose nothing.

SQLite: WAL, synchronous=FULL, foreign keys on. A read begins with BEGIN; a writer begins with BEGIN IMMEDIATE, so that
it never has to be upgraded from a read that another writer has overtaken.
"""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, CompoundSelect, DateTime, Dialect, Engine, MetaData, Select, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

WRITER = "tracker_writer"
"""Execution option of a connection whose transaction begins as a writer."""

WAIT_SECONDS = 30
"""How long a transaction waits for its turn on SQLite."""

HELD_KIB = 16_000
"""How much of the file each SQLite connection may hold in memory. SQLite's own 2,000 hold less than what a county's
clocks fill, so that every board would read them from the file anew."""

_ASKED_WITHIN_MS = 8  # SQLite asks after 1, 3 and 8 ms of these


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values on the way in; always UTC on the way out (SQLite drops the offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was about to be stored")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """The same in as few steps as it takes, since a month reads millions of these: where SQLite holds text, reading
        the offset with it takes a tenth of setting it afterwards; from PostgreSQL they come in UTC (`_set_server`)."""
        if dialect.name != "sqlite":
            return lambda value: value if value is None or value.tzinfo is UTC else value.astimezone(UTC)
        read = datetime.fromisoformat
        return lambda value: None if value is None else read(f"{value}+00:00")


_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_TYPES: dict[Any, Any] = {
    datetime: UTCDateTime,
    dict[str, Any]: JSON,
    list[Any]: JSON,
    list[str]: JSON,
    list[int]: JSON,
}


class Base(DeclarativeBase):
    """What every table's class derives from; names every constraint, so that migrations can speak of it."""

    registry = registry(metadata=MetaData(naming_convention=_NAMES), type_annotation_map=_TYPES)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def prepare_engine(engine: Engine) -> None:
    """Hang the SQLite settings on an engine; once, when the app is made."""
    # psycopg warns of a batch that broke off, naming the server: what broke it is raised, and told in a sentence
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _set_server)
        return

    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        waiting, held = f"busy_timeout={1000 * WAIT_SECONDS}", f"cache_size=-{HELD_KIB}"
        for pragma in (waiting, held, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITER):
            _begin_as_writer(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _set_server(dbapi_connection: Any, _record: Any) -> None:
    """Have a PostgreSQL server tell instants in UTC, which its driver reads in half the time, and compile no statement:
    that pays after a second, and takes a tenth of one. In no transaction, with which the settings would be rolled
    back."""
    dbapi_connection.autocommit = True
    with dbapi_connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'; SET jit = off")
    dbapi_connection.autocommit = False


def _begin_as_writer(connection: Connection) -> None:
    """Take the writer's place, asked for every few milliseconds until WAIT_SECONDS are over.

    SQLite's own waiting soon asks ten times a second only, and whoever writes one chunk after another leaves the place
    free for less than that: others would hardly ever find it.
    """
    file: Any = connection.connection.dbapi_connection
    until = monotonic() + WAIT_SECONDS
    file.execute(f"PRAGMA busy_timeout={_ASKED_WITHIN_MS}")
    try:
        while monotonic() < until:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last time, for an error that the engine understands
    finally:
        file.execute(f"PRAGMA busy_timeout={1000 * WAIT_SECONDS}")


def has_no_room(error: DBAPIError) -> bool:
    """Whether the database could not write for want of room: a full disk, or a file that may not grow further."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", "") in _NO_ROOM
    return getattr(error.orig, "sqlstate", None) in _NO_ROOM


_NO_ROOM = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "53100"})
"""SQLite's names and PostgreSQL's code: a full disk shows as the first or the third, a limit on files as the second."""


def session() -> Session:
    """The session of this request, job or command."""
    return db.session()


def plain_rows(
    current: Session, statement: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]], **given: object
) -> Sequence[Any]:
    """The rows of a statement over tables' columns, by the connection itself, seeing what the session has yet to write.

    For what is asked thousands of times: what the session does around a small statement takes longer than this one.
    """
    if current.autoflush and (current.new or current.dirty or current.deleted):
        current.flush()
    return current.connection().execute(statement, given).all()


def begin_writing() -> Session:
    """End whatever read is under way and begin a transaction that holds the writer's place from its first statement."""
    current = session()
    current.rollback()
    current.connection(execution_options={WRITER: True})
    return current


def writers() -> Callable[[], Connection]:
    """Makes connections each of whose transactions begins as a writer; may be called in another thread.

    For one statement a transaction: on PostgreSQL it is committed with its statement, in one way there and back.

    Each is closed for good at its end: no other work gets one of which `wait_for_disk` has been asked.
    """
    engine = db.engine

    def connect() -> Connection:
        options = {WRITER: True} | ({"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {})
        connection = engine.connect().execution_options(**options)
        connection.detach()
        return connection

    return connect


def wait_for_disk(connection: Connection, wait: bool) -> None:
    """Whether this connection's next commits wait until they are safe from a loss of power (usually they do).

    Without it a commit is as whole as ever and outlives this process; if the machine itself fails, the newest may be
    gone. To be called between transactions.
    """
    pragma = f"PRAGMA synchronous={'FULL' if wait else 'NORMAL'}"
    setting = f"SET synchronous_commit TO {'on' if wait else 'off'}"
    driver: Any = connection.connection.dbapi_connection
    driver.execute(pragma if connection.dialect.name == "sqlite" else setting)


def as_json_value(value: object) -> object:
    """How a stored value stands in a JSON column: instants and dates as ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
