"""The web process's own look at the engine, in a thread of its own: when the schedulers are silent, it speaks."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from tracker.adapters.processes import is_gone, worker_name
from tracker.bootstrap import wiring
from tracker.core.mail import EMAIL, WEBHOOK
from tracker.services.context import Actor, Context
from tracker.services.deliver_outbox import deliver
from tracker.services.ladder import rules_in_force
from tracker.services.watch_engine import look_after_engine

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0
"""Seconds between two looks, at most."""


class Watchdog:
    """Looks at the sweep's heartbeat again and again."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.wiring = wiring(app)
        self.worker = worker_name()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def _watch(self) -> None:
        every = min(LONGEST_WAIT, self.wiring.settings.monitoring.outage_seconds / 5)
        while not self.stopping.wait(every):
            self.look()

    def look(self) -> None:
        """One look, in an application context of its own, whatever becomes of it."""
        settings, clock = self.wiring.settings, self.wiring.clock
        with self.app.app_context():
            try:
                rules = rules_in_force(settings.rules, settings.ladder_definition)
                context = Context(clock.now(), rules, Actor("watchdog"), settings.base_url)
                if look_after_engine(context, settings.monitoring.outage_seconds, lambda: self._deliver(context)):
                    log.warning("no sweep has ended for too long: administrators are told, and the outbox is delivered")
            except Exception as error:  # noqa: BLE001 (logged; the next look tries again)
                log.error("the look at the engine failed: %s", type(error).__name__)  # noqa: TRY400 (may quote a row)

    def _deliver(self, context: Context) -> None:
        roads = {EMAIL: self.wiring.mailer} | {WEBHOOK + name: one for name, one in self.wiring.webhooks.items()}
        for road, mailer in roads.items():
            deliver(context, mailer, self.wiring.clock.now, self._goes_on, self.worker, is_gone, road)

    def _goes_on(self) -> bool:
        return not self.stopping.is_set()


@contextmanager
def watching(app: Flask) -> Iterator[Watchdog]:
    """Beside the web server in this process."""
    one = Watchdog(app)
    one.thread.start()
    try:
        yield one
    finally:
        one.stopping.set()
        one.thread.join(timeout=30)
