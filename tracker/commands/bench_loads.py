"""Commands that measure loads: each in a process of its own, beside a server whose pages are opened meanwhile."""

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import click

from tracker.bench.loads import ROOM, Visitor, load_here, measure_load, serving
from tracker.bench.seed import seed as seed_database
from tracker.bench.seed_rows import SeedSize
from tracker.bootstrap import wiring
from tracker.cli import Command, command
from tracker.commands.bench import COOKIE, app_to_measure, bench_group, receive_for_bench, table
from tracker.core.terms import Role
from tracker.services import demonstration, people
from tracker.services.context import Actor, Context
from tracker.services.sessions import start_session
from tracker.settings import Settings, SettingsError

FIRST_SEED = 1_000
"""Counties of these loads: far from those of the demonstration and of the other measurements."""


@command(bench_group, "intake")
@click.option("--lines", multiple=True, default=(10, 10_000), show_default=True, type=click.IntRange(1))
@click.option("--children", default=0, type=click.IntRange(0), help="Measure in a database seeded with so many.")
@click.option("--here", is_flag=True, help="Measure in the database itself, and write to it: never in production.")
def bench_intake(run: Command, lines: tuple[int, ...], children: int, here: bool) -> int:
    """Load reports of so many lines, one after the other: seconds, memory, and how long pages take meanwhile.

    On a copy of the database, as `tracker bench` itself, or with --children in a new one.
    """
    with app_to_measure(run, here, empty=children > 0) as (app, settings, folder):
        context = Context(wiring(app).clock.now(), settings.rules, Actor("bench"), settings.base_url)
        if children:
            size = SeedSize(children, children, min(2_000, children // 2), min(200, children // 4))
            seed_database(size, context.now, settings.rules)
        env = _environment(settings, context)
        seeds: Iterator[int] = count(FIRST_SEED)
        with serving(_free_port(), env) as address:
            visitor = Visitor(f"{address}/today", _signed_in(context, settings))
            measures = [measure_load(context, number, seeds, folder, env, visitor) for number in lines]
        totals = demonstration.totals()
    document = {"held": totals, "machine_load": os.getloadavg()[0]}
    run.show(document | {one.key: one.figures for one in measures}, table(measures))
    return 0


@command(bench_group, "load", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
def bench_load(run: Command, file: Path) -> int:
    """Load FILE, made by `tracker bench intake`, in this process, and say what it took."""
    if run.settings.env == "production":
        raise SettingsError("tracker bench load writes invented data: it is not for production.")
    told = load_here(partial(receive_for_bench, run.context(), run.settings), file)
    run.show(told, str(told))
    return 0


def _environment(settings: Settings, context: Context) -> dict[str, str]:
    """For processes that are to see the same database at the same instant."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return ours | {
        "TRACKER_ENV": "test",
        "TRACKER_DATABASE_URL": settings.database_url,
        "TRACKER_SECRET_KEY": "bench" * 8,
        "TRACKER_BASE_URL": "http://localhost",
        "TRACKER_NOW": context.now.isoformat(),
        "TRACKER_LIMITS_UPLOAD_BYTES": str(ROOM),
    }


def _signed_in(context: Context, settings: Settings) -> str:
    """A lead's cookie."""
    lead_id = people.add_person(
        context, email="pages@bench.invalid", name="Bench Pages", roles=[Role.LEAD], password=None
    )
    lifetime = timedelta(minutes=settings.limits.session_minutes)
    return f"{COOKIE}={start_session(context, lead_id, lifetime)}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
