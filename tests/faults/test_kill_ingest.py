"""kill -9 of a real `tracker ingest` in the middle of its work: every line ends with its one outcome, none is lost."""

import json
import random
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.faults import commands
from tests.reports import as_csv, row
from tracker.services.receive_report import CHUNK
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import (
    Child,
    ChildIdentifier,
    ChildKey,
    ChildName,
    Episode,
    EpisodeVersion,
    Line,
    Receipt,
    RepeatFlagRow,
)

SYLLABLES = ("kett", "bram", "ozz", "fenn", "quill", "und", "jasp", "marr", "thorp", "wick")


def report(lines: int, chance: random.Random) -> list[dict[str, str]]:
    """New children and known ones, second lines of an episode, lines to quarantine, blanks."""
    children: list[dict[str, str]] = []
    rows: list[dict[str, str]] = []
    for number in range(lines):
        kind = chance.random()
        if kind < 0.02:
            rows.append({})
            continue
        if kind < 0.10 and rows[-1:] and rows[-1]:
            rows.append(
                rows[-1] | {"Risk Grade": "High", "Date/Time Returned": "16/11/2026 08:00", "Status": "Returned"}
            )
            continue
        if kind < 0.40 and children:
            who = chance.choice(children)
        else:
            name = ["".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(2)]
            born = f"{chance.randrange(1, 29):02d}/{chance.randrange(1, 13):02d}/{chance.randrange(2009, 2016)}"
            who = {"surname": name[0], "forename": name[1], "born": born, "person": f"URN{number}"}
            children.append(who)
        day, hour = chance.randrange(1, 15), chance.randrange(10, 24)
        back = f"{day + 1:02d}/11/2026 09:30" if chance.random() < 0.8 else ""
        risk = "Nonsense" if chance.random() < 0.05 else "Medium"
        rows.append(row(f"TV{number}", missing=f"{day:02d}/11/2026 {hour}:15", returned=back, risk=risk, **who))
    return rows


def state() -> dict[str, object]:
    """All that the report left, by natural keys: ids may differ where PostgreSQL's sequences left gaps."""
    current = session()
    current.rollback()
    whose = {
        child.id: (child.surname, child.forename, child.date_of_birth, child.version)
        for child in current.scalars(select(Child).execution_options(populate_existing=True))
    }
    episodes = {held.id: held for held in current.scalars(select(Episode).execution_options(populate_existing=True))}
    columns = [c.key for c in Episode.__table__.columns if c.key not in ("id", "child_id")]
    names, numbers, keys = (current.scalars(select(model)).all() for model in (ChildName, ChildIdentifier, ChildKey))
    versions = current.scalars(select(EpisodeVersion)).all()
    return {
        "children": sorted(map(str, whose.values())),
        "names": sorted(str((whose[one.child_id], one.surname, one.forename)) for one in names),
        "numbers": sorted(str((whose[one.child_id], one.value)) for one in numbers),
        "keys": sorted(str((whose[one.child_id], one.key)) for one in keys),
        "episodes": sorted(
            str((whose[held.child_id], [getattr(held, name) for name in columns])) for held in episodes.values()
        ),
        "versions": sorted(str((episodes[one.episode_id].police_reference, one.changes)) for one in versions),
        "lines": [
            (
                line.line_no,
                line.outcome,
                line.problem_code,
                episodes[line.episode_id].police_reference if line.episode_id else None,
                whose[line.child_id] if line.child_id else None,
                line.due_at,
            )
            for line in current.scalars(select(Line).order_by(Line.receipt_id, Line.line_no))
        ],
        "flags": sorted(
            str((whose[one.child_id], one.rule, one.raised_on, len(one.episode_ids)))
            for one in current.scalars(select(RepeatFlagRow))
        ),
    }  # fmt: skip


def lines_held() -> int:
    current = session()
    current.rollback()
    return current.scalar(select(func.count()).select_from(Line)) or 0


def start_over(app: Flask) -> None:
    """Empty every table but the migrations' own."""
    current = session()
    current.rollback()
    for table in reversed(Child.metadata.sorted_tables):
        current.execute(table.delete())
    current.commit()


def test_killed_again_and_again_every_line_has_one_outcome_as_if_undisturbed(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261124)
    kills = commands.kills()
    lines = CHUNK * (2 * kills + 6)  # so many that the last kill is in the middle of the work too
    big, nil = tmp_path / "big.csv", tmp_path / "nil.csv"
    big.write_bytes(as_csv(report(lines, chance)))
    nil.write_bytes(as_csv([]))
    env = commands.environment(database_url, 25)

    def ingest(path: Path) -> tuple[str, ...]:
        return ("ingest", str(path), "--feed", "thames-valley", "--now", NOON.isoformat(), "--json")

    began = time.monotonic()
    code, out, err = commands.finish(commands.start(*ingest(big), env=env), 600)
    assert code == 1, err
    one_chunk = (time.monotonic() - began) * CHUNK / lines
    undisturbed = state()
    assert json.loads(out)["lines_read"] == lines == lines_held()
    start_over(app)

    early = commands.start(*ingest(big), env=env)
    time.sleep(chance.random() * 0.5)  # before anything is acknowledged, most likely
    commands.kill(early)
    session().rollback()
    path = nil if session().scalar(select(Receipt.id)) else big
    killed_at = []
    for _ in range(kills):
        process = commands.start(*ingest(path), env=env)
        killed_at.append(commands.kill_on_its_way(process, lines_held, chance, CHUNK - 1, one_chunk))
        path = nil
    assert killed_at[-1] < lines, "every kill was in the middle of the work"
    assert killed_at == sorted(killed_at), "nothing acknowledged was lost"
    code, out, err = commands.finish(commands.start(*ingest(nil), env=env), 600)
    assert code == 0, err

    assert state() == undisturbed
    session().rollback()
    receipts = session().scalars(select(Receipt).order_by(Receipt.id)).all()
    assert {receipt.status for receipt in receipts} == {"complete"}
    assert receipts[0].lines_read == lines
    assert list(audit.broken_links(session())) == []
