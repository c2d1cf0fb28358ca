"""Commands of whoever runs the server: the database, the web server, people, checks."""

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
def serve(run: Command, host: str, port: int) -> None:
    """Serve the pages."""
    import waitress

    waitress.serve(run.app, host=host, port=port, threads=8, ident=None)
