"""What stands below the last line: totals and the like are no child; whatever may be one is a line."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.reading import HEAD, read
from tests.adapters.workbooks import workbook
from tests.core.made import unhurried
from tracker.adapters.tabular import Table

SOUND = ["A1", "Madeup", "16/11/2026 14:05"]


def written(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return text.getvalue().encode()


def no_child(table: Table) -> list[bool]:
    return [row.holds_no_child for row in table.rows()]


@pytest.mark.parametrize(
    "footer",
    [
        ["Total: 5"], ["Total", "5"], ["TOTAL =", "5"], ["Grand total", "", "12"], ["", "Total records: 5"], ["Total"],
        ["Total number of records: 1,2".replace(",2", "")], ["5 records"], ["12 rows selected"], ["1 missing children"],
        ["Count", "3"], ["Record count: 3"], ["Number of episodes", "3"], ["Records", "3"],
        ["*** End of report ***"], ["-- End of the file --"], ["Page 1 of 3"], ["OFFICIAL - SENSITIVE"], ["OFFICIAL"],
        ["Printed on 16/11/2026 07:00 by PC Nobody"], ["Report generated: 16 November 2026"],
        ["Exported at", "07:00:00"],
        ["Generated on", "", "16/11/2026 07:00"],
        ["Nil return"], ["NIL"], ["No records found"], ["No missing children to report today"],
        ["There are no episodes"],
    ],
)  # fmt: skip
def test_a_totals_row_below_the_last_line_holds_no_child(footer: list[str]) -> None:
    assert no_child(read(written(SOUND, footer))) == [False, True]
    assert no_child(read(written(SOUND, [], footer, ["", ""]))) == [False, False, True, False]
    assert no_child(read(workbook([HEAD, SOUND, footer]), "report.xlsx")) == [False, True]


@pytest.mark.parametrize(
    "line",
    [
        ["A2"], ["Total", "Madeup"], ["Total", "Madeup", "16/11/2026"], ["Count", "", "16/11/2026 14:05"],
        ["", "Count", "16/11/2026 14:05"], ["", "Madeup"], ["Printed on", "Madeup"], ["5"], ["5", "records"],
        ["A2", "Total", "5"], ["Total", "5", "6"], ["Nil", "5"], ["Five children"], ["Records"], ["Count"], ["Missing"],
        ["Generated"[:3], "on"], ["Created in error"], ["Total " + "of nothing" * 20], ["End", "of report"],
        ["No fixed abode"], ["No reply at the address"],
    ],
)  # fmt: skip
def test_what_may_be_a_child_is_a_line(line: list[str]) -> None:
    assert no_child(read(written(SOUND, line))) == [False, False]


def test_totals_between_lines_are_lines() -> None:
    assert no_child(read(written(SOUND, ["Total", "1"], SOUND, ["Total", "1"]))) == [False, False, False, True]


def test_the_header_once_more_holds_no_child() -> None:
    assert no_child(read(written(SOUND, HEAD, SOUND))) == [False, True, False]
    assert no_child(read(written(SOUND, [*HEAD[:2], "16/11/2026"], SOUND))) == [False, False, False]
    assert no_child(read(workbook([HEAD, SOUND, HEAD]), "report.xlsx")) == [False, True]


@given(st.lists(st.text(max_size=20), min_size=3, max_size=3).filter(lambda row: all(cell.strip() for cell in row)))
@unhurried(100)
def test_a_row_with_a_reference_a_name_and_a_start_is_always_a_line(row: list[str]) -> None:
    content = "\t".join(HEAD) + "\n" + "\t".join(" ".join(cell.split()) for cell in row)
    if all(cell.isprintable() and '"' not in cell and cell.split() for cell in row):
        assert no_child(read(content.encode())) == [False]
