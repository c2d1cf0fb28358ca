"""Commands of whoever runs the server: the database and its copies, the web server, people, checks."""

import gc
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from tracker.bootstrap import wiring
from tracker.cli import Command, cli, command
from tracker.commands.month import refuse
from tracker.commands.roads import checks_of_roads
from tracker.core.bounces import MailboxError
from tracker.core.mail import MailDelayedError, Mailer
from tracker.core.terms import Role
from tracker.services import backup, engine_state, people
from tracker.services.database_state import database_problem
from tracker.services.errors import Refused
from tracker.services.matching_keys import renew_keys
from tracker.services.pages import people as people_pages
from tracker.services.verify_audit import verify_audit
from tracker.store.migrations import upgrade


@cli.group("db")
def db_group() -> None:
    """The database."""


@command(db_group, "upgrade")
def db_upgrade(run: Command) -> None:
    """Bring the database to this version's tables, and the keys by which children are found to this version's."""
    upgrade()
    renewed = renew_keys(run.context().now)
    found_anew = f" {renewed:,} children are found by new keys." if renewed else ""
    document = {"upgraded": True} | ({"children_found_anew": renewed} if renewed else {})
    run.show(document, f"The database is up to date.{found_anew}")


@command(cli, "serve", pages=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True)
@click.option("--with-scheduler", is_flag=True, help="Sweep and deliver in this process too.")
def serve(run: Command, host: str, port: int, with_scheduler: bool) -> None:
    """Serve the pages."""
    import waitress

    from tracker.commands.engine import beside
    from tracker.watchdog import watching

    gc.collect()
    gc.freeze()  # what the start made lives as long as the process: no collection need look through it again
    with watching(run.app), beside(run.app) if with_scheduler else nullcontext():
        waitress.serve(
            run.app,
            host=host,
            port=port,
            threads=8,
            ident=None,
            clear_untrusted_proxy_headers=run.settings.proxy_hops == 0,  # else web/security.py believes so many
        )


@command(cli, "backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def back_up(run: Command, file: Path) -> int:
    """Copy the whole database into FILE, while the service runs."""
    try:
        size = backup.back_up(file)
    except Refused as refused:
        return refuse(run, refused)
    run.show({"file": str(file), "bytes": size}, f"Copied into {file} ({size:,} bytes).")
    return 0


@command(cli, "restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Let go of what the database holds now.")
def restore(run: Command, file: Path, replace: bool) -> int:
    """Put the copy in FILE back. Stop the service first; everybody signs in again afterwards."""
    try:
        carried = backup.restore(file, run.context(ladder_of_file=True), replace)
    except Refused as refused:
        return refuse(run, refused)
    renew_keys(run.context().now)
    sentence = (
        "What people were told since it was made is not known: the next sweep sends each of them one message."
        if carried is None
        else f"{carried:,} alerts raised since it was made are carried over: nobody is told of them twice."
    )
    run.show({"restored": str(file), "alerts_carried_over": carried}, f"Restored from {file}. {sentence}")
    return 0


@cli.group("user")
def user_group() -> None:
    """The people who sign in."""


@command(user_group, "add")
@click.argument("email")
@click.option("--name", required=True, help="As others see it.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([r.value for r in Role]))
@click.option("--team", help="The name of their team.")
@click.option("--password-stdin", is_flag=True, help="Read the first password from standard input.")
@click.option("--no-password", is_flag=True, help="They cannot sign in until somebody sets one.")
def user_add(
    run: Command, email: str, name: str, roles: tuple[str, ...], team: str | None, password_stdin: bool,
    no_password: bool,
) -> int:  # fmt: skip
    """Add a person; their first password is asked for, and never stands on the command line."""
    team_id = next((row.id for row in people_pages.teams() if row.name == team), None)
    if team and team_id is None:
        raise click.BadParameter(f"there is no team {team!r}", param_hint="--team")
    password = None if no_password else _first_password(password_stdin)
    try:
        person_id = people.add_person(
            run.context(), email=email, name=name, roles=[Role(role) for role in roles], password=password,
            team_id=team_id,
        )  # fmt: skip
    except Refused as refused:
        return refuse(run, refused)
    run.show({"id": person_id, "email": email}, f"{email} is added.")
    return 0


def _first_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("First password", hide_input=True, confirmation_prompt=True, err=True))


@command(user_group, "list")
def user_list(run: Command) -> None:
    """Everybody, active people first."""
    rows = people_pages.people_list(run.context())
    document = [
        {
            "id": row.id,
            "email": row.email,
            "name": row.name,
            "roles": sorted(row.roles),
            "team": row.team,
            "is_active": row.is_active,
            "is_away": row.is_away,
            "has_password": row.has_password,
        }
        for row in rows
    ]
    lines = [
        f"{row.email}  {row.name}  {', '.join(sorted(row.roles))}"
        + ("" if row.is_active else "  (cannot sign in)")
        + ("" if row.has_password else "  (no password yet)")
        for row in rows
    ]
    run.show(document, "\n".join(lines) or "There is nobody yet: tracker user add EMAIL --name NAME --role ROLE")


@command(user_group, "disable")
@click.argument("email")
def user_disable(run: Command, email: str) -> int:
    """Stop a person from signing in, now and wherever they are signed in. History keeps their name."""
    person_id = people.person_id_of(email)
    if person_id is None:
        raise click.BadParameter("nobody has this address", param_hint="EMAIL")
    try:
        people.disable_person(run.context(), person_id=person_id)
    except Refused as refused:
        return refuse(run, refused)
    run.show({"id": person_id, "is_active": False}, f"{email} can no longer sign in.")
    return 0


@command(cli, "check")
def check(run: Command) -> int:
    """Whether settings, database, roads out, scheduler and roads in are in order, in sentences. Exit code 1 if not."""
    found = [("settings", True, f"The settings are valid; env is {run.settings.env}.")]
    problem = database_problem()
    found.append(("database", problem is None, problem or "The database answers and is up to date."))
    found.append(_check_mail(run))
    found += [_check_webhook(name, one) for name, one in wiring(run.app).webhooks.items()]
    found += _check_bounces(run)
    if problem is None:
        found.append(_check_engine(run))
        found += checks_of_roads(run)
    document = {"checks": [{"name": name, "ok": ok, "sentence": sentence} for name, ok, sentence in found]}
    run.show(document, "\n".join(f"{'ok ' if ok else 'NOT'} {name}: {sentence}" for name, ok, sentence in found))
    return 0 if all(ok for _name, ok, _sentence in found) else 1


def _check_mail(run: Command) -> tuple[str, bool, str]:
    mailer = wiring(run.app).mailer
    try:
        with mailer.connect():
            return "mail", True, f"Mail goes to {mailer.describe()}."
    except MailDelayedError as error:
        return "mail", False, str(error)


def _check_webhook(name: str, webhook: Mailer) -> tuple[str, bool, str]:
    """Whether its secret can sign; nobody is called: a test message on the page Engine does that."""
    try:
        with webhook.connect():
            return f"webhook {name}", True, f"Told is {webhook.describe()}."
    except MailDelayedError as error:
        return f"webhook {name}", False, str(error)


def _check_bounces(run: Command) -> list[tuple[str, bool, str]]:
    mailbox = wiring(run.app).bounces
    if mailbox is None:
        return []
    try:
        with mailbox.open():
            return [("bounces", True, f"Undeliverable emails are read from {mailbox.describe()}.")]
    except MailboxError as error:
        return [("bounces", False, str(error))]


def _check_engine(run: Command) -> tuple[str, bool, str]:
    state = engine_state.state(run.context(), run.settings.scheduler.stale_after_seconds)
    if state.last_sweep_at is None:
        return "scheduler", False, "The scheduler has never run: start `tracker scheduler`."
    sentence = f"The last sweep was {state.sweep_age_seconds:.0f} s ago; {state.waiting_emails} emails wait."
    if state.nobody_would_be_told:
        sentence += " Some alerts would reach nobody: a role on the ladder has no active person."
    return "scheduler", not (state.is_stale or state.nobody_would_be_told), sentence


@cli.group("audit")
def audit_group() -> None:
    """The record of who did and saw what."""


@command(audit_group, "verify")
def audit_verify(run: Command) -> int:
    """Check every row's hash and its link to the row before. Exit code 1 if one does not hold."""
    found = verify_audit()
    sentence = f"{found.rows:,} rows, each whole and linked to the one before."
    if found.broken:
        sentence = f"{found.rows:,} rows; these do not hold: {', '.join(map(str, found.broken))}."
    run.show({"rows": found.rows, "broken": list(found.broken)}, sentence)
    return 1 if found.broken else 0
