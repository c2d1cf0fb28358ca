"""The published quarters: everybody reads them, senior people issue them, and every form of them says the same."""

import io
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from tests import factories
from tests.services.test_issue_edition import summer
from tests.web.conftest import ClientRequest
from tracker.services.transaction import writing

__all__ = ["summer"]
Q2 = "/month/edition/2026-27-q2"


@pytest.fixture
def issued(client_request: ClientRequest, summer: None) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get(f"{Q2}/issue")
    alice.post(f"{Q2}/issue", {"seen": page.value_of("seen")})


@pytest.mark.usefixtures("summer")
def test_the_lead_issues_what_the_preview_showed(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    assert "Quarter 2 of 2026-27" in alice.get("/month/edition").text
    assert "changed since" in alice.post(f"{Q2}/issue", {"seen": "x"}, status=200).text
    page = alice.get(f"{Q2}/issue")
    assert "fewer than 5" in page.text
    assert alice.post(f"{Q2}/issue", {"seen": page.value_of("seen")}).location == Q2
    assert "issued once" in alice.get(f"{Q2}/issue").text
    assert "72 hours after its end" in alice.get("/month/edition/2026-27-q3/issue").text


@pytest.mark.usefixtures("summer")
def test_a_quarter_in_which_the_records_begin_is_said_to_be_perhaps_not_whole(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    assert (
        "the oldest episode held here began on 2 July 2026, so it may not be whole" in alice.get("/month/edition").text
    )
    assert "If what came before it is not here, the quarter is not whole" in alice.get(f"{Q2}/issue").text
    with writing() as current:
        factories.episode(current, factories.child(current), datetime(2026, 6, 2, 9, tzinfo=UTC), hours=5)
    assert "may not be whole" not in alice.get("/month/edition").text.split("Quarter 1")[0]
    assert "the quarter is not whole" not in alice.get(f"{Q2}/issue").text


@pytest.mark.usefixtures("issued")
@pytest.mark.parametrize("name", ["Bob", "Charlie", "Dana", "Ed", "Fay"])
def test_everybody_reads_it_and_nobody_but_those_who_publish_issues_or_withdraws(
    client_request: ClientRequest, name: str
) -> None:
    person = client_request.sign_in(name)
    page = person.get(Q2)
    assert "fewer than 5" in page.text
    assert "Withdraw it" not in page.text
    for path in (f"{Q2}/issue", f"{Q2}/withdraw"):
        person.get(path, status=403)


@pytest.mark.usefixtures("issued")
def test_only_those_without_the_month_have_it_in_the_menu(client_request: ClientRequest) -> None:
    for name, expected in (("Bob", True), ("Fay", True), ("Charlie", False), ("Alice", False)):
        page = client_request.sign_in(name).get("/month/edition")
        menu = [a for a in page.all("a") if a.attributes["href"] == "/month/edition" and "Published" in a.text]
        # under Month it stands in the row of areas instead, once
        assert (len(menu), name) == (1, name)
        assert bool([a for a in page.all("a") if a.attributes["href"] == "/month"]) is not expected


@pytest.mark.usefixtures("issued")
def test_every_form_of_it_says_the_same(client_request: ClientRequest, tmp_path: Path) -> None:
    fay = client_request.sign_in("Fay")
    page = " ".join(fay.get(Q2).text.split())
    packed = zipfile.ZipFile(io.BytesIO(fay.raw("GET", f"{Q2}.zip").data))
    book = openpyxl.load_workbook(io.BytesIO(fay.raw("GET", f"{Q2}.xlsx").data))
    assert [name.removesuffix(".csv") for name in packed.namelist()] == book.sheetnames
    (tmp_path / "edition.pdf").write_bytes(fay.raw("GET", f"{Q2}.pdf").data)
    pdf = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "edition.pdf", "-"], capture_output=True, text=True, check=True
    )
    printed = " ".join(pdf.stdout.split())
    rows = 0
    for name in packed.namelist():
        text = packed.read(name).decode("utf-8-sig")
        assert fay.raw("GET", f"{Q2}/{name}").data.decode("utf-8-sig") == text
        sheet = book[name.removesuffix(".csv")]
        for line, cells in zip(text.splitlines()[1:], list(sheet.iter_rows(values_only=True))[1:], strict=True):
            label, shown = cells[3], cells[5]
            assert line.endswith(str(shown))
            assert f"{label} {shown}" in page
            assert f"{label} {shown}" in printed
            rows += 1
    assert rows > 40


@pytest.mark.usefixtures("issued")
def test_a_withdrawn_quarter_is_shown_to_nobody(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    assert "Write why" in alice.post(f"{Q2}/withdraw", {"reason": " "}, status=200).text
    alice.post(f"{Q2}/withdraw", {"reason": "A feed was loaded twice."})
    for path in (Q2, f"{Q2}.pdf", f"{Q2}.zip", f"{Q2}.xlsx", f"{Q2}/age.csv"):
        alice.get(path, status=404)
    assert "A feed was loaded twice." in client_request.sign_in("Bob").get("/month/edition").text


@pytest.mark.parametrize("path", ["2026-27-q9", "x", "2026-27-q1", "2026-27-q1.pdf", "2026-27-q1/none.csv", "x/issue"])
def test_what_does_not_exist_is_not_found(client_request: ClientRequest, path: str) -> None:
    client_request.sign_in("Alice").get(f"/month/edition/{path}", status=404)
