"""What came back of an email: a report that it could not be delivered (RFC 3464), and what it says in plain words.

Only a report of a permanent failure, which names a message of ours, is a bounce. Absence replies, reports of a delay
(the server goes on trying) and anything else are not. Nothing that a server wrote is kept: only the code of the status.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Protocol

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
_LINE_OF_ID = re.compile(rb"^Message-ID:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_MOST_PARTS = 200

MOST_BYTES = 5_000_000
"""A report is short. Anything longer is somebody's letter, and not looked at."""


@dataclass(frozen=True)
class Bounce:
    """A report about the message `message_id`. `code` is like 5.1.1, or empty. Not permanent: only a delay."""

    message_id: str
    code: str
    is_permanent: bool


class BounceSession(Protocol):
    def unread(self) -> Iterator[tuple[str, bytes]]:
        """Each message not marked as read: its number, and the whole of it."""

    def mark_read(self, number: str) -> None:
        """So that it is not looked at again."""


class BounceMailbox(Protocol):
    def open(self) -> AbstractContextManager[BounceSession]:
        """Raises MailboxError."""

    def describe(self) -> str:
        """Where it is, without a secret."""


class MailboxError(Exception):
    """The mailbox could not be used now. Its text may be shown."""


def bounce_of(content: bytes) -> Bounce | None:
    """What a message reports, if it is a delivery report about another; None for whatever else. Never raises."""
    try:
        message = message_from_bytes(content[:MOST_BYTES], policy=policy.compat32)
        return _read(message, content)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):  # whatever a broken message provokes
        return None


def _read(message: Message, content: bytes) -> Bounce | None:
    parts = [part for _, part in zip(range(_MOST_PARTS), message.walk(), strict=False)]
    if message.get_content_type() != "multipart/report":
        return None
    if str(message.get_param("report-type") or "").lower() != "delivery-status":
        return None
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None:
        return None
    found = [verdict for fields in _groups(status) if (verdict := _verdict(fields))]
    message_id = _id_of_returned(parts)
    if not found or message_id is None:
        return None
    failed = next((code for action, code in found if action == "failed"), None)
    if failed is not None:
        return Bounce(message_id, failed, is_permanent=not failed.startswith("4"))
    return Bounce(message_id, found[0][1], is_permanent=False) if found[0][0] == "delayed" else None


def _groups(status: Message) -> Iterator[dict[str, str]]:
    """The groups of fields of a delivery-status part: that of the message, then one for each recipient."""
    payload = status.get_payload()
    for group in payload if isinstance(payload, list) else ():
        if isinstance(group, Message):
            yield {name.lower(): str(value) for name, value in group.items()}


def _verdict(fields: dict[str, str]) -> tuple[str, str] | None:
    """Action and code of one recipient's group; None for the group of the message."""
    words = fields.get("action", "").split("(")[0].split()
    if not words:
        return None
    code = _STATUS.search(fields.get("status", ""))
    return words[0].lower(), code[0] if code else ""


def _id_of_returned(parts: list[Message]) -> str | None:
    """The Message-ID of the message that is reported: in its returned headers, or as the report states it."""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822":
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            if isinstance(inner, Message) and (found := _MESSAGE_ID.search(str(inner.get("Message-ID", "")))):
                return found[0]
        elif kind == "text/rfc822-headers":
            held = part.get_payload(decode=True)
            found_line = _LINE_OF_ID.search(held if isinstance(held, bytes) else b"")
            if found_line:
                return found_line[1].decode("ascii", "replace")
        elif kind == "message/delivery-status":
            for fields in _groups(part):
                if found := _MESSAGE_ID.search(fields.get("original-message-id", "")):
                    return found[0]
    return None


_BY_CODE = (
    ("5.1.10", "The receiving mail server says that it takes no mail for this address."),
    ("5.1.", "The receiving mail server says that there is no such address."),
    ("5.2.1", "The mailbox is switched off."),
    ("5.2.2", "The mailbox is full."),
    ("5.2.3", "The message is too long for the mailbox."),
    ("5.2.", "The mailbox cannot be written to."),
    ("5.3.", "The receiving mail server cannot take the message."),
    ("5.4.", "The receiving mail server could not be reached in time."),
    ("5.6.", "The receiving mail server cannot take this kind of message."),
    ("5.7.", "The receiving mail server does not allow messages from us."),
)


def why_undelivered(code: str) -> str:
    """In plain words, by the code of RFC 3463 alone."""
    words = next((words for start, words in _BY_CODE if code.startswith(start)), "The email came back undelivered.")
    return f"{words} ({code})" if code else words


STATUSES = {
    "delivered": None,
    "permanent-failure": "There is no such address, or it takes no mail.",
    "temporary-failure": "The mailbox took no mail for days: it may be full or switched off.",
    "technical-failure": "The carrier could not send it, for a fault of its own.",
}
"""What a carrier may say became of an email, in GOV.UK Notify's words; why it was not delivered, in ours."""
