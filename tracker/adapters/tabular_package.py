"""The ZIP package of a workbook, opened only after its true size is known: a small file can hold one that fills the
memory. Its parts are inflated and parsed piece by piece, and never held whole.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat  # entities are told in a document type, and a document type is refused where it begins

from tracker.adapters.tabular_parts import Unusable
from tracker.core.report_terms import ProblemCode

MAX_MEMBERS = 1_000
MAX_INFLATED = 400_000_000
MAX_DIRECTORY = 1_000_000  # bytes: what a reader of the directory makes of each entry takes ten times its size
_MOST_MARKS = 20_000_000  # beginnings and ends of elements in one part
_PIECE = 1 << 16

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Characters = Callable[[str], None]


class Package:
    """A ZIP package of few enough and small enough parts, none of them encrypted. Raises Unusable."""

    def __init__(self, content: bytes) -> None:
        if _directory_size(content) > MAX_DIRECTORY:
            raise too_large()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN:
            raise damaged() from None
        members = self._zip.infolist()
        self.names = frozenset(member.filename for member in members)
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_INFLATED:
            raise too_large()
        if any(member.flag_bits & 0x1 for member in members):
            raise protected()
        usual = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if len(self.names) != len(members) or any(member.compress_type not in usual for member in members):
            raise damaged()

    def read(self, name: str, most: int) -> bytes:
        """A small part, or as much of it as is asked for."""
        try:
            with self._zip.open(name) as part:
                return part.read(most)
        except (*_BROKEN, KeyError):
            raise damaged() from None

    def parse(self, name: str, start: Start, end: End | None = None, characters: Characters | None = None) -> None:
        """Hand the elements of an XML part to the handlers, names as they stand (`local` takes their prefix off).

        The part is checked to its last byte.
        Raises Unusable: a part that is missing, damaged (its checksum included), of more elements than any report
        has, or with a document type, by which entities come in.
        """
        parser = _parser(start, end, characters)
        marks = 0
        for piece in self._pieces(name):
            if not marks and _odd_encoding(piece[:200]):
                raise unusual()
            marks += piece.count(b"<")
            if marks > _MOST_MARKS:
                raise too_large()
            _parse(parser, piece, False)
        _parse(parser, b"", True)

    def _pieces(self, name: str) -> Iterator[bytes]:
        """A part as it is inflated; at its end its checksum is held against it."""
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_PIECE):
                    yield piece
        except (*_BROKEN, KeyError):
            raise damaged() from None


def _parse(parser: expat.XMLParserType, piece: bytes, is_last: bool) -> None:
    try:
        parser.Parse(piece, is_last)
    except expat.ExpatError:
        raise damaged() from None


def _odd_encoding(head: bytes) -> bool:
    """Whether a part is not in UTF-8 or ASCII, as the programs that write workbooks have it."""
    declared = _DECLARED.search(head)
    return b"\0" in head or (declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii"))


_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, struct.error,
    OverflowError,
)  # fmt: skip


def _parser(start: Start, end: End | None, characters: Characters | None) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def doctype(*_told: object) -> None:
        raise unusual()

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    if end is not None:
        parser.EndElementHandler = end
    if characters is not None:
        parser.CharacterDataHandler = characters
    return parser


def local(name: str) -> str:
    """An element's or attribute's name without its prefix."""
    return name.rpartition(":")[2]


def _directory_size(content: bytes) -> int:
    """What the end of the package says of its directory; a liar is found by whoever reads the directory."""
    at = content.rfind(b"PK\x05\x06", -65_557)
    if at < 0 or len(content) < at + 22:
        raise damaged()
    size = int(struct.unpack_from("<L", content, at + 12)[0])
    if at >= 76 and content[at - 20 : at - 16] == b"PK\x06\x07":  # the form for packages above 4 GB overrides it
        size = max(size if size != 0xFFFFFFFF else 0, int(struct.unpack_from("<Q", content, at - 76 + 40)[0]))
    return size


def damaged() -> Unusable:
    sentence = "This workbook is incomplete or damaged and cannot be opened. Save it and send it again."
    return Unusable(ProblemCode.NOT_A_TABLE, sentence)


def too_large() -> Unusable:
    return Unusable(ProblemCode.TOO_LARGE, "This workbook is too large once opened. Send the report in parts.")


def protected() -> Unusable:
    return Unusable(ProblemCode.NOT_A_TABLE, "This workbook is protected by a password. Send it without one.")


def with_macros() -> Unusable:
    sentence = "This workbook contains macros. Save it as a workbook without macros (.xlsx) and send it again."
    return Unusable(ProblemCode.NOT_A_TABLE, sentence)


def unusual() -> Unusable:
    sentence = (
        "This workbook was written in a way that cannot be read safely. Open it in a spreadsheet program, save it as "
        ".xlsx, and send it again."
    )
    return Unusable(ProblemCode.NOT_A_TABLE, sentence)
