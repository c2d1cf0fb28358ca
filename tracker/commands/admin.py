"""Commands of whoever runs the server: the database, the web server, people, checks."""

from contextlib import nullcontext

import click

from tracker.cli import Command, cli, command
from tracker.store.migrations import upgrade


@cli.group("db")
def db_group() -> None:
    """The database."""


@command(db_group, "upgrade")
def db_upgrade(run: Command) -> None:
    """Bring the database to this version's tables."""
    upgrade()
    run.show({"upgraded": True}, "The database is up to date.")


@command(cli, "serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--with-scheduler", is_flag=True, help="Sweep and deliver in this process too.")
def serve(run: Command, host: str, port: int, with_scheduler: bool) -> None:
    """Serve the pages."""
    import waitress

    from tracker.commands.engine import beside

    with beside(run.app) if with_scheduler else nullcontext():
        waitress.serve(run.app, host=host, port=port, threads=8, ident=None)
