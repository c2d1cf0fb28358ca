"""The pack's PDF at its hardest: long names, many districts, a long commentary. Nothing is lost, nothing leaves the
page, and every picture has its words.
"""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from tests.core.made import OCTOBER
from tests.core.test_worked_month import SECOND, summary_at
from tracker.adapters.charts import ChartRenderer
from tracker.adapters.typesetting import Typesetter
from tracker.core.monthly_summary import as_json
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import Cohort
from tracker.services.pages.month import Commentary, MonthPage
from tracker.services.pages.month_document import pack_document
from tracker.services.pages.month_files import made_at
from tracker.services.pages.month_pack import Pack, pack_of

TEMPLATES = Path(__file__).parents[2] / "templates"
MARGIN = 18 / 25.4 * 72
LONG = "District {} of an unusually long name upon the invented river Nadd, upper, middle and lower part"
SAID = "\n\n".join(f"Paragraph {number} of what the lead says, at some length. " * 6 for number in range(20))


@pytest.fixture(scope="module")
def pack() -> Pack:
    document: dict[str, Any] = as_json(summary_at(SECOND))
    document["episodes"]["by_district"] = {
        **{LONG.format(number): dict.fromkeys(Cohort, 12_345) for number in range(40)},
        "unknown": dict.fromkeys(Cohort, 3),
    }
    said = Commentary(SAID, datetime(2026, 11, 5, 9, tzinfo=UTC), "Lena Testlead", 1)
    page = MonthPage("2026-10", OCTOBER, document, {}, None, None, None, (), True, commentary=said)
    return pack_of(page, Cohort.ALL, SHIPPED_REPEAT_RULES)


@pytest.fixture(scope="module")
def document(pack: Pack) -> PdfReader:
    values = pack_document(pack, ChartRenderer(TEMPLATES / "charts").svg)
    return PdfReader(io.BytesIO(Typesetter(TEMPLATES / "reports").pdf("month", values, made_at(pack))))


def text_of(document: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in document.pages).split())


def test_all_text_lies_within_the_margins_and_is_large_enough_to_read(document: PdfReader) -> None:
    """Nine points or more, on charts too; but for the foot of the page, which has eight and a half."""
    for page in document.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        runs = placed(page)
        assert len(runs) > 5
        for left, bottom, size, text in runs:
            assert MARGIN - 1 <= left <= width - MARGIN, text
            assert MARGIN / 2 <= bottom <= height - MARGIN, text
            assert size >= (9 if bottom > MARGIN else 8.5) - 0.01, text


def placed(page: PageObject) -> list[tuple[float, float, float, str]]:
    """Where each run of text begins, from the left and from below, and its size in points."""
    runs: list[tuple[float, float, float, str]] = []

    def seen(text: str, outer: list[float], inner: list[float], _: object, size: float) -> None:
        if text.strip():
            left = outer[0] * inner[4] + outer[2] * inner[5] + outer[4]
            bottom = outer[1] * inner[4] + outer[3] * inner[5] + outer[5]
            scale = abs(outer[0] * outer[3] - outer[1] * outer[2]) ** 0.5
            runs.append((left, bottom, size * scale, text))

    page.extract_text(visitor_text=seen)
    return runs


def test_a_long_table_runs_on_with_its_headings_and_loses_no_row(document: PdfReader) -> None:
    text = text_of(document)
    assert not [number for number in range(40) if LONG.format(number) not in text]
    pages = [page.extract_text() for page in document.pages]
    with_rows = [page for page in pages if "upon the invented river Nadd" in page]
    assert len(with_rows) > 1
    assert all("Other councils’" in page for page in with_rows)


def test_a_long_commentary_is_whole(document: PdfReader) -> None:
    text = text_of(document)
    assert all(f"Paragraph {number} of what the lead says" in text for number in range(20))
    assert "Lena Testlead, 5 Nov 2026, 09:00" in text


def test_every_picture_has_its_words_for_those_who_do_not_see_it(pack: Pack, document: PdfReader) -> None:
    elements = _structure(document.trailer["/Root"]["/StructTreeRoot"])
    alternatives = {str(one["/Alt"]) for one in elements if "/Alt" in one}
    assert alternatives == {f"{chart.title}. {chart.words}" for chart in pack.charts.values()}


def test_every_page_says_whose_it_is_and_how_many_there_are(document: PdfReader) -> None:
    for number, page in enumerate(document.pages, start=1):
        assert "Official-sensitive: for the operational group" in page.extract_text()
        assert f"Page {number} of {len(document.pages)}" in page.extract_text()


def _structure(node: Any) -> list[Any]:
    """Every element of the document's structure."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [found for kid in node for found in _structure(kid)]
    if not isinstance(node, dict):
        return []
    return [node, *_structure(node.get("/K", []))]
