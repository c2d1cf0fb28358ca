"""Telling a program by webhook: JSON that is signed, or a card for Microsoft Teams (core/webhooks.py)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from tracker.adapters.checked_connection import Resolve, resolve
from tracker.adapters.https_post import Answer, CannotReachError, HttpsPeer
from tracker.core.mail import Email, MailConnectionLostError, MailDelayedError, MailHeldError, MailRefusedError
from tracker.core.webhooks import Webhook, json_body, signed_headers, signing_key, teams_body, webhook_id

_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


@dataclass(frozen=True)
class WebhookMailer:
    """`read_clock`: for the time that is signed. `resolve`: how a name's addresses are found, for tests."""

    webhook: Webhook
    read_clock: Callable[[], datetime]
    resolve: Resolve = resolve

    def describe(self) -> str:
        what = "Microsoft Teams, by" if self.webhook.kind == "teams" else "the program at"
        return f"{what} {self.webhook.host}"

    @contextmanager
    def connect(self) -> Iterator["WebhookMailer"]:
        """Each message has a request of its own; what can be seen beforehand is whether we can sign."""
        self._key()
        yield self

    def send(self, email: Email) -> None:
        given, at = self.webhook, self.read_clock()
        body = teams_body(email) if given.kind == "teams" else json_body(email)
        key = self._key()
        headers = {"Content-Type": "application/json"}
        headers |= signed_headers(key, webhook_id(email.message_id), at, body) if key else {}
        peer = HttpsPeer(given.allow_private_addresses, given.timeout_seconds, given.ca_file, resolve=self.resolve)
        try:
            answer = peer.ask("POST", given.url, headers, body, at)
        except CannotReachError as error:
            raise MailConnectionLostError(str(error)) from error
        self._judge(answer)

    def _judge(self, answer: Answer) -> None:
        """A program that is busy or broken is tried again; one that will not have it is not asked twice."""
        host, status = self.webhook.host, answer.status
        if status // 100 == 2:
            return
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise MailHeldError(f"{host} asks us to wait ({status}).", answer.wait)
        if status in _LATER:
            raise MailDelayedError(f"{host} answered {status}.", answer.wait)
        if status >= 500:
            raise MailConnectionLostError(f"{host} answered {status}.", answer.wait)
        if status // 100 == 3:
            raise MailRefusedError(f"{host} sends on to another address ({status}), which is not followed.")
        raise MailRefusedError(f"{host} does not take the message ({status}).")

    def _key(self) -> bytes | None:
        """From its file at each try, so that a new one is used without a restart. None where nothing is signed."""
        secret = self.webhook.secret
        if self.webhook.secret_file:
            try:
                secret = Path(self.webhook.secret_file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise MailHeldError("The file in secret_file cannot be read.") from None
        if not secret:
            return None
        try:
            return signing_key(secret)
        except ValueError as error:
            raise MailHeldError(f"The secret cannot be used: {error}.") from None
