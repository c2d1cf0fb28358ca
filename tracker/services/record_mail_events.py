"""What became of an email after it was sent: delivered, or come back. By a mailbox, a carrier's call, or files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tracker.core.bounces import STATUSES, BounceMailbox, bounce_of, why_undelivered
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import audit, outbox


@dataclass
class BouncesRead:
    """`looked_at`: messages seen; `recorded`: bounces new to us; `known`: of a message recorded before; `delayed`:
    reports of a delay; `others`: no report about a message of ours."""

    looked_at: int = 0
    recorded: int = 0
    known: int = 0
    delayed: int = 0
    others: int = 0


def read_mailbox(
    context: Context, mailbox: BounceMailbox, keep_going: Callable[[], bool] = lambda: True
) -> BouncesRead:
    """Every unread message once. A bounce is marked as read after it is committed here, the rest is left as it was.

    Raises MailboxError.
    """
    done = BouncesRead()
    with mailbox.open() as opened:
        for number, content in opened.unread():
            if _take(context, content, done):
                opened.mark_read(number)
            if not keep_going():
                break
    return done


def read_messages(context: Context, contents: Iterable[bytes]) -> BouncesRead:
    """The same of messages at hand."""
    done = BouncesRead()
    for content in contents:
        _take(context, content, done)
    return done


def _take(context: Context, content: bytes, done: BouncesRead) -> bool:
    """Record what a message reports; whether it was a bounce, or a delay, of a message of ours."""
    done.looked_at += 1
    bounce = bounce_of(content)
    if bounce is None:
        done.others += 1
        return False
    with writing() as session:
        id_ = outbox.message_known_as(session, bounce.message_id, None)
        if id_ is None:
            done.others += 1
            return False
        if not bounce.is_permanent:
            done.delayed += 1
            return True
        audit.hold_chain(session)
        why = why_undelivered(bounce.code)
        if outbox.mark_undelivered(session, id_, context.now, why):
            audit.record(session, "email_bounced", context.actor, context.now, "outbox", id_, {"why": why})
            done.recorded += 1
        else:
            done.known += 1
    return True


def record_mail_event(
    context: Context, *, status: str, message_id: str | None = None, provider_id: str | None = None, code: str = ""
) -> bool:
    """What a carrier says of a message, by one of STATUSES; whether it is new to us and about a message of ours."""
    why = STATUSES[status]
    with writing() as session:
        audit.hold_chain(session)
        id_ = outbox.message_known_as(session, message_id, provider_id)
        if id_ is None:
            return False
        if why is None:
            return outbox.mark_delivered(session, id_, context.now)
        words = why_undelivered(code) if code else why
        recorded = outbox.mark_undelivered(session, id_, context.now, words)
        if recorded:
            audit.record(session, "email_bounced", context.actor, context.now, "outbox", id_, {"why": words})
        return recorded
