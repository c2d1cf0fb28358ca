"""Speaking HTTPS with a program that is told of alerts: GOV.UK Notify, webhooks.

By connections to judged addresses (checked_connection.py), TLS always verified, no redirect followed, no proxy, the
whole try cut off in time. What goes wrong is said in a sentence that names the host at most, never the address, which
may hold a secret, nor what the server wrote.
"""

import email.utils
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from tracker.adapters.checked_connection import CheckedAdapter, Dialler, Resolve, resolve
from tracker.adapters.report_source import KINDS, UnfollowingSession, causes_of, no_sign_in
from tracker.core.addresses import Network

_MOST_BYTES = 262_144
_PART = 16_384


class CannotReachError(Exception):
    """No answer came; whether the request arrived is not known. Its text may be shown."""


@dataclass(frozen=True)
class Answer:
    """What came back: `document` where it was asked for and is JSON. `wait`: Retry-After, if the server said so."""

    status: int
    wait: timedelta | None
    document: Any = None


@dataclass(frozen=True)
class HttpsPeer:
    """One server that we speak with. `reads_answers`: whether what it writes is looked at; else only its status."""

    allowed: tuple[Network, ...]
    timeout_seconds: float
    ca_file: str = ""
    reads_answers: bool = False
    resolve: Resolve = resolve

    def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, at: datetime | None = None
    ) -> Answer:
        """One request. `at`: now, for a Retry-After that names an instant. Raises CannotReachError."""
        host = urlsplit(url).hostname or "the server"
        dialler = Dialler(self.allowed, monotonic() + self.timeout_seconds, self.resolve)
        given = {"User-Agent": "return-interview-tracker", "Accept-Encoding": "identity", **headers}
        try:
            with dialler.cutting_off(), UnfollowingSession() as session:
                session.trust_env = False  # neither proxies nor .netrc of whoever started the program
                session.mount("https://", CheckedAdapter(dialler))
                with session.request(
                    method, url, data=body, headers=given, auth=no_sign_in, verify=self.ca_file or True,
                    timeout=dialler.left, allow_redirects=False, stream=True,
                ) as answer:  # fmt: skip
                    document = _document(answer) if self.reads_answers else None
                    return Answer(answer.status_code, _wait(answer.headers.get("Retry-After"), at), document)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            words = "did not answer in time." if dialler.is_late else _words(error)
            raise CannotReachError(f"{host} {words}") from None  # its text holds the address


def _document(answer: requests.Response) -> Any:
    """The JSON of an answer; None where it is none, or is longer than any that we know of."""
    parts, size = [], 0
    while part := answer.raw.read(_PART, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > _MOST_BYTES:
            return None
    try:
        return json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        return None


def _wait(given: str | None, at: datetime | None) -> timedelta | None:
    """Retry-After in seconds or as an instant (RFC 9110); None where it says nothing that can be used."""
    if given is None:
        return None
    if given.strip().isascii() and given.strip().isdecimal():
        return timedelta(seconds=min(int(given), 86_400))
    try:
        until = email.utils.parsedate_to_datetime(given)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - at, timedelta(0)) if at else None


def _words(error: BaseException) -> str:
    for kind, _code, words in KINDS:
        if any(isinstance(one, kind) and not isinstance(one, requests.RequestException) for one in causes_of(error)):
            return words
    return f"could not be used ({type(error).__name__})."
