"""Acknowledge an alert: who answers, why the interview is late, and when it is planned."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alerts import next_alert_at
from tracker.core.clock import require_aware
from tracker.core.terms import BreachReason
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.follow_up import follow_up_episode
from tracker.services.rows_for_change import actor_sees_alert, actor_sees_all, episode_for_change
from tracker.services.transaction import writing
from tracker.store import alerts, audit, breaches
from tracker.store.models import Alert, Line

_UNKNOWN = FormProblem("unknown_alert", "There is no such alert.", ("reference",))


def acknowledge(
    context: Context, *, reference: str, reason: BreachReason | None = None, planned_at: datetime | None = None
) -> None:
    """Holds the next rung back while the planned date is ahead, at most 72 h, once for each rung (definitions §7).

    An alert of another trigger has no next step: answering it says who has seen it, and withdraws what is not sent yet.

    Refused: unknown or of a record that the actor may not see, acknowledged already, a plan that is not ahead.
    """
    planned_at = require_aware(planned_at) if planned_at else None
    if planned_at is not None and planned_at <= context.now:
        sentence = "A plan lies ahead. Check the date and the time."
        raise Refused(FormProblem("plan_not_ahead", sentence, ("planned_at",)))
    with writing() as session:
        audit.hold_chain(session)
        query = select(Alert).where(Alert.reference == reference).with_for_update()
        alert = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if alert is None:
            raise Refused(_UNKNOWN)
        _refuse_unseen(session, context, alert)
        if alert.acknowledged_at is not None:
            raise Refused(FormProblem("already_acknowledged", "This alert is acknowledged already."))
        alert.acknowledged_at = context.now
        alert.acknowledged_by_id = context.actor.person_id
        alert.acknowledged_reason = str(reason) if reason else None
        alert.planned_at = planned_at
        details = {
            "rung": alert.rung,
            "clock_no": alert.clock_no,
            "reason": alert.acknowledged_reason,
            "planned_at": planned_at.isoformat() if planned_at else None,
        }
        audit.record(session, "alert_acknowledged", context.actor, context.now, "alert", alert.id, details)
        session.flush()
        if alert.trigger is not None:
            return  # it holds nothing back, and is no reason of a breach
        if reason and alert.episode_id is not None:
            _give_breach_reason(session, context, alert.episode_id, reason)
        _look_again(session, context, alert)


def _refuse_unseen(session: Session, context: Context, alert: Alert) -> None:
    """An alert about a record is the record's: those who may not see the one may not answer the other."""
    if alert.trigger is not None:
        if not actor_sees_alert(session, context, alert.id):
            raise Refused(_UNKNOWN)
    elif alert.episode_id is not None:
        try:
            episode_for_change(session, context, alert.episode_id)
        except Refused:
            raise Refused(_UNKNOWN) from None
    elif not actor_sees_all(session, context):
        raise Refused(_UNKNOWN)


def _give_breach_reason(session: Session, context: Context, episode_id: int, reason: BreachReason) -> None:
    """The reason given in answering is the breach's (definitions §7), unless a person gave one before."""
    breach = breaches.standing(session, episode_id)
    if breach is None or breach.reason is not None:
        return
    breach.reason = str(reason)
    breach.reason_by_id = context.actor.person_id
    breach.reason_at = context.now
    details = {"reason": str(reason), "clock_no": breach.clock_no}
    audit.record(session, "breach_reason_given", context.actor, context.now, "episode", episode_id, details)


def _look_again(session: Session, context: Context, alert: Alert) -> None:
    """The sweep must look when the hold ends, and not before."""
    if alert.episode_id is not None:
        follow_up_episode(session, episode_for_change(session, context, alert.episode_id), context)
    elif alert.line_id is not None:
        line = session.get_one(Line, alert.line_id)
        clock = alerts.line_clock(session, line)
        waits = clock is not None and line.settled_at is None
        line.sweep_at = next_alert_at(clock, context.rules.ladder, context.now) if clock and waits else None
