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
from tracker.web.access import public
from tracker.web.shell import engine

bp = Blueprint("health", __name__)


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
    return {"status": "ok", "engine": state}, 200


@bp.get("/metrics")
@public
def metrics() -> Response:
    """The engine's state for Prometheus: ages and counts, nothing about anybody."""
    problem = database_problem()
    registry = CollectorRegistry()
    registry.register(_Gauges(problem is None, None if problem else engine()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Gauges(Collector):
    def __init__(self, ready: bool, state: EngineState | None) -> None:
        self.ready = ready
        self.state = state

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield GaugeMetricFamily("tracker_ready", "1 if the database answers at this version", float(self.ready))
        for name, value in asdict(self.state).items() if self.state else ():
            if isinstance(value, bool | int | float):
                words = name.replace("_", " ")
                yield GaugeMetricFamily(f"tracker_{name}", f"{words} (see docs/operations.md)", float(value))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
