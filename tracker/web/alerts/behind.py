"""The alerts behind a figure of a month or another period: the list that it opens, and what it is called."""

from collections.abc import Sequence

from flask import abort

from tracker.core.pack_words import band_words
from tracker.services.pages.alerts import AlertFilters, AlertRow, alert_list
from tracker.services.pages.rows import Page
from tracker.web.access import Permission
from tracker.web.records import page_number
from tracker.web.request import may, request_context, signed_in_viewer

OF_ALERTS = {"alerts": "Alerts", "escalations": "Escalations above the team"}
"""Figures whose ids are those of alerts, by the first part of their key."""

_NAMES = {
    "raised": "raised",
    "sent": "sent",
    "acknowledged": "acknowledged",
    "acknowledged_in_24h": "acknowledged within 24 hours",
    "pct_acknowledged_in_24h": "acknowledged within 24 hours, of those answered or raised more than 24 hours ago",
    "undelivered": "could not be delivered",
    "median_hours_to_acknowledge": "acknowledged, whose hours are the median’s",
}
_BY_RUNG = "sent_by_rung."


def is_of_alerts(key: str) -> bool:
    """Whether the list that a figure opens is one of alerts."""
    return key.partition(".")[0] in OF_ALERTS


def alerts_behind(ids: Sequence[int]) -> Page[AlertRow]:
    """A page of these alerts, as far as whoever asks may see them; recorded as a list. 403 for who sees no alerts."""
    if not may(Permission.SEE_ALERTS):
        abort(403)
    return alert_list(request_context(), signed_in_viewer(), AlertFilters(ids=tuple(ids)), page_number())


def alert_figure_words(key: str) -> str:
    """`escalations.sent_by_rung.overdue_24h` → Escalations above the team: sent, overdue by 24 hours."""
    of, _, name = key.removesuffix(".denominator").partition(".")
    rung = band_words("rung", name.removeprefix(_BY_RUNG))
    plain = f"sent, {rung[:1].lower()}{rung[1:]}" if name.startswith(_BY_RUNG) else _NAMES.get(name, name)
    return f"{OF_ALERTS[of]}: {plain}"
