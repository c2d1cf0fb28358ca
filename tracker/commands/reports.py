"""Commands of the intake: the police's reports, and the interviews that a council's own spreadsheet holds."""

from pathlib import Path

import click

from tracker.bootstrap import wiring
from tracker.cli import Command, cli, command
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome, Road
from tracker.services.errors import Conflict, NoRoomError, Refused
from tracker.services.load_interviews import load_interviews
from tracker.services.pages.receipt_document import receipt_document
from tracker.services.pages.reports import ReceiptSummary, receipt_summary
from tracker.services.receive_report import receive_report, resume_reading
from tracker.services.reexamine import reexamine
from tracker.services.undo_load import resume_undoing, undo_load


@command(cli, "ingest")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--feed", "feed_name", required=True, metavar="NAME", help="The feed file that says how to read them.")
@click.option("--history", is_flag=True, help="Loaded afterwards: when we were told of each return is not known.")
def ingest(run: Command, files: tuple[Path, ...], feed_name: str, history: bool) -> int:
    """Read police reports: one receipt for each, with what became of every line.

    Exit code 0: every line has its place. 1: lines wait for a person. 2: a file was refused, or could not be opened.
    """
    feed = _feed(run, feed_name)
    contents = _contents(run, files, feed)
    if feed is None or contents is None:
        return 2
    limits = wiring(run.app).settings.limits
    context = run.context()
    stuck: Exception | None = None
    try:
        resume_reading(context, run.settings.feeds, limits)
    except (ExceptionGroup, NoRoomError) as error:
        stuck = error  # raised at the end: an earlier report that cannot be read on does not hold up this one
    receipts = [
        receipt_summary(
            receive_report(
                context,
                content=content,
                filename=path.name,
                feed=feed,
                source=Road.COMMAND_LINE,
                is_history=history,
                limits=limits,
            )
        )
        for path, content in contents
    ]
    documents = [receipt_document(receipt) for receipt in receipts]
    run.show(documents[0] if len(documents) == 1 else documents, "\n\n".join(map(_sentences, receipts)))
    if stuck is not None:
        raise stuck
    if any(receipt.status == "refused" for receipt in receipts):
        return 2
    return 1 if any(receipt.outcomes[LineOutcome.QUARANTINED] for receipt in receipts) else 0


def _feed(run: Command, name: str) -> Feed | None:
    feed = run.feeds().get(name)
    if feed is None and name in run.replay_feeds():
        _fail(run, "retired_feed", f"The feed {name} is retired: no report comes in by it any more.")
    elif feed is None:
        known = ", ".join(sorted(run.feeds()))
        _fail(run, "unknown_feed", f"There is no feed named {name[:40]!r}. The feeds are: {known}.")
    return feed


def _contents(run: Command, files: tuple[Path, ...], feed: Feed | None) -> list[tuple[Path, bytes]] | None:
    """Every file's bytes, one more than the limit at most; None, with a sentence said, if one cannot be opened."""
    if feed is None:
        return None
    found = []
    for path in files:
        try:
            with path.open("rb") as file:
                found.append((path, file.read(run.settings.limits.upload_bytes + 1)))
        except OSError as error:
            _fail(run, "no_such_file", f"{path}: {error.strerror}. Nothing was read.")
            return None
    return found


def _fail(run: Command, code: str, sentence: str) -> None:
    problem = {"code": code, "sentence": sentence, "fields": []}
    if run.as_json:
        run.show({"problems": [problem]}, sentence)
    else:
        click.echo(sentence, err=True)


def _sentences(receipt: ReceiptSummary) -> str:
    head = f"{receipt.filename}: receipt {receipt.id}, {receipt.status}."
    if receipt.status == "refused":
        return f"{head}\n  {receipt.problem_sentence}"
    counts = ", ".join(f"{number} {outcome}" for outcome, number in receipt.outcomes.items() if number)
    lines = [f"{head} {receipt.lines_read} lines read" + (f": {counts}." if counts else ".")]
    if receipt.duplicate_of_id:
        lines.append(f"  The same file as receipt {receipt.duplicate_of_id}: its lines have the age of that one.")
    if receipt.ignored_columns:
        lines.append(f"  Columns not read: {', '.join(receipt.ignored_columns)}.")
    lines += [
        f"  Row {line.line_no}: {problem.sentence}" for line in receipt.problem_lines for problem in line.problems
    ]
    return "\n".join(lines)


@command(cli, "reexamine")
@click.option("--feed", "feed_name", metavar="NAME", help="Only the waiting lines of this feed.")
def reexamine_command(run: Command, feed_name: str | None) -> int:
    """Judge the lines that wait again, by what is held now. The scheduler does so by itself when something changes.

    Exit code 0: no line waits any more. 1: lines go on waiting for a person.
    """
    if feed_name is not None and _feed(run, feed_name) is None:
        return 2
    done = reexamine(run.context(), run.replay_feeds(), feed=feed_name)
    while done.after_id:
        done += reexamine(
            run.context(),
            run.replay_feeds(),
            feed=feed_name,
            after_id=done.after_id,
        )
    counts = {"looked_at": done.looked_at, "settled": done.settled, "refreshed": done.refreshed}
    said = f"{done.looked_at} waiting lines read again: {done.settled} settled, {done.refreshed} asked about otherwise."
    run.show(counts, said)
    return 1 if done.settled < done.looked_at else 0


@cli.group("reports")
def reports_group() -> None:
    """Reports received."""


@command(reports_group, "undo")
@click.argument("receipt_id", type=int, metavar="RECEIPT")
@click.option("--reason", required=True, help="Why the load is undone; it is kept, so name no child.")
def reports_undo(run: Command, receipt_id: int, reason: str) -> int:
    """Take back all that a load did, and keep what people have entered since. Begun already, it is gone on with.

    Exit code 0: the load is undone. 2: it cannot be undone, or not now.
    """
    try:
        undo_load(run.context(), receipt_id=receipt_id, reason=reason, feeds=run.replay_feeds())
    except Conflict:
        resume_undoing(run.context(), run.replay_feeds())
    except Refused as refused:
        _fail(run, refused.problems[0].code, refused.problems[0].sentence)
        return 2
    run.show({"receipt_id": receipt_id, "status": "undone"}, f"The load of receipt {receipt_id} is undone.")
    return 0


@cli.group("interviews")
def interviews_group() -> None:
    """Return home interviews."""


@command(interviews_group, "load")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--feed", "feed_name", required=True, metavar="NAME", help="The feed whose force's references these are.")
def interviews_load(run: Command, file: Path, feed_name: str) -> int:
    """Record the interviews of a council's own spreadsheet (columns: see docs/operations.md).

    Exit code 0: every row has its place. 1: rows with problems. 2: the file was refused, or could not be opened.
    """
    feed = _feed(run, feed_name)
    contents = _contents(run, (file,), feed)
    if feed is None or contents is None:
        return 2
    limits = wiring(run.app).settings.limits
    loaded = load_interviews(run.context(), content=contents[0][1], filename=file.name, feed=feed, limits=limits)
    if loaded.refusal:
        _fail(run, str(loaded.refusal.code), loaded.refusal.sentence)
        return 2
    problems = [
        {"line_no": p.line_no, "code": p.code, "sentence": p.sentence, "fields": list(p.fields)}
        for p in loaded.problems
    ]
    counts = {"lines_read": loaded.lines_read, "recorded": loaded.recorded, "unchanged": loaded.unchanged}
    said = [f"{file.name}: {loaded.lines_read} rows read, {loaded.recorded} recorded, {loaded.unchanged} unchanged."]
    said += [f"  Row {problem.line_no}: {problem.sentence}" for problem in loaded.problems]
    run.show({**counts, "problems": problems}, "\n".join(said))
    return 1 if problems else 0
