"""For machines: `/healthz` (this process), `/readyz` (its database; the engine's state in the body), `/metrics`.

A stale scheduler never takes the pages down: it is told in the body, in the metrics and in the pages' red banner.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from tracker.services.database_state import database_problem
from tracker.services.engine_state import EngineState
from tracker.services.pages.heartbeats import EngineLife, engine_life
from tracker.web.access import public
from tracker.web.request import request_context
from tracker.web.shell import engine

bp = Blueprint("health", __name__)

_COUNTS = {
    "is_led": "1 if a scheduler holds the lease now",
    "lease_token": "rises with every change of hands among the schedulers",
    "clocks_due": "deadlines that have come and wait for the next sweep",
    "undelivered": "messages refused or come back of which nobody else has been told",
}


@bp.get("/healthz")
@public
def healthz() -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> tuple[dict[str, Any], int]:
    """503 only where the database or its migrations stand in the way of every page."""
    problem = database_problem()
    if problem:
        return {"status": "not ready", "problem": problem}, 503
    state = {name: _plain(value) for name, value in asdict(engine()).items()}
    life = engine_life(request_context())
    state["jobs"] = {job.name: {"at": _plain(job.at), "age_seconds": job.age_seconds} for job in life.jobs}
    state |= {name: getattr(life, name) for name in _COUNTS}
    return {"status": "ok", "engine": state}, 200


@bp.get("/metrics")
@public
def metrics() -> Response:
    """The engine's state for Prometheus: ages and counts, nothing about anybody."""
    problem = database_problem()
    registry = CollectorRegistry()
    found = (None, None) if problem else (engine(), engine_life(request_context()))
    registry.register(_Gauges(problem is None, *found))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Gauges(Collector):
    def __init__(self, ready: bool, state: EngineState | None, life: EngineLife | None) -> None:
        self.ready = ready
        self.state = state
        self.life = life

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield GaugeMetricFamily("tracker_ready", "1 if the database answers at this version", float(self.ready))
        for name, value in asdict(self.state).items() if self.state else ():
            if isinstance(value, bool | int | float):
                words = name.replace("_", " ")
                yield GaugeMetricFamily(f"tracker_{name}", f"{words} (see docs/operations.md)", float(value))
        if self.life:
            yield from self._life(self.life)

    def _life(self, life: EngineLife) -> Iterable[GaugeMetricFamily]:
        for name, words in _COUNTS.items():
            yield GaugeMetricFamily(f"tracker_{name}", words, float(getattr(life, name)))
        ages = GaugeMetricFamily("tracker_heartbeat_age_seconds", "since a job last ended well", labels=["job"])
        for job in life.jobs:
            ages.add_metric([job.name], job.age_seconds)
        yield ages


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
