"""kill -9 in the middle of counting a year: another start counts it anew, another scheduler takes it over, once."""

import signal
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from tests.faults import commands
from tracker.core.clock import financial_year_of
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.count_period import ask
from tracker.services.pages.periods import ids_behind_period, period_page
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Child, Episode, KeptFigureIds, KeptFigures

EPISODES = 4_000
"""Enough to be in the middle of them when their beginning is seen."""

YEAR = financial_year_of(date(2025, 4, 1))
QUICK = {"TRACKER_FIGURES_LOOK_SECONDS": "0.2", "TRACKER_SCHEDULER_LEASE_SECONDS": "5"}


@pytest.fixture(autouse=True)
def asked(app: Flask, context: Context) -> None:
    """A year of episodes that ended at once and bear no clock, so that nothing but its count is to be done."""
    born, since = date(2012, 3, 4), YEAR.start_at
    children = [
        {"id": n, "surname": f"Invented{n}", "forename": "Testchild", "date_of_birth": born, "created_at": since}
        for n in range(1, 401)
    ]
    starts = [YEAR.start_at + timedelta(hours=2 * n) for n in range(EPISODES)]
    with writing() as current:
        current.execute(insert(Child), children)
        rows = [
            {"child_id": n % 400 + 1, "missing_from_at": at, "returned_at": at + timedelta(hours=1), "kind": "missing",
             "created_at": at, "is_ours": True} for n, at in enumerate(starts)
        ]  # fmt: skip
        current.execute(insert(Episode), rows)
    ask(now(context), YEAR)


def now(context: Context) -> Context:
    """By the real clock, as the schedulers work."""
    return replace(context, now=datetime.now(UTC))


def newest() -> KeptFigures:
    session().rollback()
    query = select(KeptFigures).order_by(KeptFigures.id.desc()).limit(1)
    return session().scalars(query.execution_options(populate_existing=True)).one()


def is_made() -> bool:
    return newest().made_at is not None


def is_begun() -> bool:
    return newest().tries == 1


def assert_made_once(context: Context) -> None:
    """One set of figures, whole, and the same as are counted directly."""
    row, later = newest(), now(context)
    page, direct = period_page(later, YEAR, at_once_episodes=0), period_page(later, YEAR)
    assert page.shown.counted_id == row.id and page.summary and direct.summary
    assert page.shown.opens == direct.shown.opens
    for key in ("episodes.started", "children.missing", "year_to_date.repeat_children"):
        kept = ids_behind_period(later, YEAR, key, Cohort.ALL, row.id, 0)
        assert kept is not None and kept == ids_behind_period(later, YEAR, key, Cohort.ALL)
    lists = select(func.count()).where(KeptFigureIds.kept_id == row.id)
    assert session().scalar(lists) == len(page.shown.opens)


def test_killed_in_the_middle_it_is_counted_by_the_next_start(context: Context, database_url: str) -> None:
    env = commands.environment(database_url, 25, **QUICK)
    process = commands.start("scheduler", env=env)
    begun = commands.wait_until(is_begun)
    commands.kill(process)
    row = newest()
    assert begun and (row.tries, row.made_at, row.failed_at) == (1, None, None)
    assert session().scalar(select(func.count()).select_from(KeptFigureIds)) == 0, "nothing half"
    process = commands.start("scheduler", env=env)
    made = commands.wait_until(is_made)
    process.send_signal(signal.SIGTERM)
    code, _, err = commands.finish(process)
    assert made and code == 0 and newest().tries == 2, err
    assert_made_once(context)


def test_of_two_schedulers_one_counts_and_the_other_takes_over_when_it_is_killed(
    context: Context, database_url: str
) -> None:
    env = commands.environment(database_url, 25, **QUICK)
    both = [commands.start("scheduler", env=env) for _ in range(2)]
    try:
        assert commands.wait_until(is_made) and newest().tries == 1, "what one has begun the other leaves alone"
        ask(now(context), YEAR)
        assert commands.wait_until(is_begun)
        begun_by = newest().begun_by or ""
        one, other = sorted(both, key=lambda process: f"/{process.pid}/" not in begun_by)
        commands.kill(one)
        assert commands.wait_until(is_made)
        row = newest()
        assert (row.tries, f"/{other.pid}/" in (row.begun_by or "")) == (2, True)
        assert_made_once(context)
    finally:
        for process in both:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                commands.finish(process)
