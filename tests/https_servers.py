"""Real HTTPS servers on loopback for tests, well and ill behaved, and certificates for them."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
NAME = "reports.police.invalid"

Key = ec.EllipticCurvePrivateKey
Behaviour = Callable[["Request", socket.socket], None]
"""What a server does with one request on its connection. Whatever it raises ends the connection."""


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    peer: Mapping[str, object] | None
    body: bytes = b""
    method: str = "GET"


@dataclass
class Server:
    """A server under way. `seen`: every request, in order; `connections`: also those without one."""

    port: int = 0
    seen: list[Request] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/daily.csv", host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"


def answer(
    body: bytes = b"",
    status: str = "200 OK",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> Behaviour:
    """Sends this. `length`: what Content-Length says, where it is not the truth."""

    def send(_request: Request, connection: socket.socket) -> None:
        given = {"Content-Length": str(len(body) if length is None else length), "Connection": "close"} | (
            headers or {}
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
        connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    return send


def redirect(to: str) -> Behaviour:
    return answer(status="302 Found", headers={"Location": to})


@contextmanager
def serving(behave: Behaviour, context: ssl.SSLContext) -> Iterator[Server]:
    """A server in threads of its own, which ends every connection when it is stopped."""
    listener = socket.create_server((HOST, 0))
    server = Server(listener.getsockname()[1])
    stopped = threading.Event()
    open_now: list[socket.socket] = []

    def one(raw: socket.socket) -> None:
        with raw, suppress(OSError, ValueError):
            raw.settimeout(20)
            with context.wrap_socket(raw, server_side=True) as connection:
                open_now.append(connection)
                request = _read(connection)
                server.seen.append(request)
                behave(request, connection)

    def accept() -> None:
        while not stopped.is_set():
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            open_now.append(raw)
            thread = threading.Thread(target=one, args=[raw], daemon=True)
            threads.append(thread)
            thread.start()

    threads = [threading.Thread(target=accept, daemon=True)]
    threads[0].start()
    try:
        yield server
    finally:
        stopped.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in open_now:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)


def _read(connection: ssl.SSLSocket) -> Request:
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(4096)
        if not part:
            raise ValueError("no request")
        head += part
    before, _, body = head.partition(b"\r\n\r\n")
    first, *lines = before.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65_536)
    method, path, _version = first.split()
    return Request(path, headers, connection.getpeercert() or None, body, method)


class Authority:
    """Signs certificates; its own is in `file`."""

    def __init__(self, folder: Path, name: str = "Invented authority") -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(
            digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
            key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
            decipher_only=False,
        )  # fmt: skip
        built = (
            _builder(subject, subject, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        )
        self.certificate = built.sign(self.key, hashes.SHA256())
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, hosts: Sequence[str], days: tuple[int, int] = (-1, 2)) -> tuple[Path, Path]:
        """A certificate for these hosts, and its key: their files. `days`: from when to when it holds, from today."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [
            x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host) for host in hosts
        ]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = (
            _builder(subject, self.certificate.subject, key, days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        certificate, private = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        none = serialization.NoEncryption()
        private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none))
        return certificate, private

    def server(
        self, name: str = "good", hosts: Sequence[str] = (HOST, NAME), days: tuple[int, int] = (-1, 2)
    ) -> ssl.SSLContext:
        """A server's context with a certificate for these hosts."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.issue(name, hosts, days))
        return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, days: tuple[int, int] = (-1, 2)
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now + timedelta(days=days[0]))
    return built.not_valid_after(now + timedelta(days=days[1]))
