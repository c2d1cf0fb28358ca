"""Write what people are told of a trigger: an alert for each matter, and one email for each person and trigger."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from tracker.core.directory import Recipient
from tracker.core.notices import NoticeDue
from tracker.core.recipients import Told
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, message_domain
from tracker.services.tell_people import new_reference
from tracker.store import alerts, audit, notices, outbox
from tracker.store.models import Alert

Words = Callable[[Sequence[NoticeDue], str], EmailText]
"""What one email says: of what it tells, with the reference of the first of its alerts."""


def tell(
    session: Session, context: Context, due: Sequence[NoticeDue], people: Sequence[Recipient], words: Words
) -> int:
    """Queue the emails, and write the alerts and their audit rows; how many alerts. What is known already is left out.

    One email for each receiver: of one matter it bears the alert's own key and reference, of several a count.
    """
    known = notices.keys_known(session, [one.dedupe_key for one in due])
    by_receiver: dict[Told, list[NoticeDue]] = defaultdict(list)
    for one in due:
        if one.dedupe_key not in known:
            by_receiver[one.told].append(one)
    references = {told: [new_reference() for _ in theirs] for told, theirs in by_receiver.items()}
    emails = [
        email_to(_key_of(theirs, references[told][0]), told, words(theirs, references[told][0]), people)
        for told, theirs in by_receiver.items()
    ]
    queued = outbox.queue_emails(session, emails, context.now, message_domain(context.base_url))
    rows = [
        _alert(one, reference, queued[email.dedupe_key], context)
        for email, (told, theirs) in zip(emails, by_receiver.items(), strict=True)
        for one, reference in zip(theirs, references[told], strict=True)
    ]
    record_raised(session, context, rows)
    return len(rows)


def record_raised(session: Session, context: Context, rows: Sequence[Alert]) -> None:
    """Add alerts, each with its row of the audit."""
    session.add_all(rows)
    session.flush()
    acts = [
        audit.Act(
            "alert_raised",
            row.subject,
            row.subject_id,
            {"rung": row.rung, "recipient_id": row.recipient_id, "alert_id": row.id}
            | ({} if row.to_other is None else {"to_other": row.to_other}),
        )
        for row in rows
    ]
    audit.record_many(session, acts, context.actor, context.now)


def email_to(dedupe_key: str, told: Told, text: EmailText, people: Sequence[Recipient]) -> outbox.NewEmail:
    """One message to one receiver, by their road."""
    if told.webhook:
        road, address = outbox.WEBHOOK + told.webhook, told.webhook
    elif told.person_id is None:
        road, address = outbox.EMAIL, told.address
    else:
        road, address = outbox.EMAIL, next(person.email for person in people if person.id == told.person_id)
    return outbox.NewEmail(dedupe_key, text.template, address, text.subject, text.body, told.person_id, road)


def _key_of(theirs: Sequence[NoticeDue], reference: str) -> str:
    return theirs[0].dedupe_key if len(theirs) == 1 else f"notices:{theirs[0].matter.trigger}:{reference}"


def _alert(one: NoticeDue, reference: str, outbox_id: int, context: Context) -> Alert:
    of = one.matter
    return Alert(
        reference=reference,
        dedupe_key=one.dedupe_key,
        subject=of.subject,
        subject_id=of.subject_id,
        trigger=str(of.trigger),
        child_id=of.child_id,
        episode_id=of.episode_id,
        clock_no=0,
        rung=str(of.trigger),
        rungs=[str(of.trigger)],
        recipient_id=one.told.person_id,
        to_other=alerts.to_other(one.told),
        outbox_id=outbox_id,
        due_at=one.due_at,
        raised_at=context.now,
    )
