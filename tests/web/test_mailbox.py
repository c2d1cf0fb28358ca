"""The demonstration's mailbox, and its absence elsewhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.web.conftest import ClientRequest
from tracker.adapters.mailer import FolderMailer
from tracker.core.mail import Email
from tracker.settings import Settings, load_settings

SENDER = "Return interviews <tracker@council.invalid>"


class TestInADemonstration:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "mailbox"

    @pytest.fixture
    def settings(self, database_url: str, folder: Path) -> Settings:
        return load_settings(
            environ={}, env="demo", database_url=database_url, secret_key="t" * 40, mail__folder=str(folder)
        )

    def test_an_empty_mailbox_says_so(self, client_request: ClientRequest) -> None:
        page = client_request.sign_in("Alice").get("/mailbox")
        assert "Nothing has been emailed yet." in page.text

    def test_messages_are_shown_with_their_links(self, client_request: ClientRequest, folder: Path) -> None:
        body = (
            "An interview is overdue: http://127.0.0.1:5000/alerts/abc.\nNot a link: https://elsewhere.invalid/x <b>\n"
        )
        with FolderMailer(folder, SENDER).connect() as mail:
            for number, minute in ((1, 0), (2, 5)):
                at = datetime(2026, 11, 16, 9, minute, tzinfo=UTC)
                mail.send(Email(f"<{number}@council.invalid>", "alice@council.invalid", f"Overdue {number}", body, at))
        page = client_request.sign_in("Fay").get("/mailbox")
        assert [h2.text for h2 in page.all("h2") if h2.text.startswith("Overdue")] == ["Overdue 2", "Overdue 1"]
        assert len(page.all("a", href="/alerts/abc")) == 2
        assert not page.all("a", href="https://elsewhere.invalid/x")
        assert "16 Nov 2026, 09:05" in page.text
        assert "<b>" in page.text
        assert page.one("a", href="/mailbox").attributes["aria-current"] == "true"

    def test_many_messages_stand_on_several_pages(self, client_request: ClientRequest, folder: Path) -> None:
        with FolderMailer(folder, SENDER).connect() as mail:
            for number in range(45):
                at = datetime(2026, 11, 16, 9, number, tzinfo=UTC)
                mail.send(Email(f"<{number}@council.invalid>", "alice@council.invalid", f"Number {number}", "x", at))
        client_request.sign_in("Alice")
        titles = [
            h2.text for path in ("", "?page=2", "?page=3") for h2 in client_request.get("/mailbox" + path).all("h2")
        ]
        numbers = [title for title in titles if title.startswith("Number")]
        assert sorted(numbers) == sorted(f"Number {number}" for number in range(45))
        assert "Page 2 of 3" in client_request.get("/mailbox?page=2").text
        assert client_request.get("/mailbox?page=0").text == client_request.get("/mailbox").text


def test_elsewhere_there_is_no_mailbox(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").get("/mailbox", status=404)
    assert not page.all("a", href="/mailbox")
