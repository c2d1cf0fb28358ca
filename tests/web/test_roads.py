"""The page of the roads in: what waits in the folder and why, how each pull stands, and nothing that is secret."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from tests.conftest import NOON
from tests.web.conftest import ClientRequest
from tracker.bootstrap import wiring
from tracker.core.report_terms import Road
from tracker.core.rules import Rules
from tracker.services.context import Actor, Context
from tracker.services.pages.roads import roads_troubles
from tracker.services.transaction import writing
from tracker.services.watch_folder import forget, look
from tracker.settings import Settings, load_settings
from tracker.store import roads
from tracker.store.models import FolderFile

SECRET = "an-invented-secret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "in"


@pytest.fixture
def settings(database_url: str, root: Path) -> Settings:
    root.mkdir()
    pull = {"feed": "thames-valley", "url": f"https://reports.police.invalid/{SECRET}?key={SECRET}", "at": ["07:30"]}
    signed = {"auth": "basic", "username": "council"}
    return load_settings(
        {"TRACKER_PULL_SECRET_THAMES_VALLEY": SECRET}, env="test", database_url=database_url, secret_key="t" * 40,
        intake__watch_folder=str(root), pulls=[pull | signed],
    )  # fmt: skip


@pytest.fixture
def ed(client_request: ClientRequest) -> ClientRequest:
    return client_request.sign_in("Ed")


def context(hours: float = 0) -> Context:
    return Context(NOON + timedelta(hours=hours), Rules(), Actor("test"))


def look_at(app: Flask) -> None:
    wired = wiring(app)
    assert wired.folder is not None
    look(context(), wired.folder, wired.settings.feeds, wired.settings.limits, 30, lambda: NOON)


def fail(times: int, hours: float = 0) -> None:
    for _ in range(times):
        with writing() as session:
            sentence = "reports.police.invalid does not accept our sign-in (401)."
            roads.note_failure(session, Road.PULL, "thames-valley", NOON - timedelta(hours=hours), "sign_in", sentence)


def test_before_anything_has_run(ed: ClientRequest, root: Path) -> None:
    page = ed.get("/roads")
    assert f"{root}: last looked at never." in page.text
    assert f"{root}/thames-valley" in page.text
    assert "reports.police.invalid" in page.text and "07:30" in page.text and "not tried yet" in page.text
    assert "not set up" in page.text, "the other feed is not fetched"
    assert "Needs somebody" not in page.text


def test_nothing_of_the_address_but_its_host_is_shown(ed: ClientRequest) -> None:
    fail(1)
    response = ed.raw("GET", "/roads")
    assert SECRET not in response.get_data(as_text=True)


def test_what_lies_in_the_folder_and_why(app: Flask, ed: ClientRequest, root: Path) -> None:
    north = root / "thames-valley"
    north.mkdir()
    (north / "night\u202e.csv").write_bytes(b"x")
    (north / "link.csv").symlink_to("/etc/passwd")
    (root / "thames-vally").mkdir()
    look_at(app)
    page = ed.get("/roads")
    assert "last looked at just now" in page.text
    assert "night\ufffd.csv" in page.text and "It has just been seen." in page.text
    assert "It is not a plain file" in page.text
    assert "thames-vally" in page.text and "There is no feed of this name" in page.text
    assert roads_troubles(context(0.9)) == []
    assert roads_troubles(context(1)) == [
        "1 file has lain in the watched folder, outside the feeds' folders, for more than an hour and does not go. "
        "The page of the roads says why.",
        "2 files have lain in the watched folder of thames-valley for more than an hour and do not go. "
        "The page of the roads says why.",
    ]


def test_a_file_that_does_not_go_is_marked(app: Flask, ed: ClientRequest, root: Path) -> None:
    (root / "thames-valley").mkdir()
    (root / "thames-valley" / "night.csv.part").write_bytes(b"x")
    (root / "thames-valley" / ".lock").write_bytes(b"x")
    look_at(app)
    with writing() as session:
        session.execute(update(FolderFile).values(first_seen_at=NOON - timedelta(hours=2)))
    page = ed.get("/roads")
    assert page.text.count("does not go") == 2, "in the list and at the top; what is some program's own is no trouble"


def test_a_pull_that_fails_is_a_trouble_after_three_times_or_a_day(ed: ClientRequest) -> None:
    fail(2)
    assert roads_troubles(context()) == []
    page = ed.get("/roads")
    assert "failed 2 times" in page.text and "does not accept our sign-in (401)" in page.text
    fail(1)
    sentence = (
        "The report thames-valley could not be fetched the last 3 times. "
        "reports.police.invalid does not accept our sign-in (401)."
    )
    assert roads_troubles(context()) == [sentence]
    assert sentence in ed.get("/roads").text


def test_or_once_and_never_again_for_a_day(ed: ClientRequest) -> None:
    fail(1)
    assert roads_troubles(context(24)) == []
    assert len(roads_troubles(context(24.1))) == 1


def test_a_folder_that_is_no_longer_watched_is_no_trouble(app: Flask, root: Path) -> None:
    (root / "thames-vally").mkdir()
    look_at(app)
    assert len(roads_troubles(context(2))) == 1
    forget()
    assert roads_troubles(context(2)) == []


def test_a_folder_that_cannot_be_used_is_a_trouble(app: Flask, ed: ClientRequest, root: Path) -> None:
    root.rmdir()
    for _ in range(3):
        look_at(app)
    sentence = "The watched folder cannot be used. The folder cannot be opened: No such file or directory."
    assert roads_troubles(context()) == [sentence]
    assert sentence in ed.get("/roads").text


def test_who_may_not_see_reports_gets_no_link_to_one(app: Flask, client_request: ClientRequest, root: Path) -> None:
    page = client_request.sign_in("Alice").get("/roads")
    assert any(link.attributes["href"] == "/reports/new" for link in page.all("a"))
    page = client_request.sign_in("Ed").get("/roads")
    assert not any(link.attributes["href"] == "/reports/new" for link in page.all("a"))
