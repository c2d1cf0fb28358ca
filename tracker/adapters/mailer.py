"""Sending email: SMTP with verified TLS, or files in a folder for a demonstration.

A batch shares one connection, opened anew where it was lost. What the server says becomes one of three: sent,
`MailDelayedError` (try again later) or `MailRefusedError` (this message will never go; a person must look). Their texts
hold codes, never addresses or content.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Literal

from tracker.core.mail import (
    Email,
    MailConnection,
    MailConnectionLostError,
    MailDelayedError,
    Mailer,
    MailRefusedError,
)

__all__ = ["FolderMailer", "Mailer", "NoMailer", "SmtpMailer", "as_message", "as_plain_bytes"]


def as_message(email: Email, sender: str) -> EmailMessage:
    """RFC 5322, plain text, marked as made by a machine so that absence replies stay away."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = email.to_address
    message["Subject"] = email.subject
    message["Message-ID"] = email.message_id
    message["Date"] = format_datetime(email.written_at)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(email.body)
    return message


_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+'-]{1,64}@[A-Za-z0-9.-]{1,190}")
_PLAIN_ID = re.compile(r"<[A-Za-z0-9.-]+@[A-Za-z0-9.-]+>")
_PLAIN_TEXT = re.compile(r"[ -~]{1,200}")
_PLAIN_BODY = re.compile(r"(?:[ -~\t]{0,900}\n)+")
_LONGEST_PLAIN_LINE = 78


def as_plain_bytes(email: Email, sender: str) -> bytes | None:
    """The very message of `as_message`, on the wire, where it is plain ASCII throughout; else None.

    Nearly every message is, and so is written in a hundredth of the time.
    """
    line = f"Subject: {email.subject}"
    is_plain = (
        _PLAIN_ADDRESS.fullmatch(email.to_address)
        and _PLAIN_ID.fullmatch(email.message_id)
        and _PLAIN_TEXT.fullmatch(email.subject)
        and _PLAIN_TEXT.fullmatch(sender)
        and _PLAIN_BODY.fullmatch(email.body)
        and max(len(line), len(email.to_address) + 4, len(email.message_id) + 12, len(sender) + 6)
        <= _LONGEST_PLAIN_LINE
        and "  " not in email.subject
        and email.subject == email.subject.strip()
        and "=?" not in email.subject + sender
    )
    if not is_plain:
        return None
    head = (
        f"From: {sender}",
        f"To: {email.to_address}",
        line,
        f"Message-ID: {email.message_id}",
        f"Date: {format_datetime(email.written_at)}",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 7bit",
        "MIME-Version: 1.0",
    )
    return "\r\n".join([*head, "", email.body.replace("\n", "\r\n")]).encode("ascii")


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
        connection = _SmtpConnection(self)
        connection.open()
        try:
            yield connection
        finally:
            connection.close()

    def open_smtp(self) -> smtplib.SMTP:
        """Connected, encrypted as `security` asks, the certificate verified, signed in. Raises OSError."""
        name = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"  # else smtplib asks DNS for this machine's
        if self.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=name, timeout=self.timeout_seconds, context=self._verifying()
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, local_hostname=name, timeout=self.timeout_seconds)
        try:
            if self.security == "starttls":
                smtp.starttls(context=self._verifying())
            if self.username:
                smtp.login(self.username, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _verifying(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file or None)


class _SmtpConnection:
    def __init__(self, mailer: SmtpMailer) -> None:
        self.mailer = mailer
        self.smtp: smtplib.SMTP | None = None
        self.taken = 0
        self.envelope_from = parseaddr(mailer.sender)[1]

    def open(self) -> smtplib.SMTP:
        if self.smtp is None:
            try:
                self.smtp = self.mailer.open_smtp()
            except OSError as error:  # smtplib's own errors are OSErrors too
                raise MailConnectionLostError(_reason(error)) from error
        return self.smtp

    def send(self, email: Email) -> None:
        plain = as_plain_bytes(email, self.mailer.sender)
        message = None if plain is not None else _written(email, self.mailer.sender)
        smtp = self.open()
        try:
            try:
                self._hand_over(smtp, email, plain, message)
            except smtplib.SMTPSenderRefused as error:
                if not self._wants_a_new_connection(error):
                    raise
                self._drop()
                smtp = self.open()
                self._hand_over(smtp, email, plain, message)
            self.taken += 1
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefusedError("The mail server cannot take this kind of address.") from error
        except OSError as error:
            lost = smtp.sock is None or not isinstance(error, smtplib.SMTPException)
            if lost:
                self._drop()
            raise _outcome(error, lost) from error

    def _hand_over(self, smtp: smtplib.SMTP, email: Email, plain: bytes | None, message: EmailMessage | None) -> None:
        if message is None:
            smtp.sendmail(self.envelope_from, [email.to_address], plain or b"")
        else:
            smtp.send_message(message, from_addr=self.envelope_from, to_addrs=[email.to_address])

    def _wants_a_new_connection(self, error: smtplib.SMTPSenderRefused) -> bool:
        """A server that has taken enough over one connection says 421 to the next sender: nothing was handed over."""
        return error.smtp_code == 421 and self.taken > 0

    def _drop(self) -> None:
        self.taken = 0
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def close(self) -> None:
        """Take leave. What the server answers changes nothing: each message has had its own answer."""
        if self.smtp is not None:
            with suppress(OSError):
                self.smtp.quit()
        self._drop()


def _written(email: Email, sender: str) -> EmailMessage:
    try:
        return as_message(email, sender)
    except Exception as error:  # the header parser raises whatever it stumbles over; no other message may suffer
        raise MailRefusedError(f"The message could not be written: {type(error).__name__}.") from error


def _outcome(error: OSError, lost: bool) -> Exception:
    """What a failed attempt comes to.

    Only a 5xx answer to the recipient or the content is about this message. To a greeting or a sender it is about us
    and our settings: the message waits until they are mended.
    """
    code = _code(error)
    if code is not None and code >= 500 and isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return MailRefusedError(_reason(error))
    return MailConnectionLostError(_reason(error)) if lost else MailDelayedError(_reason(error))


def _code(error: OSError) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _reason(error: OSError) -> str:
    code = _code(error)
    if code is not None and code > 0:
        return f"The mail server answered {code}."
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
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MailDelayedError(f"The folder for mail could not be used: {type(error).__name__}.") from error
        yield self

    def send(self, email: Email) -> None:
        name = "".join(c for c in email.message_id if c.isalnum() or c in "-.@").strip("@")
        part = self.folder / f".{name}.part"
        content = bytes(_written(email, self.sender))
        try:
            part.write_bytes(content)
            part.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise MailDelayedError(f"The folder for mail could not be used: {type(error).__name__}.") from error


@dataclass(frozen=True)
class NoMailer:
    """No server is set: messages wait in the outbox, and the pages say so."""

    def describe(self) -> str:
        return "no mail server is set: messages wait"

    def connect(self) -> AbstractContextManager[MailConnection]:
        raise MailDelayedError("No mail server is set.")
