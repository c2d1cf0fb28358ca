"""The month's alerts (definitions §6, §7): `alerts.*` counts all, `escalations.*` those that went above the team."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from tracker.core.alert_terms import RUNG_ORDER, Rung
from tracker.core.clock import Period
from tracker.core.figures import ByCohort, Member, breakdown, count, median_hours, share
from tracker.core.month_facts import EDITION, SECOND_EDITION, AlertFact

ESCALATION_RUNGS = RUNG_ORDER[RUNG_ORDER.index(Rung.OVERDUE) + 1 :]
"""The rungs after `overdue`: from the team to the service manager and the head of service."""

A_DAY = timedelta(hours=24)


def alert_figures(
    alerts: Iterable[AlertFact],
    is_ours: Mapping[int, bool],
    period: Period,
    cut_off: datetime,
    edition: int = EDITION,
) -> dict[str, ByCohort]:
    """Alerts raised in the month, by the cut-off. `is_ours`: episode id → cohort; a line's alert is in `all` only."""
    raised = [alert for alert in alerts if alert.raised_at in period and alert.raised_at <= cut_off]
    escalated = [alert for alert in raised if alert.rung in ESCALATION_RUNGS]
    return {
        **_figures("alerts", raised, RUNG_ORDER, is_ours, cut_off),
        **_figures("escalations", escalated, ESCALATION_RUNGS, is_ours, cut_off),
        **(_within_a_day(escalated, is_ours, cut_off) if edition > SECOND_EDITION else {}),
    }


def _within_a_day(escalated: list[AlertFact], is_ours: Mapping[int, bool], cut_off: datetime) -> dict[str, ByCohort]:
    """Those answered within 24 h of being raised, and as a share of those whose 24 h are over or who were answered."""
    known = [(alert, at if (at := alert.acknowledged_at) and at <= cut_off else None) for alert in escalated]
    judged = [alert for alert, at in known if at or cut_off - alert.raised_at > A_DAY]
    quick = count((_member(a, is_ours) for a, at in known if at and at - a.raised_at <= A_DAY), "alert")
    return {
        "escalations.acknowledged_in_24h": quick,
        "escalations.pct_acknowledged_in_24h": share(quick, count((_member(a, is_ours) for a in judged), "alert")),
    }


def _member(alert: AlertFact, is_ours: Mapping[int, bool]) -> Member:
    return alert.id, None if alert.episode_id is None else is_ours.get(alert.episode_id)


def _figures(
    section: str, raised: list[AlertFact], rungs: Sequence[Rung], is_ours: Mapping[int, bool], cut_off: datetime
) -> dict[str, ByCohort]:
    def member(alert: AlertFact) -> Member:
        return _member(alert, is_ours)

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
