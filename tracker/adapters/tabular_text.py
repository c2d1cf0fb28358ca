"""Bytes → the text of a CSV or JSON file: UTF-8, UTF-16 with or without its mark, or Windows-1252."""

import re

from tracker.adapters.tabular_parts import CONTROLS, Unusable
from tracker.core.report_terms import ProblemCode

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile("[" + re.escape("".join(map(chr, CONTROLS))) + "]")
_SEEN = 4_000  # bytes that show whether every other one is NUL
_CAPITAL_AND_QUOTE = re.compile(rb"[\xc6-\xdf][\x85\x91-\x94\x96\x97\xa0\xb4](?![\x80-\xff])")
"""Windows-1252's accented capital before a curly quote, dash or hard space (JOSÉ’S): by chance one letter in UTF-8."""


def decode(content: bytes) -> str:
    """The text. A mark decides; else UTF-16 if every other byte is NUL; else UTF-8 if it is that; else Windows-1252.

    Raises Unusable. A file that is UTF-8 in some places and not in others was cut or damaged: as Windows-1252 every
    accented name in it would be read wrong without a word. So would be a Windows-1252 file whose few special
    characters happen to make sound UTF-8.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\0" in content:
        return _decoded(content, _utf16_without_mark(content))
    is_json = content[:100].lstrip().startswith((b"[", b"{"))  # which is UTF-8 by its own rules
    told = content if is_json or content.isascii() else _CAPITAL_AND_QUOTE.sub(b"", content)
    if told.isascii() and told != content:
        return _decoded(content, "cp1252")
    try:
        return _text(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    sound = sum(character > "\x7f" for character in told.decode("utf-8", "ignore"))
    broken = told.decode("utf-8", "replace").count("\ufffd")
    if sound >= broken:
        raise _wrong_encoding()
    return _decoded(content, "cp1252")


def _utf16_without_mark(content: bytes) -> str:
    """Latin letters leave every other byte NUL; which of the two says in which order they stand."""
    first, second = content[:_SEEN:2].count(0), content[1:_SEEN:2].count(0)
    if max(first, second) * 2 < len(content[:_SEEN:2]) or min(first, second) * 10 > max(first, second):
        raise Unusable(ProblemCode.NOT_A_TABLE, _NOT_TEXT)
    return "utf-16-le" if second > first else "utf-16-be"


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return _text(content.decode(encoding))
    except UnicodeDecodeError:
        raise _wrong_encoding() from None


def _text(text: str) -> str:
    if _CONTROL.search(text):
        raise Unusable(ProblemCode.NOT_A_TABLE, _NOT_TEXT)
    return text


def _wrong_encoding() -> Unusable:
    sentence = (
        "The characters of this file cannot be read. Save it as “CSV UTF-8”, or as an .xlsx workbook, and send it "
        "again."
    )
    return Unusable(ProblemCode.WRONG_ENCODING, sentence)


_NOT_TEXT = (
    "This is not a table of text: it holds characters that no text has. Send the report as a CSV file or an .xlsx "
    "workbook."
)
