"""The only way to send: a row written in the same transaction as the fact that it tells."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.store.models import OutboxMessage


def queue_email(
    session: Session,
    *,
    dedupe_key: str,
    template: str,
    to_address: str,
    subject: str,
    body: str,
    now: datetime,
    domain: str,
    recipient_id: int | None = None,
) -> int | None:
    """Queue one message to one recipient; its id, or None if `dedupe_key` is queued already.

    The `Message-ID` is made here, once, so that every try bears the same.
    """
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == dedupe_key)) is not None:
        return None
    message = OutboxMessage(
        dedupe_key=dedupe_key,
        message_id=f"<{uuid.uuid4()}@{domain}>",
        template=template,
        recipient_id=recipient_id,
        to_address=to_address,
        subject=subject,
        body=body,
        created_at=now,
        try_at=now,
        attempts=0,
    )
    session.add(message)
    session.flush()
    return message.id
