"""Signing in, out, and who may pass."""

import pytest

from tests.web.conftest import ClientRequest


def test_sign_in_page_has_its_form(client_request: ClientRequest) -> None:
    page = client_request.get("/sign-in")
    assert page.h1 == "Sign in"


def test_whoever_has_not_signed_in_is_asked_to_and_led_back(client_request: ClientRequest) -> None:
    page = client_request.get("/account?x=1", status=302)
    assert page.location == "/sign-in?next=/account?x%3D1"


@pytest.mark.parametrize("name", ["Alice", "Bob", "Charlie", "Dana", "Ed", "Fay"])
def test_everybody_has_an_account_page(client_request: ClientRequest, name: str) -> None:
    page = client_request.sign_in(name).get("/account")
    assert f"{name} Testworker" in page.text
