"""What a month and a year of figures take, beside bare counts of the same months in SQL."""

import os
from collections.abc import Iterator
from time import process_time
from typing import Any

from sqlalchemy import func, select

from tracker.bench.measures import Measure, timed
from tracker.core.clock import Period, financial_year_of, local_date, month_of
from tracker.services.context import Context
from tracker.services.publish_month import period_figures
from tracker.store.db import db
from tracker.store.models import Episode

EPISODES = 200_000
"""Held, where nobody says of how many, over ten years; two million take a quarter of an hour to make."""

TIMES = 3


def measure_months(context: Context) -> Iterator[Measure]:
    """The last whole month and the last whole financial year, from today's records: the best of three, and of one."""
    held = db.session.scalar(select(func.count()).select_from(Episode)) or 0
    month = month_of(local_date(context.now)).previous()
    year = financial_year_of(financial_year_of(local_date(context.now)).start_on.replace(month=3))
    for key, period, times in (("month", month, TIMES), ("year", year, 1)):
        yield Measure(
            f"figures_of_{key}",
            f"Figures of a {key} ({_started(period):,} episodes in it) among {held:,}",
            _taken(context, period, times),
        )


def _taken(context: Context, period: Period, times: int) -> dict[str, Any]:
    best, worked, bare = [], [], []
    for _ in range(times):
        db.session.rollback()
        before = process_time()
        best.append(timed(lambda: period_figures(context, period)))
        worked.append(process_time() - before)
        bare.append(timed(lambda: _started(period)))
    return {
        "seconds": round(min(best), 2),
        "processor_s": round(min(worked), 2),
        "bare_count_ms": round(1000 * min(bare), 2),
        "times_bare_count": round(min(best) / min(bare)),
        "machine_load": round(os.getloadavg()[0], 1),
    }


def _started(period: Period) -> int:
    """One bare count, as SQL gives it: the episodes that started in the period."""
    started = Episode.missing_from_at >= period.start_at, Episode.missing_from_at < period.end_at
    return db.session.scalar(select(func.count()).select_from(Episode).where(*started)) or 0
