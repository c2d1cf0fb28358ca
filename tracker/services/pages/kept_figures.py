"""A period's figures from today's records, kept for a minute while no record changes."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from tracker.core.clock import Period
from tracker.core.monthly_summary import MonthlySummary
from tracker.services.context import Context
from tracker.services.publish_month import period_figures
from tracker.store import audit
from tracker.store.db import session as read_session

KEPT_SECONDS = 60
"""As long as the month's (services/pages/month.py)."""

T = TypeVar("T")

_kept: dict[tuple[object, ...], tuple[float, object]] = {}


def kept_period(context: Context, period: Period) -> MonthlySummary:
    """Every figure of a period that has begun, by the month's own code."""
    return kept(context, ("period", period), lambda: period_figures(context, period))


def kept(context: Context, what: tuple[Any, ...], compute: Callable[[], T]) -> T:
    """What `compute` gives; computed again after any change of a record, or when it is a minute old.

    What has changed is told by the audit trail, in which every change stands.
    """
    session = read_session()
    place = (str(session.get_bind().engine.url), context.rules, *what, audit.last_change(session))
    at = context.now.timestamp()
    for key, (made_at, _) in list(_kept.items()):
        if not 0 <= at - made_at < KEPT_SECONDS:
            _kept.pop(key, None)
    if place not in _kept:
        _kept[place] = at, compute()
    return cast(T, _kept[place][1])
