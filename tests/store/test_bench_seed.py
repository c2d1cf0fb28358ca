"""Invented data in bulk is as the services would have left it, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import NOON
from tracker.bench import boards
from tracker.bench.seed import DatabaseInUseError, seed
from tracker.bench.seed_rows import SeedSize
from tracker.core.rules import Rules
from tracker.services.context import Context
from tracker.services.follow_up import follow_up_episode
from tracker.services.raise_alerts import sweep
from tracker.services.transaction import writing
from tracker.store.db import db
from tracker.store.models import (
    Alert,
    AuthorityRequest,
    Child,
    ChildContact,
    ContactAttempt,
    Episode,
    Interview,
    InterviewVisit,
)
from tracker.store.models.interviews import TO_WRITE_UP

SIZE = SeedSize(children=60, episodes=300, open_clocks=7, overdue=5)


@pytest.fixture
def seeded(app: Flask) -> dict[str, int]:
    return seed(SIZE, NOON, Rules())


def test_a_sweep_finds_every_overdue_episode_each_with_its_own_recipient(
    seeded: dict[str, int], context: Context
) -> None:
    assert (seeded["child"], seeded["episode"]) == (60, 300)
    first = sweep(context)
    assert (first.looked_at, first.breaches, first.alerts) == (5, 5, 5)
    alerts = db.session.scalars(sa.select(Alert)).all()
    assert len({alert.recipient_id for alert in alerts}) == len({alert.episode_id for alert in alerts}) == 5
    assert sweep(context).looked_at == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(Episode.clock_open)) == 12


def test_following_up_changes_nothing_of_it(seeded: dict[str, int], context: Context) -> None:
    """Deadlines, what closed them, and when to look again are what the rules make of the same facts."""
    columns = ("interview_due_at", "clock_open", "closed_as", "clock_no", "flags", "deadline_hours", "rules_version")
    with writing() as session:
        for row in session.scalars(sa.select(Episode)):
            before = [getattr(row, name) for name in columns]
            was_open = row.clock_open
            follow_up_episode(session, row, context)
            assert [getattr(row, name) for name in columns] == before
            assert (row.sweep_at is not None) == was_open


def test_ids_go_on_after_the_seeded_ones(seeded: dict[str, int]) -> None:
    with writing() as session:
        row = Child(surname="Afterwards", forename="Testchild", created_at=NOON)
        session.add(row)
        session.flush()
        assert row.id == seeded["child"] + 1


def test_a_database_in_use_is_refused(seeded: dict[str, int]) -> None:
    with pytest.raises(DatabaseInUseError):
        seed(SIZE, NOON, Rules())


def test_sizes_that_do_not_fit_are_said_in_a_sentence() -> None:
    assert SIZE.problem() is None
    assert SeedSize(3, 4, 3, 2).problem()
    assert SeedSize(0, 0, 0, 0).problem()


@pytest.mark.pages
def test_the_boards_are_measured_on_work_of_every_kind(app: Flask, context: Context) -> None:
    """Each board opens for whom it is for, and what it shows is there to be shown."""
    boards.fill(context, open_clocks=60, over=200)
    for model in (ContactAttempt, InterviewVisit, ChildContact, AuthorityRequest):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)), model.__tablename__
    assert db.session.scalar(sa.select(sa.func.count()).where(TO_WRITE_UP).select_from(Interview))
    db.session.rollback()
    measured = {one.key: one for one in boards.measure_boards(app, context, "tracker", timedelta(hours=1), times=1)}
    assert not [one.note for one in measured.values() if one.note]
    assert measured["boards_today"].figures["open_clocks"] == 60
