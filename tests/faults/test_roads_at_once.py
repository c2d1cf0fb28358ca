"""The same bytes by every road at one instant, most in a process of its own: a receipt each, one set of episodes."""

from collections import Counter
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from tests import factories
from tests.conftest import NOON
from tests.faults import commands
from tests.faults.test_two_ingests import children
from tests.https_servers import Authority, answer, serving
from tests.reports import FEED, as_csv, feed_of, row
from tracker.bootstrap import wiring
from tracker.core.report_terms import Road
from tracker.core.terms import Role
from tracker.services.api_tokens import create_token, token_holder
from tracker.services.context import Context
from tracker.services.push_report import push_report
from tracker.services.receive_report import receive_report
from tracker.services.transaction import writing
from tracker.store import audit
from tracker.store.db import session
from tracker.store.models import Child, Episode, Line, Receipt


def test_the_same_bytes_by_every_road_make_one_set_of_episodes(
    app: Flask, context: Context, database_url: str, tmp_path: Path
) -> None:
    who = children()
    content = as_csv(row(f"TV{n}", missing="14/11/2026 10:00", **child) for n, child in enumerate(who))
    file, root = tmp_path / "night.csv", tmp_path / "in"
    file.write_bytes(content)
    (root / FEED).mkdir(parents=True)
    (root / FEED / "night.csv").write_bytes(content)
    authority = Authority(tmp_path)
    with serving(answer(content), authority.server()) as server, writing() as current:
        lead_id = factories.person(current, Role.LEAD).id
        current.commit()
        config = tmp_path / "council.toml"
        config.write_text(
            f'[intake]\nwatch_folder = "{root}"\nsettle_seconds = 0\n'
            f'[[pulls]]\nfeed = "{FEED}"\nurl = "{server.url()}"\nevery_minutes = 1\nca_file = "{authority.file}"\n'
            'allow_private_addresses = ["127.0.0.1/32"]\n'
        )
        env = commands.environment(database_url, 25, TRACKER_CONFIG=str(config))
        at = ("--now", NOON.isoformat(), "--json")
        assert commands.finish(commands.start("folder", *at, env=env))[0] == 0
        together = [
            commands.start("folder", *at, env=env),
            commands.start("pull", *at, env=env),
            commands.start("ingest", str(file), "--feed", FEED, *at, env=env),
        ]
        assert commands.wait_until(lambda: _number(Receipt) > 0, 60)
        limits = wiring(app).settings.limits
        given = {"content": content, "filename": "night.csv", "feed": feed_of(app), "limits": limits}
        receive_report(context, source=Road.UPLOAD, received_by_id=lead_id, **given)
        _, token = create_token(context, label="program", feed=FEED, feeds=[FEED])
        holder = token_holder(token, NOON)
        assert holder is not None
        given = {
            "content": content,
            "filename": "night.csv",
            "feed": feed_of(app),
            "limits": wiring(app).settings.limits,
        }
        push_report(context, holder, key="morning", **given)
        for process in together:
            code, out, err = commands.finish(process)
            assert code == 0, out + err

    session().rollback()
    receipts = session().scalars(select(Receipt)).all()
    assert {receipt.source for receipt in receipts} == set(Road)
    assert [(receipt.status, receipt.lines_read) for receipt in receipts] == [("complete", len(who))] * 5
    assert Counter(session().scalars(select(Line.outcome))) == {"created": len(who), "unchanged": 4 * len(who)}
    assert _number(Episode) == _number(Child) == len(who)
    assert list(audit.broken_links(session())) == []
    assert len(list((root / FEED / "done/2026-11-16").glob("r*-night.csv"))) == 1


def _number(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0
