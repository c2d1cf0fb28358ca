"""What is measured, and how: medians, the database's own share of the time, ratios to the barest way of doing it.

Nothing here passes or fails: it prints what this machine took.
"""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context as EmptyContext
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from tracker.core.clock import local_date, month_of
from tracker.core.terms import Role
from tracker.services import demonstration, people
from tracker.services.context import Context
from tracker.services.publish_month import month_figures
from tracker.services.raise_alerts import sweep
from tracker.services.sessions import start_session
from tracker.store.db import db

PAGE_TIMES = 20
SWEEP_TIMES = 50
MONTH_TIMES = 5


@dataclass(frozen=True)
class Measure:
    """One thing measured. `figures`: name → number, the unit in the name (`_ms`, `_s`); `note` says what was not."""

    key: str
    title: str
    figures: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def let_go_of_database() -> None:
    """Close this application's connections, so that its file may go."""
    db.session.remove()
    db.engine.dispose()


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = perf_counter()
    work()
    return perf_counter() - start


def median_ms(work: Callable[[], object], times: int) -> tuple[float, float]:
    """The median and the longest of so many, in milliseconds, after one that is not counted."""
    work()
    taken = [1000 * timed(work) for _ in range(times)]
    return round(statistics.median(taken), 2), round(max(taken), 2)


@contextmanager
def database_seconds() -> Iterator[list[float]]:
    """Collects the seconds of every statement that this application sends to its database."""
    engine = db.engine
    taken: list[float] = []
    begun: list[float] = []

    def before(*_: object) -> None:
        begun.append(perf_counter())

    def after(*_: object) -> None:
        taken.append(perf_counter() - begun.pop())

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield taken
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


def opened(client: FlaskClient, path: str) -> TestResponse:
    """The page, opened as a server does: in a context of its own, with nothing read before it."""
    return EmptyContext().run(client.get, path)


def measure_pages(app: Flask, context: Context, cookie: str, lifetime: Any) -> Iterator[Measure]:
    """The ordinary pages, opened as the lead by Flask's test client."""
    lead_id = people.add_person(
        context, email="lead@bench.invalid", name="Bench Lead", roles=[Role.LEAD], password=None
    )
    client = app.test_client()
    client.set_cookie(cookie, start_session(context, lead_id, lifetime))
    busiest = demonstration.busiest_child()
    month = month_of(local_date(context.now))
    pages = {
        "today": "/today",
        "episodes": "/episodes",
        "episode": f"/episodes/{busiest.newest_episode_id}" if busiest else None,
        "child": f"/children/{busiest.child_id}" if busiest else None,
        "reports": "/reports",
        "alerts": "/alerts",
        "month": f"/month/{month.previous().key}",
        "month_so_far": f"/month/{month.key}",
    }
    for name, path in pages.items():
        if path is None:
            yield Measure(f"page_{name}", f"Page: {name.replace('_', ' ')}", note="there is none")
            continue
        status = opened(client, path).status_code
        with database_seconds() as taken:
            median, longest = median_ms(lambda path=path: opened(client, path), PAGE_TIMES)  # type: ignore[misc]
        share = round(1000 * sum(taken) / (PAGE_TIMES + 1), 2)
        figures = {"median_ms": median, "longest_ms": longest, "database_ms": share, "status": status}
        yield Measure(f"page_{name}", f"Page: {name.replace('_', ' ')}", figures)


def measure_sweep(context: Context) -> Measure:
    """A sweep with nothing due: whatever is due is swept away before."""
    for _ in range(3):
        sweep(context)
    with database_seconds() as taken:
        median, longest = median_ms(lambda: sweep(context), SWEEP_TIMES)
    in_database = round(1000 * sum(taken) / (SWEEP_TIMES + 1), 2)
    return Measure(
        "sweep_nothing_due",
        "Sweep with nothing due",
        {"median_ms": median, "longest_ms": longest, "database_ms": in_database},
    )


def measure_month(context: Context) -> Measure:
    """The figures of the last whole month, from today's records."""
    month = month_of(local_date(context.now)).previous().key
    median, longest = median_ms(lambda: month_figures(context, month), MONTH_TIMES)
    return Measure("month_summary", f"Summary of {month}", {"median_ms": median, "longest_ms": longest})
