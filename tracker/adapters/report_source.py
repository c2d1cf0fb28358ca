"""Fetching a report over HTTPS: with https_post.py the only importer of requests.

TLS is always verified; addresses are judged as they are connected to (checked_connection.py); the whole try ends in
time, however the server behaves; a file is whole or it is nothing. What goes wrong comes back as a sentence that names
the host at most: never the rest of the address, which may hold a key, nor a secret, nor what the server wrote.
"""

import logging
import re
import socket
import ssl
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from tracker.adapters.checked_connection import CheckedAdapter, Dialler, ForbiddenAddressError, Resolve, resolve
from tracker.core.pulls import NothingNew, Pull, Pulled, PullFailed, PullResult, Validators

logging.getLogger("urllib3").setLevel(logging.CRITICAL)  # it logs whole addresses; what matters comes back as a value

_PART = 65_536
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_VALIDATOR = 500


class _FailedError(Exception):
    """A try has failed; carries what the caller gets."""

    def __init__(self, code: str, sentence: str) -> None:
        self.result = PullFailed(code, sentence)
        super().__init__(code)


@dataclass(frozen=True)
class _Target:
    """One address of the way: the pull's own, or one that the server sends us on to."""

    url: str
    parts: SplitResult

    @property
    def origin(self) -> tuple[str, int]:
        return (self.parts.hostname or "").lower(), self.parts.port or 443


@dataclass(frozen=True)
class HttpsReportSource:
    """`resolve`: how a name's addresses are found, for tests."""

    resolve: Resolve = resolve

    def fetch(self, pull: Pull, known: Validators) -> PullResult:
        ours = self.problem(pull)
        if ours is not None:
            return PullFailed("own_files", ours)
        dialler = Dialler(pull.allow_private_addresses, monotonic() + pull.timeout_seconds, self.resolve)
        try:
            with dialler.cutting_off():
                return _fetched(pull, known, dialler)
        except _FailedError as failed:
            return PullFailed("timeout", _too_slow(pull)) if dialler.is_late else failed.result
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            if dialler.is_late:
                return PullFailed("timeout", _too_slow(pull))
            return _what_went_wrong(error, pull)

    def problem(self, pull: Pull) -> str | None:
        named = {"secret_file": pull.secret_file, "certificate_file": pull.certificate_file}
        named |= {"key_file": pull.key_file, "ca_file": pull.ca_file}
        for setting, path in named.items():
            try:
                if path and not Path(path).read_bytes().strip():
                    return f"The file in {setting} is empty."
            except OSError as error:
                return f"The file in {setting} cannot be read: {error.strerror}."
        return _certificate_problem(pull)


def _certificate_problem(pull: Pull) -> str | None:
    try:
        context = ssl.create_default_context(cafile=pull.ca_file or None)
        if pull.certificate_file:
            # a password that is asked for on a terminal would wait for ever
            context.load_cert_chain(pull.certificate_file, pull.key_file or None, password=lambda: "")
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return "The certificate, its key or the ca_file cannot be used: PEM is needed, and a key without a password."
    return None


class UnfollowingSession(requests.Session):
    """Sees no redirects: requests would read the whole body of one, unpacked and without limit, to go on from it."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _fetched(pull: Pull, known: Validators, dialler: Dialler) -> PullResult:
    target = _Target(pull.url, urlsplit(pull.url))
    own = target.origin
    with UnfollowingSession() as session:
        session.trust_env = False  # neither proxies nor .netrc of whoever started the program
        session.mount("https://", CheckedAdapter(dialler))
        for _hop in range(pull.max_redirects + 1):
            answer = _ask(session, target, pull, known, dialler, is_own=target.origin == own)
            with answer:
                if answer.status_code in _REDIRECTS:
                    target = _sent_on(answer, target, own, pull)
                    continue
                return _result(answer, pull, known, dialler)
    raise _FailedError("redirects", f"{pull.host} sends on to another address, more often than is allowed.")


def _ask(
    session: requests.Session, target: _Target, pull: Pull, known: Validators, dialler: Dialler, *, is_own: bool
) -> requests.Response:
    """One request. The sign-in goes to the pull's own host and port, and nowhere else."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "return-interview-tracker"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    certificate = None
    auth: Any = no_sign_in
    if is_own and pull.auth == "client_certificate":
        certificate = (pull.certificate_file, pull.key_file) if pull.key_file else pull.certificate_file
    elif is_own and pull.auth == "basic":
        auth = requests.auth.HTTPBasicAuth(pull.username.encode(), _secret_of(pull).encode())
    elif is_own and pull.auth == "bearer":
        headers["Authorization"] = f"Bearer {_secret_of(pull)}"
    return session.get(
        target.url,
        headers=headers,
        auth=auth,
        verify=pull.ca_file or True,
        cert=certificate,
        timeout=dialler.left,
        allow_redirects=False,
        stream=True,
    )


def no_sign_in(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Given as `auth`, so that requests looks for none elsewhere, and leaves our header as it is."""
    return request


def _secret_of(pull: Pull) -> str:
    """From its file at each try, so that a new one is used without a restart."""
    if not pull.secret_file:
        return pull.secret
    try:
        secret = Path(pull.secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise _FailedError("no_secret", "The file in secret_file cannot be read.") from None
    if not secret:
        raise _FailedError("no_secret", "The file in secret_file is empty.")
    return secret


def _sent_on(answer: requests.Response, target: _Target, own: tuple[str, int], pull: Pull) -> _Target:
    """Where the server sends us. Raises _FailedError unless that is HTTPS, and the same host or one that is listed."""
    try:
        url = urljoin(target.url, answer.headers.get("Location", ""))
        found = _Target(url, urlsplit(url))
        host, port = found.origin
    except ValueError:
        raise _FailedError("redirect_refused", f"{pull.host} sends on to what is no address.") from None
    parts = found.parts
    if parts.scheme != "https" or not host or parts.username is not None or parts.password is not None:
        raise _FailedError("redirect_refused", f"{pull.host} sends on to an address that is not plain HTTPS.")
    if found.origin != own and not (host in pull.redirect_hosts and port == 443):
        raise _FailedError("redirect_refused", f"{pull.host} sends on to another host. List it in redirect_hosts.")
    return found


def _result(answer: requests.Response, pull: Pull, known: Validators, dialler: Dialler) -> PullResult:
    status = answer.status_code
    if status == HTTPStatus.NOT_MODIFIED and known:
        return NothingNew()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise _FailedError("sign_in", f"{pull.host} does not accept our sign-in ({status}).")
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise _FailedError("not_there", f"{pull.host} has nothing at this address ({status}).")
    if status != HTTPStatus.OK:
        raise _FailedError("answer", f"{pull.host} answered {status}.")
    return Pulled(_body(answer, pull, dialler), _filename(answer), _validators(answer))


def _body(answer: requests.Response, pull: Pull, dialler: Dialler) -> bytes:
    """All of it. Raises _FailedError where it is too large, packed, or could be cut short without our noticing."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise _FailedError("packed", f"{pull.host} sends the file packed though we asked for it plain.")
    length = answer.headers.get("Content-Length", "")
    chunked = answer.headers.get("Transfer-Encoding", "").strip().lower() == "chunked"
    if not (chunked or (length.isascii() and length.isdecimal())):
        raise _FailedError("no_length", f"{pull.host} does not say how long the file is: it could end too early.")
    too_large = _FailedError("too_large", f"The file is larger than {pull.max_bytes:,} bytes.")
    if not chunked and int(length) > pull.max_bytes:
        raise too_large
    parts, size = [], 0
    try:
        while part := answer.raw.read(_PART, decode_content=False):  # by http.client, whose lines are limited
            parts.append(part)
            size += len(part)
            if size > pull.max_bytes:
                raise too_large
            if dialler.is_late:
                raise _FailedError("timeout", _too_slow(pull))
    except (HTTPError, HTTPException, OSError):
        raise _FailedError("cut_short", f"{pull.host} broke off before the end of the file.") from None
    return b"".join(parts)


def _filename(answer: requests.Response) -> str | None:
    """As the server names it. Never of the address, of which a part may be a key."""
    given = Message()
    given["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    return given.get_filename()


def _validators(answer: requests.Response) -> Validators:
    return Validators(_plain(answer.headers.get("ETag")), _plain(answer.headers.get("Last-Modified")))


def _plain(value: str | None) -> str | None:
    """A header that may be sent back as it came, or none."""
    whole = value is not None and len(value) <= _LONGEST_VALIDATOR and re.fullmatch(r"[\x21-\x7e][\x20-\x7e]*", value)
    return value if whole else None


def _too_slow(pull: Pull) -> str:
    return f"{pull.host} did not send the whole file within {pull.timeout_seconds:g} seconds."


KINDS: tuple[tuple[type[BaseException], str, str], ...] = (
    (ForbiddenAddressError, "forbidden_address", "leads to an address that is not on the internet."),
    (ssl.SSLCertVerificationError, "certificate", "shows a certificate that does not hold for it."),
    (ssl.SSLError, "tls", "and we could not agree on a safe connection (TLS). Does it ask for a certificate of ours?"),
    (socket.gaierror, "unknown_host", "is a name that cannot be found."),
    (TimeoutError, "timeout", "did not answer in time."),
    (HTTPException, "no_answer", "broke off before it answered, or did not speak HTTP."),
    (OSError, "unreachable", "could not be reached."),
)
"""What caused an error, the most telling first; code; what follows the host's name."""


def _what_went_wrong(error: BaseException, pull: Pull) -> PullFailed:
    """By the kinds of the error and of what caused it, never by its words: those hold the address."""
    causes = causes_of(error)
    for kind, code, words in KINDS:
        if any(isinstance(cause, kind) and not isinstance(cause, requests.RequestException) for cause in causes):
            return PullFailed(code, f"{pull.host} {words}")
    return PullFailed("unreachable", f"{pull.host} could not be used ({type(error).__name__}).")


def causes_of(error: BaseException) -> list[BaseException]:
    """The error and all that it wraps: as its cause, its context or its arguments."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and not any(one is other for other in found):
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found
