"""What must hold of any bytes: no exception, rows that add up, lines that are read or told why not."""

import json
from datetime import UTC, datetime
from itertools import islice

from tracker.adapters.tabular import Columns, Refusal, columns_in, read_table
from tracker.core.daily_report import read_line
from tracker.core.feed import Feed

FEED = Feed(
    "fuzz",
    "fuzz-force",
    {
        "police_reference": ("Ref",),
        "surname": ("Surname",),
        "full_name": ("Name",),
        "date_of_birth": ("DOB",),
        "missing_from_at": ("Missing from",),
        "missing_date": ("Date",),
        "missing_time": ("Time",),
        "returned_at": ("Returned",),
        "status": ("Status",),
        "risk": ("Risk",),
    },
)
WANTED = Columns(FEED.columns, (("police_reference",), ("surname", "full_name"), ("missing_from_at", "missing_date")))
REPORT_AT = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
MAX_ROWS = 60


def check_table(content: bytes, filename: str) -> None:
    """Read a file, and every line of it."""
    table = read_table(content, filename, WANTED, MAX_ROWS)
    if isinstance(table, Refusal):
        assert table.sentence.endswith(".") and len(table.sentence) < 400, table
        return
    rows = list(table.rows())
    assert len(rows) == len(table) <= MAX_ROWS
    numbers = [row.line_no for row in rows]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
    assert not numbers or numbers[-1] == table.last_line_no
    after, chunked = 0, []
    while chunk := list(islice(table.rows(after=after), 7)):
        chunked += chunk
        after = chunk[-1].line_no
    assert chunked == rows
    for row in rows:
        places = columns_in(tuple(row.cells), FEED.columns)
        check_line({field: row.cells[header] for field, header in places.items()})
        json.dumps(row.cells).encode()
        "".join(row.cells.values()).encode()  # no half characters: the database could not hold them


def check_json(text: str, filename: str) -> None:
    """What is read as one JSON document, the standard library reads too."""
    content = text.encode("utf-8", "replace")
    check_table(content, filename)
    table = read_table(content, filename, WANTED, MAX_ROWS)
    if not isinstance(table, Refusal) and table.grid.headers is not None and content.lstrip().startswith(b"["):
        json.loads(content)


def check_line(cells: dict[str, str]) -> None:
    """Read one line: a line, or problems, or blank, and never two of them."""
    reading = read_line(cells, FEED, (REPORT_AT, 7))
    assert not (reading.line and reading.problems)
    assert all(problem.sentence.endswith(".") for problem in reading.problems)
