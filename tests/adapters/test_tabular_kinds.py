"""What a file is, its content decides; what is no report is said in words an officer can act on."""

import gzip
import io
import zipfile

import pytest

from tests.adapters.reading import HEAD, read, refused
from tests.adapters.workbooks import ods, ods_row, rewritten, workbook
from tracker.adapters.tabular import SUFFIXES
from tracker.core.report_terms import ProblemCode

TEXT = b"Ref,Surname,Missing from\nA1,a,1 May\n"
BOOK = workbook([HEAD, ["A1", "a", "1 May"]])
SHEET = ods(ods_row(*HEAD) + ods_row("A1", "a", "1 May"))


def zipped(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name.replace("__", "/").replace("_", "."), data)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "filename", "word"),
    [
        (TEXT, "report.pdf", "named .pdf but its content is a text"),
        (TEXT, "report.zip", "named .zip"),
        (TEXT, "report.xls", "named .xls but does not hold a workbook"),
        (TEXT, "REPORT.XLSX", "named .xlsx but does not hold a workbook"),
        (TEXT, "report.ods", "named .ods but does not hold a workbook"),
        (TEXT, "report.json", "named .json but does not hold a list"),
        (BOOK, "report.csv", "named .csv but its content is not"),
        (BOOK, "report.json", "named .json but its content is not"),
        (BOOK, "report.xls", "named .xls but its content is not"),
        (BOOK, "report.ods", "named .ods but its content is another kind"),
        (SHEET, "report.xlsx", "named .xlsx but its content is another kind"),
        (rewritten(BOOK, {}, xl__vbaProject_bin=b"x"), "report.xlsx", "macros"),
        (rewritten(BOOK, {}, xl__vbaProject_bin=b"x"), "report.xlsm", "macros"),
        (rewritten(BOOK, {}, xl__macrosheets__sheet1_xml=b"<x/>"), "report.xlsx", "macros"),
        (zipped(xl__workbook_bin=b"x", xl__styles_bin=b"x"), "report.xlsb", "binary workbook"),
        (zipped(word__document_xml=b"<x/>"), "report.docx", "is a document"),
        (zipped(report_csv=TEXT), "report.zip", "ZIP archive"),
        (zipped(report_xlsx=BOOK), "report.xlsx", "ZIP archive"),
        (zipped(), "report.zip", "archive"),
        (gzip.compress(TEXT, mtime=0), "report.csv.gz", "archive"),
        (gzip.compress(TEXT, mtime=0), "report.csv", "archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4" + TEXT, "report.7z", "archive"),
        (b"Rar!\x1a\x07\x01\0" + TEXT, "report.rar", "archive"),
        (b"%PDF-1.7\n", "report.csv", "not a table"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "report.csv", "not a table"),
        (b"GIF89a\x01\0", "report.csv", "not a table"),
        (b"{\\rtf1\\ansi", "report.csv", "not a table"),
        (b"MZ\x90\0\3\0\0\0", "report.csv", "not a table"),
        (b"<html><body><table>", "report.xls", "web page"),
        ("<html><table>".encode("utf-16"), "report.xls", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook>", "report.xls", "web page or an XML document"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "report.xls", "web page"),
        (b"<?xml version='1.0'?><office:document>", "report.fods", "XML document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "report.csv", "old .xls kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
        (b"Ref,Surname,Missing from\nA1,a\0b,1 May\n", "report.csv", "characters that no text has"),
        (b"Ref,Surname,Missing from\nA1,a\x07b,1 May\n", "report.csv", "characters that no text has"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_and_said(content: bytes, filename: str, word: str) -> None:
    found = refused(content, filename)
    assert (found.code, word in found.sentence) == (ProblemCode.NOT_A_TABLE, True), found.sentence


def test_a_name_that_says_nothing_or_the_truth_will_do() -> None:
    for content, filename in [(TEXT, "report"), (TEXT, "report.2026-11-16"), (TEXT, "report.TXT"), (BOOK, "report"),
                              (BOOK, "report.xlsm"), (SHEET, "report.ODS"), (b"[]", "report.JSON")]:  # fmt: skip
        read(content, filename)
    assert {".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".xlsx", ".ods"} <= SUFFIXES


@pytest.mark.parametrize("end", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize(("content", "filename"), [(BOOK, "report.xlsx"), (SHEET, "report.ods")])
def test_a_truncated_workbook_is_refused(content: bytes, filename: str, end: float) -> None:
    assert "incomplete or damaged" in refused(content[: int(len(content) * end)], filename).sentence
