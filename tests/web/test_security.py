"""What stands around every page: caching, the proxy before the server, the key that signs."""

import stat
from pathlib import Path

import pytest
from flask import Flask, request

from tests.web.conftest import ClientRequest
from tracker.settings import Settings, load_settings
from tracker.web.access import public
from tracker.web.security import kept_key


def test_pages_are_kept_by_no_cache_and_versioned_files_for_a_year(client_request: ClientRequest) -> None:
    page = client_request.get("/sign-in")
    assert page.response.headers["Cache-Control"] == "no-store"
    sheets = [e.attributes["href"] for e in page.all("link", rel="stylesheet")]
    assert sheets
    for sheet in sheets:
        kept = client_request.raw("GET", sheet)
        assert kept.status_code == 200
        assert "immutable" in kept.headers["Cache-Control"]
        assert "immutable" not in client_request.raw("GET", sheet.partition("?")[0]).headers["Cache-Control"]


@pytest.mark.parametrize("name", ["govuk-frontend/govuk-frontend.min.css", "app.css"])
def test_style_sheets_ask_for_no_other_file(client_request: ClientRequest, name: str) -> None:
    """No font, no crest: what is reserved for GOV.UK is not here, and nothing is fetched from elsewhere."""
    sheet = client_request.raw("GET", f"/static/{name}").get_data(as_text=True)
    assert "url(" not in sheet
    assert "GDS Transport" not in sheet
    assert "@import" not in sheet


def test_the_key_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    key = kept_key(tmp_path / "var")
    assert len(key) >= 32
    assert kept_key(tmp_path / "var") == key
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600


@pytest.fixture
def told(app: Flask) -> None:
    """/told answers with the address that the application believes it was asked from."""
    app.add_url_rule("/told", "told", public(lambda: f"{request.remote_addr} {request.scheme}"))


FORWARDED = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"}


@pytest.mark.usefixtures("told")
def test_what_a_proxy_is_said_to_say_is_not_believed(client_request: ClientRequest) -> None:
    assert client_request.raw("GET", "/told", headers=FORWARDED).get_data(as_text=True) == "127.0.0.1 http"


class TestBehindOneProxy:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        return load_settings(environ={}, env="test", database_url=database_url, secret_key="t" * 40, proxy_hops=1)

    @pytest.mark.usefixtures("told")
    def test_its_word_is_believed_and_no_others(self, client_request: ClientRequest) -> None:
        answer = client_request.raw("GET", "/told", headers=FORWARDED)
        assert answer.get_data(as_text=True) == "203.0.113.9 https"
