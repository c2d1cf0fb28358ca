"""A real IMAP server for tests, on loopback with TLS: one folder, as far as a reader of bounces speaks with it."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"


@dataclass
class Mailbox:
    """`messages`: UID → content. `read`: those marked as read. `fetched`: whole contents given out, in order."""

    messages: dict[int, bytes] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    fetched: list[int] = field(default_factory=list)
    password: str = "an invented password"
    marking_fails: bool = False
    port: int = 0
    logins: int = 0


@contextmanager
def serving(mailbox: Mailbox, tls: ssl.SSLContext, *, starttls: bool = False, stripped: bool = False) -> Iterator[int]:
    """Its port. `starttls`: begins in clear and offers it; `stripped`: begins in clear and does not."""
    listener = socket.create_server((HOST, 0))
    stopped = threading.Event()

    def accept() -> None:
        while not stopped.is_set():
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            with raw, suppress(OSError, ValueError):
                raw.settimeout(5)
                talk = _Talk(mailbox, raw if starttls or stripped else tls.wrap_socket(raw, server_side=True), tls)
                talk.offers_tls = starttls
                try:
                    talk.run()
                finally:
                    talk.lines.close()
                    talk.connection.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        stopped.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


class _Talk:
    """One connection (RFC 9051, a small part of it)."""

    offers_tls = False

    def __init__(self, mailbox: Mailbox, connection: socket.socket, tls: ssl.SSLContext) -> None:
        self.mailbox = mailbox
        self.connection = connection
        self.tls = tls
        self.lines = connection.makefile("rb")

    def run(self) -> None:
        self._say("* OK ready")
        while line := self.lines.readline():
            tag, _, rest = line.decode("latin-1").strip().partition(" ")
            if self._do(tag, rest):
                return

    def _do(self, tag: str, rest: str) -> bool:
        verb = " ".join(rest.split()[: 2 if rest.upper().startswith("UID") else 1]).upper()
        box, numbers = self.mailbox, [int(found) for found in re.findall(r"\b(\d+)\b", rest)[:1]]
        done = "OK done"
        if verb == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1" + (" STARTTLS" if self.offers_tls else ""))
        elif verb == "STARTTLS" and self.offers_tls:
            self._say(f"{tag} OK go on")
            self.lines.close()
            self.connection = self.tls.wrap_socket(self.connection, server_side=True)
            self.lines, self.offers_tls = self.connection.makefile("rb"), False
            return False
        elif verb == "LOGIN":
            box.logins += 1
            done = "OK in" if box.password in rest else "NO wrong"
        elif verb == "SELECT":
            self._say(f"* {len(box.messages)} EXISTS")
            self._say("* OK [UIDVALIDITY 7] valid")
        elif verb == "UID SEARCH":
            self._say("* SEARCH " + " ".join(str(number) for number in sorted(box.messages) if number not in box.read))
        elif verb == "UID FETCH":
            self._fetch(numbers[0], rest)
        elif verb == "UID STORE":
            if box.marking_fails:
                self.connection.close()
                return True
            box.read.add(numbers[0])
        elif verb == "LOGOUT":
            self._say("* BYE")
        self._say(f"{tag} {done}")
        return verb == "LOGOUT"

    def _fetch(self, number: int, rest: str) -> None:
        content = self.mailbox.messages[number]
        if "RFC822.SIZE" in rest:
            self._say(f"* 1 FETCH (UID {number} RFC822.SIZE {len(content)})")
            return
        if "PEEK" not in rest:
            self.mailbox.read.add(number)
        self.mailbox.fetched.append(number)
        self._say(f"* 1 FETCH (UID {number} BODY[] {{{len(content)}}}")
        self.connection.sendall(content + b")\r\n")

    def _say(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")
