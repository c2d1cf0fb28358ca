"""The heartbeat: an APScheduler job table that asks the services, again and again, what is due by now.

It owns no rules and remembers nothing: due times stand in the database, so that a missed tick delays and never loses,
and two schedulers do no harm. Of several, the one that holds the lease acts.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC
from functools import partial
from time import monotonic, perf_counter

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from tracker import jobs
from tracker.adapters.processes import is_gone, worker_name
from tracker.bootstrap import wiring
from tracker.core.mail import EMAIL, WEBHOOK, Mailer
from tracker.jobs import Done, KeepGoing
from tracker.services import count_period, deliver_outbox, engine_state, ladder, lead_engine, raise_alerts
from tracker.services.context import Actor, Context
from tracker.services.raise_notices import tell_engine_stale
from tracker.services.watch_engine import is_outage, last_sweep_at

log = logging.getLogger(__name__)

PASS_SECONDS = 300
"""A pass of sweep or delivery that takes longer stops between two steps, and goes on at the next tick."""

DRAFTS_SECONDS = 900

SPARE_THREADS = 4
"""Beside one for each job, for those that run at once too: however many hang on another's server, the lead is kept."""


@dataclass(frozen=True)
class Job:
    """What runs, how often. `work` returns what it did, for the log: counts only. `at_once`: runs of it that may go on
    at the same time."""

    name: str
    seconds: float
    work: Callable[[Context, KeepGoing], Done]
    at_once: int = 1


class Engine:
    """The jobs of one process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.wiring = wiring(app)
        self.worker = worker_name()
        self.leads = False
        self.stopping = threading.Event()
        self.adding = threading.Lock()
        self.counting = threading.Lock()
        self.delivering: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self.held_at = self.pinged_at = float("-inf")
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self.jobs()) + SPARE_THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def jobs(self) -> tuple[Job, ...]:
        wired, times = self.wiring, self.wiring.settings.scheduler
        return (
            Job(engine_state.SWEEP, times.sweep_seconds, self.sweep),
            Job(engine_state.DELIVER, times.deliver_seconds, self.deliver),
            Job("resume", times.sweep_seconds, partial(jobs.resume, wired)),
            Job("watch", times.sweep_seconds, partial(jobs.watch, wired)),
            Job("notices", times.sweep_seconds, partial(jobs.notices, wired)),
            Job("digest", times.sweep_seconds, partial(jobs.digest, wired)),
            Job("reexamine", times.sweep_seconds, partial(jobs.reexamine, wired)),
            Job("summary", times.sweep_seconds, partial(jobs.summary, wired)),
            Job("folder", times.folder_seconds, partial(jobs.folder, wired)),
            Job("pull", times.pull_seconds, partial(jobs.pull, self.worker, wired)),
            Job("feed drafts", DRAFTS_SECONDS, partial(jobs.drafts, wired)),
            Job("figures", self.wiring.settings.figures.look_seconds, self.figures, at_once=2),
            *self.roads_out(),
        )

    def roads_out(self) -> tuple[Job, ...]:
        """Each webhook in a job of its own, so that one that hangs holds up no email; and the mailbox of bounces."""
        wired, seconds = self.wiring, self.wiring.settings.scheduler.deliver_seconds
        found = [
            Job(f"{engine_state.DELIVER} {WEBHOOK}{name}", seconds, partial(self.deliver_by, WEBHOOK + name, mailer))
            for name, mailer in wired.webhooks.items()
        ]
        if wired.bounces is not None:
            found.append(Job("bounces", wired.settings.bounces.every_seconds, partial(jobs.bounces, wired)))
        return tuple(found)

    def start(self) -> None:
        """Returns at once; the jobs run in threads of their own, the first time as soon as this process leads."""
        for job in self.jobs():
            self.scheduler.add_job(
                self.run, "interval", args=[job], seconds=job.seconds, id=job.name, max_instances=job.at_once
            )
        self.scheduler.add_job(
            self.lead, "interval", seconds=self.wiring.settings.scheduler.lease_seconds / 6, id="lead"
        )
        self.scheduler.add_job(self.lead, id="lead at once")
        self.scheduler.start()

    def stop(self) -> None:
        """Waits for the step under way, then lets go of the lease. Nothing is lost if this is never reached."""
        with self.adding:
            self.stopping.set()
        self.scheduler.shutdown(wait=True)
        if self.leads:
            with self.app.app_context():
                lead_engine.let_go(self.worker, self.wiring.clock.now())

    def holds_lease(self) -> bool:
        """Ends before `lease_seconds`, so that another's next look at it still falls within them."""
        seconds = self.wiring.settings.scheduler.lease_seconds * 0.75
        began = monotonic()
        holds = lead_engine.hold(self.worker, self.wiring.clock.now(), seconds, is_gone) is not None
        self.held_at = began if holds else float("-inf")
        return holds

    def still_leads(self) -> bool:
        """Asked between two steps of a pass: whoever was stopped for a while finds out before the next that another
        leads. The lease is looked at anew a few times in its run, not at every step."""
        fresh = monotonic() - self.held_at < self.wiring.settings.scheduler.lease_seconds / 6
        return fresh or self.holds_lease()

    def lead(self) -> None:
        """Keep or take the lead; whoever takes it acts at once on what fell due meanwhile."""
        if self.stopping.is_set():
            return
        with self._guarded("lead"):
            leads = self.holds_lease()
            if leads and not self.leads:
                log.info("%s leads", self.worker)
                for job in self.jobs():
                    self._add(job, f"{job.name} at once")
            self.leads = leads

    def run(self, job: Job) -> None:
        """One run of a job, with its heartbeat once it has ended well. A failed one is logged, and shows as stale."""
        if self.stopping.is_set():
            return
        with self._guarded(job.name):
            if not self.holds_lease():
                return
            started = perf_counter()
            done = job.work(self.context(), lambda: self._may_go_on(started))
            engine_state.record_beat(job.name, self.wiring.clock.now, perf_counter() - started)
            log.log(logging.INFO if any(done.values()) else logging.DEBUG, "%s: %s", job.name, done)
            if any(done.values()) and not job.name.startswith((engine_state.DELIVER, engine_state.PING)):
                self.deliver_soon()  # it may have queued something

    def deliver_soon(self) -> None:
        """By every road, whatever its own times."""
        for job in self.jobs():
            if job.name.startswith(engine_state.DELIVER):
                self.soon(job)

    def soon(self, job: Job) -> None:
        """Run a job now, beside its own times: once more after the run of it that may be under way."""
        self._add(job, f"{job.name} soon", max_instances=2)

    def _add(self, job: Job, id_: str, **more: int) -> None:
        """Never while the scheduler shuts down: it holds its lock until every run has ended, this one included."""
        with self.adding:
            if self.scheduler.running and not self.stopping.is_set():
                self.scheduler.add_job(self.run, args=[job], id=id_, replace_existing=True, **more)

    def _may_go_on(self, started: float) -> bool:
        return not self.stopping.is_set() and perf_counter() - started < PASS_SECONDS

    @contextmanager
    def _guarded(self, name: str) -> Iterator[None]:
        """An application context, and so a database session, for one run, whatever becomes of it."""
        with self.app.app_context():
            try:
                yield
            except Exception as error:  # noqa: BLE001 (logged; the next tick tries again, and the banner shows staleness)
                log.error("%s failed: %s", name, _where(error))  # noqa: TRY400 (its text may quote a row)

    def context(self) -> Context:
        settings = self.wiring.settings
        rules = ladder.rules_in_force(settings.rules, settings.ladder_definition)
        return Context(
            self.wiring.clock.now(), rules, Actor("scheduler"), settings.base_url, settings.council.own_names
        )

    def sweep(self, context: Context, keep_going: KeepGoing) -> Done:
        """Deadlines; then, after an outage, whoever looks after the engine is told once how long it was."""
        before = last_sweep_at()
        ladder.look_again_if_changed(context)
        try:
            done = raise_alerts.sweep(context, self.worker, lambda: keep_going() and self.still_leads())
        except raise_alerts.SweepIncompleteError:
            self.deliver_soon()  # what could be looked at has been told
            raise
        outage = is_outage(before, context.now, self.wiring.settings.monitoring.outage_seconds)
        told = tell_engine_stale(context, before, context.now) if before and outage else 0
        self._ping_soon()
        return asdict(done) | {"outage_told": told}

    def _ping_soon(self) -> None:
        """After a good sweep, and not more often than is set."""
        if self.wiring.monitor and monotonic() - self.pinged_at >= self.wiring.settings.monitoring.ping_seconds:
            self.pinged_at = monotonic()
            self.soon(self.ping_job())

    def ping_job(self) -> Job:
        """A job of its own, so that a monitor that hangs delays no sweep."""
        return Job(engine_state.PING, self.wiring.settings.monitoring.ping_seconds, self.ping)

    def ping(self, context: Context, keep_going: KeepGoing) -> Done:
        if self.wiring.monitor:
            self.wiring.monitor.ping()
        return {}

    def deliver(self, context: Context, keep_going: KeepGoing) -> Done:
        return self.deliver_by(EMAIL, self.wiring.mailer, context, keep_going)

    def deliver_by(self, road: str, mailer: Mailer, context: Context, keep_going: KeepGoing) -> Done:
        """One at a time of each road in this process: a second run waits, and then finds what the first has missed."""
        now = self.wiring.clock.now
        with self.delivering[road]:
            done = deliver_outbox.deliver(
                context, mailer, now, lambda: keep_going() and self.still_leads(), self.worker, is_gone, road
            )
        return asdict(done)

    def figures(self, context: Context, keep_going: KeepGoing) -> Done:
        """Periods of many episodes that somebody has asked for. One count at a time: who looks meanwhile leaves it."""
        if not self.counting.acquire(blocking=False):
            return {}
        try:
            now, may_go_on = self.wiring.clock.now, lambda: keep_going() and self.still_leads()
            return asdict(count_period.count_asked(context, now, self.worker, may_go_on))
        finally:
            self.counting.release()


def _where(error: Exception) -> str:
    """The kind of error and the line of ours that it came through: never its text, which may quote a record."""
    frames = []
    trace = error.__traceback__
    while trace:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("tracker."):
            frames.append(f"{name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {frames[-1] if frames else 'an unknown place'}"


@contextmanager
def running(app: Flask) -> Iterator[Engine]:
    """The engine beside something else in this process, such as the web server."""
    engine = Engine(app)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()
