"""The database: one session for a request, job or command; UTC at the edge; SQLite set to lose nothing.

SQLite: WAL, synchronous=FULL, foreign keys on. A read begins with BEGIN; a writer begins with BEGIN IMMEDIATE, so that
it never has to be upgraded from a read that another writer has overtaken.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Select, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

WRITER = "tracker_writer"
"""Execution option of a connection whose transaction begins as a writer."""


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
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writer = connection.get_execution_options().get(WRITER)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def session() -> Session:
    """The session of this request, job or command."""
    return db.session()


def plain_rows(current: Session, statement: Select[Any], **given: object) -> Iterable[Any]:
    """The rows of a statement over tables' columns, by the connection itself, seeing what the session has yet to write.

    For what is asked thousands of times: what the session does around a small statement takes longer than this one.
    """
    if current.autoflush and (current.new or current.dirty or current.deleted):
        current.flush()
    return current.connection().execute(statement, given)


def begin_writing() -> Session:
    """End whatever read is under way and begin a transaction that holds the writer's place from its first statement."""
    current = session()
    current.rollback()
    current.connection(execution_options={WRITER: True})
    return current


def as_json_value(value: object) -> object:
    """How a stored value stands in a JSON column: instants and dates as ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
