"""Invented data straight into an empty database, in bulk: for measurements only.

It goes around the services, so that a region's ten years take minutes: no reports, no versions, no audit rows. What the
sweep and the pages read is as the services would have left it. Each overdue episode belongs to a team of its own with
one manager, so that each has its own recipient; nobody has been told of any yet, and the next sweep finds them all.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from tracker.bench.seed_rows import Seeder, SeedSize
from tracker.core.rules import Rules
from tracker.services.transaction import writing
from tracker.store import db
from tracker.store.db import Base
from tracker.store.models import Child, Episode, Interview, Person, Team

CHUNK = 2_000
"""Children or episodes to a transaction."""


class DatabaseInUseError(ValueError):
    """The database already holds episodes; its text is for the person who asked."""


def refuse_if_in_use() -> None:
    """Raises DatabaseInUseError where there are episodes."""
    reading = db.session()
    held = reading.scalar(select(Episode.id).limit(1))
    reading.rollback()
    if held is not None:
        raise DatabaseInUseError("This database already holds episodes. Name an empty one in TRACKER_DATABASE_URL.")


def seed(
    size: SeedSize, now: datetime, rules: Rules, number: int = 1, advance: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Fill the database; how many rows each table was given. `number` seeds chance; `advance` is told of each chunk.

    Raises DatabaseInUseError unless the database is without episodes.
    """
    refuse_if_in_use()
    reading = db.session()
    first = {model: (reading.scalar(select(func.max(model.id))) or 0) + 1 for model in (Team, Person, Child, Interview)}
    reading.rollback()
    seeder = Seeder(size, now, rules, first, number)
    written: dict[str, int] = {}
    for part in (seeder.people(), seeder.children(), seeder.episodes()):
        while chunk := list(islice(part, CHUNK)):
            with writing() as current:
                for model, rows in _by_table(chunk).items():
                    current.execute(insert(model), rows)
                    written[model.__tablename__] = written.get(model.__tablename__, 0) + len(rows)
            advance(len(chunk))
    with writing() as current:
        for name in written:
            _move_sequence(current, Base.metadata.tables[name])
        if current.get_bind().dialect.name == "postgresql":
            current.execute(text("ANALYZE"))  # as its own upkeep would within minutes: the plans are those of every day
    return written


Rows = Iterable[tuple[type[Base], dict[str, Any]]]


def _by_table(chunk: Iterable[Rows]) -> dict[type[Base], list[dict[str, Any]]]:
    """The rows of many subjects, gathered by table, in an order that keeps foreign keys."""
    found: dict[type[Base], list[dict[str, Any]]] = {}
    for rows in chunk:
        for model, values in rows:
            found.setdefault(model, []).append(values)
    places = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    return dict(sorted(found.items(), key=lambda item: places[item[0].__tablename__]))


def _move_sequence(current: Session, table: Table) -> None:
    """PostgreSQL counts ids by itself: it must go on after those given here."""
    if current.get_bind().dialect.name != "postgresql" or "id" not in table.c:
        return
    sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :newest)")
    newest = current.scalar(select(func.max(table.c.id)))
    current.execute(sequence, {"name": table.name, "newest": newest})
