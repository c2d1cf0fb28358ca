"""The HTTP interface is what its OpenAPI document says, whatever programs send: schemathesis, over WSGI."""

import json
import os
from contextvars import Context as EmptyContext
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.reports import as_csv, row, strangers
from tracker.core.bounces import STATUSES
from tracker.services import api_tokens
from tracker.services.context import Context
from tracker.settings import Settings
from tracker.store import audit
from tracker.store.db import db, session
from tracker.web.api.body import TYPES
from tracker.web.api.events import CODE, NAMED

FULL = os.environ.get("TRACKER_FAULTS") == "full"
FEED = "thames-valley"
REPORTS, RECEIPT = ("/reports", "POST"), ("/reports/{receipt_id}", "GET")

_BODIES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    st.integers(0, 8).map(lambda number: as_csv(strangers(number))),
    st.text(max_size=20).map(lambda text: as_csv([row(surname=text, missing=text)])),
    st.sampled_from([b"[" * 40_000, b"PK\x03\x04" + b"\0" * 200, b"{}", b"[]"]),
)
for name in TYPES:
    schemathesis.openapi.media_type(name, _BODIES)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    limits = settings.limits.model_copy(update={"api_per_minute": 1_000_000, "upload_bytes": 50_000})
    return settings.model_copy(update={"limits": limits})


@pytest.fixture
def token(app: Flask, context: Context) -> str:
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    return api_tokens.create_token(context, label="program", feed=FEED, feeds=[FEED])[1]


_EVENTS = st.fixed_dictionaries(
    {"status": st.sampled_from(list(STATUSES)), "reference": st.from_regex(f"^{NAMED.pattern}$", fullmatch=True)},
    optional={
        "id": st.none() | st.from_regex(f"^{NAMED.pattern}$", fullmatch=True),
        "code": st.none() | st.from_regex(f"^{CODE.pattern}$", fullmatch=True),
        "to": st.text(max_size=9),
    },
)


def answers(
    app: Flask, token: str, place: tuple[str, str], mode: GenerationMode, bodies: st.SearchStrategy[Any] | None = None
) -> set[int]:
    """Send what schemathesis makes of the document; every answer must be one that the document names. Their codes."""
    db.session.rollback()
    schema = EmptyContext().run(lambda: schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app))
    path, method = place
    seen: set[int] = set()

    @examples(
        max_examples=500 if FULL else 40,
        deadline=None,
        derandomize=not FULL,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=schema[path][method].as_strategy(generation_mode=mode),
        is_known=st.integers(0, 7),
        body=st.none() if bodies is None else bodies,
    )
    def conforms(case: Any, is_known: int, body: Any) -> None:
        if bodies is not None:  # what is registered for JSON here are bytes of reports
            case.body = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token if is_known else 'unknown'}"}
        answer = EmptyContext().run(lambda: case.call(headers=headers))
        seen.add(answer.status_code)
        assert answer.status_code != 500, answer.text
        unfit = [positive_data_acceptance] if answer.status_code == 422 else []  # no schema knows of earlier keys
        if bodies is not None and mode is GenerationMode.POSITIVE:
            unfit.append(negative_data_rejection)  # what it knows of the body is of the one that was replaced
        case.validate_response(answer, headers=headers, excluded_checks=unfit)

    conforms()
    return seen


def test_what_is_sent_as_the_document_asks(app: Flask, token: str) -> None:
    assert {201, 401} <= answers(app, token, REPORTS, GenerationMode.POSITIVE)
    assert {401, 404} <= answers(app, token, RECEIPT, GenerationMode.POSITIVE)
    assert list(audit.broken_links(session())) == []


def test_what_is_sent_otherwise(app: Flask, token: str) -> None:
    assert {400, 415} & answers(app, token, REPORTS, GenerationMode.NEGATIVE)
    assert {401, 404} & answers(app, token, RECEIPT, GenerationMode.NEGATIVE)
    assert list(audit.broken_links(session())) == []


def test_the_document_describes_itself(app: Flask, token: str) -> None:
    assert answers(app, token, ("/openapi.json", "GET"), GenerationMode.POSITIVE) == {200}


EVENTS = ("/mail-events", "POST")


@pytest.fixture
def events_token(app: Flask, context: Context, token: str) -> str:
    return api_tokens.create_token(context, label="carrier", feed="", feeds=[], purpose=api_tokens.MAIL_EVENTS)[1]


def test_what_a_carrier_says_as_the_document_asks(app: Flask, events_token: str) -> None:
    assert {200, 401} <= answers(app, events_token, EVENTS, GenerationMode.POSITIVE, _EVENTS)
    assert list(audit.broken_links(session())) == []


def test_what_a_carrier_says_otherwise(app: Flask, events_token: str) -> None:
    assert {400, 422} & answers(
        app, events_token, EVENTS, GenerationMode.NEGATIVE, st.dictionaries(st.text(max_size=9), st.text())
    )


def test_a_token_opens_only_what_it_is_for(app: Flask, token: str, events_token: str) -> None:
    db.session.rollback()
    client = app.test_client()
    for path, wrong in (("/api/v1/mail-events", token), ("/api/v1/reports", events_token)):
        answer = EmptyContext().run(
            lambda path=path, wrong=wrong: client.post(path, json={}, headers={"Authorization": f"Bearer {wrong}"})
        )
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_token")
