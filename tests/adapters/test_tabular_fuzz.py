"""Any bytes, and sound files of every kind with damage anywhere: a table that adds up, or a sentence, never a fault."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.reading import HEAD
from tests.adapters.workbooks import SHEET, ods, ods_row, rewritten, workbook
from tests.core.made import unhurried
from tests.fuzz.promises import check_table

ROWS = [["A1", "Łukaszewicz-Ó", "16/11/2026 14:05"], ["A2", 'Made, "up"', "2026-11-17T09:30:00Z"], ["Total", "2", ""]]
CSV = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [HEAD, *ROWS])
OBJECTS = [{**dict(zip(HEAD, row, strict=True)), "x": [1, {"a": None}], "y": 1.5} for row in ROWS]
XML = workbook([HEAD, *ROWS, [1.5, True, None, "=1+1"]])
TABLE = ods_row(*HEAD) + "".join(ods_row(*row, number_rows_repeated=2) for row in ROWS)

FILES: dict[str, tuple[str, bytes, Callable[[bytes], bytes]]] = {
    "csv": ("a.csv", CSV.encode(), bytes),
    "utf-16": ("a.csv", CSV.encode("utf-16"), bytes),
    "utf-16 without a mark": ("a.csv", CSV.encode("utf-16-be"), bytes),
    "windows": ("a.txt", CSV.encode("cp1252", "replace"), bytes),
    "json": ("a.json", json.dumps(OBJECTS, ensure_ascii=False).encode(), bytes),
    "wrapped": ("a.json", json.dumps({"at": "now", "lines": OBJECTS}, indent=1).encode(), bytes),
    "lines": ("a.jsonl", "\n".join(map(json.dumps, OBJECTS)).encode(), bytes),
    "xlsx": ("a.xlsx", XML, bytes),
    "ods": ("a.ods", ods(TABLE), bytes),
    "sheet": ("a.xlsx", b"", lambda data: rewritten(XML, {SHEET: lambda _old: data})),
    "styles": ("a.xlsx", b"", lambda data: rewritten(XML, {"xl/styles.xml": lambda _old: data})),
    "book": ("a.xlsx", b"", lambda data: rewritten(XML, {"xl/workbook.xml": lambda _old: data})),
    "content": ("a.ods", b"", lambda data: rewritten(ods(TABLE), {"content.xml": lambda _old: data})),
}


def part(package: bytes, name: str) -> bytes:
    found: list[bytes] = []
    rewritten(package, {name: lambda data: found.append(data) or data})
    return found[0]


STARTS = {
    "sheet": part(XML, SHEET),
    "styles": part(XML, "xl/styles.xml"),
    "book": part(XML, "xl/workbook.xml"),
    "content": part(ods(TABLE), "content.xml"),
}
TELLING = (
    b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xfe", b"<", b">", b"</c>", b"<v>", b"<row>", b"<c>", b't="s"',
    b'r="A1"', b'r="ZZZ9999999"', b"&#0;", b"&lt;", b"[", b"]", b"{", b"}", b"\\u0000", b"\\ud800", b"1e999", b"-",
    b"NaN", b"99999999", b'table:number-rows-repeated="99"', b"<table:table>", b"<text:p>", b"Ref", b"PK\x05\x06",
    b"\xed\xa0\x80", b"\xc3",
)  # fmt: skip
changes = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 30), st.one_of(st.sampled_from(TELLING), st.binary(max_size=8))),
    min_size=1,
    max_size=6,
)


def damaged(content: bytes, done: list[tuple[float, int, bytes]]) -> bytes:
    """At some places some bytes are taken out and others put in."""
    for where, taken, put in done:
        place = int(where * len(content))
        content = content[:place] + put + content[place + taken :]
    return content


@given(
    st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "a.ods", "a.json", "a.jsonl", "a.xls", "a", "a.txt"])
)
@unhurried(300)
def test_any_bytes_are_a_table_or_refused(content: bytes, filename: str) -> None:
    check_table(content, filename)


@pytest.mark.parametrize("kind", FILES)
def test_the_sound_files_are_sound(kind: str) -> None:
    filename, content, packed = FILES[kind]
    check_table(packed(STARTS.get(kind, content)), filename)


@pytest.mark.parametrize("kind", FILES)
@given(done=changes)
@unhurried(120)
def test_a_file_damaged_anywhere_is_a_table_or_refused(kind: str, done: list[tuple[float, int, bytes]]) -> None:
    filename, content, packed = FILES[kind]
    check_table(packed(damaged(STARTS.get(kind, content), done)), filename)
