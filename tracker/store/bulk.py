"""New rows in bulk: one statement for all of a table, where the session's own way costs several times as much a row."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, func, insert, select
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
    table = _table(model)
    connection = session.connection()
    if connection.dialect.name == "sqlite":  # one writer: the ids it would give are known, and need not be asked for
        first = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
        connection.execute(insert(table), [{**row, "id": id_} for id_, row in enumerate(rows, first)])
        return list(range(first, first + len(rows)))
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.scalars(statement, rows))


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
