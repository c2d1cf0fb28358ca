"""Commands of the engine: one pass of the sweep, one pass of the outbox, or both for ever."""

import logging
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

import click
from flask import Flask

from tracker.adapters.processes import is_gone, worker_name
from tracker.bootstrap import wiring
from tracker.cli import Command, cli, command
from tracker.core.mail import EMAIL, WEBHOOK
from tracker.services import deliver_outbox, engine_state, ladder, raise_alerts, raise_notices
from tracker.services.record_mail_events import read_messages
from tracker.services.watch_reports import watch_reports

LOOK_SECONDS = 0.1
"""How long after a signal to stop the scheduler may begin to stop."""


@command(cli, "sweep")
def sweep(run: Command) -> int:
    """One pass: breaches, alerts, emails into the outbox, flags that end, meetings, reports that have not come."""
    started = perf_counter()
    failed = 0
    try:
        context = run.context()
        ladder.look_again_if_changed(context)
        done = raise_alerts.sweep(context, worker_name())
        engine_state.record_beat(engine_state.SWEEP, wiring(run.app).clock.now, perf_counter() - started)
    except raise_alerts.SweepIncompleteError as error:
        done, failed = error.result, error.failed
    watched = watch_reports(run.context(), run.feeds())
    try:
        noticed = raise_notices.raise_notices(run.context())
    except raise_notices.NoticesIncompleteError as error:
        noticed, failed = error.result, failed + error.failed
    sentences = [
        f"Looked at {done.looked_at} clocks: {done.breaches} breaches recorded, {done.withdrawn} withdrawn, "
        f"{done.alerts} alerts raised, {done.flags_ended} repeat flags ended, "
        f"{done.meetings} strategy meetings asked for."
    ]
    if noticed.matters:
        sentences.append(f"{noticed.matters} other matters told of: {noticed.alerts} alerts.")
    if noticed.nobody_told:
        sentences.append(f"NOBODY could be told of {noticed.nobody_told} other matters.")
    if done.nobody_told:
        sentences.append(f"NOBODY could be told of {done.nobody_told}: give somebody the role of manager or lead.")
    if watched.recorded:
        sentences.append(f"{watched.recorded} expected reports have not come; {watched.told} people are told.")
    if watched.nobody_told:
        sentences.append(f"NOBODY could be told of {watched.nobody_told} reports that have not come.")
    if failed:
        sentences.append(f"{failed} rows could not be looked at; they stay due. See the log.")
    document = {**asdict(done), "failed": failed, "reports_missed": watched.recorded, "noticed": noticed.matters}
    run.show(document, "\n".join(sentences))
    return 1 if failed or done.nobody_told or watched.nobody_told or noticed.nobody_told else 0


@command(cli, "deliver")
@click.option("--refused-too", is_flag=True, help="Try again what the mail server refused, once its cause is mended.")
def deliver(run: Command, refused_too: bool) -> int:
    """One pass of the outbox: send all that is due, by email and to every webhook."""
    started = perf_counter()
    wired = wiring(run.app)
    if refused_too:
        deliver_outbox.try_refused_again(run.context())
    done = deliver_outbox.DeliveryResult()
    for road, mailer in {EMAIL: wired.mailer, **{WEBHOOK + name: one for name, one in wired.webhooks.items()}}.items():
        done += deliver_outbox.deliver(
            run.context(), mailer, wired.clock.now, worker=worker_name(), is_gone=is_gone, road=road
        )
    engine_state.record_beat(engine_state.DELIVER, wired.clock.now, perf_counter() - started)
    sentences = [f"{done.sent} sent, {done.delayed} to be tried again, {done.not_needed} no longer needed."]
    if done.stopped:
        sentences.append(
            f"{done.stopped} refused by the mail server: see the page of alerts, mend the cause, then run "
            "`tracker deliver --refused-too`."
        )
    run.show(asdict(done), " ".join(sentences))
    return 1 if done.stopped else 0


@command(cli, "bounces")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def bounces(run: Command, files: tuple[Path, ...]) -> None:
    """Read reports of undeliverable emails from .eml files, and note on each message that it came back."""
    done = read_messages(run.context(), (path.read_bytes() for path in files))
    run.show(
        asdict(done),
        f"{done.looked_at} read: {done.recorded} came back, {done.known} known already, {done.delayed} only late, "
        f"{done.others} no report about an email of ours.",
    )


@command(cli, "scheduler")
def scheduler(run: Command) -> None:
    """Sweep and deliver for ever, until told to stop (SIGTERM or Ctrl-C)."""
    from tracker.scheduler import running  # APScheduler is loaded only where it is used

    log_to_stderr()
    wait = told_to_stop((signal.SIGTERM, signal.SIGINT))
    with running(run.app):
        run.show({"started": True}, "The scheduler runs. Ctrl-C stops it.")
        wait()


def told_to_stop(signals: Iterable[signal.Signals]) -> Callable[[], None]:
    """Listens from now on; what it gives back waits until one of these signals has come, at whatever instant that was.

    It looks again and again: a signal that comes as a wait for a lock begins is not noticed by that wait, and a handler
    that takes a lock stands still for ever where it breaks into the wait for it.
    """
    came: list[int] = []
    for number in signals:
        signal.signal(number, lambda which, _: came.append(which))

    def wait() -> None:
        while not came:
            time.sleep(LOOK_SECONDS)

    return wait


@contextmanager
def beside(app: Flask) -> Iterator[None]:
    """The engine in the web server's process, stopped with it."""
    from tracker.scheduler import running  # APScheduler is loaded only where it is used

    log_to_stderr()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # else the process ends without stopping the engine
    with running(app):
        yield


def log_to_stderr() -> None:
    """What the engine does, in counts and numbers of rows, for whoever runs it; never on standard output."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
