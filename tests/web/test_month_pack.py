"""The pack as it is read and as it leaves: sentences, tables, files that agree, commentary, and who may have what."""

import csv
import io
import re
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from tests import factories
from tests.services.test_publish_month import FIRST_RELEASE, released
from tests.web.conftest import ClientRequest
from tracker.core.alert_terms import Rung
from tracker.core.interview_terms import AuthorityAnswer
from tracker.core.pack_words import BANDS
from tracker.core.rules import Rules
from tracker.core.terms import BreachReason, EpisodeKind, LivingSetting, RiskLevel
from tracker.services import publish_month
from tracker.services.context import Actor, Context
from tracker.services.transaction import writing
from tracker.store.db import session
from tracker.store.models import AuditEntry, SummaryRow
from tracker.web.words import words

CONTEXT = Context(datetime(2026, 11, 16, 12, tzinfo=UTC), Rules(), Actor("test"))
FILES = ["pack.pdf", "pack.xlsx", "pack.zip", "tables/age.csv", "figures.csv"]


@pytest.fixture
def october(client_request: ClientRequest) -> int:
    """Two returns in October, one interviewed in time and one overdue; the overdue episode's id."""
    with writing() as current:
        start = datetime(2026, 10, 6, 19, tzinfo=UTC)
        held = factories.episode(
            current, factories.child(current), start, hours=8, context=CONTEXT, district="=cmd|' /C calc'!A0"
        )
        factories.interview(current, [held], completed_at=start + timedelta(hours=20), context=CONTEXT)
        overdue = factories.episode(current, factories.child(current), start, hours=9, context=CONTEXT)
        return overdue.id


def test_the_front_page_says_what_changed_and_what_is_to_be_decided(
    client_request: ClientRequest, october: int
) -> None:
    page = client_request.sign_in("Charlie").get("/month/2026-10")
    assert "1 of 2 interviews that were due was held within 72 hours of the return: 50.0%." in page.text
    assert "1 interview is overdue: no interview, no answer, and the deadline past." in page.text
    assert "Open the list" not in page.text  # who sees no records has the sentences alone


def test_a_sentence_opens_the_list_that_it_rests_on(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get("/month/2026-10")
    link = next(a for a in page.all("a") if "1 interview is overdue" in a.text)
    assert f"/episodes/{october}" in alice.get(link.attributes["href"]).response.text


def test_behind_a_share_both_its_numbers_are_listed(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    held = alice.get("/episodes?month=2026-10&figure=interviews.pct_in_72h_of_returns&cohort=all")
    assert "1 episode" in held.text
    [whole] = [a for a in held.all("a") if a.text == "All that it is a share of"]
    due = alice.get(whole.attributes["href"])
    assert "2 episodes" in due.text and f"/episodes/{october}" in due.response.text
    [back] = [a for a in due.all("a") if a.text == "Only those that count for the share"]
    assert "1 episode" in alice.get(back.attributes["href"]).text
    children = alice.get("/episodes?month=2026-10&figure=repeat.3_in_365.share_pct.denominator&cohort=all")
    assert "2 children" in children.text
    overdue = alice.get("/episodes?month=2026-10&figure=interviews.overdue&cohort=all")
    assert "a share of" not in overdue.text


def test_every_list_that_the_page_offers_opens(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    page = alice.get("/month/2026-10")
    addresses = {a.attributes["href"] for a in page.all("a") if "figure=" in a.attributes["href"]}
    assert any("comparison.series.2026-10.children.missing" in address for address in addresses)
    for address in sorted(addresses):
        listed = alice.get(address)
        assert "Behind the figure" in listed.text
        assert "/episodes/" in listed.response.text or "/children/" in listed.response.text


def test_of_the_thirteen_months_children_open_as_children(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    key = "comparison.series.2026-10.children.missing"
    page = alice.get(f"/episodes?month=2026-11&figure={key}&cohort=all")
    assert page.h1.endswith("Children missing, October 2026")
    assert "/children/" in page.response.text


def test_the_contents_lead_to_every_section(client_request: ClientRequest, october: int) -> None:
    page = client_request.sign_in("Charlie").get("/month/2026-10")
    anchors = [a.attributes["href"] for a in page.all("a") if a.attributes["href"].startswith("#")]
    ids = {f"#{element.attributes['id']}" for element in page.elements if "id" in element.attributes}
    assert len(anchors) > 10
    assert set(anchors) <= ids


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_recorded_as_an_export_and_named_for_its_month(
    client_request: ClientRequest, october: int, file: str
) -> None:
    answer = client_request.sign_in("Charlie").raw("GET", f"/month/2026-10/{file}")
    assert answer.status_code == 200
    assert "missing-children-2026-10" in answer.headers["Content-Disposition"]
    row = session().scalars(select(AuditEntry).where(AuditEntry.action == "export_made")).one()
    assert (row.subject, row.subject_id, row.actor) == ("month", "2026-10", "Charlie Testworker")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("month", ["2026-13", "2031-01", "2026-10"], ids=["none", "ahead", "no such version"])
def test_of_what_does_not_exist_there_is_no_file(
    client_request: ClientRequest, october: int, month: str, file: str
) -> None:
    version = "?version=7" if month == "2026-10" else ""
    client_request.sign_in("Charlie").get(f"/month/{month}/{file}{version}", status=404)
    assert session().query(AuditEntry).filter_by(action="export_made").count() == 0


def test_a_table_that_does_not_exist_is_not_found(client_request: ClientRequest, october: int) -> None:
    client_request.sign_in("Charlie").get("/month/2026-10/tables/none.csv", status=404)


def test_an_interviewer_takes_no_file(client_request: ClientRequest, october: int) -> None:
    bob = client_request.sign_in("Bob")
    for file in FILES:
        bob.get(f"/month/2026-10/{file}", status=403)


def test_workbook_and_archive_hold_the_same_tables(client_request: ClientRequest, october: int) -> None:
    charlie = client_request.sign_in("Charlie")
    book = load_workbook(io.BytesIO(charlie.raw("GET", "/month/2026-10/pack.xlsx").data))
    archive = zipfile.ZipFile(io.BytesIO(charlie.raw("GET", "/month/2026-10/pack.zip").data))
    files = {name.rpartition("/")[2].removesuffix(".csv"): name for name in archive.namelist()}
    assert list(files) == book.sheetnames
    assert book.sheetnames[:2] == ["about", "front-page"]
    for name, file in files.items():
        rows = list(csv.reader(io.StringIO(archive.read(file).decode("utf-8-sig"))))
        sheet = [[plain(cell) for cell in row] for row in book[name].iter_rows(values_only=True)]
        assert [[plain(cell) for cell in row] for row in rows] == sheet, name
        alone = charlie.raw("GET", f"/month/2026-10/tables/{name}.csv").data
        assert alone == archive.read(file)


def plain(cell: object) -> str:
    """A workbook has 50.0 as 50; an empty cell is none in it and no text in CSV."""
    return "" if cell is None else str(cell).removesuffix(".0")


def test_no_cell_is_a_formula(client_request: ClientRequest, october: int) -> None:
    charlie = client_request.sign_in("Charlie")
    book = load_workbook(io.BytesIO(charlie.raw("GET", "/month/2026-10/pack.xlsx").data))
    labels = [row[3].value for row in book["district"].iter_rows()]
    assert "'=cmd|' /C calc'!A0" in labels
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    text = charlie.raw("GET", "/month/2026-10/tables/district.csv").text
    assert ",'=cmd|' /C calc'!A0," in text


def test_a_published_version_gives_the_same_bytes_each_time_and_the_published_figures(
    client_request: ClientRequest, october: int
) -> None:
    published = publish_month.publish(CONTEXT, "2026-10")
    charlie = client_request.sign_in("Charlie")
    first = {file: charlie.raw("GET", f"/month/2026-10/{file}?version=1").data for file in ("pack.pdf", "pack.zip")}
    with writing() as current:
        row = current.get_one(factories.Episode, october)
        factories.interview(current, [row], completed_at=row.returned_at + timedelta(hours=1), context=CONTEXT)
    charlie.clock.at += timedelta(minutes=5)
    assert {file: charlie.raw("GET", f"/month/2026-10/{file}?version=1").data for file in first} == first
    text = text_of(first["pack.pdf"])
    assert "Published: version 1" in text
    assert published.sha256 in text.replace(" ", "")
    assert "50.0%" in text
    today = text_of(charlie.raw("GET", "/month/2026-10/pack.pdf").data)
    assert "Not published: from today’s records" in today
    assert "100.0%" in today


def test_in_the_document_no_heading_touches_the_next_and_nothing_passes_the_margin(
    client_request: ClientRequest, october: int, tmp_path: Path
) -> None:
    published = publish_month.publish(CONTEXT, "2026-10")
    pdf = client_request.sign_in("Charlie").raw("GET", "/month/2026-10/pack.pdf?version=1").data
    (tmp_path / "pack.pdf").write_bytes(pdf)
    found = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "pack.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    placed = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">([^<]+)<', found)
    words = [(float(left), round(float(top)), float(right), word) for left, top, right, word in placed]
    right_margin = 595.3 - 51  # 18 mm
    assert [right for _, _, right, word in words if word == published.sha256] != []
    assert not [word for _, _, right, word in words if right > right_margin]
    [top] = {top for _, top, _, word in words if word == "Crossings"}
    headings = ("children", "Continuing", "New", "Ended", "Crossings")
    row = sorted(word for word in words if word[1] == top and word[3] in headings)
    assert len(row) == 5
    assert all(after[0] - before[2] > 5 for before, after in pairwise(row))


def test_a_further_version_says_why_it_was_issued_and_what_it_corrects(
    client_request: ClientRequest, october: int
) -> None:
    publish_month.publish(CONTEXT, "2026-10")
    overdue = {"key": "interviews.overdue", "cohort": "all", "before": 2, "after": 1}
    share = {"pct": 50.0, "numerator": 1, "denominator": 2}
    held = {"key": "interviews.pct_in_72h_of_returns", "cohort": "ours", "before": None, "after": share}
    beside = {"key": "comparison.previous_month.episodes.started", "cohort": "all", "before": 1, "after": 0}
    with writing() as current:  # as publishing a further version keeps them
        row = current.query(SummaryRow).one()
        row.reason, row.corrections = "An interview was recorded late.", {"figures": [overdue, held, beside]}
    charlie = client_request.sign_in("Charlie")
    page = charlie.get("/month/2026-10?version=1")
    assert "Why this version was issued: An interview was recorded late." in page.text
    assert "Overdue, From the return (the law) All children 2 1" in page.text
    assert "Our children none 50.0% (1 of 2)" in page.text
    text = text_of(charlie.raw("GET", "/month/2026-10/pack.pdf?version=1").data)
    assert "What this version corrects" in text
    assert "An interview was recorded late." in text
    rows = list(csv.reader(io.StringIO(charlie.raw("GET", "/month/2026-10/tables/corrections.csv?version=1").text)))
    assert [row[1:] for row in rows[1:]] == [
        ["all", "2", "", "", "1", "", "", "interviews.overdue"],
        ["ours", "", "", "", "50.0", "1", "2", "interviews.pct_in_72h_of_returns"],
    ]
    assert "What this version corrects" not in charlie.get("/month/2026-10").text


def test_the_pdf_says_who_may_have_it_and_is_tagged(client_request: ClientRequest, october: int) -> None:
    reader = PdfReader(io.BytesIO(client_request.sign_in("Charlie").raw("GET", "/month/2026-10/pack.pdf").data))
    assert all("Official-sensitive: for the operational group" in page.extract_text() for page in reader.pages)
    assert reader.metadata is not None
    assert reader.metadata.title == "Missing children and return home interviews: October 2026"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_pdf_of_a_cohort_is_that_cohorts(client_request: ClientRequest, october: int) -> None:
    charlie = client_request.sign_in("Charlie")
    answer = charlie.raw("GET", "/month/2026-10/pack.pdf?cohort=other")
    assert "missing-children-2026-10-other.pdf" in answer.headers["Content-Disposition"]
    text = text_of(answer.data)
    assert "Other councils’ children." in text
    assert "No episode started in this month, and no child returned in it." in text


def text_of(document: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages).split())


def test_every_file_of_a_month_that_the_first_release_published(client_request: ClientRequest) -> None:
    with writing() as current:
        current.add(released(FIRST_RELEASE))
    charlie = client_request.sign_in("Charlie")
    for file in FILES:
        assert charlie.raw("GET", f"/month/2026-10/{file}?version=1").status_code == 200
    charlie.get("/month/2026-10/tables/reasons.csv?version=1", status=404)


def test_an_empty_month_has_its_pack_too(client_request: ClientRequest) -> None:
    charlie = client_request.sign_in("Charlie")
    assert "No episode started in this month" in charlie.get("/month/2026-10").text
    for file in FILES:
        assert charlie.raw("GET", f"/month/2026-10/{file}").status_code == 200


def test_the_lead_writes_a_commentary_that_the_group_reads(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    assert "Nobody has written one yet." in alice.get("/month/2026-10").text
    version = alice.get("/month/2026-10/commentary").value_of("version")
    alice.post("/month/2026-10/commentary", {"text": "A new home opened in <May>.", "version": version})
    page = client_request.sign_in("Charlie").get("/month/2026-10")
    assert "A new home opened in <May>. Alice Testworker" in page.text
    assert "Change the commentary" not in page.text
    client_request.get("/month/2026-10/commentary", status=403)
    assert "A new home opened in <May>." in text_of(client_request.raw("GET", "/month/2026-10/pack.pdf").data)


def test_two_who_write_at_once_lose_nothing(client_request: ClientRequest, october: int) -> None:
    alice = client_request.sign_in("Alice")
    seen = alice.get("/month/2026-10/commentary").value_of("version")
    alice.post("/month/2026-10/commentary", {"text": "The first text.", "version": seen})
    page = alice.post("/month/2026-10/commentary", {"text": "The second text.", "version": seen}, status=409)
    assert "Somebody else wrote this commentary" in page.text
    assert "The first text." in page.text
    assert "The second text." in page.one("textarea").text
    alice.post("/month/2026-10/commentary", {"text": "Both.", "version": page.value_of("version")})
    assert "Both." in alice.get("/month/2026-10").text


@pytest.mark.parametrize("version", ["", "x", "-1", "١"])
def test_a_version_that_is_none_is_a_bad_request(client_request: ClientRequest, october: int, version: str) -> None:
    sent = {"text": "Words.", "version": version}
    client_request.sign_in("Alice").post("/month/2026-10/commentary", sent, status=400)


def test_of_no_month_there_is_no_commentary(client_request: ClientRequest) -> None:
    alice = client_request.sign_in("Alice")
    for month in ("2026-13", "2031-01"):
        alice.get(f"/month/{month}/commentary", status=404)


def test_the_pack_writes_each_code_as_the_pages_do() -> None:
    same = {"setting": LivingSetting, "reason": BreachReason, "rung": Rung, "answer": AuthorityAnswer}
    for name, codes in same.items():
        assert {code: BANDS[name][code] for code in codes} == {code: words(code) for code in codes}
    assert [BANDS["risk"][risk] for risk in RiskLevel] == [words(risk).partition(" (")[0] for risk in RiskLevel]
    assert set(BANDS["kind"]) == set(EpisodeKind) - {EpisodeKind.NO_APPARENT_RISK}
