"""kill -9 in the middle of undoing a large load: a second try completes it, and it comes to the same."""

import random
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.faults import commands
from tests.faults.test_kill_ingest import report
from tests.reports import as_csv, feed_of
from tests.services.test_undo_load import differences, everything
from tracker.bootstrap import wiring
from tracker.services.context import Context
from tracker.services.receive_report import receive_report
from tracker.services.undo_load import CHUNK
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Episode, LoadUndo, Receipt


def how_far() -> int:
    """Lines that the undoing has passed, in both of its steps."""
    current = session()
    current.rollback()
    held = current.scalars(select(LoadUndo).execution_options(populate_existing=True)).one_or_none()
    return 0 if held is None else held.after_line + (10_000 if held.step == "children" else 0)


def test_killed_again_and_again_the_load_is_undone_as_if_undisturbed(
    app: Flask, context: Context, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261125)
    kills = commands.kills() // 2
    nothing = everything()
    lines = CHUNK * (kills + 2)
    receipt_id = receive_report(
        context,
        content=as_csv(report(lines, chance)),
        filename="big.csv",
        feed=feed_of(app),
        source="test",
        limits=wiring(app).settings.limits,
    )
    session().rollback()
    env = commands.environment(database_url, 25)
    undo = ("reports", "undo", str(receipt_id), "--reason", "The wrong feed", "--now", NOON.isoformat())
    reached = []
    for _ in range(kills):
        before = how_far()
        process = commands.start(*undo, env=env)
        assert commands.wait_until(lambda far=before: how_far() > far, 60), "it goes on after every kill"
        commands.kill(process)
        reached.append(how_far())
    assert session().scalar(select(Receipt.status)) == "undoing" and reached == sorted(reached)
    session().rollback()
    code, _out, err = commands.finish(commands.start(*undo, env=env))
    assert code == 0, err
    session().rollback()
    assert session().scalar(select(Receipt.status)) == "undone"
    assert differences(everything(), nothing) == {}
    assert session().scalar(select(func.count()).select_from(Episode).where(Episode.excluded != "load_undone")) == 0
    assert list(audit.broken_links(session())) == []
