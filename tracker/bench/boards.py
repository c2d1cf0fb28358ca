"""How long the boards take with many open clocks: the whole request, the audit row on the disk included."""

import gc
from collections.abc import Iterator
from datetime import timedelta
from time import process_time

from flask import Flask
from sqlalchemy import select

from tracker.bench.measures import Measure, database_seconds, median_ms, opened
from tracker.bench.seed import seed
from tracker.bench.seed_rows import SeedSize
from tracker.core.terms import Role
from tracker.services import people
from tracker.services.context import Context
from tracker.services.pages.episode_rows import record_list
from tracker.services.sessions import start_session
from tracker.store import db
from tracker.store.models import Episode, Person, Team

OPEN_CLOCKS = 2_000
OVER = 3_000
"""Episodes that are over, beside the open ones."""

WORKED = timedelta(hours=28)
"""The work is as it was left so long ago: by now some clocks are overdue, some due soon, some visits past."""

TIMES = 30
EMPTY = "/account/absence"


def fill(context: Context, open_clocks: int = OPEN_CLOCKS, over: int = OVER) -> None:
    """Invented data into an empty database, as it would stand at `context.now`."""
    size = SeedSize(children=open_clocks, episodes=open_clocks + over, open_clocks=open_clocks, overdue=0, years=2)
    seed(size, context.now - WORKED, context.rules)
    db.session().expunge_all()
    gc.collect()
    gc.freeze()  # what filling left behind is not the pages' to look through


def measure_boards(
    app: Flask, context: Context, cookie: str, lifetime: timedelta, times: int = TIMES
) -> Iterator[Measure]:
    """Each board by whom it is for, and its ratio to a signed-in page that shows nothing."""
    team_id = db.session().scalar(select(Team.id).order_by(Team.id).limit(1))
    of_team = select(Person.id).where(Person.team_id == team_id).order_by(Person.id)
    interviewer_id = db.session().scalar(of_team.limit(1))
    open_clocks = db.session().query(Episode.id).where(Episode.clock_open).count()
    db.session().rollback()
    assert interviewer_id is not None
    lead_id = people.add_person(context, email="b1@bench.invalid", name="Bench L", roles=[Role.LEAD], password=None)
    manager_id = people.add_person(
        context, email="b2@bench.invalid", name="Bench M", roles=[Role.MANAGER], team_id=team_id, password=None
    )
    row_ms, row_longest = median_ms(lambda: record_list(context, "today", {}), times)
    yield Measure("boards_audit_row", "The audit row of a list", {"median_ms": row_ms, "longest_ms": row_longest})
    empty = 0.0
    for name, path, person_id in (
        ("empty", EMPTY, lead_id),
        ("today", "/today", lead_id),
        ("my_interviews", "/my-interviews", interviewer_id),
        ("my_team", "/my-team", manager_id),
    ):
        client = app.test_client()
        client.set_cookie(cookie, start_session(context, person_id, lifetime))
        answer = opened(client, path)
        if answer.status_code != 200:
            yield Measure(f"boards_{name}", f"Board: {name}", note=f"answered {answer.status_code}")
            continue
        begun = process_time()
        with database_seconds() as taken:
            median, longest = median_ms(lambda client=client, path=path: opened(client, path), times)  # type: ignore[misc]
        empty = empty or median
        figures = {
            "median_ms": median,
            "longest_ms": longest,
            "processor_ms": round(1000 * (process_time() - begun) / (times + 1), 2),
            "database_ms": round(1000 * sum(taken) / (times + 1), 2),
            "statements": round(len(taken) / (times + 1)),
            "kilobytes": round(len(answer.get_data()) / 1000),
            "times_empty": round(median / empty, 1),
            "open_clocks": open_clocks,
        }
        yield Measure(f"boards_{name}", f"Board: {name.replace('_', ' ')}", figures)
