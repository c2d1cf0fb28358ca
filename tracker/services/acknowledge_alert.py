"""Acknowledge an alert: who answers, why the interview is late, and when it is planned."""

from datetime import datetime

from tracker.core.terms import BreachReason
from tracker.services.context import Context


def acknowledge(
    context: Context, *, reference: str, reason: BreachReason | None = None, planned_at: datetime | None = None
) -> None:
    """Holds the next rung back while the planned date is ahead, at most 72 h, once for each rung (definitions §7).

    Refused: unknown, acknowledged already, a plan that is not ahead.
    """
    raise NotImplementedError
