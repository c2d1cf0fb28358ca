"""Signing in and out, sessions that end, and what is written down of it."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import ClientRequest
from tracker.core.clock import FixedClock
from tracker.core.rules import Rules
from tracker.services import people as people_service
from tracker.services.context import Actor, Context
from tracker.settings import Settings, load_settings
from tracker.store.db import db
from tracker.store.models import AuditEntry, WebSession
from tracker.web.security import safe_next

PASSWORD = "plainly invented words"


@pytest.fixture
def alice(people: dict[str, int], context: Context) -> str:
    """Alice's address; her password is set."""
    people_service.set_password(context, person_id=people["Alice"], password=PASSWORD)
    return "alice@council.invalid"


def sign_in(client_request: ClientRequest, email: str, password: str = PASSWORD, path: str = "/sign-in") -> str:
    """Where it leads; empty where it is refused."""
    token = client_request.get("/sign-in").value_of("csrf_token")
    sent = {"email": email, "password": password, "csrf_token": token}
    return client_request.raw("POST", path, data=sent).headers.get("Location", "")


def audited(action: str) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def test_whoever_has_not_signed_in_is_asked_to_and_led_back(client_request: ClientRequest, alice: str) -> None:
    asked = client_request.get("/account?x=1", status=302).location
    assert asked == "/sign-in?next=/account?x%3D1"
    assert sign_in(client_request, alice, path=asked) == "/account?x=1"
    assert "Alice Testworker" in client_request.get("/account").text
    assert audited("signed_in")[0].actor == "Alice Testworker"


def test_a_form_sent_after_the_session_ended_is_said_to_be_lost_and_its_page_is_led_back_to(
    client_request: ClientRequest, alice: str
) -> None:
    sign_in(client_request, alice)
    token = client_request.get("/account/absence").all("input", name="csrf_token")[0].attributes["value"]
    db.session.execute(sa.delete(WebSession))
    db.session.commit()
    answer = client_request.raw(
        "POST",
        "/account/absence",
        data={"csrf_token": token},
        headers={"Referer": "http://localhost/account/absence?x=1"},
    )
    assert answer.headers["Location"] == "/sign-in?next=/account/absence?x%3D1"
    asked = client_request.get("/sign-in?next=/account/absence")
    assert "What you sent was not saved: please enter it once more." in asked.text
    for elsewhere in ("https://evil.invalid/account", "http://localhost/sign-out", "http://localhost/no/such/page"):
        answer = client_request.raw("POST", "/account/absence", headers={"Referer": elsewhere})
        assert answer.headers["Location"] == "/sign-in", elsewhere


@pytest.mark.parametrize(
    "target", ["//evil.invalid", "/\\evil.invalid", "https://evil.invalid", "evil", "", "/a\tb", "/\n/x"]
)
def test_signing_in_leads_nowhere_else(client_request: ClientRequest, alice: str, target: str) -> None:
    answer = sign_in(client_request, alice, path=f"/sign-in?next={quote(target, safe='')}")
    assert answer == "/"


@given(st.text(max_size=30))
def test_a_safe_target_is_a_path_on_this_site(text: str) -> None:
    kept = safe_next(text)
    assert kept is None or (kept.startswith("/") and kept[1:2] not in ("/", "\\") and kept.isprintable())


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client_request: ClientRequest, alice: str) -> None:
    said = []
    for email, password in ((alice, "some other words"), ("nobody@council.invalid", PASSWORD)):
        page = client_request.post("/sign-in", {"email": email, "password": password}, status=200)
        said.append(page.errors())
        assert page.one("title").text.startswith("Error: ")
    assert said == [["The email address or the password is wrong."]] * 2
    failed = audited("sign_in_failed")
    assert [row.subject_id is None for row in failed] == [False, True]
    assert not any("@" in str(vars(row)) for row in failed), "an address stands in the audit trail"


def test_who_has_no_password_cannot_sign_in(client_request: ClientRequest) -> None:
    assert sign_in(client_request, "bob@council.invalid", "") == ""
    assert sign_in(client_request, "bob@council.invalid", "anything at all") == ""


class TestTries:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return load_settings(
            environ={}, env="test", database_url=database_url, secret_key="t" * 40, limits__sign_in_per_minute=3
        )

    def test_are_limited_and_told_in_plain_words(self, client_request: ClientRequest, alice: str) -> None:
        for _ in range(3):
            client_request.post("/sign-in", {"email": alice, "password": "wrong words again"}, status=200)
        page = client_request.post("/sign-in", {"email": alice, "password": PASSWORD}, status=429)
        assert page.h1 == "Too many tries"

    def test_on_one_account_are_limited_wherever_they_come_from(
        self, client_request: ClientRequest, alice: str
    ) -> None:
        token = client_request.get("/sign-in").value_of("csrf_token")
        sent = {"email": alice, "password": "wrong words again", "csrf_token": token}
        codes = [
            client_request.raw("POST", "/sign-in", data=sent, environ_base={"REMOTE_ADDR": f"10.0.0.{n}"}).status_code
            for n in range(4)
        ]
        assert codes == [200, 200, 200, 429]


def test_the_token_is_new_at_each_sign_in_and_only_its_hash_is_kept(client_request: ClientRequest, alice: str) -> None:
    sign_in(client_request, alice)
    first = client_request.client.get_cookie("tracker")
    assert first is not None
    assert first.http_only
    assert first.same_site == "Lax"
    client_request.client.delete_cookie("tracker-form")
    client_request.raw("POST", "/sign-out", data={"csrf_token": client_request.csrf_token()})
    sign_in(client_request, alice)
    second = client_request.client.get_cookie("tracker")
    assert second is not None
    assert first.value != second.value
    db.session.rollback()
    assert {first.value, second.value}.isdisjoint(db.session.scalars(sa.select(WebSession.token_hash)))


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(client_request: ClientRequest, alice: str) -> None:
    sign_in(client_request, alice)
    cookie = client_request.client.get_cookie("tracker")
    assert cookie is not None
    page = client_request.post("/sign-out", follow=True, status=200)
    assert "You have signed out." in page.text
    client_request.client.set_cookie("tracker", cookie.value)
    assert client_request.get("/account", status=302).location.startswith("/sign-in")
    assert len(audited("signed_out")) == 1


@pytest.mark.parametrize(("minutes", "open_still"), [(59, True), (60, False)])
def test_an_idle_session_ends(client_request: ClientRequest, clock: FixedClock, minutes: int, open_still: bool) -> None:
    client_request.sign_in("Alice").get("/account")
    clock.at += timedelta(minutes=minutes)
    client_request.get("/account", status=200 if open_still else 302)


def test_a_session_in_use_ends_at_its_limit(client_request: ClientRequest, clock: FixedClock) -> None:
    client_request.sign_in("Alice")
    for _ in range(17):
        clock.at += timedelta(minutes=40)
        client_request.get("/account")
    clock.at += timedelta(minutes=40)  # 720 minutes in all
    page = client_request.get("/account", status=200, follow=True)
    assert page.h1 == "Sign in"
    assert "You have been signed out" in page.text


def test_somebody_disabled_is_out_at_once(
    client_request: ClientRequest, people: dict[str, int], context: Context
) -> None:
    client_request.sign_in("Bob").get("/account")
    people_service.disable_person(context, person_id=people["Bob"])
    client_request.get("/account", status=302)


def test_a_new_password_signs_out_everywhere_else(
    app: Flask, client_request: ClientRequest, people: dict[str, int], clock: FixedClock, alice: str
) -> None:
    elsewhere = ClientRequest(app, people, clock).sign_in("Alice")
    sign_in(client_request, alice)
    sent = {"current": PASSWORD, "password": "other invented words", "again": "other invented words"}
    page = client_request.post("/account", sent, follow=True, status=200)
    assert "Your password is changed." in page.text
    elsewhere.get("/account", status=302)
    assert sign_in(ClientRequest(app, people, clock), alice) == ""
    assert sign_in(ClientRequest(app, people, clock), alice, "other invented words") == "/"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"current": "no", "password": "other invented words", "again": "other invented words"}, "not your current"),
        ({"current": PASSWORD, "password": "other invented words", "again": "others"}, "two new passwords differ"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "12 characters"),
        ({}, "Enter your current password."),
    ],
)
def test_a_password_that_cannot_be_is_refused_beside_its_box(
    client_request: ClientRequest, alice: str, sent: dict[str, str], sentence: str
) -> None:
    client_request.sign_in("Alice")
    page = client_request.post("/account", sent, status=200)
    assert any(sentence in error for error in page.errors()), page.errors()


def test_a_form_without_its_token_is_refused(client_request: ClientRequest, alice: str) -> None:
    answer = client_request.raw("POST", "/sign-in", data={"email": alice, "password": PASSWORD})
    assert answer.status_code == 400
    assert "The form had expired" in answer.get_data(as_text=True)


class TestOverHttps:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return load_settings(
            environ={},
            env="test",
            database_url=database_url,
            secret_key="t" * 40,
            base_url="https://rhi.council.invalid",
        )

    def test_the_cookie_is_secure_and_bound_to_this_host(
        self, client_request: ClientRequest, people: dict[str, int], clock: FixedClock
    ) -> None:
        people_service.set_password(
            Context(clock.now(), Rules(), Actor("test")), person_id=people["Alice"], password=PASSWORD
        )
        base = "https://localhost"
        token = client_request.get("/sign-in", base_url=base).value_of("csrf_token")
        sent = {"email": "alice@council.invalid", "password": PASSWORD, "csrf_token": token}
        answer = client_request.raw(
            "POST", "/sign-in", data=sent, base_url=base, headers={"Referer": base + "/sign-in"}
        )
        given = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-tracker=")]
        assert len(given) == 1
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert part in given[0]
        assert "Domain" not in given[0]
        assert answer.headers["Strict-Transport-Security"]
