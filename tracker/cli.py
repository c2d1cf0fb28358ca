"""The `tracker` command: calls services, prints for people, or one JSON document with --json.

Exit codes: 0 done; 1 done, but something needs a person (problems in a report, a failed check); 2 not done.
The commands stand by area in `tracker/commands/`; this module gives them their context.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click
from flask import Flask

from tracker.bootstrap import create_app, parse_instant, wiring
from tracker.commands import AREAS
from tracker.core.clock import FixedClock
from tracker.core.feed import Feed
from tracker.services.context import Actor, Context
from tracker.services.database_state import told_if_unusable
from tracker.services.errors import DatabaseUnusableError, NoRoomError
from tracker.services.feeds import feeds_in_force, feeds_to_replay_by
from tracker.services.ladder import rules_in_force
from tracker.settings import Settings, SettingsError, load_settings


@dataclass(frozen=True)
class Command:
    """What a command works with: the application (its context is entered) and how to print."""

    app: Flask
    as_json: bool

    @property
    def settings(self) -> Settings:
        return wiring(self.app).settings

    def context(self, *, ladder_of_file: bool = False) -> Context:
        """Reads the clock: once for a command. `ladder_of_file`: for what must run where no database can be asked."""
        settings = self.settings
        return Context(
            wiring(self.app).clock.now(),
            settings.rules if ladder_of_file else rules_in_force(settings.rules, settings.ladder_definition),
            Actor("command line"),
            settings.base_url,
            settings.council.own_names,
        )

    def feeds(self) -> dict[str, Feed]:
        """The feeds in force by name."""
        return feeds_in_force(self.settings.feeds, self.settings.council.own_names)

    def replay_feeds(self) -> dict[str, Feed]:
        """The same with the retired ones, for what has come in by them."""
        return feeds_to_replay_by(self.settings.feeds, self.settings.council.own_names)

    def show(self, document: object, sentences: str) -> None:
        """The document with --json, else the sentences."""
        click.echo(json.dumps(document, ensure_ascii=False, indent=2) if self.as_json else sentences)


def command(
    group: click.Group, name: str, *, pages: bool = False, **attributes: Any
) -> Callable[[Callable[..., int | None]], click.Command]:
    """Register `run(command, **options) -> exit code or None` under a group, with --json and --now.

    `pages`: whether its application serves them.
    """

    def register(run: Callable[..., int | None]) -> click.Command:
        @click.pass_context
        def call(click_context: click.Context, /, as_json: bool, now: str | None, **options: Any) -> None:
            settings = load_settings()
            if now and settings.env not in ("test", "demo"):
                raise SettingsError("--now is for TRACKER_ENV test or demo only.")
            app = create_app(settings, FixedClock(parse_instant(now)) if now else None, pages=pages)
            with app.app_context(), told_if_unusable():
                code = run(Command(app, as_json), **options)
            click_context.exit(code or 0)

        call.__doc__, call.__module__ = run.__doc__, run.__module__
        call.__click_params__ = list(getattr(run, "__click_params__", []))  # type: ignore[attr-defined]
        with_now = click.option("--now", metavar="ISO", help="The instant to act at (TRACKER_ENV test or demo only).")
        with_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
        return group.command(name, **attributes)(with_json(with_now(call)))

    return register


class Areas(click.Group):
    """Loads the area of the command that is asked for; all of them, to list the commands."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in AREAS:
            import_module(f"tracker.commands.{AREAS[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        for area in sorted(set(AREAS.values())):
            import_module(f"tracker.commands.{area}")
        return super().list_commands(ctx)


@click.group(cls=Areas, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Return interviews: missing episodes of children and the 72-hour clock."""


def main() -> None:
    """Entry point: settings, arguments and a database that cannot be used end with a sentence and exit code 2."""
    try:
        cli.main(standalone_mode=True)
    except (SettingsError, NoRoomError, DatabaseUnusableError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
