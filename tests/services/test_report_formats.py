"""One report in every kind of file that is read: the same lines, the same episodes, and the counts add up."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.adapters.workbooks import ods, ods_row, workbook
from tests.reports import as_csv, counts, receive_bytes, row
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.store.db import session
from tracker.store.models import Child, Episode, Line, Receipt

CSV = as_csv([
    row(),
    row("TV26000002", surname="Madeupname", forename="Testo", born="05/06/2013", returned="15/11/2026 22:30"),
    row("TV26000003", surname="", missing="someday"),
])  # fmt: skip
GRID = list(csv.reader(io.StringIO(CSV.decode("utf-8-sig"))))
HEADERS = GRID[0]
OBJECTS = [{name: cell or None for name, cell in zip(HEADERS, cells, strict=True)} for cells in GRID[1:]]
FOOTERS = [[], ["Total: 3"], ["*** End of report ***"]]

FORMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "csv": ("report.csv", lambda: CSV),
    "semicolons": ("report.csv", lambda: as_text(";", "\r\n").encode("cp1252")),
    "excel": ("report.csv", lambda: ("sep=|\r\n" + as_text("|", "\r\n")).encode("utf-16")),
    "tabs": ("report.txt", lambda: as_text("\t", "\r").encode("utf-16-le")),
    "xlsx": ("report.xlsx", lambda: workbook(GRID)),
    "ods": ("report.ods", lambda: ods("".join(ods_row(*cells) for cells in GRID))),
    "json": ("report.json", lambda: json.dumps(OBJECTS).encode()),
    "wrapped": ("report.json", lambda: json.dumps({"force": "x", "episodes": OBJECTS}, indent=2).encode()),
    "lines": ("report.jsonl", lambda: "\n".join(map(json.dumps, OBJECTS)).encode()),
}


def as_text(delimiter: str, line_end: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(GRID)
    return text.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_file_says_the_same(app: Flask, context: Context, form: str) -> None:
    filename, make = FORMS[form]
    receipt = receive_bytes(app, context, make(), filename)
    assert (receipt.status, receipt.lines_read) == ("complete", 3), receipt.problem_sentence
    assert counts(receipt) == {LineOutcome.CREATED: 2, LineOutcome.QUARANTINED: 1}
    first = 1 if filename.endswith(("json", "jsonl")) else 2
    assert list(session().scalars(select(Line.line_no).order_by(Line.line_no))) == [first, first + 1, first + 2]
    assert session().scalars(select(Child.surname).order_by(Child.surname)).all() == ["Inventedname", "Madeupname"]
    again = receive_bytes(app, context, CSV, "the-same.csv")
    assert again.lines_read == 3 and LineOutcome.CREATED not in counts(again)
    assert session().scalar(select(func.count()).select_from(Episode)) == 2


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (CSV + b"\r\n".join(b",".join(cell.encode() for cell in cells) for cells in FOOTERS) + b"\r\n", "report.csv"),
        (workbook([*GRID, *FOOTERS]), "report.xlsx"),
        (ods("".join(ods_row(*cells) for cells in [*GRID, *FOOTERS])), "report.ods"),
    ],
)
def test_totals_below_the_lines_are_blank_and_counted(
    app: Flask, context: Context, content: bytes, filename: str
) -> None:
    receipt = receive_bytes(app, context, content, filename)
    assert receipt.lines_read == 6
    assert counts(receipt) == {LineOutcome.CREATED: 2, LineOutcome.QUARANTINED: 1, LineOutcome.BLANK: 3}


@pytest.mark.parametrize(
    ("content", "filename", "blank"),
    [
        (b"[]", "report.json", 0),
        (b'{"generated": "2026-11-16", "lines": []}', "report.json", 0),
        (",".join(HEADERS).encode(), "report.csv", 0),
        (workbook([HEADERS, ["No missing children to report"]]), "report.xlsx", 1),
        (ods(ods_row(*HEADERS)), "report.ods", 0),
    ],
)
def test_a_nil_return_in_every_kind_of_file(
    app: Flask, context: Context, content: bytes, filename: str, blank: int
) -> None:
    receipt = receive_bytes(app, context, content, filename)
    assert (receipt.status, receipt.lines_read) == ("complete", blank)
    assert counts(receipt) == ({LineOutcome.BLANK: blank} if blank else {})


@pytest.mark.parametrize(
    ("content", "filename", "word"),
    [
        (b'[{"Occurrence No": NaN}]', "report.json", "NaN"),
        (b'[{"Occurrence No": "A1", "Occurrence No": "A2"}]', "report.json", "“Occurrence No” stands twice"),
        (b"[" * 100_000, "report.json", "Entry 1"),
        (CSV[:-30] + b"x" * 200_000 + CSV[-30:], "report.csv", "32,767 characters"),
        (ods(ods_row(*HEADERS), Basic__a_xml=b""), "report.ods", "macros"),
        (ods(ods_row(*HEADERS) + ods_row("A1", number_rows_repeated=1_000_000)), "report.ods", "too many rows"),
    ],
)
def test_a_file_refused_stores_only_its_receipt(
    app: Flask, context: Context, content: bytes, filename: str, word: str
) -> None:
    receipt = receive_bytes(app, context, content, filename)
    assert receipt.status == "refused" and word in (receipt.problem_sentence or "")
    found = [session().scalar(select(func.count()).select_from(one)) for one in (Receipt, Line, Child, Episode)]
    assert found == [1, 0, 0, 0]
