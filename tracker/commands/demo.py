"""The command that fills an empty database with the demonstration."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import click

from tracker.bootstrap import wiring
from tracker.cli import Command, cli, command
from tracker.core.clock import local, show_instant
from tracker.core.mail import Mailer
from tracker.demo.county import County, simulate
from tracker.demo.ending import Matter
from tracker.demo.people import DEMO_PASSWORD, STAFF
from tracker.demo.play import Player
from tracker.demo.reports import FEED
from tracker.demo.world import ALLOCATED_FOR, COURSES_FOR, FORMS_FOR, LIVE_FOR, MEETINGS_FOR, TEAMS_FOR, World
from tracker.services import demonstration
from tracker.services.database_state import database_problem
from tracker.settings import Settings, SettingsError

DEMO_SEED = 2026


@command(cli, "demo")
@click.option("--seed", default=DEMO_SEED, show_default=True, help="Another number gives another county.")
@click.option("--days", default=730, show_default=True, type=click.IntRange(30, 730), help="How far back it begins.")
@click.option("--sign-ins", is_flag=True, help="Only print who can sign in.")
def demo(run: Command, seed: int, days: int, sign_ins: bool) -> int:
    """Fill an empty database with an invented county's two years, played through the product itself.

    For TRACKER_ENV demo or test. Exit code 2: the database holds episodes already.
    """
    if run.settings.env not in ("demo", "test"):
        raise SettingsError("tracker demo is for TRACKER_ENV demo or test only.")
    people = [{"email": m.email, "name": m.name, "roles": [str(role) for role in m.roles]} for m in STAFF]
    if sign_ins:
        run.show({"password": DEMO_PASSWORD, "sign_ins": people}, _sign_ins(run))
        return 0
    if demonstration.holds_episodes():
        sentence = "This database already holds episodes. A demonstration needs an empty one: make demo."
        run.show({"problems": [{"code": "database_in_use", "sentence": sentence}]}, sentence)
        return 2
    if problem := database_problem():
        run.show({"problems": [{"code": "database", "sentence": problem}]}, problem)
        return 2
    county = simulate(run.context().now, seed, days)
    build_demo(run.settings, county, wiring(run.app).mailer if run.settings.mail.folder else None)
    totals = demonstration.totals()
    document = {"seed": seed, "now": county.now.isoformat(), **totals, "password": DEMO_PASSWORD, "sign_ins": people}
    run.show(document, "\n\n".join((_held(totals), _look_at(county), _sign_ins(run))))
    return 0


def build_demo(settings: Settings, county: County, mailer: Mailer | None) -> None:
    """Play the county into this application's empty database. How far it is, by the month, is on standard error."""
    world = World(
        settings, settings.feeds[FEED], mailer, county.now - LIVE_FOR, county.now - TEAMS_FOR,
        county.now - ALLOCATED_FOR, county.now - COURSES_FOR, county.now - FORMS_FOR, county.now - MEETINGS_FOR,
    )  # fmt: skip
    days, label = len(county.report_times), "Playing the county's days"
    with (
        demonstration.building(),
        _seldom_collecting(),
        click.progressbar(length=days, label=label, file=sys.stderr) as bar,
    ):

        def advance(days: int, at: datetime) -> None:
            bar.label = f"{label}: {local(at):%B %Y}"  # where it is no terminal, each new label is a line
            bar.update(days)

        Player(county, world, advance).play()


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """A command that makes half a million short-lived objects a second and keeps few looks for garbage less often."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _held(totals: dict[str, int]) -> str:
    return (
        "The invented county of Wexcombeshire: "
        + ", ".join(f"{count:,} {noun}" for noun, count in totals.items())
        + "."
    )


def _look_at(county: County) -> str:
    due = min(
        episode.returned_at + timedelta(hours=72)
        for episode in county.episodes
        if episode.stage and episode.stage.matter is Matter.DUE_SOON and episode.returned_at
    )
    published = "; the last months are published" if len(county.report_times) > 150 else ""
    return "\n".join(
        (
            "What to look at, signed in as the lead:",
            "  Today: two interviews overdue, several running, children still missing, one found and not returned,",
            "    a line to decide, a line in quarantine, a possible same episode, a return that the police deny.",
            f"  The next deadline is at {show_instant(due)}: let it pass, and read the mailbox.",
            "  As interviewer1, interviewer2 or interviewer3: a visit today, an interview to write up, one returned;",
            "    interviewer4 is away, with interviews to cover. As a manager: write-ups to review, actions overdue,",
            "    meetings asked for.",
            f"  The month: figures beside last month's and last year's{published}.",
        )
    )


def _sign_ins(run: Command) -> str:
    width = max(len(member.email) for member in STAFF)
    lines = [f"  {m.email:<{width}}  {', '.join(role.replace('_', ' ') for role in m.roles)}" for m in STAFF]
    return "\n".join((f"Sign in at {run.settings.base_url} with the password {DEMO_PASSWORD} as", *lines))
