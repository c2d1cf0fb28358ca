"""`python -m tests.fuzz.readers TARGET FOLDER [libFuzzer's options]`: one target, its seeds and findings in FOLDER.

A workbook's checksums keep random bytes out, so that its parts are made from the fuzzer's bytes and packed soundly.
"""

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tracker"]):
    from tests.fuzz.promises import check_json, check_line, check_table
    from tracker.core.feed import FIELDS

from tests.adapters.workbooks import SHEET, ods, ods_row, rewritten, workbook

NAMES = ("a.csv", "a.json", "a.jsonl", "a", "a.txt", "a.xlsx", "a.ods", "a.xls")
HEAD = ["Ref", "Surname", "DOB", "Missing from", "Date", "Time", "Returned", "Status"]
LINE = ["A1", "Madeup", "03/05/2012", "16/11/2026 14:05", "16 Nov 26", "9.30pm", "2026-11-17T09:30:00Z", "returned"]
BOOK = workbook([HEAD, LINE])
TEXTS = "xl/sharedStrings.xml"


def any_bytes(data: bytes) -> None:
    check_table(data[1:], NAMES[data[0] % len(NAMES)] if data else "a.csv")


def json_text(data: bytes) -> None:
    check_json(data[1:].decode("utf-8", "replace"), "a.jsonl" if data[:1] == b"l" else "a.json")


def xlsx_parts(data: bytes) -> None:
    """Sheet, shared texts and styles, parted by 0xFF."""
    parts = [*data.split(b"\xff"), b"", b""][:3]
    given = {SHEET: parts[0], "xl/styles.xml": parts[2]}
    change = {name: (lambda _old, new=new: new) for name, new in given.items() if new}
    more = {"xl__sharedStrings_xml": parts[1]} if parts[1] else {}
    check_table(rewritten(BOOK, change, **more), "a.xlsx")


def ods_content(data: bytes) -> None:
    check_table(rewritten(ods(), {"content.xml": lambda _old: data}), "a.ods")


def lines(data: bytes) -> None:
    given = atheris.FuzzedDataProvider(data)
    names = sorted(FIELDS)
    cells = {}
    while given.remaining_bytes() > 1 and len(cells) < 12:
        cells[names[given.ConsumeIntInRange(0, len(names) - 1)]] = given.ConsumeUnicode(given.ConsumeIntInRange(0, 40))
    check_line(cells)


def _part(package: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(package)).read(name)


def _seeds() -> dict[str, list[bytes]]:
    text = "\n".join(",".join(cells) for cells in (HEAD, LINE, LINE))
    objects = '[{"Ref": "A1", "Surname": "\\u00e9", "Missing from": 1.5e3, "x": [null, true, {"a": "b"}]}]'
    line_seeds = [bytes([n]) + text.encode() for n, text in enumerate(LINE)]
    return {
        "any_bytes": [b"\0" + text.encode(), b"\0" + text.encode("utf-16"), b"\x01" + objects.encode(), b"\x05" + BOOK],
        "json_text": [b"j" + objects.encode(), b"l" + objects[1:-1].encode() + b"\n" + objects[1:-1].encode()],
        "xlsx_parts": [
            b"\xff".join((_part(BOOK, SHEET), b"<sst><si><t>x</t></si></sst>", _part(BOOK, "xl/styles.xml"))),
            b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
            b'<c t="inlineStr"><is><t>Ref</t></is></c></row></sheetData></worksheet>\xff<sst><si><t>Ref</t></si></sst>',
        ],
        "ods_content": [_part(ods(ods_row(*HEAD) + ods_row(*LINE, number_rows_repeated=3)), "content.xml")],
        "lines": line_seeds,
    }


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (any_bytes, json_text, xlsx_parts, ods_content, lines)
}


def main() -> None:
    target, folder = sys.argv[1], Path(sys.argv[2]) / sys.argv[1]
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_seeds()[target]):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [f"-artifact_prefix={folder.parent}/{target}-", "-max_len=6000", "-timeout=20", *sys.argv[3:]]
    atheris.Setup([sys.argv[0], str(folder), *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
