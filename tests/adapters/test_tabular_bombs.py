"""Small files that would fill the memory are refused, and large reports read, each in a process with little of it."""

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.workbooks import SHEET, ods, rewritten, workbook

MEGABYTES = 160
"""Of memory that the process may have in all, beside the file itself; Python with the readers loaded takes a third."""

BOOK = workbook([["Ref", "Surname", "Missing from"], ["A1", "a", "1"]])

READ = """
import resource, sys
from pathlib import Path
from tests.adapters.reading import WANTED
from tracker.adapters.tabular import Refusal, read_table
content = Path(sys.argv[1]).read_bytes()
most = int(sys.argv[2]) * 1_000_000 + len(content)
resource.setrlimit(resource.RLIMIT_DATA, (most, most))
found = read_table(content, sys.argv[1], WANTED, 100_000)
print(found.sentence if isinstance(found, Refusal) else f"{len(found)} rows, {sum(1 for row in found.rows())} read")
"""


def say(folder: Path, content: bytes, filename: str) -> str:
    path = folder / filename
    path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(MEGABYTES)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def packed(name: str, begin: bytes, piece: bytes, times: int, end: bytes, base: bytes = BOOK) -> bytes:
    """The package with one part that is made of many equal pieces, deflated as it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for other in old.namelist():
            if other != name:
                new.writestr(other, old.read(other))
        with new.open(name, "w") as part:
            part.write(begin)
            for _ in range(times // 1000):
                part.write(piece * 1000)
            part.write(end)
    return out.getvalue()


def lying(content: bytes, name: str, size: int) -> bytes:
    """The same package, whose directory says that a part is of another size."""
    at = content.rindex(name.encode()) - 46
    return content[: at + 24] + struct.pack("<L", size) + content[at + 28 :]


ROWS = b"<worksheet><sheetData>"
MANY_ROWS = b'<table><table-row number-rows-repeated="90000"><table-cell/></table-row><table-row><table-cell><p>x</p>'
MANY_ROWS += b"</table-cell></table-row></table>"
WIDE_ROWS = (
    b'<table><table-row number-rows-repeated="90000"><table-cell number-columns-repeated="500"><p>x</p></table-cell>'
)
WIDE_ROWS += b"</table-row></table>"
STYLES_END = b"</cellXfs></s>"
ENDS = b"</sheetData></worksheet>"
ODS = b"<office><table><table-row><table-cell>"
ODS_ENDS = b"</table-cell></table-row></table></office>"
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><worksheet><sheetData><row><c><v>&j;</v></c></row></sheetData></worksheet>"
)


def sparse() -> bytes:
    return packed(SHEET, ROWS, b'<row><c t="str"><v>x</v></c></row>', 200_000, ENDS)


def directory() -> bytes:
    """A package of nothing but the names of parts."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    body = b"PK\x03\x04" + entry * 200_000
    return body + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(body) - 4, 4, 0)


@pytest.mark.parametrize(
    ("name", "make", "word"),
    [
        ("spaces.xlsx", lambda: packed(SHEET, ROWS, b" " * 1000, 450_000, ENDS), "too large once opened"),
        ("lies.xlsx", lambda: lying(packed(SHEET, ROWS, b" " * 1000, 450_000, ENDS), SHEET, 3_000), "damaged"),
        ("claims.xlsx", lambda: lying(BOOK, "xl/styles.xml", 4_000_000_000), "too large once opened"),
        ("nested.xlsx", lambda: rewritten(BOOK, {}, xl__media__inner_zip=sparse()), "1 rows, 1 read"),
        ("rows.xlsx", sparse, "too many rows"),
        ("empty.xlsx", lambda: packed(SHEET, ROWS, b"<a/>", 31_000_000, ENDS), "too large once opened"),
        (
            "texts.xlsx",
            lambda: packed("xl/sharedStrings.xml", b"<sst>", b"<si><t/></si>", 3_000_000, b"</sst>"),
            "too large once opened",
        ),
        (
            "text.xlsx",
            lambda: packed("xl/sharedStrings.xml", b"<sst><si><t>", b"x" * 1000, 300_000, b"</t></si></sst>"),
            "more than 32,767 characters",
        ),
        (
            "cell.xlsx",
            lambda: packed(SHEET, ROWS + b'<row><c t="str"><v>', b"x" * 1000, 300_000, b"</v></c></row>" + ENDS),
            "cell of row 1 holds",
        ),
        ("styles.xlsx", lambda: packed("xl/styles.xml", b"<s><cellXfs>", b"<xf/>", 9_000_000, STYLES_END), "large"),
        ("laughs.xlsx", lambda: rewritten(BOOK, {SHEET: lambda _data: LAUGHS}), "cannot be read safely"),
        ("directory.xlsx", directory, "too large once opened"),
        (
            "text.ods",
            lambda: packed("content.xml", ODS, b"<p>x</p>" * 100, 300_000, ODS_ENDS, ods()),
            "more than 32,767 characters",
        ),
        (
            "words.ods",
            lambda: packed("content.xml", ODS + b"<p>", b"x" * 1000, 300_000, b"</p>" + ODS_ENDS, ods()),
            "more than 32,767 characters",
        ),
        ("sheets.ods", lambda: packed("content.xml", b"<o>", b"<table/>", 2_000_000, b"</o>", ods()), "too large"),
        ("repeats.ods", lambda: packed("content.xml", b"<o>", MANY_ROWS, 1_000, b"</o>", ods()), "too many rows"),
        ("wide.ods", lambda: packed("content.xml", b"<o>", WIDE_ROWS, 1_000, b"</o>", ods()), "too many rows"),
        ("commas.csv", lambda: b"Ref,Surname,Missing from\n" + b"," * 15_000_000, "far too long"),
        ("lines.csv", lambda: b"Ref,Surname,Missing from\n" + b"\r" * 15_000_000 + b"x", "too many rows"),
        ("blank.csv", lambda: b"Ref,Surname,Missing from\n" + b"\n" * 15_000_000, "too many rows"),
        ("quote.csv", lambda: b'Ref,Surname,Missing from\n"' + b"a\n" * 7_000_000, "far too long"),
        ("objects.json", lambda: b"[" + b"{}," * 5_000_000 + b"{}]", "too many rows"),
        ("arrays.json", lambda: b'[{"a":' + b"[" * 15_000_000, "nested in one another"),
        ("flat.json", lambda: b'[{"a":[' + b"[]," * 5_000_000 + b"0]}]", "far too long"),
        ("names.json", lambda: b"[" + b",".join(b'{"%d":1}' % n for n in range(600)) + b"]", "different names"),
        ("cut.json", lambda: b'[{"a":"' + b"\\n" * 7_000_000, "ends in the middle"),
    ],
)  # fmt: skip
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, name: str, make: Callable[[], bytes], word: str) -> None:
    assert word in say(tmp_path, make(), name)


NAMES = (b"Ref", b"Surname", b"Missing from")
HEADER = b"<row>" + b"".join(b'<c t="str"><v>%s</v></c>' % name for name in NAMES) + b"</row>"
LINE = b"<row>" + b'<c t="str"><v>A1</v></c>' * 3 + b"<c><v>46342.5</v></c>" * 7 + b"</row>"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("large.csv", lambda: b",".join(NAMES) + b",x" * 27 + b"\n" + (b"text," * 29 + b"\xc3\xa9\n") * 100_000),
        ("large.xlsx", lambda: packed(SHEET, ROWS + HEADER, LINE, 100_000, ENDS)),
    ],
)
def test_a_large_report_is_read_in_little_memory(tmp_path: Path, name: str, make: Callable[[], bytes]) -> None:
    assert say(tmp_path, make(), name) == "100000 rows, 100000 read"
