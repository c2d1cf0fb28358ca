"""The reports' pages: loading, the receipt, and every way in which a waiting line is settled."""

import io
import re
import sqlite3

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tracker.services import receive_report
from tracker.services.errors import NoRoomError
from tracker.store.db import db, session
from tracker.store.models import Episode, Line, Receipt

HEADER = "Reference,Surname,Forename,Date of birth,Missing from,Returned,Status\n"
GOOD = "WX/1,Quillworth,Ambrose,03/04/2011,15/11/2026 22:10,16/11/2026 03:20,Returned home\n"
BAD = "WX/2,Tesserby,Odette,31/02/2012,15/11/2026 22:10,16/11/2026 03:20,Returned home\n"


def load(client: ClientRequest, text: str | bytes, name: str = "night.csv", feed: str = "generic") -> Page:
    content = text.encode() if isinstance(text, str) else text
    data = {"feed": feed, "file": (io.BytesIO(content), name)}
    return client.post("/reports/new", data, status=302)


def the_line(problem: str | None = None) -> Line:
    db.session.expire_all()
    query = select(Line) if problem is None else select(Line).where(Line.problem_code == problem)
    return session().scalars(query.order_by(Line.id.desc())).first()


def test_before_any_report_the_list_says_so(client_request: ClientRequest) -> None:
    assert "No report has been received yet." in client_request.sign_in("Alice").get("/reports").text


def test_a_loaded_report_shows_what_became_of_every_line(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD + BAD)
    page = alice.get("/reports/1")
    assert "2 lines read" in page.text
    assert "1 created" in page.text
    assert "The date of birth cannot be read." in page.text
    assert "1 line to decide" in alice.get("/reports").text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.csv", "The file is empty"),
        (b"Name,Colour\nA,B\n", "other.csv", "are missing"),
        (b"PK\x03\x04 not a workbook", "night.xlsx", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.xls", ""),
        (b"<html><table><tr><td>x</td></tr></table></html>", "night.xls", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    client_request: ClientRequest, content: bytes, name: str, sentence: str
) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, content, name)
    page = alice.get("/reports/1")
    assert "This file was refused, and nothing was read from it." in page.text
    assert sentence in page.text
    assert session().scalar(select(Receipt.status)) == "refused"
    assert session().scalar(select(Line.id)) is None


def test_a_full_disk_is_told_with_the_receipt_that_is_read_on_later(
    client_request: ClientRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        broken = sqlite3.OperationalError("database or disk is full")
        broken.sqlite_errorname = "SQLITE_FULL"
        raise OperationalError("INSERT", None, broken)

    alice = client_request.sign_in("Alice")
    with monkeypatch.context() as patch:
        patch.setattr(receive_report, "read_chunk", full)
        data = {"feed": "generic", "file": (io.BytesIO((HEADER + GOOD).encode()), "night.csv")}
        page = alice.post("/reports/new", data, status=507)
    assert page.h1 == "There is no room left"
    assert "kept as receipt 1" in page.text and "need not be sent again" in page.text
    assert session().scalar(select(Receipt.status)) == "reading"
    with monkeypatch.context() as patch:
        patch.setattr(receive_report, "_keep", full_transaction)
        data = {"feed": "generic", "file": (io.BytesIO((HEADER + GOOD).encode()), "night.csv")}
        assert "Nothing of this was kept" in alice.post("/reports/new", data, status=507).text


def full_transaction(*_: object) -> None:
    raise NoRoomError


def test_the_form_asks_for_what_is_missing(client_request: ClientRequest) -> None:
    page = client_request.sign_in("Alice").post("/reports/new", {}, status=200)
    assert "Choose which report it is." in page.text
    assert "Choose the file." in page.text


def test_a_line_is_corrected_and_read_again(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + BAD)
    line = the_line()
    page = alice.get(f"/reports/lines/{line.id}")
    assert "Check this" in page.text
    alice.post(f"/reports/lines/{line.id}/correct", {"version": line.version, "cell-3": "still wrong"}, status=302)
    line = the_line()
    assert line.settled_at is None
    assert "Received: 31/02/2012" in alice.get(f"/reports/lines/{line.id}").text
    alice.post(f"/reports/lines/{line.id}/correct", {"version": line.version, "cell-3": "28/02/2012"}, status=302)
    assert the_line().outcome == "created"
    assert session().scalar(select(Episode.police_reference)) == "WX2"


def test_of_two_people_who_settle_a_line_the_second_is_told(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + BAD)
    line_id, version = the_line().id, the_line().version
    alice.post(f"/reports/lines/{line_id}/dismiss", {"version": version, "reason": "A test by the police"}, status=302)
    page = alice.post(f"/reports/lines/{line_id}/dismiss", {"version": version, "reason": "My own words"}, status=409)
    assert "My own words" in page.text
    assert "Dismissed by Alice Testworker" in alice.get(f"/reports/lines/{line_id}").text


def test_dismissing_needs_a_reason(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + BAD)
    line = the_line()
    page = alice.post(f"/reports/lines/{line.id}/dismiss", {"version": line.version, "reason": " "}, status=200)
    assert "Say why this line is dismissed." in page.text


NEAR = "WX/3,Quillworth,Ambros,03/04/2011,14/11/2026 10:00,14/11/2026 20:00,Returned home\n"


@pytest.mark.parametrize("take_held", [True, False])
def test_a_near_child_waits_for_a_person_who_chooses(client_request: ClientRequest, take_held: bool) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD)
    held = session().scalar(select(Episode.child_id))
    load(alice, HEADER + NEAR, "next.csv")
    line = the_line("match_undecided")
    page = alice.get(f"/reports/lines/{line.id}")
    assert "Is it one of these children?" in page.text
    assert re.search(r"near|match", page.text)
    choice = str(held) if take_held else "new"
    alice.post(f"/reports/lines/{line.id}/choose", {"version": line.version, "choice": choice}, status=302)
    assert the_line("match_undecided") is None or the_line("match_undecided").settled_at is not None
    children = set(session().scalars(select(Episode.child_id)))
    assert len(children) == (1 if take_held else 2)


def test_choosing_nothing_is_asked_again(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD)
    load(alice, HEADER + NEAR, "next.csv")
    line = the_line("match_undecided")
    page = alice.post(f"/reports/lines/{line.id}/choose", {"version": line.version}, status=200)
    assert "Choose one." in page.text


def test_lines_to_decide_are_listed_the_soonest_deadline_first(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + BAD)
    assert "Row 2 of receipt 1" in alice.get("/reports/lines").text


@pytest.mark.parametrize("path", ["/reports/99", "/reports/lines/99", "/reports/99999999999"])
def test_what_does_not_exist_is_not_found(client_request: ClientRequest, path: str) -> None:
    client_request.sign_in("Alice").get(path, status=404)


def test_a_manager_reads_reports_but_settles_nothing(client_request: ClientRequest) -> None:
    load(client_request.sign_in("Alice"), HEADER + BAD)
    dana = client_request.sign_in("Dana")
    page = dana.get("/reports/lines/1")
    assert "Read again" not in page.text
    dana.get("/reports/new", status=403)
    dana.post("/reports/lines/1/dismiss", {"version": 1, "reason": "x"}, status=403)


@pytest.mark.parametrize("name", ["Bob", "Charlie", "Ed", "Fay"])
def test_others_see_no_reports(client_request: ClientRequest, name: str) -> None:
    client_request.sign_in(name).get("/reports", status=403)
