"""Who is told of a month, by email and without a figure in it: that it waits to be published, that it is published.

It is no alert: whoever is away reads it when they are back, and nobody stands in.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from tracker.core.clock import Period
from tracker.core.terms import Role
from tracker.services.context import Context
from tracker.services.email_texts import (
    EmailText,
    message_domain,
    month_final_text,
    month_published_text,
    month_waiting_text,
)
from tracker.store import audit, outbox, people

READERS = frozenset({Role.OPERATIONAL_GROUP, Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})
"""Who may see the month's figures (tracker/web/access.py; a test holds the two together)."""

PUBLISHERS = frozenset({Role.LEAD, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})
"""Who may publish them."""


def tell_published(session: Session, context: Context, period: Period, version: int) -> int:
    """Queue one message for each person active who may see the month; how many. Again, it queues none."""
    text = month_published_text(period, version, context.base_url)
    return _tell(session, context, READERS, f"month_published:{period.key}:{version}", text)


def tell_waiting(session: Session, context: Context, period: Period) -> int:
    """Queue one message for each person active who may publish, once a month; how many."""
    text = month_waiting_text(period, context.base_url)
    return _tell(session, context, PUBLISHERS, f"month_waiting:{period.key}", text)


def tell_final_waiting(session: Session, context: Context, period: Period) -> int:
    """The same of a month that was published while its figures were provisional, once they are final."""
    text = month_final_text(period, context.base_url)
    return _tell(session, context, PUBLISHERS, f"month_final:{period.key}", text)


def _tell(session: Session, context: Context, roles: Collection[Role], key: str, text: EmailText) -> int:
    told = [person for person in people.recipients(session) if person.roles & set(roles) and person.email]
    emails = [
        outbox.NewEmail(f"{key}:{person.id}", text.template, person.email, text.subject, text.body, person.id)
        for person in told
    ]
    queued = outbox.queue_emails(session, emails, context.now, message_domain(context.base_url))
    if queued:
        ids = [email.recipient_id for email in emails if email.dedupe_key in queued]
        details = {"template": text.template, "recipient_ids": ids}
        audit.record(session, "summary_told", context.actor, context.now, "month", key.split(":")[1], details)
    return len(queued)
