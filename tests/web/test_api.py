"""The HTTP interface: who may push, what is taken, what is answered, and that a second try is the first."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.conftest import NOON
from tests.reports import as_csv, row, strangers
from tests.web.conftest import ClientRequest
from tracker.core.clock import FixedClock
from tracker.services import api_tokens, push_report
from tracker.services.context import Context
from tracker.services.receive_report import resume_reading
from tracker.settings import Settings
from tracker.store import audit
from tracker.store.db import db, session
from tracker.store.models import ApiToken, AuditEntry, Episode, Receipt, WebSession

FEED = "thames-valley"


@pytest.fixture
def token(app: Flask, context: Context) -> str:
    return api_tokens.create_token(context, label="The force's export", feed=FEED, feeds=[FEED])[1]


@pytest.fixture
def push(app: Flask, client_request: ClientRequest, token: str) -> Callable[..., TestResponse]:
    """POST a body with the token; headers may replace any."""

    def send(body: bytes, method: str = "POST", path: str = "/api/v1/reports", **headers: str | None) -> TestResponse:
        given: dict[str, str | None] = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in given.items() if value is not None}
        return client_request.raw(method, path, data=body, headers=kept)

    return send


Push = Callable[..., TestResponse]


def count(table: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(table)) or 0


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    assert (response.status_code, response.mimetype) == (status, "application/problem+json"), response.text
    found: dict[str, Any] = response.get_json()
    assert found["status"] == status
    assert found["detail"].endswith((".", "…")) and found["code"]
    return found


def test_a_report_is_received_and_its_lines_told(push: Push) -> None:
    bad = row("TV9", surname="Secretname", missing="nonsense")
    answer = push(as_csv([*strangers(3), bad]), X_Report_Filename="night report.csv")
    assert answer.status_code == 201, answer.text
    document = answer.get_json()
    assert (document["status"], document["lines_read"], document["created"], document["quarantined"]) == (
        "complete", 4, 3, 1,
    )  # fmt: skip
    assert document["file"] == "night report.csv"
    assert [(one["line_no"], one["code"]) for one in document["problems"]] == [(5, "unreadable_time")]
    assert "Secretname" not in answer.text
    assert answer.headers["Location"] == f"/api/v1/reports/{document['receipt_id']}"
    receipt = session().get_one(Receipt, document["receipt_id"])
    assert (receipt.source, receipt.received_by_id) == ("api", None)
    asked = push(b"", "GET", answer.headers["Location"])
    assert (asked.status_code, asked.get_json()) == (200, document)


def test_the_audit_names_the_token(push: Push) -> None:
    push(as_csv(strangers(1)))
    session().rollback()
    actors = session().execute(select(AuditEntry.action, AuditEntry.actor, AuditEntry.details)).all()
    assert [actor for action, actor, _ in actors if action == "report_received"] == ["api token 1"]
    assert list(audit.broken_links(session())) == []


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer rit_" + "x" * 43, "Bearer " + "x" * 5000, "Bearer é"],
)
def test_without_a_known_token_nothing_is_taken_and_nothing_said(push: Push, authorization: str | None) -> None:
    answer = push(as_csv(strangers(1)), Authorization=authorization)
    assert problem_of(answer, 401)["code"] == "no_token"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="reports"'
    assert count(Receipt) == 0


def test_a_revoked_and_an_expired_token_open_nothing(
    app: Flask, client_request: ClientRequest, push: Push, context: Context, clock: FixedClock
) -> None:
    _, brief = api_tokens.create_token(
        context, label="brief", feed=FEED, feeds=[FEED], expires_at=NOON + timedelta(hours=1)
    )
    assert push(as_csv([]), Authorization=f"Bearer {brief}").status_code == 201
    clock.at = NOON + timedelta(hours=1)
    first, second = push(as_csv([]), Authorization=f"Bearer {brief}"), push(b"", "GET", "/api/v1/reports/1")
    assert problem_of(first, 401)
    assert second.status_code == 200
    api_tokens.revoke_token(context, token_id=1)
    revoked = push(b"", "GET", "/api/v1/reports/1")
    assert problem_of(revoked, 401) == problem_of(first, 401), "one cannot be told from the other"


def test_being_signed_in_opens_nothing_and_a_push_opens_no_session(
    client_request: ClientRequest, push: Push, app: Flask
) -> None:
    client_request.sign_in("Alice")
    sessions = count(WebSession)
    assert problem_of(push(as_csv(strangers(1)), Authorization=None), 401)
    answer = push(as_csv(strangers(1)))
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (201, False)
    assert count(WebSession) == sessions


def test_only_a_hash_of_the_token_is_held(token: str, database_url: str) -> None:
    session().rollback()
    held = session().scalars(select(ApiToken)).one()
    assert len(held.token_hash) == 64
    assert token not in " ".join(str(value) for value in vars(held).values())
    assert len(token) >= 43, "256 bits"


def test_the_last_use_is_noted_at_most_once_a_minute(push: Push, clock: FixedClock) -> None:
    def used_at() -> object:
        session().rollback()
        return session().scalar(select(ApiToken.last_used_at))

    assert used_at() is None
    push(b"", "GET", "/api/v1/reports/1")
    assert used_at() == NOON
    clock.at = NOON + timedelta(seconds=59)
    push(b"", "GET", "/api/v1/reports/1")
    assert used_at() == NOON
    clock.at = NOON + timedelta(seconds=60)
    push(b"", "GET", "/api/v1/reports/1")
    assert used_at() == NOON + timedelta(seconds=60)


def test_a_token_sees_the_receipts_of_its_own_feed_only(push: Push, context: Context) -> None:
    _, other = api_tokens.create_token(context, label="other", feed="generic", feeds=["generic"])
    answer = push(as_csv(strangers(1)))
    assert problem_of(push(b"", "GET", answer.headers["Location"], Authorization=f"Bearer {other}"), 404)
    assert problem_of(push(b"", "GET", "/api/v1/reports/99"), 404)


def test_a_token_of_a_feed_no_longer_in_force(push: Push, context: Context) -> None:
    _, old = api_tokens.create_token(context, label="old", feed="gone", feeds=["gone"])
    answer = push(as_csv(strangers(1)), Authorization=f"Bearer {old}")
    assert problem_of(answer, 403)["code"] == "feed_not_in_force"
    assert count(Receipt) == 0


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/html", "nonsense"]
)
def test_another_type_is_not_taken(push: Push, content_type: str) -> None:
    answer = push(as_csv(strangers(1)), Content_Type=content_type)
    assert problem_of(answer, 415)["code"] == "wrong_content_type"
    assert count(Receipt) == 0


WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    "content_type", [None, "application/octet-stream", "text/csv; charset=windows-1252", "application/json", WORKBOOK]
)
def test_the_content_decides_whatever_its_type_says(push: Push, content_type: str | None) -> None:
    answer = push(as_csv(strangers(1)), Content_Type=content_type)
    assert (answer.status_code, answer.get_json()["created"]) == (201, 1)


@pytest.mark.parametrize(
    ("headers", "path", "code"),
    [
        ({"Idempotency_Key": ""}, "", "bad_idempotency_key"),
        ({"Idempotency_Key": "with space"}, "", "bad_idempotency_key"),
        ({"Idempotency_Key": "k" * 256}, "", "bad_idempotency_key"),
        ({"X_Report_Filename": "../night.csv"}, "", "bad_filename"),
        ({"X_Report_Filename": "C:\\night.csv"}, "", "bad_filename"),
        ({"X_Report_Filename": ".."}, "", "bad_filename"),
        ({}, "?child=Secretname", "query_not_taken"),
    ],
)
def test_headers_that_cannot_be_used(push: Push, headers: dict[str, str], path: str, code: str) -> None:
    answer = push(as_csv(strangers(1)), path=f"/api/v1/reports{path}", **headers)
    assert problem_of(answer, 400)["code"] == code
    assert count(Receipt) == 0


def test_a_file_that_cannot_be_read_is_received_and_refused(push: Push) -> None:
    answer = push(b"Name,Colour\nA,B\n")
    document = answer.get_json()
    assert (answer.status_code, document["status"], document["code"]) == (201, "refused", "missing_column")
    assert push(b"").get_json()["code"] == "empty_file"


def test_no_address_of_the_interface_answers_with_a_page(push: Push) -> None:
    assert problem_of(push(b"", "GET", "/api/v1/nothing"), 404)
    answer = push(b"", "DELETE", "/api/v1/reports")
    assert problem_of(answer, 405)
    assert "POST" in answer.headers["Allow"]


class TestLimits:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        limits = settings.limits.model_copy(update={"upload_bytes": 2_000, "api_per_minute": 3})
        return settings.model_copy(update={"limits": limits})

    def test_what_is_too_large_is_not_taken(self, push: Push) -> None:
        assert problem_of(push(b"x" * 2_001), 413)["code"] == "too_large"
        assert problem_of(push(b"x" * 200_000), 413)["code"] == "too_large"
        assert count(Receipt) == 0
        assert push(b"x" * 2_000).status_code == 201

    def test_each_token_has_its_own_rate(self, push: Push, context: Context) -> None:
        _, other = api_tokens.create_token(context, label="other", feed=FEED, feeds=[FEED])
        assert [push(as_csv([])).status_code for _ in range(4)] == [201, 201, 201, 429]
        answer = push(as_csv([]))
        assert problem_of(answer, 429)
        assert answer.headers["Retry-After"] == "60"
        assert push(as_csv([]), Authorization=f"Bearer {other}").status_code == 201


class TestIdempotency:
    def test_the_same_bytes_under_the_same_key_are_one_receipt(self, push: Push) -> None:
        body = as_csv(strangers(2))
        first, second = push(body, Idempotency_Key="a-key"), push(body, Idempotency_Key="a-key")
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.get_json() == second.get_json()
        assert (count(Receipt), count(Episode)) == (1, 2)

    def test_other_bytes_under_a_used_key_are_refused(self, push: Push) -> None:
        push(as_csv(strangers(2)), Idempotency_Key="a-key")
        assert problem_of(push(as_csv(strangers(1)), Idempotency_Key="a-key"), 422)["code"] == "key_reused"
        assert count(Receipt) == 1

    def test_a_key_is_the_tokens_own(self, push: Push, context: Context) -> None:
        _, other = api_tokens.create_token(context, label="other", feed=FEED, feeds=[FEED])
        body = as_csv(strangers(2))
        push(body, Idempotency_Key="a-key")
        assert push(body, Idempotency_Key="a-key", Authorization=f"Bearer {other}").status_code == 201
        assert count(Receipt) == 2

    def test_without_a_key_every_push_has_its_receipt_and_no_episode_is_made_twice(self, push: Push) -> None:
        body = as_csv(strangers(2))
        first, second = push(body).get_json(), push(body).get_json()
        assert (second["duplicate_of"], second["unchanged"]) == (first["receipt_id"], 2)
        assert count(Episode) == 2

    def test_a_refused_file_sent_again_is_the_same_receipt(self, push: Push) -> None:
        first, second = (push(b"Name,Colour\nA,B\n", Idempotency_Key="a-key") for _ in range(2))
        assert (second.status_code, second.get_json()) == (200, first.get_json())


def test_a_long_report_is_received_at_once_and_read_on_by_the_scheduler(
    push: Push, app: Flask, context: Context, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_report.push_report, "__kwdefaults__", {"at_most": 200})
    body = as_csv(row(f"TV{number}", person=f"U{number}") for number in range(450))
    answer = push(body, Idempotency_Key="long")
    document = answer.get_json()
    assert (answer.status_code, document["status"], document["lines_read"]) == (202, "reading", 200)
    assert answer.headers["Retry-After"]
    again = push(body, Idempotency_Key="long")
    assert (again.status_code, again.get_json()["lines_read"]) == (202, 400), "each try reads on"
    assert resume_reading(context, settings.feeds, settings.limits) == (document["receipt_id"],)
    done = push(b"", "GET", answer.headers["Location"]).get_json()
    assert (done["status"], done["lines_read"]) == ("complete", 450)


def test_a_database_that_takes_nothing_is_said_so(push: Push, app: Flask) -> None:
    push(b"", "GET", "/api/v1/reports/1")  # so that the token's use need not be noted
    session().rollback()
    db.engine.dispose()

    def refuse(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    from sqlalchemy import event

    event.listen(db.engine, "checkout", refuse)
    try:
        answer = push(as_csv(strangers(1)), Idempotency_Key="later")
    finally:
        event.remove(db.engine, "checkout", refuse)
        db.engine.dispose()
    assert problem_of(answer, 503)["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "30"
    assert push(as_csv(strangers(1)), Idempotency_Key="later").status_code == 201


def test_a_fault_of_ours_is_a_problem_with_a_reference(
    push: Push, monkeypatch: pytest.MonkeyPatch, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def fail(*_: object) -> None:
        raise ValueError("Secretname")

    monkeypatch.setattr("tracker.services.receive_report._read", fail)
    answer = push(as_csv(strangers(1)), Idempotency_Key="fault")
    assert problem_of(answer, 500)["code"] == "fault"
    assert "Secretname" not in answer.text + caplog.text
    monkeypatch.undo()
    again = push(as_csv(strangers(1)), Idempotency_Key="fault")
    assert (again.status_code, again.get_json()["created"], count(Receipt)) == (200, 1, 1), "the retry completes"


def test_the_interface_describes_itself(client_request: ClientRequest) -> None:
    answer = client_request.raw("GET", "/api/v1/openapi.json")
    document = json.loads(answer.text)
    assert (answer.status_code, document["openapi"]) == (200, "3.1.0")
