"""Commands of the roads by which reports come in by themselves: the watched folder and the pulls."""

from dataclasses import asdict
from time import perf_counter

import click

from tracker.adapters.processes import is_gone, worker_name
from tracker.bootstrap import wiring
from tracker.cli import Command, cli, command
from tracker.services import engine_state, pull_reports, watch_folder
from tracker.services.receive_report import resume_reading


@command(cli, "folder")
def folder(run: Command) -> int:
    """One look into the watched folder: read what has stayed as it is since an earlier look.

    Exit code 0: looked. 2: no folder is set, or it cannot be used.
    """
    wired, started = wiring(run.app), perf_counter()
    if wired.folder is None:
        return _fail(run, "no_folder_set", "No folder is watched: set watch_folder in [intake].")
    stuck = _resume(run)
    limits, settle_seconds = run.settings.limits, run.settings.intake.settle_seconds
    looked = watch_folder.look(run.context(), wired.folder, run.feeds(), limits, settle_seconds, wired.clock.now)
    if looked.problem:
        return _fail(run, "folder_unusable", looked.problem)
    engine_state.record_beat("folder", wired.clock.now, perf_counter() - started)
    sentence = f"{len(looked.receipts)} taken, {looked.moved} moved, {looked.waiting} lie in the folder and wait."
    run.show(asdict(looked), sentence)
    if stuck is not None:
        raise stuck
    return 0


@command(cli, "pull")
@click.option("--feed", "feed_name", metavar="NAME", help="Only this feed's reports.")
def pull(run: Command, feed_name: str | None) -> int:
    """Fetch now, whether or not it is due, every report that is pulled.

    Exit code 0: each was fetched, or there is nothing new. 1: one failed. 2: there is nothing to fetch.
    """
    wired, started = wiring(run.app), perf_counter()
    pulls = [one for one in run.settings.report_pulls if feed_name in (None, one.feed)]
    if not pulls:
        which = f" for the feed {feed_name[:40]!r}" if feed_name else ""
        return _fail(run, "no_pull", f"No pull is set{which}: see [[pulls]] in the settings.")
    stuck = _resume(run)
    done = pull_reports.pull_reports(
        run.context(),
        pulls,
        wired.source,
        run.feeds(),
        run.settings.limits,
        wired.clock.now,
        pull_reports.Worker(worker_name(), is_gone),
        now_too=lambda one: True,
    )
    if feed_name is None:
        engine_state.record_beat("pull", wired.clock.now, perf_counter() - started)
    run.show({"pulls": [asdict(one) for one in done]}, "\n".join(f"{one.name}: {one.sentence}" for one in done))
    if stuck is not None:
        raise stuck
    return 1 if any(one.outcome == "failed" for one in done) else 0


def _resume(run: Command) -> ExceptionGroup[Exception] | None:
    """Go on with reports whose reading was cut short; what cannot be read on is for the end of the command."""
    try:
        resume_reading(run.context(), run.settings.feeds, run.settings.limits)
    except ExceptionGroup as stuck:
        return stuck
    return None


def checks_of_roads(run: Command) -> list[tuple[str, bool, str]]:
    """For `tracker check`: name, whether in order, sentence. No secret is shown, and no server asked."""
    wired, found = wiring(run.app), []
    if wired.folder is None:
        found.append(("folder", True, "No folder is watched."))
    else:
        problem = wired.folder.problem()
        found.append(("folder", problem is None, problem or "The watched folder can be read and written."))
    feeds = run.feeds() if run.settings.report_pulls else {}
    for one in run.settings.report_pulls:
        problem = wired.source.problem(one)
        if one.feed not in feeds:
            problem = f"There is no feed named {one.feed}."
        found.append((f"pull {one.name}", problem is None, problem or f"Fetched from {one.host}; its files are there."))
    return found


def _fail(run: Command, code: str, sentence: str) -> int:
    if run.as_json:
        run.show({"problems": [{"code": code, "sentence": sentence, "fields": []}]}, sentence)
    else:
        click.echo(sentence, err=True)
    return 2
