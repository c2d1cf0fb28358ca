"""Escalate an alert: whoever was told cannot act, and the next step of the ladder is told at once."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alert_terms import EscalationReason
from tracker.core.alerts import AlertDue, RunningClock, escalated, next_alert_at, next_step_up
from tracker.services.context import Context
from tracker.services.email_texts import escalated_text, message_domain
from tracker.services.errors import FormProblem, Refused
from tracker.services.follow_up import follow_up_episode
from tracker.services.rows_for_change import actor_sees_all, episode_for_change
from tracker.services.tell_people import new_reference
from tracker.services.transaction import writing
from tracker.store import alerts, audit, outbox, people
from tracker.store.models import Alert, Episode, Line

_UNKNOWN = FormProblem("unknown_alert", "There is no such alert.", ("reference",))
_SETTLED = FormProblem("settled", "This is settled already, or its deadline has moved: there is nothing to escalate.")
_TOP = FormProblem("at_the_top", "Everybody on the ladder is told already. Ring whoever must act.")
_TWICE = FormProblem("escalated_already", "The next step has been told already.")
_NOBODY = FormProblem("nobody", "Nobody on the next step could be told. Ring whoever must act.")


@dataclass(frozen=True)
class Escalated:
    """The step that was told, and by whose names."""

    rung: str
    told: tuple[str, ...]


def escalate(context: Context, *, reference: str, reason: EscalationReason) -> Escalated:
    """The step above all that were told is told now, each person once and never again for it (definitions §8).

    Steps: 1. the alert, and its clock as it stands, held against the sweep; 2. the alerts, their messages and what the
    audit says, in one transaction; 3. when the sweep must look again. Refused: unknown or of a record that the actor
    may not see, settled meanwhile, nobody above, told already.
    """
    with writing() as session:
        audit.hold_chain(session)
        alert = session.scalar(select(Alert).where(Alert.reference == reference, alerts.OF_A_CLOCK).with_for_update())
        if alert is None:
            raise Refused(_UNKNOWN)
        row, clock = _held(session, context, alert)
        step = next_step_up(clock, context.rules.ladder)
        if step is None:
            raise Refused(_TOP)
        if _was_escalated(session, alert, step.rung):
            raise Refused(_TWICE)
        due = escalated(clock, step, people.recipients(session), context.now)
        if not due:
            raise Refused(_NOBODY)
        _write(session, context, due, reason)
        details = {"rung": step.rung, "clock_no": clock.clock_no, "reason": str(reason)}
        audit.record(session, "alert_escalated", context.actor, context.now, "alert", alert.id, details)
        session.flush()
        if isinstance(row, Episode):
            follow_up_episode(session, row, context)
        else:
            after = alerts.line_clock(session, row)
            row.sweep_at = next_alert_at(after, context.rules.ladder, context.now) if after else None
        names = people.names_by_id(session)
        told = (one.told for one in due)
        return Escalated(step.rung, tuple(names.get(one.person_id or 0) or one.address or one.webhook for one in told))


def _held(session: Session, context: Context, alert: Alert) -> tuple[Episode | Line, RunningClock]:
    """The episode or line of the alert, locked, and its clock. Refused where it runs no more, or another one runs."""
    if alert.episode_id is not None:
        try:
            row = episode_for_change(session, context, alert.episode_id)
        except Refused:
            raise Refused(_UNKNOWN) from None
        clock = alerts.episode_clock(session, row) if row.clock_open else None
        if clock is None or clock.clock_no != alert.clock_no:
            raise Refused(_SETTLED)
        return row, clock
    if not actor_sees_all(session, context):
        raise Refused(_UNKNOWN)
    line = session.get_one(Line, alert.line_id, with_for_update=True)
    clock = alerts.line_clock(session, line) if line.settled_at is None else None
    if clock is None or clock.due_at != alert.due_at:
        raise Refused(_SETTLED)
    return line, clock


def _was_escalated(session: Session, alert: Alert, rung: str) -> bool:
    same = Alert.episode_id == alert.episode_id if alert.episode_id is not None else Alert.line_id == alert.line_id
    query = select(Alert.id).where(same, Alert.clock_no == alert.clock_no, Alert.rung == rung)
    return (
        session.scalar(query.where(Alert.escalated_by_id.is_not(None), Alert.due_at == alert.due_at).limit(1))
        is not None
    )


def _write(session: Session, context: Context, due: list[AlertDue], reason: EscalationReason) -> None:
    addresses = outbox.addresses_of(session, {one.told.person_id for one in due if one.told.person_id is not None})
    for one in due:
        reference = new_reference()
        text = escalated_text(one.clock.due_at, reference, context.base_url)
        email = outbox.NewEmail(
            dedupe_key=one.dedupe_key,
            template=text.template,
            to_address=one.told.webhook or one.told.address or addresses[one.told.person_id or 0],
            subject=text.subject,
            body=text.body,
            recipient_id=one.told.person_id,
            road=outbox.WEBHOOK + one.told.webhook if one.told.webhook else outbox.EMAIL,
        )
        ids = outbox.queue_emails(session, [email], context.now, message_domain(context.base_url))
        row = _alert_of(one, reference, ids[one.dedupe_key], context, reason)
        session.add(row)
        session.flush()
        details: dict[str, object] = {"rung": one.rung, "recipient_id": one.told.person_id, "alert_id": row.id}
        if row.to_other is not None:
            details["to_other"] = row.to_other
        subject, id_ = one.clock.subject, one.clock.subject_id
        audit.record(session, "alert_raised", context.actor, context.now, subject, id_, details)


def _alert_of(
    due: AlertDue, reference: str, outbox_id: int | None, context: Context, reason: EscalationReason
) -> Alert:
    """As the sweep would write it, with who asked for it and why."""
    clock, is_line = due.clock, due.clock.subject == "line"
    return Alert(
        reference=reference,
        dedupe_key=due.dedupe_key,
        subject=clock.subject,
        subject_id=clock.subject_id,
        episode_id=None if is_line else clock.subject_id,
        line_id=clock.subject_id if is_line else None,
        clock_no=clock.clock_no,
        rung=str(due.rung),
        offset_hours=due.step.offset_hours,
        rungs=[str(rung) for rung in due.rungs],
        recipient_id=due.told.person_id,
        to_other=alerts.to_other(due.told),
        outbox_id=outbox_id,
        due_at=clock.due_at,
        raised_at=context.now,
        escalated_by_id=context.actor.person_id,
        escalated_reason=str(reason),
    )
