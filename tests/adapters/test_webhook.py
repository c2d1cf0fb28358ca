"""Webhooks against real HTTPS servers: signed, nothing of a child, no redirect followed, no secret in any text."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from tests import https_servers
from tests.https_servers import Authority, Server, answer, redirect
from tracker.adapters.webhook import WebhookMailer
from tracker.core.mail import Email, MailConnectionLostError, MailDelayedError, MailHeldError, MailRefusedError, Matter
from tracker.core.webhooks import Webhook, signing_key

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
PATH = "/hook?sig=an-invented-secret"
MATTER = Matter("https://tracker.council.invalid/alerts/bcdf", "bcdf", "overdue", NOON - timedelta(hours=1))
EMAIL = Email(
    "<28bf498c-ab80-452a-86e3-d46a9a85d57d@tracker.invalid>", "desk", "An interview is overdue", "The body.\n", NOON,
    matter=MATTER,
)  # fmt: skip
HERE = (ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Server]:
    with https_servers.serving(answer(b"ok"), authority.server()) as running:
        yield running


def mailer(server: Server, authority: Authority, **more: Any) -> WebhookMailer:
    given = {"kind": "json", "secret": SECRET, "allow_private_addresses": HERE, "timeout_seconds": 2} | more
    return WebhookMailer(Webhook(name="desk", url=server.url(PATH), ca_file=str(authority.file), **given), lambda: NOON)


def test_it_is_signed_so_that_a_receiver_can_verify_it(server: Server, authority: Authority) -> None:
    mailer(server, authority).send(EMAIL)
    (request,) = server.seen
    id_, stamp, signature = (request.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    assert (request.method, id_, stamp) == ("POST", "msg_28bf498c-ab80-452a-86e3-d46a9a85d57d", "1794830400")
    right = hmac.new(KEY, f"{id_}.{stamp}.".encode() + request.body, hashlib.sha256).digest()
    assert signature == "v1," + base64.b64encode(right).decode()
    assert json.loads(request.body) == {
        "type": "alert.raised",
        "timestamp": "2026-11-16T12:00:00+00:00",
        "data": {
            "title": "An interview is overdue",
            "reference": "bcdf",
            "step": "overdue",
            "due_at": "2026-11-16T11:00:00+00:00",
            "link": "https://tracker.council.invalid/alerts/bcdf",
        },
    }


def test_the_id_is_the_same_at_every_try(server: Server, authority: Authority) -> None:
    by = mailer(server, authority)
    by.send(EMAIL)
    by.send(EMAIL)
    assert len({request.headers["webhook-id"] for request in server.seen}) == 1


def test_teams_gets_a_card(server: Server, authority: Authority) -> None:
    mailer(server, authority, kind="teams", secret="").send(EMAIL)
    (request,) = server.seen
    assert "webhook-signature" not in request.headers
    document = json.loads(request.body)
    (attachment,) = document["attachments"]
    assert (document["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    card = attachment["content"]
    assert card["actions"][0]["url"] == MATTER.link
    assert card["body"][0]["text"] == "An interview is overdue"
    assert card["body"][1]["facts"] == [
        {"title": "Reference", "value": "bcdf"}, {"title": "Due", "value": "16 Nov 2026, 11:00 GMT"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("429 Too Many Requests", MailHeldError), ("408 Request Timeout", MailDelayedError),
        ("500 Internal Server Error", MailConnectionLostError), ("503 Unavailable", MailConnectionLostError),
        ("400 Bad Request", MailRefusedError), ("401 Unauthorized", MailRefusedError), ("404 Not", MailRefusedError),
        ("410 Gone", MailRefusedError),
    ],
)  # fmt: skip
def test_what_an_answer_comes_to(authority: Authority, status: str, error: type[Exception]) -> None:
    wait = {"Retry-After": "120"}
    with (
        https_servers.serving(answer(b"secret words of the server", status, wait), authority.server()) as running,
        pytest.raises(error) as raised,
    ):
        mailer(running, authority).send(EMAIL)
    assert type(raised.value) is error
    assert status[:3] in str(raised.value)
    assert "secret" not in str(raised.value)
    if isinstance(raised.value, MailDelayedError):
        assert raised.value.wait == timedelta(minutes=2)


def test_a_redirect_is_not_followed(authority: Authority, server: Server) -> None:
    with (
        https_servers.serving(redirect(server.url(PATH)), authority.server("other")) as running,
        pytest.raises(MailRefusedError, match="not followed"),
    ):
        mailer(running, authority).send(EMAIL)
    assert server.connections == 0


def test_an_instant_in_retry_after(authority: Authority) -> None:
    wait = {"Retry-After": "Mon, 16 Nov 2026 12:05:00 GMT"}
    with (
        https_servers.serving(answer(b"", "429 Later", wait), authority.server()) as running,
        pytest.raises(MailHeldError) as raised,
    ):
        mailer(running, authority).send(EMAIL)
    assert raised.value.wait == timedelta(minutes=5)


def test_a_server_that_hangs_is_given_up_in_time(authority: Authority) -> None:
    with (
        https_servers.serving(lambda _request, _connection: sleep(3), authority.server()) as running,
        pytest.raises(MailConnectionLostError, match=r"127\.0\.0\.1 did not answer in time"),
    ):
        mailer(running, authority, timeout_seconds=0.4).send(EMAIL)


def test_an_address_inside_is_not_spoken_to_unless_it_is_allowed(server: Server, authority: Authority) -> None:
    with pytest.raises(MailConnectionLostError, match="not on the internet"):
        mailer(server, authority, allow_private_addresses=()).send(EMAIL)
    assert server.connections == 0


def test_an_unknown_or_expired_certificate_is_refused(authority: Authority, tmp_path: Path) -> None:
    contexts = (Authority(tmp_path, "Stranger").server(), authority.server("old", days=(-9, -2)))
    for context in (*contexts, authority.server("elsewhere", hosts=["10.9.8.7"])):
        with (
            https_servers.serving(answer(b""), context) as running,
            pytest.raises(MailConnectionLostError, match="certificate") as raised,
        ):
            mailer(running, authority).send(EMAIL)
        assert running.seen == []
        assert "secret" not in str(raised.value)


def test_the_secret_is_read_anew_at_each_try(server: Server, authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    by = mailer(server, authority, secret="", secret_file=str(file))
    with pytest.raises(MailHeldError, match="cannot be read"):
        by.send(EMAIL)
    file.write_text(SECRET + "\n")
    by.send(EMAIL)
    file.write_text("too short")
    with pytest.raises(MailHeldError, match="base64 of 24 to 64"):
        by.send(EMAIL)
    assert len(server.seen) == 1


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_" + "A" * 200, "not base64 at all, really !"])
def test_a_secret_that_cannot_sign(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        signing_key(secret)


def test_nothing_secret_stands_in_its_text(server: Server, authority: Authority) -> None:
    by = mailer(server, authority)
    assert "secret" not in repr(by.webhook).replace("secret_file", "")
    assert by.describe() == "the program at 127.0.0.1"
