"""Our readers of workbooks against another one, for whatever cells a workbook may hold."""

import io
from datetime import datetime, time

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.adapters.reading import HEAD, read
from tests.adapters.workbooks import ods, ods_cell, ods_row, workbook
from tests.core.made import unhurried

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=15).filter(
    lambda text: not text.startswith("=") and "_x" not in text and "\ufffe" not in text and "\uffff" not in text
)
days = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)).map(lambda at: at.replace(microsecond=0))
numbers = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9, allow_subnormal=False))
cells = st.one_of(texts, numbers, st.booleans(), days)


def as_text(value: object) -> str:
    """What the other reader gives, as ours says it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat() if value.time() != time() else value.date().isoformat()
    return str(value)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6))
@unhurried(150)
def test_a_workbook_says_what_another_reader_says(rows: list[list[object]]) -> None:
    content = workbook([[*HEAD, "a", "b"], *(["A1", "x", "y", *row] for row in rows)])
    other = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    ours = [[row.cells.get(name, "") for name in ("a", "b")] for row in read(content, "a.xlsx").rows()]
    theirs = [[as_text(value) for value in [*row[3:], "", ""][:2]] for row in other[1:]]
    assert [[cell.strip() and cell for cell in row] for row in ours] == [
        [c.strip() and c for c in row] for row in theirs
    ]


@given(st.lists(st.tuples(texts, st.integers(1, 3)), max_size=5))
@unhurried(100)
def test_a_workbook_of_opendocument_says_what_another_reader_says(rows: list[tuple[str, int]]) -> None:
    table = "".join(ods_row("A1", "x", "y", ods_cell(text), number_rows_repeated=times) for text, times in rows)
    manifest = b"<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'/>"
    content = ods(ods_row(*HEAD, "a") + table, **{"META-INF__manifest_xml": manifest})
    other = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    ours = [row.cells.get("a", "").split() for row in read(content, "a.ods").rows()]
    assert ours == [str(row[3] if len(row) > 3 else "").split() for row in other[1:]]
