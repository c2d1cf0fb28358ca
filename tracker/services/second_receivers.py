"""A message did not arrive: see that what it told of reaches somebody else who may act on it (definitions §7)."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from tracker.core.alert_terms import Trigger
from tracker.core.directory import Recipient
from tracker.core.notices import Matter, may_see, policy_of, stands_in_for
from tracker.core.recipients import Receivers, Told
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, alert_text, message_domain, notice_text, stood_in_text
from tracker.services.notice_messages import email_to, record_raised
from tracker.services.tell_people import new_reference
from tracker.store import notices, outbox
from tracker.store.models import Alert


def tell_who_stands_in(
    session: Session,
    context: Context,
    message_ids: Collection[int],
    people: Sequence[Recipient],
    failing: Collection[str],
) -> int:
    """Raise each alert that these messages carried anew, to whoever stands in for its receiver; how many.

    The same subject and rung, with a key of its own, so that nobody is told twice. What was closed meanwhile, what was
    answered, and what told a bare address or a webhook beside people is left. One email for each person: of one alert
    what the alert says, of several a count. `failing`: addresses at which nobody is reached just now.
    """
    for_whom: dict[Told, list[Alert]] = defaultdict(list)
    for alert in notices.alerts_of(session, message_ids):
        if alert.subject != notices.OUTBOX and notices.still_asks(session, alert):
            for told in _who_stands_in(session, context, alert, people, failing):
                for_whom[told].append(alert)
    rows = []
    for told, theirs in for_whom.items():
        copies = {copy.dedupe_key: copy for copy in (_copy(alert, told, context) for alert in theirs)}
        known = notices.keys_known(session, copies)
        new = [copy for key, copy in copies.items() if key not in known]
        if not new:
            continue
        text = _text(new[0], context) if len(new) == 1 else stood_in_text(len(new), context.base_url)
        key = new[0].dedupe_key if len(new) == 1 else f"stood_in:{new[0].reference}"
        email = email_to(key, told, text, people)
        queued = outbox.queue_emails(session, [email], context.now, message_domain(context.base_url))
        for copy in new:
            copy.outbox_id = queued[key]
        rows += new
    record_raised(session, context, rows)
    return len(rows)


def _who_stands_in(
    session: Session, context: Context, alert: Alert, people: Sequence[Recipient], failing: Collection[str]
) -> list[Told]:
    owner_id, team_id = notices.whose_work(session, alert)
    receivers = _receivers(context, alert, team_id)
    if receivers is None:
        return []
    children = [alert.child_id] if alert.child_id is not None else []
    seen_by = notices.interviewers_of(session, children).get(alert.child_id or 0, frozenset())
    trigger = Trigger(alert.trigger) if alert.trigger else Trigger.FOUND_NOT_RETURNED  # of a record, as every rung is
    matter = Matter(trigger, alert.subject, alert.subject_id, alert.due_at, "", owner_id, seen_by=seen_by)
    shut = {person.id for person in people if person.email in failing or not may_see(matter, person)}
    told = notices.told_of(session, alert) | shut
    return stands_in_for(alert.recipient_id, receivers, owner_id, team_id, people, told, context.now)


def _receivers(context: Context, alert: Alert, team_id: int | None) -> Receivers | None:
    """Whom the rung or trigger tells; None where the ladder names it no more."""
    if alert.trigger is not None:
        policy = policy_of(context.rules.triggers, Trigger(alert.trigger))
        return policy.told_by.of(team_id) if policy else None
    step = next((step for step in context.rules.ladder if step.rung == alert.rung), None)
    return step.told_by.of(team_id) if step else None


def _copy(alert: Alert, told: Told, context: Context) -> Alert:
    """The same alert to another person; whoever is told of it is the last part of its key."""
    same = (
        "subject", "subject_id", "trigger", "child_id", "episode_id", "line_id", "clock_no", "rung", "offset_hours",
        "due_at",
    )  # fmt: skip
    key, whose = alert.dedupe_key, Told(alert.recipient_id).key
    return Alert(
        **{name: getattr(alert, name) for name in same},
        rungs=list(alert.rungs),
        reference=new_reference(),
        dedupe_key=key.removesuffix(whose) + told.key,
        recipient_id=told.person_id,
        raised_at=context.now,
    )


_SAID_BY_ITSELF = frozenset(
    {Trigger.FOUND_NOT_RETURNED, Trigger.REPEAT_FLAG, Trigger.ACTION_OVERDUE, Trigger.MARAMP_REVIEW_OVERDUE}
)
"""Triggers whose email says of one matter nothing that its alert does not hold."""


def _text(alert: Alert, context: Context) -> EmailText:
    if alert.trigger in _SAID_BY_ITSELF:
        return notice_text(Trigger(alert.trigger), 1, 1, alert.due_at, alert.reference, context.base_url)
    step = next((step for step in context.rules.ladder if step.rung == alert.rung), None)
    if alert.trigger is not None or step is None:
        return stood_in_text(1, context.base_url)
    return alert_text(alert.subject, step, alert.due_at, alert.reference, context.base_url)
