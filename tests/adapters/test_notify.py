"""GOV.UK Notify against a stub that speaks its API: signed in by token, one template, and never sent twice."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import https_servers
from tests.https_servers import Authority, Request, answer
from tracker.adapters.notify import NotifyMailer
from tracker.core.mail import Email, MailConnectionLostError, MailDelayedError, MailHeldError, MailRefusedError

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3"
EMAIL = Email("<28bf498c@tracker.invalid>", "ann@council.invalid", "Overdue", "The body.\n", NOON)
AGAIN = Email(**(EMAIL.__dict__ | {"may_have_gone": True}))


@dataclass
class Stub:
    """Notify, as far as we speak with it. `troubles`: answered first, one each time, to a POST."""

    taken: list[dict[str, object]] = field(default_factory=list)
    troubles: list[tuple[int, str, str]] = field(default_factory=list)
    drops_after_taking: int = 0
    asked: int = 0

    def behave(self, request: Request, connection: socket.socket) -> None:
        status, document = self._answer(request)
        if request.method == "POST" and status == "201 Created" and self.drops_after_taking:
            self.drops_after_taking -= 1
            return
        answer(json.dumps(document).encode(), status, {"Content-Type": "application/json"})(request, connection)

    def _answer(self, request: Request) -> tuple[str, object]:
        if not self._knows(request.headers["authorization"]):
            return _error(403, "AuthError", "Invalid token: signature, api token not found")
        parts = urlsplit(request.path)
        if (request.method, parts.path) == ("GET", "/v2/notifications"):
            self.asked += 1
            (reference,) = parse_qs(parts.query)["reference"]
            found = [one for one in self.taken if one["reference"] == reference]
            return "200 OK", {"notifications": found, "links": {"current": "/v2/notifications"}}
        assert (request.method, parts.path) == ("POST", "/v2/notifications/email")
        if self.troubles:
            return _error(*self.troubles.pop(0))
        given = json.loads(request.body)
        made = {**given, "id": f"740e5834-3a29-46b4-9a6f-16142fde533{len(self.taken)}"}
        self.taken.append(made)
        return "201 Created", {"id": made["id"], "reference": given["reference"], "uri": "https://…", "content": {}}

    def _knows(self, authorization: str) -> bool:
        head, claims, signature = authorization.removeprefix("Bearer ").split(".")
        right = hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        named = json.loads(_decoded(claims))
        is_now = abs(named["iat"] - NOON.timestamp()) <= 30
        is_jwt = json.loads(_decoded(head)) == {"typ": "JWT", "alg": "HS256"}
        return is_jwt and is_now and named["iss"] == SERVICE and hmac.compare_digest(_decoded(signature), right)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _error(status: int, kind: str, words: str) -> tuple[str, object]:
    return f"{status} X", {"status_code": status, "errors": [{"error": kind, "message": words}]}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def notify(stub: Stub, authority: Authority, secret: str = SECRET, at: datetime = NOON) -> Iterator[NotifyMailer]:
    with https_servers.serving(stub.behave, authority.server()) as running:
        yield NotifyMailer(
            api_key=f"live-{SERVICE}-{secret}", template_id=TEMPLATE, read_clock=lambda: at,
            base_url=running.url(""), ca_file=str(authority.file),
            allow_private_addresses=(ip_network("127.0.0.0/8"),), timeout_seconds=3,
        )  # fmt: skip


def test_it_sends_by_the_councils_template_under_our_message_id(authority: Authority) -> None:
    stub = Stub()
    with notify(stub, authority) as by:
        assert by.send(EMAIL) == "740e5834-3a29-46b4-9a6f-16142fde5330"
    (taken,) = stub.taken
    assert taken["email_address"] == "ann@council.invalid"
    assert taken["template_id"] == TEMPLATE
    assert taken["personalisation"] == {"subject": "Overdue", "body": "The body.\n"}
    assert taken["reference"] == EMAIL.message_id
    assert stub.asked == 0, "a first try asks nothing"


def test_after_an_outcome_that_is_not_known_it_asks_and_sends_no_second(authority: Authority) -> None:
    stub = Stub(drops_after_taking=1)
    with notify(stub, authority) as by:
        with pytest.raises(MailConnectionLostError):
            by.send(EMAIL)
        assert by.send(AGAIN) == stub.taken[0]["id"]
    assert (len(stub.taken), stub.asked) == (1, 1)


def test_what_never_arrived_is_sent_after_asking(authority: Authority) -> None:
    stub = Stub(troubles=[(500, "InternalServerError", "x")])
    with notify(stub, authority) as by:
        with pytest.raises(MailConnectionLostError):
            by.send(EMAIL)
        assert by.send(AGAIN) == stub.taken[0]["id"]
    assert (len(stub.taken), stub.asked) == (1, 1)


@pytest.mark.parametrize(
    ("trouble", "error", "wait"),
    [
        ((400, "ValidationError", "email_address Not a valid email address"), MailRefusedError, None),
        ((400, "BadRequestError", "Can’t send to this recipient using a team-only API key"), MailDelayedError, None),
        ((400, "BadRequestError", "Template not found"), MailDelayedError, None),
        ((403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"), MailHeldError, None),
        ((429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"),
         MailHeldError, timedelta(minutes=1)),
        ((429, "TooManyRequestsError", "Exceeded send limits (50) for today"), MailHeldError, timedelta(hours=1)),
        ((500, "InternalServerError", "Exception"), MailConnectionLostError, None),
    ],
)  # fmt: skip
def test_what_an_error_comes_to(
    authority: Authority, trouble: tuple[int, str, str], error: type[Exception], wait: timedelta | None
) -> None:
    stub = Stub(troubles=[trouble])
    with notify(stub, authority) as by, pytest.raises(error) as raised:
        by.send(EMAIL)
    assert type(raised.value) is error
    assert trouble[2] not in str(raised.value), "its words are not ours to show"
    assert "ann@" not in str(raised.value)
    assert getattr(raised.value, "wait", None) == wait
    assert stub.taken == []


def test_a_wrong_key_and_a_wrong_clock_hold_the_road(authority: Authority) -> None:
    stub = Stub()
    for secret, at in ((SERVICE, NOON), (SECRET, NOON + timedelta(minutes=5))):
        with notify(stub, authority, secret, at) as by, pytest.raises(MailHeldError, match="our key"):
            by.send(EMAIL)
    assert stub.taken == []


def test_no_secret_in_its_text(authority: Authority) -> None:
    with notify(Stub(), authority) as by:
        assert SECRET not in repr(by)
        assert by.describe() == "GOV.UK Notify (127.0.0.1)"
