"""Email by GOV.UK Notify: one template of the council's own with the two fields subject and body.

https://docs.notifications.service.gov.uk/rest-api.html. Our Message-ID is the notification's reference, so that after
an outcome we do not know Notify can be asked whether it has the message already: then it is not sent twice.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from tracker.adapters.checked_connection import Resolve, resolve
from tracker.adapters.https_post import Answer, CannotReachError, HttpsPeer
from tracker.core.addresses import Network
from tracker.core.mail import Email, MailConnectionLostError, MailDelayedError, MailHeldError, MailRefusedError

_A_MINUTE, _AN_HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class NotifyMailer:
    """`api_key` as Notify shows it: a name, the service's id and the secret, joined by hyphens."""

    api_key: str = field(repr=False)
    template_id: str
    read_clock: Callable[[], datetime]
    reply_to_id: str = ""
    base_url: str = "https://api.notifications.service.gov.uk"
    ca_file: str = ""
    allow_private_addresses: tuple[Network, ...] = ()
    timeout_seconds: float = 20
    resolve: Resolve = resolve

    def describe(self) -> str:
        return f"GOV.UK Notify ({urlsplit(self.base_url).hostname})"

    @contextmanager
    def connect(self) -> Iterator["NotifyMailer"]:
        yield self  # each message is a request of its own

    def send(self, email: Email) -> str | None:
        """Notify's own number of the message."""
        if email.may_have_gone and (found := self._number_of(email.message_id)):
            return found
        given = {
            "email_address": email.to_address,
            "template_id": self.template_id,
            "personalisation": {"subject": email.subject, "body": email.body},
            "reference": email.message_id,
        }
        if self.reply_to_id:
            given["email_reply_to_id"] = self.reply_to_id
        answer = self._ask("POST", "/v2/notifications/email", json.dumps(given).encode())
        if answer.status != HTTPStatus.CREATED:
            raise _trouble(answer)
        return _text(answer.document, "id")

    def _number_of(self, reference: str) -> str | None:
        """Of the notification with this reference, if there is one."""
        query = urlencode({"reference": reference, "template_type": "email"})
        answer = self._ask("GET", f"/v2/notifications?{query}")
        if answer.status != HTTPStatus.OK or not isinstance(answer.document, dict):
            trouble = _trouble(answer)
            raise MailDelayedError(str(trouble)) if isinstance(trouble, MailRefusedError) else trouble
        found = answer.document.get("notifications")
        ours = [one for one in found if _text(one, "reference") == reference] if isinstance(found, list) else []
        return next((number for one in ours if (number := _text(one, "id"))), None)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        at = self.read_clock()
        headers = {"Authorization": f"Bearer {self._token(at)}", "Accept": "application/json"}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        peer = HttpsPeer(
            self.allow_private_addresses, self.timeout_seconds, self.ca_file, reads_answers=True, resolve=self.resolve
        )
        try:
            return peer.ask(method, self.base_url.rstrip("/") + path, headers, body, at)
        except CannotReachError as error:
            raise MailConnectionLostError(str(error)) from error

    def _token(self, at: datetime) -> str:
        """A JSON Web Token by HS256 (RFC 7519): who asks, and when. Notify takes it for 30 seconds."""
        service, secret = self.api_key[-73:-37], self.api_key[-36:]
        claims = {"iss": service, "iat": int(at.timestamp())}
        signed = b".".join(_coded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
        signature = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        return (signed + b"." + _coded(signature)).decode()


def _coded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _text(document: Any, name: str) -> str | None:
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else None


def _trouble(answer: Answer) -> Exception:
    """What an answer that is no success comes to.

    Only an address that Notify will not write to is about this message. A key, a template or a limit is about us: the
    messages wait until that is mended.
    """
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        daily = "TooManyRequestsError" in {name for name, _ in _errors(answer)}
        words = "the limit of the day is reached" if daily else "too many in one minute"
        return MailHeldError(f"GOV.UK Notify: {words} (429).", answer.wait or (_AN_HOUR if daily else _A_MINUTE))
    if status == HTTPStatus.BAD_REQUEST:
        if any(name == "ValidationError" and words.startswith("email_address") for name, words in _errors(answer)):
            return MailRefusedError("GOV.UK Notify does not take this address (400).")
        return MailDelayedError("GOV.UK Notify does not take the message (400): look at the key and the template.")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return MailHeldError(f"GOV.UK Notify does not accept our key ({status}), or this clock is wrong.")
    return MailConnectionLostError(f"GOV.UK Notify answered {status}.", answer.wait)


def _errors(answer: Answer) -> list[tuple[str, str]]:
    """Kind and words of each; the words are looked at here and shown nowhere."""
    found = answer.document.get("errors") if isinstance(answer.document, dict) else None
    listed = found if isinstance(found, list) else []
    return [(_text(one, "error") or "", _text(one, "message") or "") for one in listed]
