"""Ten thousand deadlines that have passed at once: found, recorded and queued, beside bare inserts of the same rows."""

import os
from collections.abc import Iterator
from time import process_time
from typing import Any, cast

from sqlalchemy import Column, Connection, MetaData, Table, func, insert, select

from tracker.bench.measures import Measure, measure_sweep, timed
from tracker.services.context import Context
from tracker.services.raise_alerts import SweepResult, sweep
from tracker.store.db import Base, db
from tracker.store.models import Alert, AuditEntry, Breach, Episode, OutboxMessage

OVERDUE = 10_000
EPISODES = 20_000
"""In the database made for it, where nobody says of how many; a million take some minutes to make."""

WRITTEN = (Breach, OutboxMessage, Alert, AuditEntry)


def measure_alerts(context: Context) -> Iterator[Measure]:
    """One sweep over whatever is due now, then sweeps that find nothing."""
    held = db.session.scalar(select(func.count()).select_from(Episode))
    before = {model: db.session.scalar(select(func.max(model.id))) or 0 for model in WRITTEN}
    db.session.rollback()
    done: list[SweepResult] = []
    worked = process_time()
    seconds = timed(lambda: done.append(sweep(context)))
    worked = process_time() - worked
    bare = sum(_insert_bare(model, newest) for model, newest in before.items())
    yield Measure(
        "sweep_alerts",
        f"Sweep with {done[0].breaches:,} breaches among {held or 0:,} episodes",
        {
            "seconds": round(seconds, 2),
            "processor_s": round(worked, 2),
            "alerts": done[0].alerts,
            "bare_inserts_s": round(bare, 2),
            "times_bare_inserts": round(seconds / bare, 1) if bare else None,
            "machine_load": round(os.getloadavg()[0], 1),
        },
    )
    yield measure_sweep(context)


def _insert_bare(model: type[Base], newest: int) -> float:
    """Seconds for the same rows once more, by one statement into a table without keys or indexes."""
    table = cast("Table", model.__table__)
    scratch = Table("bench_rows", MetaData(), *(Column(column.name, column.type) for column in table.columns))
    with db.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(table).where(table.c.id > newest)).mappings()]
        scratch.create(connection)
        connection.commit()
        seconds = timed(lambda: _write(connection, scratch, rows)) if rows else 0.0
        scratch.drop(connection)
        connection.commit()
    return seconds


def _write(connection: Connection, scratch: Table, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(scratch), rows)
    connection.commit()
