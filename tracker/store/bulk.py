"""New rows in bulk: one statement for all of a table, where the session's own way costs several times as much a row."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.orm import Session

from tracker.store.db import Base


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns. Nothing of them is asked for again."""
    if rows:
        session.connection().execute(insert(_table(model)), rows)


def insert_for_ids(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The same; the ids that the rows were given, in their order."""
    if not rows:
        return []
    ids = _next_ids(session.connection(), _table(model), len(rows))
    insert_rows(session, model, [{**row, "id": id_} for id_, row in zip(ids, rows, strict=True)])
    return ids


_NEXT = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :number)")


def _next_ids(connection: Connection, table: Table, number: int) -> list[int]:
    """Taken before the rows are written, which is quicker than asking each row for the one that it was given.

    SQLite has one writer: the ids that it would give are known. PostgreSQL counts them by the table's sequence.
    """
    if connection.dialect.name == "postgresql":
        return list(connection.scalars(_NEXT, {"name": table.name, "number": number}))
    first = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
    return list(range(first, first + number))


def insert_objects(session: Session, objects: Sequence[Base]) -> None:
    """Insert objects of one class and give each its id. They do not come into the session: a later change of them is
    not written, and whoever looks for their rows reads them anew.
    """
    if not objects:
        return
    model = type(objects[0])
    defaults = _defaults(model)
    rows = []
    for one in objects:
        given = one.__dict__
        rows.append({name: given[name] if name in given else make() for name, make in defaults.items()})
    for one, id_ in zip(objects, insert_for_ids(session, model, rows), strict=True):
        cast("Any", one).id = id_


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)


@cache
def _defaults(model: type[Base]) -> dict[str, Callable[[], Any]]:
    """Every column but the id, with what makes the value that it has where none is given."""
    return {column.key: _maker(column.default) for column in _table(model).columns if column.key != "id"}


def _maker(default: Any) -> Callable[[], Any]:
    if default is None:
        return lambda: None
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)
