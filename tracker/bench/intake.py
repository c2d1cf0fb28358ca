"""Ten thousand lines through the real intake, beside a bare insert of the same rows."""

import csv
import io
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from tracker.bench.measures import Measure, database_seconds, timed
from tracker.demo.county import simulate
from tracker.demo.reports import COLUMNS, daily_reports, texts_of
from tracker.services.context import Context
from tracker.services.pages.reports import receipt_summary

LINES = 10_000
SEEDS = (71, 72)


def measure_intake(context: Context, receive: Callable[[bytes], int], folder: Path) -> Measure:
    """One CSV file of so many lines of counties not held yet. `receive`: the file → its receipt, by the demonstration's
    feed; `folder` is for the bare database."""
    rows = list(islice(rows_of(context, SEEDS), LINES))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    content = text.getvalue().encode()
    receipts: list[int] = []
    with database_seconds() as taken:
        seconds = timed(lambda: receipts.append(receive(content)))
    bare = timed(lambda: insert_bare(rows, folder / "bare.sqlite3"))
    summary = receipt_summary(receipts[0])
    return Measure(
        "intake",
        f"Intake of {len(rows):,} lines",
        {
            "seconds": round(seconds, 2),
            "lines_per_second": round(len(rows) / seconds),
            "database_s": round(sum(taken), 2),
            "bare_insert_s": round(bare, 3),
            "times_a_bare_insert": round(seconds / bare, 1),
            "outcomes": {str(outcome): count for outcome, count in summary.outcomes.items() if count},
        },
    )


def rows_of(context: Context, seeds: Iterable[int]) -> Iterator[list[str]]:
    """Lines of other invented counties, one for each seed, under references and person numbers of their own."""
    for seed in seeds:
        for report in daily_reports(simulate(context.now, seed)):
            for row in filter(None, report.rows):
                own = {"Occurrence No": f"B{seed}/{row['Occurrence No']}", "Person URN": f"B{seed}/{row['Person URN']}"}
                yield texts_of({**row, **own})


def insert_bare(rows: list[list[str]], path: Path) -> None:
    """The same cells into one table with sqlite3 itself: one transaction, on the disk at its end."""
    with closing(sqlite3.connect(path)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        columns = ", ".join(f"c{number} TEXT" for number in range(len(COLUMNS)))
        bare.execute(f"CREATE TABLE line (id INTEGER PRIMARY KEY, {columns})")
        marks = ", ".join("?" * len(COLUMNS))
        names = ", ".join(f"c{number}" for number in range(len(COLUMNS)))
        bare.executemany(f"INSERT INTO line ({names}) VALUES ({marks})", rows)  # noqa: S608 # nosec B608
        bare.commit()
