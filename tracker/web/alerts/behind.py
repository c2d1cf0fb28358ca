"""The alerts behind a figure of a month or another period: the list that it opens."""

from collections.abc import Sequence

from flask import abort

from tracker.services.pages.alerts import AlertFilters, AlertRow, alert_list
from tracker.services.pages.rows import Page
from tracker.web.access import Permission
from tracker.web.records import page_number
from tracker.web.request import may, request_context, signed_in_viewer

OF_ALERTS = frozenset({"alerts", "escalations"})
"""The first part of the keys of figures whose ids are those of alerts."""


def is_of_alerts(key: str) -> bool:
    """Whether the list that a figure opens is one of alerts."""
    return key.partition(".")[0] in OF_ALERTS


def alerts_behind(ids: Sequence[int]) -> Page[AlertRow]:
    """A page of these alerts, as far as whoever asks may see them; recorded as a list. 403 for who sees no alerts."""
    if not may(Permission.SEE_ALERTS):
        abort(403)
    return alert_list(request_context(), signed_in_viewer(), AlertFilters(ids=tuple(ids)), page_number())
