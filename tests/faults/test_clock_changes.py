"""Both clock changes of 2026, minute by minute: each alert once at its right instant, each digest once at eight."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.services import world
from tests.services.trigger_world import action, child, flag, found, people
from tracker.core.clock import local, read_local
from tracker.core.digest import DigestPolicy
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.raise_alerts import sweep
from tracker.services.raise_notices import raise_notices
from tracker.services.send_digest import send_digests
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import Alert, Breach, OutboxMessage

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANGES = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
POLICY = DigestPolicy()


@pytest.fixture
def database_url(tmp_path: Path, upgraded: Path) -> str:
    shutil.copy(upgraded, tmp_path / "tracker.sqlite3")
    return f"sqlite:///{tmp_path / 'tracker.sqlite3'}"


def minutes(change: datetime) -> Iterator[datetime]:
    """The hours around the change, and a while around eight o'clock of three mornings, in order of time."""
    full = os.environ.get("TRACKER_FAULTS") == "full"
    before, after = (3 * HOUR, 3 * HOUR) if not full else (12 * HOUR, 12 * HOUR)
    instants = {change - before + number * MINUTE for number in range(int((before + after) / MINUTE) + 1)}
    for days in (-1, 0, 1):
        eight = read_local(datetime.combine((change + days * DAY).date(), time(8))).at
        instants |= {eight + number * MINUTE for number in range(-70, 75)}
    yield from sorted(instants)


@pytest.mark.parametrize("change", CHANGES, ids=["March", "October"])
def test_minute_by_minute(app: Flask, context: Context, change: datetime) -> None:
    ids = people(Role.LEAD, Role.MANAGER)
    at = replace(context, now=change - 2 * DAY)
    due_ats = [change + number * 15 * MINUTE + MINUTE / 2 for number in range(-6, 7)]
    episodes = {}
    with writing() as current:
        for due_at in due_ats:
            back = due_at - 72 * HOUR
            row = factories.episode(current, factories.child(current), back - HOUR, back, context=at)
            episodes[row.id] = due_at
    found_ats = [change + number * 20 * MINUTE - 12 * HOUR for number in range(-4, 5)]
    found_ids = {found(at, when): when + 12 * HOUR for when in found_ats}
    flags = {flag(child(), when): when for when in (change - HOUR, change, change + HOUR)}
    receipts = {}
    for when in (change - 30 * MINUTE, change, change + 30 * MINUTE):
        receipts[world.receipt(when - 4 * HOUR)] = when
        world.line(max(receipts), 1)
    saturday = (change - DAY).date()
    overdue_at = read_local(datetime.combine(saturday + DAY, time())).at
    actions = {action(child(), due_on=saturday, owner_id=ids[Role.MANAGER]): overdue_at}

    ticks = list(minutes(change))
    for now in ticks:
        ticking = replace(context, now=now)
        sweep(ticking)
        raise_notices(ticking)
        send_digests(ticking, POLICY)

    def first_tick(instant: datetime) -> datetime:
        return next(tick for tick in ticks if tick >= instant)

    rows = session().scalars(select(Alert)).all()
    told = Counter((row.subject, row.subject_id, row.rung, row.recipient_id) for row in rows)
    assert set(told.values()) == {1}
    raised = {(row.subject, row.subject_id, row.rung): row.raised_at for row in rows}
    for id_, due_at in episodes.items():
        assert raised["episode", id_, "overdue"] == first_tick(due_at), local(due_at)
    for subject, rung, expected in (
        ("episode", "found_not_returned", found_ids), ("flag", "repeat_flag", flags),
        ("receipt", "lines_waiting", receipts), ("action", "action_overdue", actions),
    ):  # fmt: skip
        for id_, due_at in expected.items():
            assert raised[subject, id_, rung] == first_tick(due_at), (subject, local(due_at))
    breaches = {row.episode_id: row.breached_at for row in session().scalars(select(Breach))}
    assert breaches == episodes
    assert_digests_at_eight(ids, [(change + days * DAY).date() for days in (-1, 0, 1)])


def assert_digests_at_eight(ids: dict[Role, int], days: list[date]) -> None:
    rows = session().scalars(select(OutboxMessage).where(OutboxMessage.template == "digest")).all()
    keys = Counter(row.dedupe_key for row in rows)
    assert set(keys) == {f"digest:{day}:{id_}" for day in days for id_ in ids.values()}
    assert set(keys.values()) == {1}
    for row in rows:
        wall = local(row.created_at)
        assert (wall.hour, wall.minute) == (8, 0), wall
