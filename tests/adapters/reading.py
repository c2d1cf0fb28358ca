"""Reading in tests: a table or a refusal of the usual three columns."""

from tracker.adapters.tabular import Columns, Refusal, Table, read_table

WANTED = Columns(
    {
        "police_reference": ("Ref", "Reference"),
        "surname": ("Surname",),
        "full_name": ("Name",),
        "start_at": ("Missing from",),
        "missing_time": ("Time",),
        "date_of_birth": ("DOB",),
    },
    (("police_reference",), ("surname", "full_name"), ("start_at",)),
)
HEAD = ["Ref", "Surname", "Missing from"]


def read(content: bytes, filename: str = "report.csv", max_rows: int = 1000) -> Table:
    table = read_table(content, filename, WANTED, max_rows)
    assert isinstance(table, Table), table
    numbers = [row.line_no for row in table.rows()]
    assert len(numbers) == len(table) and numbers == sorted(set(numbers))
    assert not numbers or numbers[-1] == table.last_line_no
    return table


def refused(content: bytes, filename: str = "report.csv", max_rows: int = 1000) -> Refusal:
    found = read_table(content, filename, WANTED, max_rows)
    assert isinstance(found, Refusal), found
    assert found.sentence.endswith(".") and len(found.sentence) < 250
    return found


def cells(table: Table) -> list[list[str]]:
    return [[row.cells[header] for header in HEAD] for row in table.rows()]
