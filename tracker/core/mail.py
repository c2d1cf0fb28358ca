"""What the outbox hands to whatever carries mail, and what may come back: the words both sides share."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Email:
    """One message to one recipient; `message_id` is the same at every try."""

    message_id: str
    to_address: str
    subject: str
    body: str
    written_at: datetime


class MailDelayedError(Exception):
    """Not sent now: no connection, or a temporary answer (4xx). Worth another try."""


class MailConnectionLostError(MailDelayedError):
    """Not sent, or not known to be sent, because the connection went: perhaps not this message's fault."""


class MailRefusedError(Exception):
    """The server will not take this message (5xx)."""


class MailConnection(Protocol):
    def send(self, email: Email) -> None:
        """Returns once the server has taken the message.

        Raises MailRefusedError, MailDelayedError, or of that MailConnectionLostError; the next message may be sent all
        the same.
        """


class Mailer(Protocol):
    def connect(self) -> AbstractContextManager[MailConnection]:
        """One connection for a batch. Raises MailDelayedError where there is no server to talk to."""

    def describe(self) -> str:
        """Where mail goes, for `tracker check` and the pages."""
