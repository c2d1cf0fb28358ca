"""Reading back what `FolderMailer` wrote: the demonstration's mailbox."""

import email
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path


@dataclass(frozen=True)
class Mail:
    """One message as it would have been sent. `written_at` is its Date header."""

    message_id: str
    to_address: str
    subject: str
    body: str
    written_at: datetime


@dataclass(frozen=True)
class FolderMailbox:
    """The .eml files of a folder."""

    folder: Path

    def page(self, number: int, size: int) -> tuple[list[Mail], int]:
        """One page of the messages, last written first, and how many there are; none where there is no folder."""
        files = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        mails = [_read(path) for path in files[(number - 1) * size : number * size]]
        return sorted(mails, key=lambda mail: mail.written_at, reverse=True), len(files)


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    return Mail(
        message_id=str(message["Message-ID"]),
        to_address=str(message["To"]),
        subject=str(message["Subject"]),
        body=body.get_content() if body else "",
        written_at=parsedate_to_datetime(str(message["Date"])),
    )
