"""The forecast beside the simple rule, on the half of the children on which no weight was chosen; and what it costs."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from tracker.bench.measures import Measure, median_ms
from tracker.services.check_forecast import RULES, check_forecast
from tracker.services.context import Context
from tracker.services.pages.outlooks import outlooks
from tracker.store.db import session as read_session
from tracker.store.models import Episode

PART = "held_out"
FIGURES = ("precision", "recall", "f1", "false_alarms_per_100")
TIMES = 10


def measure_forecast(context: Context) -> Iterator[Measure]:
    """In all, then by hours left: precision, recall, F1 and false alarms in 100 clocks, of both rules."""
    compared = check_forecast(context)[PART]
    in_all = {name: compared[name]["in_all"] for name in RULES}
    yield Measure("forecast", "Forecast and simple rule, children held out", _side_by_side(in_all))
    sure = compared["as_precise_as_simple"]
    figures = {name: sure[name] for name in ("margin_hours", *FIGURES)}
    yield Measure("forecast_as_precise", "  forecast, only where as sure as the simple rule", figures)
    for hours in compared["forecast"]["by_hours_left"]:
        at = {name: compared[name]["by_hours_left"][hours] for name in RULES}
        yield Measure(f"forecast_{hours}h", f"  with {hours} h left", _side_by_side(at))
    yield _speed(context)


def _side_by_side(scores: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Figure → forecast, simple rule; and of how many."""
    first = scores["forecast"]
    return {
        "asked": first["asked"],
        "missed": first["missed"],
        **{f"{name}_{figure}": score[figure] for figure in FIGURES for name, score in scores.items()},
    }


def _speed(context: Context) -> Measure:
    session = read_session()
    ids = list(session.scalars(select(Episode.id).where(Episode.clock_open)))
    median, longest = median_ms(lambda: outlooks(session, context, ids), TIMES)
    session.rollback()
    return Measure(
        "outlooks", "Outlook of every open clock", {"clocks": len(ids), "median_ms": median, "max_ms": longest}
    )
