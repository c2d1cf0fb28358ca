"""The feeds' pages: a force is set up from a sample, changed, retired, restored; exported and loaded as a file."""

import io
import re
import tomllib
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.web.conftest import ClientRequest
from tests.web.page import Page
from tracker.bootstrap import wiring
from tracker.core.feed import FIELDS
from tracker.store.db import db
from tracker.store.models import AuditEntry, Child, Episode, FeedDraft, FeedVersion, Line, Receipt
from tracker.web.feeds.wording import FIELD_WORDS

SAMPLE = """North Mercia Police - MFH daily return;;;;;;;;;;
;;;;;;;;;;
MisPer Ref;Nominal;Subject DOB;Dt Missing;Tm Missing;Dt Located;Tm Located;Current Position;Risk Grading;Home LA;OIC
NM/26/101;INVENTEDNAME, Testa;03/04/2012;14/11/2026;2210;;;Outstanding;MED;Wexcombeshire;PC 1
NM/26/102;OTHERWISE, Testo;28/11/2010;13/11/2026;0915;14/11/2026;0130;Home Safe;High;Wexcombeshire;PC 2
NM/26/103;THIRDLY, Testu;15/01/2011;13/11/2026;0915;;;Tea time;High;Otherland;PC 2
;;;;;;;;;;
"""


TEXTAREA = r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>'


@pytest.fixture
def ed(client_request: ClientRequest) -> ClientRequest:
    return client_request.sign_in("Ed")


def file(text: str | bytes = SAMPLE, name: str = "sample.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode() if isinstance(text, str) else text), name


def begin(ed: ClientRequest, content: str | bytes = SAMPLE, status: int = 302) -> Page:
    return ed.post("/feeds/new", {"force_name": "North Mercia Police", "file": file(content)}, status=status)


def fields_of(page: Page, **changed: str) -> dict[str, Any]:
    """What the page's form would send, with these changes."""
    sent: dict[str, Any] = {}
    choice = ""
    for box in page.elements:
        name, kind = box.attributes.get("name", ""), box.attributes.get("type", "text")
        checked = kind not in ("checkbox", "radio") or "checked" in box.attributes
        if box.name == "input" and name not in ("", "csrf_token") and checked:
            sent.setdefault(name, []).append(box.attributes.get("value", ""))
        elif box.name == "select":
            choice = name
        elif box.name == "option" and (choice not in sent or "selected" in box.attributes):
            sent[choice] = box.attributes["value"]
    for name, text in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page.response.get_data(as_text=True), re.DOTALL
    ):
        sent[name] = unescape(text)
    return sent | changed


def column(page: Page, heading: str) -> str:
    """The name of the select for a column."""
    return next(one.attributes["for"] for one in page.all("label") if one.text == heading)


def step(ed: ClientRequest, name: str, **changed: str) -> Page:
    """Send a step's page as it stands, with these changes."""
    return ed.post(f"/feeds/draft/{name}", fields_of(ed.get(f"/feeds/draft/{name}"), **changed))


def test_a_force_is_set_up_from_a_sample(ed: ClientRequest, app: Flask) -> None:
    assert begin(ed).location == "/feeds/draft/columns"
    page = ed.get("/feeds/draft/columns")
    sent = fields_of(page)
    read = {heading: sent[column(page, heading)] for heading in SAMPLE.splitlines()[2].split(";")}
    assert read == {
        "MisPer Ref": "police_reference", "Nominal": "full_name", "Subject DOB": "date_of_birth",
        "Dt Missing": "missing_date", "Tm Missing": "missing_time", "Dt Located": "found_date",
        "Tm Located": "found_time", "Current Position": "status", "Risk Grading": "risk",
        "Home LA": "responsible_authority", "OIC": "",
    }  # fmt: skip
    assert step(ed, "columns").location == "/feeds/draft/words"
    page = ed.get("/feeds/draft/words")
    words = {box.attributes.get("value"): box.attributes.get("name", "") for box in page.all("input")}
    sent = fields_of(page)
    meant = {word: sent[words[word].replace("word", "meaning")] for word in ("Outstanding", "Home Safe", "Tea time")}
    assert meant == {"Outstanding": "missing", "Home Safe": "returned", "Tea time": "?"}
    assert step(ed, "words").location == "/feeds/draft/rules"
    answer = ed.post("/feeds/draft/rules", fields_of(ed.get("/feeds/draft/rules")), status=200)
    assert "Say whether “found” means that the child is back." in answer.text
    assert step(ed, "rules", found_means_returned="yes").location == "/feeds/draft/preview"
    page = ed.get("/feeds/draft/preview")
    figures = [one.text.split()[0] for one in page.all("li") if "app-figure" in one.attributes.get("class", "")]
    assert figures == ["4", "2", "0", "0", "0", "1", "1"]
    assert "The status is a word that is not known." in page.text
    assert "1 line" not in page.text and "14 Nov 2026, 22:10" in page.text
    assert step(ed, "save").location == "/feeds/named/north-mercia"
    page = ed.get("/feeds/named/north-mercia")
    assert "Version 1" in page.text and "First version" in page.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(FeedDraft)) == 0
    offered = ed.sign_in("Alice").get("/reports/new")
    assert "Daily missing report of North Mercia Police" in offered.text


def test_the_preview_writes_nothing_but_its_audit(ed: ClientRequest) -> None:
    begin(ed)
    step(ed, "rules", found_means_returned="yes")
    ed.get("/feeds/draft/preview")
    for model in (Child, Episode, Line, Receipt):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert "feed_sample_viewed" in actions and not {"child_created", "episode_created"} & actions


def test_an_unfinished_draft_leads_to_the_step_that_has_the_problem(ed: ClientRequest) -> None:
    begin(ed)
    sent = fields_of(ed.get("/feeds/draft/rules"), found_means_returned="no", expected_by="8am")
    answer = ed.post("/feeds/draft/rules", sent, status=200)
    assert "Write the time by which the report is expected like 08:00." in answer.text
    for name in ("preview", "save"):
        assert ed.get(f"/feeds/draft/{name}", status=302).location == "/feeds/draft/rules"


def test_two_columns_for_one_field_are_told(ed: ClientRequest) -> None:
    begin(ed)
    page = ed.get("/feeds/draft/columns")
    sent = fields_of(page, **{column(page, "OIC"): "police_reference"})
    answer = ed.post("/feeds/draft/columns", sent, status=200)
    assert "“MisPer Ref” and “OIC” are both read as “Police reference”." in answer.text


def test_without_a_reference_the_columns_are_not_left(ed: ClientRequest) -> None:
    begin(ed)
    page = ed.get("/feeds/draft/columns")
    answer = ed.post("/feeds/draft/columns", fields_of(page, **{column(page, "MisPer Ref"): ""}), status=200)
    assert "No column is read as the police reference." in answer.text
    assert ed.get("/feeds/draft/save", status=302).location == "/feeds/draft/columns"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7 not a table", "This is not a table."),
        ("Only one\nline\n", "No row within the first 20 looks like headings."),
    ],
)
def test_a_sample_that_is_no_table_is_refused(ed: ClientRequest, content: str | bytes, sentence: str) -> None:
    assert sentence in begin(ed, content, status=200).text


def test_a_new_feed_needs_a_sample(ed: ClientRequest) -> None:
    page = ed.post("/feeds/new", {"force_name": "North Mercia"}, status=200)
    assert "Choose a report of this force." in page.text


def test_an_administrator_is_offered_no_receipts_and_the_lead_is(ed: ClientRequest) -> None:
    sent = {"feed": "generic", "file": file("Reference,Surname,Missing from\nWX1,Inventedname,15/11/2026 10:00\n")}
    ed.sign_in("Alice").post("/reports/new", sent)
    assert not ed.sign_in("Ed").get("/feeds/new").all("select")
    assert ed.post("/feeds/new", {"force_name": "X", "receipt": "1"}, status=200)
    ed.sign_in("Alice")
    assert "Receipt 1: sample.csv" in ed.get("/feeds/new").text
    assert ed.post("/feeds/new", {"force_name": "X", "receipt": "1"}).location == "/feeds/draft/columns"
    assert "receipt_viewed" in set(db.session.scalars(select(AuditEntry.action)))


def test_a_page_of_an_older_draft_changes_nothing(ed: ClientRequest) -> None:
    begin(ed)
    old = fields_of(ed.get("/feeds/draft/words"))
    begin(ed)
    assert "This draft is no longer there" in ed.post("/feeds/draft/words", old, status=409).text


def test_drafts_are_each_persons_own_and_can_be_given_up(ed: ClientRequest) -> None:
    begin(ed)
    assert ed.sign_in("Alice").get("/feeds/draft/columns", status=302).location == "/feeds"
    ed.sign_in("Ed").post("/feeds/draft/discard")
    assert ed.get("/feeds/draft/preview", status=302).location == "/feeds"
    assert db.session.scalar(select(func.count()).select_from(FeedDraft)) == 0


def change(ed: ClientRequest, name: str = "generic", **sent: Any) -> None:
    assert ed.post(f"/feeds/named/{name}/change", sent).location == "/feeds/draft/columns"


def test_a_files_feed_is_changed_without_a_sample(ed: ClientRequest) -> None:
    change(ed)
    page = ed.get("/feeds/draft/columns")
    assert fields_of(page)["names-police_reference"] == (
        "Police reference\nReference\nRef\nCrime reference\nIncident number"
    )
    assert step(ed, "columns", **{"names-sex": "Sex\nGender\nM/F"}).location == "/feeds/draft/words"
    last = max(int(n.rsplit("-", 1)[1]) for n in fields_of(ed.get("/feeds/draft/words")) if n.startswith("word-sex-"))
    step(ed, "words", **{f"word-sex-{last}": "Lass", f"meaning-sex-{last}": "female"})
    assert step(ed, "rules", expected_by="08:00").location == "/feeds/draft/save"
    assert step(ed, "save", note="M/F column").location == "/feeds/named/generic"
    page = ed.get("/feeds/named/generic/versions/1")
    for words in ("Column for: Sex", "Sex or Gender or M/F", "Sex: “Lass”", "Female", "Expected by", "08:00"):
        assert words in page.text
    (row,) = db.session.scalars(select(FeedVersion))
    shipped = wiring(ed.app).settings.feed_definitions["generic"]
    assert row.definition["values"]["status"] == shipped["values"]["status"]
    assert {key for key in row.definition if row.definition[key] != shipped.get(key)} == {
        "columns", "values", "expected_by",
    }  # fmt: skip


def test_a_change_with_a_sample_keeps_the_names_it_does_not_have(ed: ClientRequest) -> None:
    change(ed, file=file("Ref;Name;Missing from;Mood;Status\nWX1;Inventedname;15/11/2026 10:00;Calm;Found\n"))
    page = ed.get("/feeds/draft/columns")
    step(ed, "columns", **{column(page, "Mood"): "circumstances"})
    names = fields_of(ed.get("/feeds/draft/rules"))
    assert names["found_means_returned"] == ["no"]
    step(ed, "rules")
    assert "New child" in ed.get("/feeds/draft/preview").text
    step(ed, "save", note="Mood")
    (row,) = db.session.scalars(select(FeedVersion))
    assert row.definition["columns"]["circumstances"] == ["Mood", "Circumstances", "Notes"]
    assert row.definition["columns"]["police_reference"][0] == "Police reference"


def test_somebody_elses_version_meanwhile_is_a_conflict(ed: ClientRequest) -> None:
    change(ed)
    step(ed, "rules", expected_by="08:00")
    page = fields_of(ed.get("/feeds/draft/save"), note="Mine")
    ed.sign_in("Alice")
    change(ed)
    step(ed, "rules", expected_by="09:00")
    step(ed, "save", note="Hers")
    ed.sign_in("Ed")
    ed.post("/feeds/draft/save", page, status=409)


def test_a_feed_is_retired_and_restored(ed: ClientRequest) -> None:
    assert "Say why." in ed.post("/feeds/named/generic/retire", {"version": ""}, status=200).text
    page = ed.post("/feeds/named/generic/retire", {"version": "", "note": "Not used."}, status=200, follow=True)
    assert "This feed is retired" in page.text
    offered = ed.sign_in("Alice").get("/reports/new")
    assert "Plain headings" not in offered.text
    refused = ed.post("/reports/new", {"feed": "generic", "file": file()}, status=200)
    assert "it is retired. Choose from the list." in refused.text
    ed.sign_in("Ed").post("/feeds/named/generic/versions/0", {"version": "1", "note": "Used again."})
    assert "Version 2" in ed.get("/feeds/named/generic").text
    ed.post("/feeds/named/generic/versions/0", {"version": "1", "note": "Late."}, status=409)


def test_export_and_import(ed: ClientRequest, tmp_path: Path) -> None:
    exported = ed.raw("GET", "/feeds/named/thames-valley/export")
    assert exported.headers["Content-Disposition"] == 'attachment; filename="thames-valley.toml"'
    given = tomllib.loads(exported.get_data(as_text=True))
    assert given == wiring(ed.app).settings.feed_definitions["thames-valley"]
    text = exported.get_data(as_text=True)
    same = ed.post("/feeds/import", {"file": file(text), "note": "Same"}, status=200)
    assert "Nothing was changed" in same.text
    text = text.replace("Occ No", "Occ Number")
    ed.post("/feeds/import", {"file": file(text), "note": "A name"})
    assert "Occ Number" in ed.get("/feeds/named/thames-valley").text
    wrong = ed.post("/feeds/import", {"file": file(text + "\n[x]\n"), "note": "x"}, status=200)
    assert "A feed has no key “x”." in wrong.text
    assert (
        "This is no feed file in TOML"
        in ed.post("/feeds/import", {"file": file(b"\xff"), "note": "x"}, status=200).text
    )


def test_the_list_says_what_has_come_in(ed: ClientRequest) -> None:
    sent = {"feed": "generic", "file": file("Reference,Surname,Missing from,Status\nWX1,A,15/11/2026 10:00,Odd\n")}
    ed.sign_in("Alice").post("/reports/new", sent)
    page = ed.sign_in("Ed").get("/feeds")
    row = next(one for one in page.all("tr") if "generic" in one.text)
    assert "upload" in row.text and row.text.split()[-1] == "1"


def test_a_feed_that_is_not_there(ed: ClientRequest) -> None:
    for path in ("", "/change", "/export", "/versions/1"):
        ed.get(f"/feeds/named/nowhere{path}", status=404)
    ed.get("/feeds/named/generic/versions/7", status=404)


def test_every_field_of_a_report_can_be_chosen_on_the_page() -> None:
    assert set(FIELDS) <= set(FIELD_WORDS)
