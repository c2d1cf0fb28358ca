"""What the outbox hands to whatever carries a message, and what may come back: the words both sides share."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

EMAIL = "email"
WEBHOOK = "webhook:"
"""The roads that a message may take: `email`, or `webhook:` and the name of one."""


@dataclass(frozen=True)
class Matter:
    """What a message is about, for a receiver that is a program: as little as the text itself says.

    `reference`, `step` (the rung or trigger) and `due_at` are those of the alert; None where the message carries none,
    or sums up several. `link` needs sign-in.
    """

    link: str
    reference: str | None = None
    step: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class Email:
    """One message to one recipient; `message_id` is the same at every try.

    `may_have_gone`: an earlier try ended without our knowing how, so that a carrier that can be asked should be.
    `matter` is given on the road of a webhook only.
    """

    message_id: str
    to_address: str
    subject: str
    body: str
    written_at: datetime
    may_have_gone: bool = False
    matter: Matter | None = None


class MailDelayedError(Exception):
    """Not sent now: no connection, or a temporary answer (4xx). Worth another try, after `wait` if that is given."""

    def __init__(self, sentence: str, wait: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.wait = wait


class MailConnectionLostError(MailDelayedError):
    """Not sent, or not known to be sent, because the connection went: perhaps not this message's fault."""


class MailHeldError(MailDelayedError):
    """The carrier takes nothing more from anybody here for a while: a limit is reached, or it does not know us."""


class MailRefusedError(Exception):
    """The carrier will not take this message."""


class MailConnection(Protocol):
    def send(self, email: Email) -> str | None:
        """Returns once the carrier has taken the message: its own number of it, where it gives one.

        Raises MailRefusedError, MailDelayedError, or of that MailConnectionLostError or MailHeldError; the next message
        may be sent all the same.
        """


class Mailer(Protocol):
    def connect(self) -> AbstractContextManager[MailConnection]:
        """One connection for a batch. Raises MailDelayedError where there is no server to talk to."""

    def describe(self) -> str:
        """Where messages go, for `tracker check` and the pages: no secret, and no address that holds one."""
