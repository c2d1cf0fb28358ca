"""Commands of feeds: how forces' reports are read, as files and as saved; a file checked against a report."""

from pathlib import Path

import click

from tracker.bootstrap import wiring
from tracker.cli import Command, cli, command
from tracker.core.feed_definition import feed_of
from tracker.services.errors import FormProblem, Refused
from tracker.services.feed_files import LONGEST_FILE, as_feed_file, load_feed_file, read_feed_file
from tracker.services.pages.feeds import FeedRow, feed_list, feed_page
from tracker.services.preview_feed import Preview, PreviewOutcome, preview_feed


@cli.group("feeds")
def feeds_group() -> None:
    """How each police force writes its daily report."""


@command(feeds_group, "list")
def list_feeds(run: Command) -> int:
    """Every feed: from which version it is read, and what has come in by it."""
    rows = feed_list(run.settings.feed_definitions)
    documents = [
        {
            "name": row.name,
            "force": row.force,
            "description": row.description,
            "version": row.version_no,
            "retired": row.is_retired,
            "expected_by": row.expected_by or None,
            "last_received_at": row.last_received_at.isoformat() if row.last_received_at else None,
            "roads": list(row.roads),
            "waiting": row.waiting,
        }
        for row in rows
    ]
    run.show(documents, "\n".join(map(_sentence, rows)))
    return 0


def _sentence(row: FeedRow) -> str:
    where = "retired" if row.is_retired else f"version {row.version_no}" if row.version_no else "from a file"
    last = f"last report {row.last_received_at:%d %b %Y %H:%M} UTC" if row.last_received_at else "no report yet"
    return f"{row.name} ({where}): {last}, {row.waiting} lines to decide"


@command(feeds_group, "export")
@click.argument("name", metavar="NAME")
def export_feed(run: Command, name: str) -> int:
    """Print a feed as a feed file (with --json: as its definition). Exit code 2: there is no such feed."""
    page = feed_page(name, run.settings.feed_definitions)
    if page is None:
        return _refuse(run, [FormProblem("unknown_feed", f"There is no feed named {name[:40]!r}.")])
    run.show(dict(page.definition), as_feed_file(page.definition).rstrip("\n"))
    return 0


@command(feeds_group, "import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--note", default="", metavar="TEXT", help="What is new, and why (default: the file's name).")
def import_feed(run: Command, file: Path, note: str) -> int:
    """Save a feed file as the newest version of its feed. Exit code 2: it cannot be used; nothing was saved."""
    content = _content(run, file, LONGEST_FILE + 1)
    if content is None:
        return 2
    files, why = run.settings.feed_definitions, note or f"Loaded from {file.name}"
    try:
        name, version_no = load_feed_file(run.context(), content=content, note=why, files=files)
    except Refused as refused:
        return _refuse(run, refused.problems)
    run.show({"name": name, "version": version_no}, f"Version {version_no} of {name} is saved and in force.")
    return 0


@command(feeds_group, "check")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--sample", type=click.Path(path_type=Path), metavar="REPORT", help="A report to read by it, in a preview."
)
def check_feed(run: Command, file: Path, sample: Path | None) -> int:
    """Check a feed file, and preview every line of a report read by it; nothing is written.

    Exit code 0: it can be used, and every line has its place. 1: lines would wait for a person. 2: the feed file or the
    report cannot be used.
    """
    content = _content(run, file, LONGEST_FILE + 1)
    if content is None:
        return 2
    found = read_feed_file(content)
    if isinstance(found, tuple):
        return _refuse(run, [FormProblem(one.code, one.sentence, (one.field,)) for one in found])
    if sample is None:
        run.show({"name": found["name"], "problems": []}, f"{file.name} can be used: it is the feed {found['name']}.")
        return 0
    limits = wiring(run.app).settings.limits
    report = _content(run, sample, limits.upload_bytes + 1)
    if report is None:
        return 2
    feed = feed_of(found, run.settings.council.own_names)
    preview = preview_feed(run.context(), content=report, filename=sample.name, feed=feed, limits=limits)
    if not isinstance(preview, Preview):
        return _refuse(run, [FormProblem(str(preview.code), preview.sentence, ("sample",))])
    return _show_preview(run, found["name"], preview)


def _show_preview(run: Command, name: str, preview: Preview) -> int:
    counts = {str(outcome): number for outcome, number in preview.counts.items()}
    lines = [
        {"line_no": line.line_no, "outcome": str(line.outcome), "sentences": list(line.sentences)}
        for line in preview.lines
    ]
    said = [f"{len(lines)} lines: " + ", ".join(f"{number} {words}" for words, number in counts.items() if number)]
    said += [f"  Row {line.line_no}: {sentence}" for line in preview.lines for sentence in line.sentences]
    document = {"name": name, "problems": [], "lines_read": len(lines), **counts, "lines": lines}
    run.show(document | {"ignored_columns": list(preview.ignored)}, "\n".join(said).replace("_", " "))
    waits = preview.counts[PreviewOutcome.PROBLEM] + preview.counts[PreviewOutcome.TO_DECIDE]
    return 1 if waits else 0


def _content(run: Command, path: Path, most: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        _refuse(run, [FormProblem("no_such_file", f"{path}: {error.strerror}.")])
        return None


def _refuse(run: Command, problems: list[FormProblem] | tuple[FormProblem, ...]) -> int:
    """Sentences on standard error, or one JSON document; exit code 2."""
    found = [{"code": one.code, "sentence": one.sentence, "fields": list(one.fields)} for one in problems]
    if run.as_json:
        run.show({"problems": found}, "")
    else:
        click.echo("\n".join(one.sentence for one in problems), err=True)
    return 2
