"""Pages for what went wrong: plain words, a reference, and nothing about a child in a log."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import ClientRequest
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.web.access import public

CHILD = "Testchild Surnameinvented"


@pytest.fixture
def failing(app: Flask) -> Callable[[Exception], None]:
    """Adds /failing, which raises what it is given."""

    def add(error: Exception) -> None:
        def view() -> str:
            raise error

        app.add_url_rule("/failing", "failing", public(view), methods=["GET", "POST"])

    return add


def test_a_page_that_does_not_exist(client_request: ClientRequest) -> None:
    assert client_request.get("/nothing/here", status=404).h1 == "Page not found"


def test_a_method_that_is_not_for_this_address(client_request: ClientRequest) -> None:
    page = client_request.get("/sign-out", status=405)
    assert page.h1 == "This cannot be done from here"
    assert "POST" in page.response.headers["Allow"]


def test_what_is_too_large_is_refused_in_plain_words(app: Flask, client_request: ClientRequest) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    page = client_request.post("/sign-in", {"email": "x" * 2000}, status=413)
    assert page.h1 == "The file or form is too large"
    assert "Nothing was kept" in page.text


def test_an_address_of_another_name_is_refused(client_request: ClientRequest) -> None:
    answer = client_request.raw("GET", "/sign-in", headers={"Host": "evil.invalid"})
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


def test_a_fault_has_a_reference_and_the_log_names_nobody(
    client_request: ClientRequest, failing: Callable[[Exception], None], caplog: pytest.LogCaptureFixture
) -> None:
    failing(ValueError(f"cannot read {CHILD}"))
    with caplog.at_level(logging.DEBUG):
        page = client_request.get("/failing", status=500)
    reference = page.one("strong").text
    assert reference in caplog.text
    assert "ValueError" in caplog.text
    assert "test_errors.py" in caplog.text
    assert CHILD not in caplog.text
    assert CHILD not in page.text


def test_a_fault_inside_another_names_both_kinds(
    client_request: ClientRequest, failing: Callable[[Exception], None], caplog: pytest.LogCaptureFixture
) -> None:
    error = RuntimeError(CHILD)
    error.__cause__ = KeyError(CHILD)
    failing(error)
    client_request.get("/failing", status=500)
    assert "RuntimeError from KeyError" in caplog.text
    assert CHILD not in caplog.text


def test_a_conflict_keeps_what_was_typed(client_request: ClientRequest, failing: Callable[[Exception], None]) -> None:
    failing(Conflict(FormProblem("changed", "Somebody else recorded the return at 14:02.")))
    page = client_request.post(
        "/failing", {"circumstances": "Typed with care\n<twice>", "password": "secret"}, status=409
    )
    assert "Somebody else recorded the return at 14:02." in page.text
    assert "Typed with care <twice>" in page.text
    assert "secret" not in page.text
    assert "token" not in page.text


def test_a_refusal_that_no_form_shows_has_a_page(
    client_request: ClientRequest, failing: Callable[[Exception], None]
) -> None:
    failing(Refused([FormProblem("a", "The first thing."), FormProblem("b", "The second thing.")]))
    page = client_request.post("/failing", status=422, headers={"Referer": "http://localhost/account?x=1"})
    assert "The first thing." in page.text
    assert "The second thing." in page.text
    assert page.one("a", href="/account?x=1").text == "Go back"


@pytest.mark.parametrize("referrer", ["http://evil.invalid/x", "http://localhost//evil.invalid", ""])
def test_going_back_never_leads_elsewhere(
    client_request: ClientRequest, failing: Callable[[Exception], None], referrer: str
) -> None:
    failing(Refused(FormProblem("a", "No.")))
    page = client_request.post("/failing", status=422, headers={"Referer": referrer})
    assert [a.attributes["href"] for a in page.all("a") if a.text == "Go back"] == ["/"]
