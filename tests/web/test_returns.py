"""The pages of the statutory returns: what each holds, what would be refused and where to mend it, files, lists."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import ClientRequest
from tests.web.test_month import CONTEXT
from tracker.core.terms import LivingSetting
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, CareLink

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,SURNAME,FORENAME\r\n"
QUILL = "C1,2,04/03/2012,WBRI,UN1,Quillfeather,Bel\r\n"
CARE = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC\r\n"


@pytest.fixture
def quill(client_request: ClientRequest) -> int:
    """A looked-after child of ours, missing once in May 2026 and interviewed; the child's id."""
    with writing() as current:
        child = factories.child(current, surname="Quillfeather", forename="Bel")
        start = datetime(2026, 5, 1, 12, tzinfo=UTC)
        setting = str(LivingSetting.LOOKED_AFTER)
        row = factories.episode(current, child, start, hours=30, context=CONTEXT, setting=setting)
        factories.interview(current, [row], context=CONTEXT, completed_at=datetime(2026, 5, 3, 9, tzinfo=UTC))
        return child.id


def send_list(client: ClientRequest, text: str, kind: str = "header", status: int = 302, year: str = "2026") -> str:
    sent = {"year": year, "kind": kind, "file": (io.BytesIO(text.encode()), "list.csv")}
    return client.post("/returns/lists/new", sent, status=status, content_type="multipart/form-data").text


def recorded() -> list[tuple[str, str]]:
    session().rollback()
    return [(row.action, row.subject) for row in session().scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_an_empty_service_says_that_there_is_nothing(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    assert "nothing to return" in alice.get("/returns/ssda903").text
    assert "no child to list" in alice.get("/returns/annex-a").text
    assert "nothing to return" in alice.get("/returns/ssd-missing").text
    assert "Import a list" in alice.get("/returns").text


def test_a_row_without_an_id_is_named_with_where_to_mend_it_and_stays_out(
    client_request: ClientRequest, quill: int
) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get("/returns/ssda903?year=2026")
    assert "CHILD id of this child is not known" in page.text
    assert {"/episodes/1", "/returns/lists?year=2026"} <= {a.attributes["href"] for a in page.all("a")}
    assert (
        alice.raw("GET", "/returns/ssda903.csv?year=2026").get_data(True) == "CHILD,DOB,MISSING,MIS_START,MIS_END\r\n"
    )
    assert "our own" in page.text and "with 1 that stays out of the file" in page.text


def test_with_the_lists_the_row_leaves_and_every_rule_is_checked(client_request: ClientRequest, quill: int) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL)
    send_list(alice, CARE + "C1,01/02/2026,S,C2,N1,U4,PR1,,\r\n", "episodes")
    send_list(alice, "CHILD,DOB,MISSING,MIS_START,MIS_END\r\nC9,04/03/2012,M,01/02/2026,02/02/2026\r\n", "last_missing")
    page = alice.get("/returns/ssda903?year=2026")
    assert "Nothing, of the rules that could be checked" in page.text
    assert "not checked" not in page.text
    got = alice.raw("GET", "/returns/ssda903.csv?year=2026")
    assert got.get_data(True) == "CHILD,DOB,MISSING,MIS_START,MIS_END\r\nC1,04/03/2012,M,01/05/2026,02/05/2026\r\n"
    assert "ssda903-missing-2026-27.csv" in got.headers["Content-Disposition"]
    xml = alice.raw("GET", "/returns/ssda903.xml?year=2026")
    assert xml.mimetype == "application/xml"
    assert "<MIS_START>01/05/2026</MIS_START>" in xml.get_data(True)
    assert recorded().count(("export_made", "ssda903_missing")) == 2
    assert ("list_viewed", "ssda903_missing") in recorded()


def test_rows_whose_dates_are_not_simply_the_episodes_are_listed_with_why(client_request: ClientRequest) -> None:
    with writing() as current:
        child = factories.child(current, council_id="77")
        start, setting = datetime(2026, 5, 1, 12, tzinfo=UTC), str(LivingSetting.LOOKED_AFTER)
        found = datetime(2026, 5, 2, 12, tzinfo=UTC)
        factories.episode(current, child, start, hours=72, found_at=found, setting=setting)
    page = client_request.sign_in("Alice").get("/returns/ssda903?year=2026")
    assert "1 row whose dates are not simply the episode’s" in " ".join(page.text.split())
    assert "found, and not back until a later day" in page.text


def test_annex_a_answers_as_ofsted_asks_in_both_files(client_request: ClientRequest, quill: int) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL)
    assert "a) Yes" in alice.get("/returns/annex-a?on=2026-10-31").text
    text = alice.raw("GET", "/returns/annex-a.csv?on=2026-10-31").get_data(True)
    assert text.endswith("C1,1,0,a) Yes,a) Yes\r\n")
    book = openpyxl.load_workbook(io.BytesIO(alice.raw("GET", "/returns/annex-a.xlsx?on=2026-10-31").get_data()))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[1] == ("C1", 1, 0, "a) Yes", "a) Yes")
    assert recorded().count(("export_made", "annex_a")) == 2


def test_the_sector_dataset_has_its_own_columns(client_request: ClientRequest, quill: int) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL)
    assert "miss_missing_rhi_offered" in alice.get("/returns/ssd-missing?year=2026").text
    lines = alice.raw("GET", "/returns/ssd-missing.csv?year=2026").get_data(True).split("\r\n")
    assert lines[0].startswith("miss_table_id,miss_person_id,")
    assert lines[1] == "1,C1,2026-05-01,M,2026-05-02,Y,Y"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/returns/annex-a?on=2031-01-01", "still to come"),
        ("/returns/annex-a?on=x", "This is no date"),
        ("/returns/annex-a?on=", "Enter the day"),
        ("/returns/annex-a?on=1999-01-01", "from 2015 on"),
    ],
)
def test_a_day_that_cannot_be_is_said(client_request: ClientRequest, address: str, sentence: str) -> None:
    assert sentence in client_request.sign_in("Alice").get(address).text


@pytest.mark.parametrize(
    "address",
    [
        "/returns/ssda903?year=1999", "/returns/ssda903?year=x", "/returns/ssda903?year=2031",
        "/returns/ssda903.csv?year=2031", "/returns/ssd-missing?year=2031", "/returns/ssd-missing.csv?year=2031",
        "/returns/annex-a.csv?on=2031-01-01", "/returns/annex-a.xlsx", "/returns/lists/settle/1",
        "/returns/lists/received?kind=header", "/returns/lists/received?kind=x",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(client_request: ClientRequest, address: str) -> None:
    assert client_request.sign_in("Alice").raw("GET", address).status_code == 404


@pytest.mark.parametrize("name", ["Bob", "Charlie", "Dana", "Ed", "Fay"])
def test_nobody_else_sees_any_of_it(client_request: ClientRequest, name: str) -> None:
    client = client_request.sign_in(name)
    for address in ("/returns", "/returns/ssda903", "/returns/ssda903.csv", "/returns/annex-a.xlsx", "/returns/lists"):
        assert client.raw("GET", address).status_code == 403


def test_a_bad_list_names_its_lines_and_the_one_held_stays(client_request: ClientRequest, quill: int) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL)
    said = send_list(alice, HEADER + "C1,2,31/02/2012,WBRI,,X,Y\r\n,2,04/03/2012,,,X,Y\r\n", status=200)
    assert "Nothing of this list is used" in said
    assert "Line 2, DOB: A date cannot be read" in " ".join(said.split())
    assert "Line 3, CHILD: The CHILD id is missing" in " ".join(said.split())
    assert "1 child found by name" in " ".join(alice.get("/returns/lists?year=2026").text.split())


def test_a_list_needs_its_year_kind_and_file(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    said = alice.post("/returns/lists/new", {}, status=200).text
    for sentence in ("Choose the year", "Choose what the file lists", "Choose the file"):
        assert sentence in said


def test_a_person_settles_who_a_child_id_means(client_request: ClientRequest, quill: int) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL.replace("Quillfeather", "Quilfeather"))
    address = "/returns/lists/settle/1?year=2026"
    assert "1 CHILD id to settle" in " ".join(alice.get("/returns/ssda903?year=2026").text.split())
    assert address in {a.attributes["href"] for a in alice.get("/returns/lists?year=2026").all("a")}
    version = alice.get(address).value_of("version")
    assert "Choose which child" in alice.post(address, {"version": version}, status=200).text
    other = {"version": version, "choice": "another"}
    assert "Write the number" in alice.post(address, other, status=200).text
    assert "no such child" in alice.post(address, {**other, "number": "999"}, status=200).text
    assert "number alone" in alice.post(address, {**other, "number": "9 9"}, status=200).text
    alice.post(address, {"version": version, "choice": str(quill)})
    assert "C1,04/03/2012,M" in alice.raw("GET", "/returns/ssda903.csv?year=2026").get_data(True)
    alice.post(address, {"version": version, "choice": "nobody"}, status=409)
    session().rollback()
    assert session().scalars(select(CareLink)).one().child_id == quill


def test_any_id_of_the_list_can_be_settled_and_settled_anew(client_request: ClientRequest, quill: int) -> None:
    """Another birthday: nobody was found, and only a person knows better."""
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL.replace("04/03/2012", "09/09/2013").replace("Bel", "Isabella"))
    assert "1 child not held here" in " ".join(alice.get("/returns/lists?year=2026").text.split())
    assert "not in the Header" in alice.post("/returns/lists?year=2026", {"code": "C7"}, status=200).text
    assert "Write the CHILD id" in alice.post("/returns/lists?year=2026", {"code": ""}, status=200).text
    address = alice.post("/returns/lists?year=2026", {"code": "C1"}).location
    assert address == "/returns/lists/settle/1?year=2026"
    version = alice.get(address).value_of("version")
    alice.post(address, {"version": version, "choice": "another", "number": str(quill)})
    assert "C1,09/09/2013,M" in alice.raw("GET", "/returns/ssda903.csv?year=2026").get_data(True)
    listed = alice.get("/returns/lists?year=2026")
    assert "Settle it anew" in listed.text
    assert "Bel Quillfeather" in listed.text
    alice.post(address, {"version": alice.get(address).value_of("version"), "choice": "nobody"})
    assert "nobody held here" in alice.get("/returns/lists?year=2026").text


def test_the_children_of_a_list_are_looked_for_again(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL)
    with writing() as current:
        factories.child(current, surname="Quillfeather", forename="Bel")
    alice.post("/returns/lists/match?year=2026")
    assert "1 child found by name" in " ".join(alice.get("/returns/lists?year=2026").text.split())


def test_a_list_can_be_had_as_it_was_received(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    send_list(alice, HEADER + QUILL)
    got = alice.raw("GET", "/returns/lists/received?year=2026&kind=header")
    assert got.get_data(True) == HEADER + QUILL
    assert ("export_made", "care_extract") in recorded()


def test_nothing_in_a_file_is_a_formula(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    with writing() as current:
        child = factories.child(current, council_id="=1+1")
        start = datetime(2026, 5, 1, 12, tzinfo=UTC)
        factories.episode(current, child, start, hours=3, setting=str(LivingSetting.LOOKED_AFTER))
    for address in (
        "/returns/ssda903.csv?year=2026",
        "/returns/ssd-missing.csv?year=2026",
        "/returns/annex-a.csv?on=2026-10-31",
    ):
        text = alice.raw("GET", address).get_data(True)
        assert "'=1+1" in text
        assert ",=1" not in text
