"""Real mail servers for tests (aiosmtpd on a free loopback port), well and ill behaved, and certificates for them."""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass
class Taking:
    """A server that takes every message. `senders`: every MAIL command seen, whatever came of it."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]

    def keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.recipients.extend(envelope.rcpt_tos)
        self.taken.append(message)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.senders.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.keep(envelope)
        return "250 OK"


@dataclass
class Answering(Taking):
    """Gives these answers first, one each time, at `MAIL`, `RCPT` or `DATA`; then takes everything.

    `to`: only to this recipient (at RCPT and DATA).
    """

    stage: str = "RCPT"
    answers: list[str] = field(default_factory=list)
    to: str | None = None

    def _answer(self, stage: str, recipient: str | None = None) -> str | None:
        if stage == self.stage and self.answers and self.to in (None, recipient):
            return self.answers.pop(0)
        return None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        taken = await super().handle_MAIL(server, session, envelope, address, options)
        return self._answer("MAIL") or taken

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT", address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA", envelope.rcpt_tos[0])
        return answer or await super().handle_DATA(server, session, envelope)


@dataclass
class Dropping(Taking):
    """Cuts the connection so many times at the end of DATA: before taking the message, or after, before saying so."""

    times: int = 1
    after_taking: bool = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.times > 0:
            self.times -= 1
            if self.after_taking:
                self.keep(envelope)
            assert server.transport is not None
            server.transport.abort()
            raise ConnectionResetError
        return await super().handle_DATA(server, session, envelope)


@dataclass
class GoingAway(Taking):
    """Takes so many messages over a connection, then answers 421 and closes, as a server with a limit does."""

    at_most: int = 2
    _on_this: dict[int, int] = field(default_factory=dict)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        taken = await super().handle_MAIL(server, session, envelope, address, options)
        count = self._on_this.setdefault(id(session), 0)
        self._on_this[id(session)] += 1
        if count < self.at_most:
            return taken
        assert server.transport is not None
        server.transport.write(b"421 too many messages over one connection\r\n")
        server.transport.close()
        raise ConnectionResetError


@dataclass
class Hanging(Taking):
    """Says nothing more after DATA, so many times."""

    times: int = 1

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.times > 0:
            self.times -= 1
            await asyncio.sleep(60)
        return await super().handle_DATA(server, session, envelope)


@contextmanager
def serving(
    handler: Taking, tls: ssl.SSLContext | None = None, *, implicit_tls: bool = False, require_starttls: bool = False
) -> Iterator[int]:
    """The port of a server with this handler, in a thread of its own. `tls`: offers STARTTLS, or speaks TLS at once."""

    def make() -> SMTP:
        handler.connections += 1
        return SMTP(
            handler,
            hostname="mail.invalid",
            tls_context=None if implicit_tls else tls,
            require_starttls=require_starttls,
            loop=asyncio.get_running_loop(),
        )

    async def start() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(make, HOST, 0, ssl=tls if implicit_tls else None)

    with _loop_of(start) as port:
        yield port


@contextmanager
def silent() -> Iterator[int]:
    """The port of a server that takes the connection and never says a word."""

    async def start() -> asyncio.Server:
        async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                writer.close()

        return await asyncio.start_server(say_nothing, HOST, 0)

    with _loop_of(start) as port:
        yield port


@contextmanager
def _loop_of(start: Callable[[], Awaitable[asyncio.Server]]) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> asyncio.Server:
        return await start()

    async def end() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Certificates:
    """A certificate authority's file, and servers' contexts signed by it: for this host, and for another."""

    ca_file: Path
    good: ssl.SSLContext
    other_host: ssl.SSLContext
    unknown_ca: ssl.SSLContext
    expired: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    ca_key, ca = _authority("Invented authority")
    stranger_key, stranger = _authority("Invented stranger")
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    return Certificates(
        ca_file=ca_file,
        good=_context(folder / "good.pem", HOST, ca_key, ca),
        other_host=_context(folder / "other.pem", "10.11.12.13", ca_key, ca),
        unknown_ca=_context(folder / "unknown.pem", HOST, stranger_key, stranger),
        expired=_context(folder / "expired.pem", HOST, ca_key, ca, days=(-9, -2)),
    )


def _authority(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = _builder(subject, subject, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    built = built.add_extension(usage, critical=True)
    built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return key, built.sign(key, hashes.SHA256())


def _context(
    path: Path, host: str, ca_key: ec.EllipticCurvePrivateKey, ca: x509.Certificate, days: tuple[int, int] = (-1, 2)
) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invented mail server")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    built = _builder(subject, ca.subject, key, days).add_extension(names, critical=False)
    certificate = built.add_extension(issuer, critical=False).sign(ca_key, hashes.SHA256())
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int] = (-1, 2)
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now + timedelta(days=days[0]))
    return built.not_valid_after(now + timedelta(days=days[1]))
