"""Bad input ends as a plain sentence on the receipt: a bad file stores only that, a bad line waits; nothing raises."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.adapters.workbooks import workbook
from tests.reports import COLUMNS, as_csv, counts, receive, receive_bytes, row
from tracker.bootstrap import wiring
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.settings import Settings
from tracker.store.db import session
from tracker.store.models import AuditEntry, Child, Episode, Line, Receipt

GOOD = as_csv([row()])


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "report.csv", "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "report.csv", "not_a_table"),
        (b"%PDF-1.7", "report.pdf", "not_a_table"),
        (GOOD, "report.xlsx", "not_a_table"),
        (workbook([list(COLUMNS.values())])[:700], "report.xlsx", "not_a_table"),
        (as_csv([row()], [c for c in COLUMNS.values() if c != "Occurrence No"]), "report.csv", "missing_column"),
        (as_csv([row()], [c for c in COLUMNS.values() if c != "Surname"]), "report.csv", "missing_column"),
        (GOOD.replace(b"Person URN", b"Surname"), "report.csv", "duplicate_column"),
        (GOOD.decode().encode("utf-16-le")[:-1], "report.csv", "wrong_encoding"),
        (b"\xef\xbb\xbf" + GOOD + b"\xff", "report.csv", "wrong_encoding"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_bad_file_stores_only_its_receipt(
    app: Flask, context: Context, content: bytes, filename: str, code: str
) -> None:
    receipt = receive_bytes(app, context, content, filename)
    assert (receipt.status, receipt.problem_code) == ("refused", code)
    assert receipt.problem_sentence and receipt.problem_sentence.endswith(".")
    assert [count(model) for model in (Receipt, Line, Child, Episode)] == [1, 0, 0, 0]
    held = session().get_one(Receipt, receipt.id)
    assert held.content == content and held.lines_read is None and held.finished_at == context.now
    assert "report_refused" in session().scalars(select(AuditEntry.action)).all()


def test_a_file_over_the_limit_is_refused(app: Flask, context: Context, settings: Settings) -> None:
    small = settings.limits.model_copy(update={"upload_bytes": 1024})
    app.extensions["tracker"] = replace(wiring(app), settings=settings.model_copy(update={"limits": small}))
    receipt = receive_bytes(app, context, GOOD + b"x" * 1024)
    assert (receipt.status, receipt.problem_code, count(Line)) == ("refused", "too_large", 0)


def test_a_refused_file_that_is_sent_again_when_its_feed_can_read_it_is_read(
    app: Flask, context: Context, settings: Settings
) -> None:
    content = GOOD.replace(b"Occurrence No", b"Log Number")
    assert receive_bytes(app, context, content).status == "refused"
    feed = settings.feeds["thames-valley"]
    mended = replace(feed, columns={**feed.columns, "police_reference": ("Log Number",)})
    settings.feeds["thames-valley"] = mended
    later = replace(context, now=context.now + timedelta(hours=1))
    again = receive_bytes(app, later, content)
    assert (again.status, counts(again), again.duplicate_of_id) == ("complete", {"created": 1}, None)


@pytest.mark.parametrize(
    ("cells", "code", "field"),
    [
        ({"status": "Nonsense"}, "unknown_value", "status"),
        ({"risk": "Blue"}, "unknown_value", "risk"),
        ({"found": "14/11/2026 10:00", "status": "Located"}, "return_before_missing", "found_at"),
        ({"returned": "14/11/2026 10:00"}, "return_before_missing", "returned_at"),
        ({"missing": "31/02/2026 10:00"}, "unreadable_time", "missing_from_at"),
        ({"missing": "2026"}, "unreadable_time", "missing_from_at"),
        ({"returned": "25:61", "status": "Missing"}, "unreadable_time", "returned_at"),
        ({"born": "31/02/2012"}, "unreadable_date_of_birth", "date_of_birth"),
        ({"missing": "19/11/2026 10:00"}, "in_the_future", "missing_from_at"),
        ({"reference": ""}, "missing_value", "police_reference"),
        ({"surname": "", "forename": ""}, "missing_value", "surname"),
        ({"missing": ""}, "missing_value", "missing_from_at"),
        ({"circumstances": "x" * 10_001}, "value_too_long", "circumstances"),
    ],
    ids=str,
)
def test_a_bad_line_waits_with_a_sentence_and_the_others_are_read(
    app: Flask, context: Context, cells: dict[str, str], code: str, field: str
) -> None:
    receipt = receive(app, context, row(**{"reference": "TV1", **cells}), row("TV2", surname="Othername"))
    assert counts(receipt) == {"created": 1, "quarantined": 1} and receipt.lines_read == 2
    problems = [problem for line in receipt.problem_lines for problem in line.problems]
    found = next(problem for problem in problems if problem.code == code)
    assert field in found.fields and found.sentence.endswith(".")
    assert "Inventedname" not in found.sentence and count(Child) == 1


def test_a_formula_without_its_value_waits(app: Flask, context: Context) -> None:
    cells = list(row(missing="15/11/2026 10:00").items())
    values = ["=NOW()" if header == "Risk Grade" else text for header, text in cells]
    receipt = receive_bytes(app, context, workbook([[header for header, _ in cells], values]), "report.xlsx")
    assert counts(receipt) == {"quarantined": 1}
    assert receipt.problem_lines[0].problems[0].code == "formula_without_value"


def test_a_workbook_with_true_dates_reads_like_the_csv(app: Flask, context: Context) -> None:
    head = ["Occurrence No", "Surname", "Forename(s)", "DOB", "Date/Time Missing From", "Date/Time Returned", "Status"]
    values = [26000001, "Inventedname", "Testa", date(2012, 3, 4), datetime(2026, 7, 1, 10, 0), None, "Missing"]
    receipt = receive_bytes(app, context, workbook([head, values]), "report.xlsx")
    assert counts(receipt) == {"created": 1}
    held = session().scalars(select(Episode)).one()
    assert held.police_reference == "26000001" and held.missing_from_at.isoformat() == "2026-07-01T09:00:00+00:00"


CELL = st.one_of(
    st.sampled_from(
        ["", " ", "Missing", "Returned", "15/11/2026 10:00", "16/11/2026", "04/03/2012", "TV1", "TV2", "No"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12),
)
SMALL_ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS.values(), CELL)), max_size=6)


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=SMALL_ROWS)
def test_whatever_the_cells_every_line_has_one_outcome(
    app: Flask, context: Context, rows: list[dict[str, str]]
) -> None:
    receipt = receive(app, context, *rows)
    if receipt.status == "complete":  # a control character makes it no table of text
        assert receipt.lines_read == sum(receipt.outcomes.values()) <= len(rows)
        assert receipt.lines_read == count_lines(receipt.id)
    again = receive(app, replace(context, now=context.now + timedelta(minutes=1)), *rows)
    changed = {LineOutcome.CREATED, LineOutcome.UPDATED, LineOutcome.QUARANTINED}
    assert not any(again.outcomes[outcome] for outcome in changed)


def count_lines(receipt_id: int) -> int:
    return session().scalar(select(func.count()).select_from(Line).where(Line.receipt_id == receipt_id)) or 0


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_whatever_the_bytes_there_is_a_receipt(app: Flask, context: Context, content: bytes) -> None:
    receipt = receive_bytes(app, context, content)
    assert receipt.status in ("refused", "complete")
