"""A test message, to see that a road gets through: queued in the outbox like every other message."""

from collections.abc import Collection

from tracker.core.mail import EMAIL, WEBHOOK
from tracker.services.context import Context
from tracker.services.email_texts import message_domain, test_message_text
from tracker.services.errors import FormProblem, Refused
from tracker.services.tell_people import new_reference
from tracker.services.transaction import writing
from tracker.store import audit, outbox

TEMPLATE = "test_message"


def queue_test_message(context: Context, *, road: str, webhooks: Collection[str]) -> int:
    """By email to whoever asks, or to the webhook of a road; the message's id.

    Raises Refused for a road that there is not, or a person without an address.
    """
    name = road.removeprefix(WEBHOOK)
    if road != EMAIL and not (road.startswith(WEBHOOK) and name in webhooks):
        raise Refused(FormProblem("unknown_road", "Choose a road from the list.", ("road",)))
    reference = new_reference()
    text = test_message_text(reference, context.now, context.base_url)
    person_id = context.actor.person_id
    with writing() as session:
        audit.hold_chain(session)
        address = outbox.addresses_of(session, [person_id] if person_id else []).get(person_id or 0)
        if road == EMAIL and not address:
            raise Refused(FormProblem("no_address", "Sign in as a person with an email address.", ("road",)))
        email = outbox.NewEmail(
            dedupe_key=f"test_message:{reference}",
            template=text.template,
            to_address=address or "" if road == EMAIL else name,
            subject=text.subject,
            body=text.body,
            recipient_id=person_id if road == EMAIL else None,
            road=road,
        )
        ids = outbox.queue_emails(session, [email], context.now, message_domain(context.base_url))
        id_ = ids[email.dedupe_key]
        audit.record(session, "test_message_queued", context.actor, context.now, "outbox", id_, {"road": road})
        return id_
