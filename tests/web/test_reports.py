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
from tracker.web.reports import views
from tracker.web.reports.going_on import go_on_behind

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
    assert "The report is received." not in page.text
    assert page.all("a", href="/reports/new")[-1].text == "Load another file"
    assert session().scalar(select(Receipt.status)) == "refused"
    assert session().scalar(select(Line.id)) is None


@pytest.mark.parametrize("path", ["/today", "/reports/lines", "/reports/1", "/reports/lines/{line}"])
def test_a_waiting_line_says_whom_the_report_means(client_request: ClientRequest, path: str) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD + BAD)
    page = alice.get(path.format(line=the_line("unreadable_date_of_birth").id))
    assert "Odette Tesserby" in page.text
    assert "WX/2" in page.response.text


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
    assert "My own words" in page.text and "Alice Testworker dismissed it, 16 Nov 2026, 12:00." in page.text
    page = alice.post(f"/reports/lines/{line_id}/correct", {"version": version, "cell-3": "28/02/2012"}, status=409)
    assert "Date of birth 28/02/2012" in page.text and "cell" not in page.text
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
    assert "Is it this child?" in page.text
    assert "For: the same surname and date of birth; nearly the same forename. Against: nothing." in page.text
    for nothing in ("9 9", "newer"):
        again = alice.post(f"/reports/lines/{line.id}/choose", {"version": line.version, "choice": nothing}, status=200)
        assert "Choose one." in again.text
    choice = str(held) if take_held else "new"
    alice.post(f"/reports/lines/{line.id}/choose", {"version": line.version, "choice": choice}, status=302)
    assert the_line("match_undecided") is None or the_line("match_undecided").settled_at is not None
    children = set(session().scalars(select(Episode.child_id)))
    assert len(children) == (1 if take_held else 2)
    page = alice.get(f"/reports/lines/{line.id}")
    words = "the child held" if take_held else "a child not held before"
    assert f"Decided by Alice Testworker, 16 Nov 2026, 12:00 : {words}" in page.text
    alice.post(f"/reports/lines/{line.id}/undo", {"version": session().get_one(Line, line.id).version}, status=302)
    page = alice.get(f"/reports/lines/{line.id}")
    assert "Undone: the line waits for a decision again." in page.text and "Is it this child?" in page.text
    assert session().scalars(select(Episode.police_reference)).all() == ["WX1"]


def test_a_decided_line_leads_to_the_next_that_waits(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + BAD + BAD.replace("WX/2", "WX/3"))
    second = the_line()
    first = session().scalars(select(Line).where(Line.id != second.id)).one()
    path = f"/reports/lines/{first.id}"
    assert "The next line to decide" not in alice.get(path).text
    page = alice.post(f"{path}/dismiss", {"version": first.version, "reason": "A test."}, follow=True, status=200)
    assert page.one("a", href=f"/reports/lines/{second.id}").text == "The next line to decide"
    alice.post(f"/reports/lines/{second.id}/dismiss", {"version": second.version, "reason": "A test."})
    assert "The next line to decide" not in alice.get(path).text


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


# the receipt as a whole


UNKNOWN = "WX/8,Marrowby,Piers,03/04/2011,14/11/2026 10:00,,Vanished\n"


def test_the_receipt_adds_up_and_groups_what_waits(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD + BAD + UNKNOWN + UNKNOWN.replace("WX/8", "WX/9").replace("Piers", "Quill"))
    page = alice.get("/reports/1")
    assert "4 lines read = 1 created + 3 need a decision" in page.text
    assert "3 lines still to decide" in page.text
    assert re.search("2 lines : The status is .*“Vanished”", page.text)
    assert "Came by Upload" in page.text and "SHA-256" in page.text


def test_the_file_as_it_came_is_for_those_who_load(client_request: ClientRequest) -> None:
    load(client_request.sign_in("Alice"), HEADER + GOOD, "night of Quillworth.csv")
    answer = client_request.raw("GET", "/reports/1/file")
    assert answer.data == (HEADER + GOOD).encode()
    assert answer.headers["Content-Disposition"] == "attachment; filename=receipt-1.csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client_request.sign_in("Dana").raw("GET", "/reports/1/file").status_code == 403


def test_the_waiting_lines_leave_as_csv_and_come_back(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD + BAD)
    answer = alice.raw("GET", "/reports/1/waiting.csv")
    assert answer.mimetype == "text/csv" and "waiting-lines-receipt-1.csv" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf") and b"R1-3" in answer.data
    assert alice.raw("GET", "/reports/waiting/generic.csv").data == answer.data
    load(alice, answer.data.replace(b"31/02/2012", b"28/02/2012"), "corrected.csv")
    assert "2 lines read = 2 created" in alice.get("/reports/1").text
    assert alice.raw("GET", "/reports/1/waiting.csv").status_code == 404
    assert alice.raw("GET", "/reports/waiting/unheard-of.csv").status_code == 404


def test_a_manager_downloads_no_waiting_lines(client_request: ClientRequest) -> None:
    load(client_request.sign_in("Alice"), HEADER + BAD)
    dana = client_request.sign_in("Dana")
    assert dana.raw("GET", "/reports/1/waiting.csv").status_code == 403
    assert "Download the waiting lines" not in dana.get("/reports/1").text
    dana.get("/reports/1/undo", status=403)
    dana.post("/reports/1/read-again", status=403)


def test_waiting_lines_are_read_again_at_a_click(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + BAD)
    assert (
        "1 line read again: none could be settled." in alice.post("/reports/1/read-again", follow=True, status=200).text
    )
    assert "1 line read again" in alice.post("/reports/lines/read-again", follow=True, status=200).text


def test_a_load_is_undone_after_it_is_said_what_will_happen(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD + BAD)
    page = alice.get("/reports/1/undo")
    assert "1 episode that only this report spoke of" in page.text and "1 waiting line will be dismissed" in page.text
    assert "Say why this load is undone." in alice.post("/reports/1/undo", {"reason": " "}, status=200).text
    page = alice.post("/reports/1/undo", {"reason": "The wrong feed"}, follow=True, status=200)
    assert "The load is undone." in page.text and "Alice Testworker" in page.text and "The wrong feed" in page.text
    assert "1 episode withdrawn from every count" in page.text and "Undo this load" not in page.text
    assert "Undone" in alice.get("/reports").text and "Nobody" not in alice.get("/children").text
    alice.post("/reports/1/undo", {"reason": "Again"}, status=409)
    page = alice.get("/reports/1/undo")
    assert "This load was undone already." in page.text
    load(alice, HEADER + GOOD + BAD)
    assert "2 lines read = 1 created + 1 needs a decision" in alice.get("/reports/2").text


def test_the_progress_is_told_to_a_script(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD)
    answer = alice.raw("GET", "/reports/1/progress")
    assert answer.json == {"status": "complete", "done": 1, "total": 1}
    assert alice.raw("GET", "/reports/9/progress").status_code == 404
    assert client_request.sign_in("Bob").raw("GET", "/reports/1/progress").status_code == 403


def test_a_long_upload_is_read_on_behind_the_page(
    client_request: ClientRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(views, "READ_AT_ONCE", 1)
    monkeypatch.setattr(receive_report, "CHUNK", 2)
    monkeypatch.setattr(views, "go_on_behind", lambda receipt_id: started.append(go_on_behind(receipt_id)))
    alice = client_request.sign_in("Alice")
    lines = "".join(GOOD.replace("WX/1", f"WX/{number}") for number in range(7))
    load(alice, HEADER + lines)
    (thread,) = started
    assert thread is not None
    thread.join(timeout=60)
    page = alice.get("/reports/1")
    assert "7 lines read" in page.text and "Nobody" not in page.text
    assert session().scalar(select(Receipt.status)) == "complete"


def test_the_script_that_sends_a_file_is_told_where_to_go(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    data = {
        "csrf_token": alice.csrf_token(),
        "feed": "generic",
        "file": (io.BytesIO((HEADER + GOOD).encode()), "a.csv"),
    }
    answer = alice.raw(
        "POST", "/reports/new", data=data, content_type="multipart/form-data", headers={"Accept": "application/json"}
    )
    assert answer.json == {"address": "/reports/1"}


def test_the_list_says_by_which_road_and_may_be_narrowed_to_a_feed(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    load(alice, HEADER + GOOD)
    assert "Upload Alice Testworker" in alice.get("/reports").text
    assert "Upload Alice Testworker" in alice.get("/reports?feed=generic").text
    assert "No such report has been received." in alice.get("/reports?feed=thames-valley").text
