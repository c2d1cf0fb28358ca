"""Reading the mailbox into which undeliverable emails come back, by IMAP with verified TLS.

Looks at what is unread without marking it (BODY.PEEK). What was looked at and is no bounce stays unread, and is not
fetched again by the same process.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from tracker.core.bounces import MOST_BYTES, MailboxError

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_AT_ONCE = 200
"""Messages of one look; the rest is for the next."""


@dataclass(frozen=True)
class ImapMailbox:
    """`security`: `tls` from the start, or `starttls`, without which it refuses to go on."""

    host: str
    port: int
    security: Literal["tls", "starttls"]
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    ca_file: str = ""
    timeout_seconds: float = 30
    _seen: set[tuple[str, str]] = field(default_factory=set, repr=False, compare=False)

    def describe(self) -> str:
        return f"{self.folder} at {self.host}:{self.port}"

    @contextmanager
    def open(self) -> Iterator["_Opened"]:
        try:
            imap = self._connect()
        except (OSError, imaplib.IMAP4.error) as error:  # imaplib's texts may quote the server, so only the kind
            raise MailboxError(f"The mailbox could not be used: {type(error).__name__}.") from None
        try:
            yield _Opened(imap, self._seen, _valid(imap))
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"The mailbox could not be read: {type(error).__name__}.") from None
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                imap.logout()
            with suppress(OSError):
                imap.shutdown()  # a logout that failed leaves the connection open

    def _connect(self) -> imaplib.IMAP4:
        # imaplib's own default verifies nothing
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if self.security == "tls":
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=context, timeout=self.timeout_seconds
            )
        else:
            imap = imaplib.IMAP4(self.host, self.port, timeout=self.timeout_seconds)
        try:
            if self.security == "starttls":
                imap.starttls(context)
            imap.login(self.username, self.password)
            _ok(imap.select(f'"{self.folder}"'))
        except BaseException:
            imap.shutdown()
            raise
        return imap


class _Opened:
    def __init__(self, imap: imaplib.IMAP4, seen: set[tuple[str, str]], validity: str) -> None:
        self._imap = imap
        self._seen = seen
        self._validity = validity

    def unread(self) -> Iterator[tuple[str, bytes]]:
        numbers = _ok(self._imap.uid("SEARCH", "UNSEEN"))[0] or b""
        fresh = [one for one in numbers.decode("ascii").split() if (self._validity, one) not in self._seen]
        for number in fresh[:_AT_ONCE]:
            content = self._content_of(number)
            self._seen.add((self._validity, number))
            if content is not None:
                yield number, content

    def _content_of(self, number: str) -> bytes | None:
        """None for what is too long to be a report, or is gone meanwhile."""
        size = _SIZE.search(b" ".join(one for one in _ok(self._imap.uid("FETCH", number, "(RFC822.SIZE)")) if one))
        if size is None or int(size[1]) > MOST_BYTES:
            return None
        for part in _ok(self._imap.uid("FETCH", number, "(BODY.PEEK[])")):
            if isinstance(part, tuple) and len(part) == 2:
                return bytes(part[1])
        return None

    def mark_read(self, number: str) -> None:
        _ok(self._imap.uid("STORE", number, "+FLAGS.SILENT", "(\\Seen)"))


def _valid(imap: imaplib.IMAP4) -> str:
    """The folder's UIDVALIDITY: with another, numbers mean other messages."""
    _name, found = imap.response("UIDVALIDITY")
    first = found[0] if found else None
    return first.decode("ascii", "replace") if isinstance(first, bytes) else ""


def _ok(answer: tuple[str, Any]) -> Any:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error("refused")
    return data
