"""kill -9 of a real `tracker sweep` and `tracker digest`: what a trigger found is told once, all of it or none yet."""

import random
import time
from collections import Counter
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from tests import factories
from tests.conftest import NOON
from tests.faults import commands
from tests.services import world
from tests.services.trigger_world import DAY, HOUR, action, child, flag, found, people
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Action, Alert, Episode, OutboxMessage, Receipt, RepeatFlagRow

MATTERS = 25
NOW = (NOON + 13 * HOUR).isoformat()
MORNING = (NOON + 20 * HOUR).isoformat()


def _many(context: Context) -> None:
    """So many of each kind of matter, all due by now."""
    people(Role.LEAD, Role.MANAGER)
    before = replace(context, now=NOON - 9 * DAY)
    for number in range(MATTERS):
        id_ = child()
        found(before, NOON - number * HOUR, child_id=id_)
        flag(id_)
        action(id_, due_on=NOON.date())
        world.line(world.receipt(NOON), number)
    with writing() as current:
        for number in range(MATTERS):
            current.add(
                OutboxMessage(
                    dedupe_key=f"x:{number}", message_id=f"<x{number}>", template="digest", subject="s", body="b",
                    to_address=f"gone{number}@council.invalid", created_at=NOON, try_at=NOON, undelivered_at=NOON,
                    undelivered_why="550 no", stopped_at=NOON, stopped_why="550 no",
                )
            )  # fmt: skip
        factories.person(current, Role.ADMINISTRATOR)


def _raised() -> int:
    session().rollback()
    return len(session().scalars(select(Alert.id)).all())


def test_killed_again_and_again_each_matter_is_told_once(app: Flask, context: Context, database_url: str) -> None:
    if database_url.startswith("postgres") and commands.kills() == commands.SHORT:
        pytest.skip("on PostgreSQL in the full form")
    _many(context)
    chance = random.Random(20261124)
    env = commands.environment(database_url, 1)
    stood_at = []
    for _ in range(commands.kills() // 3):
        before = _raised()
        process = commands.start("sweep", "--now", NOW, "--json", env=env)
        if not stood_at or chance.random() < 0.5:  # within what it takes to start, or in the middle of its work
            time.sleep(chance.random() * 2)
        else:
            commands.wait_until(lambda then=before, it=process: _raised() > then or it.poll() is not None, 20)
        commands.kill(process)
        stood_at.append(_raised())
    code, out, err = commands.finish(commands.start("sweep", "--now", NOW, "--json", env=env))
    assert code == 0, err + out
    _assert_each_once()
    for _ in range(commands.kills() // 6):
        process = commands.start("digest", "--now", MORNING, "--json", env=env)
        time.sleep(chance.random() * 2)
        commands.kill(process)
    assert commands.finish(commands.start("digest", "--now", MORNING, "--json", env=env))[0] == 0
    session().rollback()
    digests = Counter(
        row.recipient_id
        for row in session().scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith("digest:")))
    )
    assert sorted(digests.values()) == [1, 1], "the lead and the manager"


def _assert_each_once() -> None:
    session().rollback()
    rows = session().scalars(select(Alert)).all()
    told = Counter((row.trigger, row.subject_id, row.recipient_id) for row in rows)
    assert set(told.values()) == {1}
    matters = Counter(trigger for trigger, _ in {(row.trigger, row.subject_id) for row in rows})
    assert set(matters.values()) == {MATTERS}
    assert len(matters) == 5
    for table, mark in (
        (Episode, Episode.told_found_at), (Action, Action.told_due_on), (RepeatFlagRow, RepeatFlagRow.told_at),
        (Receipt, Receipt.lines_told_at),
    ):  # fmt: skip
        assert session().scalars(select(table).where(mark.is_(None))).all() == []
    carrying = {row.outbox_id for row in rows}
    emails = session().scalars(select(OutboxMessage).where(OutboxMessage.id.in_(carrying))).all()
    each = Counter((row.recipient_id, row.template) for row in emails)
    assert set(each.values()) == {1}, "one email for each person and trigger"
    assert list(audit.broken_links(session())) == []
