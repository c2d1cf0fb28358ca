"""What kind of file some bytes are, by their content; a name that claims another kind is refused with them."""

from enum import Enum, auto
from pathlib import PurePath

from tracker.adapters.tabular_package import Package
from tracker.adapters.tabular_parts import Unusable
from tracker.core.report_terms import ProblemCode


class Kind(Enum):
    TEXT = auto()
    XLSX = auto()
    ODS = auto()


TEXTS = frozenset({".csv", ".tsv", ".tab", ".psv", ".txt"})
JSONS = frozenset({".json", ".ndjson", ".jsonl"})
LINES = frozenset({".ndjson", ".jsonl"})
WORKBOOKS = frozenset({".xlsx", ".ods"})
SUFFIXES = TEXTS | JSONS | WORKBOOKS
"""The endings that a report's name may have; a name without one that is known to mean something else will do."""

_OTHER_WORKBOOKS = frozenset({".xls", ".xlsm", ".xlsb", ".xltx", ".ots", ".fods", ".numbers"})
_OTHERS = _OTHER_WORKBOOKS | {
    ".pdf", ".doc", ".docx", ".odt", ".rtf", ".htm", ".html", ".mht", ".xml", ".zip", ".gz", ".7z", ".rar", ".png",
    ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".eml", ".msg", ".exe",
}  # fmt: skip
_PACKAGE = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ARCHIVES = (
    b"\x1f\x8b", b"7z\xbc\xaf", b"rar!", b"bzh", b"\xfd7zxz", b"\x28\xb5\x2f\xfd", b"pk\x05\x06", b"pk\x07\x08",
)  # fmt: skip
_PICTURES_AND_PRINTS = (b"%pdf", b"{\\rtf", b"\x89png", b"gif8", b"\xff\xd8\xff", b"ii*\0", b"mm\0*", b"mz\x90")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta", b"<!--", b"<worksheet", b"mime-version:")


def suffix_of(filename: str) -> str:
    return PurePath(filename).suffix.lower()


def kind_of(content: bytes, filename: str) -> Kind:
    """The kind of a file that may be a report. Raises Unusable, saying what it is instead."""
    suffix = suffix_of(filename)
    start = _plain_start(content)
    if content.startswith(_COMPOUND):
        raise _compound(content)
    if start.startswith(_MARKUP):
        raise _none(
            "This is a web page or an XML document, not a table. Save the report as CSV or .xlsx and send it again."
        )
    if start.startswith(_PICTURES_AND_PRINTS):
        raise _none("This is not a table. Send the report as a CSV file or an .xlsx workbook.")
    if start.startswith(_ARCHIVES):
        raise _none("This is an archive. Take the report out of it and send that.")
    if content.startswith(_PACKAGE):
        return _of_package(suffix)
    if suffix in WORKBOOKS | _OTHER_WORKBOOKS:
        raise _none(f"This file is named {suffix} but does not hold a workbook that can be opened.")
    if suffix in _OTHERS:
        raise _none(f"This file is named {suffix} but its content is a text. Name it by what it is (.csv or .json).")
    return Kind.TEXT


def _plain_start(content: bytes) -> bytes:
    """The first bytes in lower case, without a mark, spaces, and the NUL bytes of UTF-16 between Latin letters."""
    start = content[:1024]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start[1::2].count(0) > len(start) // 4:
        start = start.replace(b"\0", b"").lstrip(b"\xff\xfe")
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _of_package(suffix: str) -> Kind:
    """A ZIP package under a name that may be one; what is in it, `package_kind` says."""
    if suffix in TEXTS | JSONS | {".xls"}:
        raise _none(f"This file is named {suffix} but its content is not. Name it by what it is (.xlsx or .ods).")
    return Kind.XLSX


def package_kind(package: Package, filename: str) -> Kind:
    """Which workbook a package is. Raises Unusable for any other, and where the name claims the other one."""
    suffix = suffix_of(filename)
    if "xl/workbook.xml" in package.names and "[Content_Types].xml" in package.names:
        kind, is_named = Kind.XLSX, suffix not in {".ods", ".ots", ".xlsb"}
    elif "mimetype" in package.names and "content.xml" in package.names:
        kind, is_named = Kind.ODS, suffix not in {".xlsx", ".xlsm", ".xlsb"}
    elif "xl/workbook.bin" in package.names:
        raise _none("This is a binary workbook (.xlsb). Save it as .xlsx or as CSV and send it again.")
    elif any(name.startswith(("word/", "ppt/")) for name in package.names):
        raise _none("This is a document, not an Excel workbook. Send the report as a CSV file or an .xlsx workbook.")
    else:
        raise _none(
            "This is a ZIP archive, not an Excel workbook. Take the report out of it and send that, as CSV or .xlsx."
        )
    if not is_named:
        raise _none(f"This file is named {suffix} but its content is another kind of workbook. Name it by what it is.")
    return kind


def _compound(content: bytes) -> Unusable:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _none("This workbook is protected by a password. Send it without one.")
    return _none("This is a workbook of the old .xls kind. Save it as .xlsx or as CSV and send it again.")


def _none(sentence: str) -> Unusable:
    return Unusable(ProblemCode.NOT_A_TABLE, sentence)
