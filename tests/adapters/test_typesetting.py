"""Documents: tagged PDF from a template and plain values, in memory, telling nothing where it fails."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from shutil import copytree

import pytest
from pypdf import PdfReader

from tracker.adapters.typesetting import Typesetter, TypesettingError
from tracker.settings import PROJECT

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
HOUSE = '#import "_house.typ": *\n#let doc = json(bytes(sys.inputs.document))\n#show: house.with(title: doc.title)\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(PROJECT / "templates" / "reports", tmp_path / "reports")


def made(folder: Path, body: str, **values: object) -> bytes:
    (folder / "one.typ").write_text(HOUSE + body, encoding="utf-8")
    return Typesetter(folder).pdf("one", values, AT)


def test_a_document_is_tagged_and_the_same_each_time(folder: Path) -> None:
    body = '#listed("What", ("A", "B"), doc.rows)'
    first = made(folder, body, title="October", rows=[["x", "1"]])
    assert first.startswith(b"%PDF-")
    assert b"pdfuaid:part" in first
    assert first == made(folder, body, title="October", rows=[["x", "1"]])


@pytest.mark.parametrize(
    "body", ["=== Skipped a level", '#image(bytes(doc.svg), format: "svg")', "#panic(doc.title)", "#doc.no_such_value"]
)
def test_what_cannot_be_set_is_an_error_that_quotes_nothing(folder: Path, body: str) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    with pytest.raises(TypesettingError) as caught:
        made(folder, body, title="Testsurname", svg=svg)
    assert "Testsurname" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_table_of_places_stands_whole_on_one_page(folder: Path) -> None:
    tables = [
        {"title": title, "rows": [[f"{title} {place}", "9", "5"] for place in range(count)]}
        for title, count in (("Districts", 33), ("Places", 20))
    ]
    values = {"title": "Where", "subtitle": "Here.", "mark": "Mark", "threshold": "5", "map": "", "tables": tables}
    pages = [page.extract_text() for page in PdfReader(BytesIO(Typesetter(folder).pdf("places", values, AT))).pages]
    [holding] = [page for page in pages if "Places 0" in page]
    assert len(pages) == 2 and all(f"Places {place}" in holding for place in range(20))


def test_there_is_no_such_document(folder: Path) -> None:
    with pytest.raises(KeyError):
        Typesetter(folder).pdf("_house", {}, AT)
