"""Sending email: SMTP with verified TLS, or files in a folder for a demonstration.

A batch shares one connection. What the server says becomes one of three: sent, `MailDelayedError` (try again later) or
`MailRefusedError` (this message will never go; a person must look). Their texts hold codes, never addresses or content.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Protocol


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


class MailRefusedError(Exception):
    """The server will not take this message (5xx)."""


class MailConnection(Protocol):
    def send(self, email: Email) -> None:
        """Returns once the server has taken the message. Raises MailDelayedError or MailRefusedError."""


class Mailer(Protocol):
    def connect(self) -> AbstractContextManager[MailConnection]:
        """One connection for a batch. Raises MailDelayedError where there is no server to talk to."""

    def describe(self) -> str:
        """Where mail goes, for `tracker check` and the pages."""


def as_message(email: Email, sender: str) -> EmailMessage:
    """RFC 5322, plain text, marked as made by a machine so that absence replies stay away."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = email.to_address
    message["Subject"] = email.subject
    message["Message-ID"] = email.message_id
    message["Date"] = format_datetime(email.written_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.body)
    return message


@dataclass(frozen=True)
class SmtpMailer:
    """`security`: `starttls` (refuses to go on without it), `tls`, or `none`. Certificates are always verified."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    username: str = ""
    password: str = ""
    ca_file: str = ""
    timeout_seconds: float = 20

    def describe(self) -> str:
        return f"{self.host}:{self.port} ({self.security})"

    @contextmanager
    def connect(self) -> Iterator["_SmtpConnection"]:
        try:
            smtp = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise MailDelayedError(_reason(error)) from error
        try:
            yield _SmtpConnection(smtp, self.sender)
        finally:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if self.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        try:
            if self.security == "starttls":
                smtp.starttls(context=context)
            if self.username:
                smtp.login(self.username, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


@dataclass(frozen=True)
class _SmtpConnection:
    smtp: smtplib.SMTP
    sender: str

    def send(self, email: Email) -> None:
        try:
            self.smtp.send_message(as_message(email, self.sender), to_addrs=[email.to_address])
        except smtplib.SMTPRecipientsRefused as error:
            code, _text = next(iter(error.recipients.values()))
            raise _answer(code) from error
        except smtplib.SMTPResponseException as error:
            raise _answer(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailDelayedError(_reason(error)) from error


def _answer(code: int) -> Exception:
    return (
        MailRefusedError(f"The mail server answered {code}.")
        if code >= 500
        else MailDelayedError(f"The mail server answered {code}.")
    )


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server answered {error.smtp_code}."
    return f"The mail server could not be used: {type(error).__name__}."


@dataclass(frozen=True)
class FolderMailer:
    """Writes each message as `<message id>.eml`, complete or not at all: the demonstration's mailbox."""

    folder: Path
    sender: str

    def describe(self) -> str:
        return f"the folder {self.folder.name} (demonstration)"

    @contextmanager
    def connect(self) -> Iterator["FolderMailer"]:
        self.folder.mkdir(parents=True, exist_ok=True)
        yield self

    def send(self, email: Email) -> None:
        name = "".join(c for c in email.message_id if c.isalnum() or c in "-.@").strip("@")
        part = self.folder / f".{name}.part"
        part.write_bytes(bytes(as_message(email, self.sender)))
        part.replace(self.folder / f"{name}.eml")


@dataclass(frozen=True)
class NoMailer:
    """No server is set: messages wait in the outbox, and the pages say so."""

    def describe(self) -> str:
        return "no mail server is set: messages wait"

    def connect(self) -> AbstractContextManager[MailConnection]:
        raise MailDelayedError("No mail server is set.")
