"""The month's alerts (definitions §6, §7): `alerts.*` counts all, `escalations.*` those that went above the team."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tracker.core.clock import Period
from tracker.core.figures import ByCohort, Member, breakdown, count, median_hours
from tracker.core.month_facts import AlertFact
from tracker.core.terms import RUNG_ORDER, Rung

ESCALATION_RUNGS = RUNG_ORDER[RUNG_ORDER.index(Rung.OVERDUE) + 1 :]
"""The rungs after `overdue`: from the team to the service manager and the head of service."""


def alert_figures(
    alerts: Iterable[AlertFact], is_ours: Mapping[int, bool], period: Period, cut_off: datetime
) -> dict[str, ByCohort]:
    """Alerts raised in the month, by the cut-off. `is_ours`: episode id → cohort; a line's alert is in `all` only."""
    raised = [alert for alert in alerts if alert.raised_at in period and alert.raised_at <= cut_off]
    escalated = [alert for alert in raised if alert.rung in ESCALATION_RUNGS]
    return {
        **_figures("alerts", raised, RUNG_ORDER, is_ours, cut_off),
        **_figures("escalations", escalated, ESCALATION_RUNGS, is_ours, cut_off),
    }


def _figures(
    section: str, raised: list[AlertFact], rungs: Sequence[Rung], is_ours: Mapping[int, bool], cut_off: datetime
) -> dict[str, ByCohort]:
    def member(alert: AlertFact) -> Member:
        return alert.id, None if alert.episode_id is None else is_ours.get(alert.episode_id)

    sent = [alert for alert in raised if alert.sent_at and alert.sent_at <= cut_off]
    answered = [(alert, at) for alert in raised if (at := alert.acknowledged_at) and at <= cut_off]
    by_rung = breakdown([(alert.rung, member(alert)) for alert in sent], rungs, "alert")
    return {
        f"{section}.raised": count(map(member, raised), "alert"),
        f"{section}.sent": count(map(member, sent), "alert"),
        **{f"{section}.sent_by_rung.{rung}": figure for rung, figure in by_rung.items()},
        f"{section}.acknowledged": count((member(alert) for alert, _ in answered), "alert"),
        f"{section}.undelivered": count((member(alert) for alert in raised if alert.undelivered), "alert"),
        f"{section}.median_hours_to_acknowledge": median_hours(
            [(*member(alert), at - alert.raised_at) for alert, at in answered], "alert"
        ),
    }
