"""Commands of the alert ladder: what is in force, save one from a file, the versions."""

from pathlib import Path

import click

from tracker.cli import Command, cli, command
from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.ladder import in_force, ladder_page, versions
from tracker.services.save_ladder import LONGEST_FILE, as_ladder_file, read_ladder_file, save_ladder


@cli.group("ladder")
def ladder_group() -> None:
    """Whom alerts tell, and when."""


@command(ladder_group, "show")
def show(run: Command) -> int:
    """Print the ladder in force as a ladder file. With --json: as its definition, and who would be told now.

    Exit code 1: a step would now reach nobody.
    """
    file = run.settings.ladder_definition
    page = ladder_page(run.context(), file)
    rows = [row for row in (*page.steps, *page.triggers) if row.is_on]
    reached = {
        row.name: [
            {"teams": list(told.teams), "people": [name for name, _ in told.people], "others": list(told.others)}
            for told in row.now
        ]
        for row in rows
    }
    nobody = [row.name for row in rows if any(not told.people for told in row.now)]
    document = {"version": page.version_no, **page.definition, "told_now": reached, "reaching_nobody": nobody}
    run.show(document, as_ladder_file(in_force(file).definition).rstrip("\n"))
    if nobody and not run.as_json:
        click.echo(f"NOBODY would now be told of: {', '.join(nobody)}.", err=True)
    return 1 if nobody else 0


@command(ladder_group, "save")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--note", default="", metavar="TEXT", help="What changes, and why (default: the file's name).")
def save(run: Command, file: Path, note: str) -> int:
    """Save a ladder file as the newest version, in force at once. Exit code 2: it cannot be used; nothing was saved."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LONGEST_FILE + 1)
    except OSError as error:
        return _refuse(run, [FormProblem("no_such_file", f"{file}: {error.strerror}.")])
    found = read_ladder_file(content)
    if isinstance(found, tuple):
        return _refuse(run, [FormProblem(one.code, one.sentence, (one.field,)) for one in found])
    try:
        number = save_ladder(
            run.context(),
            definition=found,
            note=note or f"Loaded from {file.name}",
            based_on=None,
            file=run.settings.ladder_definition,
            webhooks=run.settings.webhook_names,
        )
    except Refused as refused:
        return _refuse(run, list(refused.problems))
    run.show({"version": number}, f"Version {number} of the ladder is saved and in force.")
    return 0


@command(ladder_group, "versions")
def list_versions(run: Command) -> int:
    """Every version, newest first, with who saved it and why; 0 is the settings file's."""
    rows = versions(run.settings.ladder_definition)
    documents = [
        {
            "version": row.version_no,
            "saved_at": row.saved_at.isoformat() if row.saved_at else None,
            "saved_by": row.saved_by or None,
            "note": row.note or None,
            "changes": len(row.changes),
        }
        for row in rows
    ]
    sentences = [
        f"Version {row.version_no}, {row.saved_at:%d %b %Y %H:%M} UTC, {row.saved_by}: {row.note}"
        if row.saved_at
        else "0: the settings file"
        for row in rows
    ]
    run.show(documents, "\n".join(sentences))
    return 0


def _refuse(run: Command, problems: list[FormProblem]) -> int:
    """Sentences on standard error, or one JSON document; exit code 2."""
    if run.as_json:
        found = [{"code": one.code, "sentence": one.sentence, "fields": list(one.fields)} for one in problems]
        run.show({"problems": found}, "")
    else:
        click.echo("\n".join(one.sentence for one in problems), err=True)
    return 2
