"""Workbooks (.xlsx), opened only after their true size is known: a small file can hold one that fills the memory.

What the reader of workbooks sees is a copy of the parts measured here, so that a ZIP directory which lies about its
sizes, or a single cell in the millionth row, never reaches it (it reserves memory for the whole rectangle).
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat  # a document type, and with it every entity, is refused before

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeXml
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tracker.adapters.tabular_parts import HEADER_WITHIN, Grid, Refusal, clean
from tracker.core.terms import ProblemCode

MAX_MEMBERS = 1_000
MAX_INFLATED = 200_000_000
MAX_CELLS = 5_000_000
MAX_COLUMNS = 500

_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/sharedStrings\.xml"
    r"|xl/styles\.xml|xl/worksheets/[^/]+\.xml"
)
_ANY_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c(?=[\s/>])")
# a cell's opening tag as spreadsheet programs write it: its place first, and whether it is closed at once (no value)
_PLAIN_CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c\s+r=\"([A-Z]{1,3})([0-9]{1,7})\"(?:\s+[\w:]+=\"[^\"<>]*\")*\s*(/?)>")


@dataclass(frozen=True)
class Sheet:
    """One visible sheet as a grid."""

    grid: Grid


def read_xlsx(content: bytes, max_rows: int) -> list[Sheet] | Refusal:
    """Every visible sheet, or why the workbook is refused. Never raises for any bytes."""
    parts = _measured_parts(content)
    if isinstance(parts, Refusal):
        return parts
    for data in parts.values():
        refusal = _extent_problem(data, max_rows + HEADER_WITHIN)
        if refusal:
            return refusal
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_repacked(parts)))
        places = _sheet_parts(parts)
        return [
            _sheet(workbook, meta.name, parts.get(places.get(meta.name, ""), b""))
            for meta in workbook.sheets_metadata
            if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible
        ]
    except (CalamineError, ParseError, DefusedXmlException, ValueError, LookupError, OverflowError):
        return _DAMAGED
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # how a failed promise inside the reader of workbooks arrives
            return _DAMAGED
        raise


def _measured_parts(content: bytes) -> dict[str, bytes] | Refusal:
    """The parts that hold cells, each inflated no further than the limit, with its checksum true."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            names = [member.filename for member in members]
            refusal = _kind_problem(names, members)
            if refusal:
                return refusal
            return {member.filename: package.read(member) for member in members if _NEEDED.fullmatch(member.filename)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return _DAMAGED


def _kind_problem(names: list[str], members: list[zipfile.ZipInfo]) -> Refusal | None:
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_INFLATED:
        return _TOO_LARGE
    if any(member.flag_bits & 0x1 for member in members):
        return Refusal(ProblemCode.NOT_A_TABLE, "This workbook is protected by a password. Send it without one.")
    if any(name.endswith("vbaProject.bin") for name in names):
        sentence = "This workbook contains macros. Save it as an .xlsx workbook without macros and send it again."
        return Refusal(ProblemCode.NOT_A_TABLE, sentence)
    usual = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if len(set(names)) != len(names) or any(member.compress_type not in usual for member in members):
        return _DAMAGED
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        sentence = "This is not an Excel workbook. Send the report as a CSV file or an .xlsx workbook."
        return Refusal(ProblemCode.NOT_A_TABLE, sentence)
    return None


def _extent_problem(data: bytes, max_rows: int) -> Refusal | None:
    """Whether the rectangle that the cells span is too large to hold, before anything reserves memory for it."""
    head = data[:200]
    if b"\0" in head or b"<!DOCTYPE" in data or not re.match(rb"(\xef\xbb\xbf)?\s*<", head):
        return _UNUSUAL
    declared = re.search(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", head)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        return _UNUSUAL
    try:
        expat.ParserCreate().Parse(data, True)  # the reader of workbooks would pass over a broken part in silence
    except expat.ExpatError:
        return _DAMAGED
    places = _places_of_cells(data)
    if isinstance(places, Refusal):
        return places
    deepest = max((row for row, _column in places), default=0)
    widest = max((column for _row, column in places), default=0)
    if deepest > max_rows:
        return Refusal(ProblemCode.TOO_LARGE, "This workbook has too many rows. Send the report in parts.")
    return _TOO_LARGE if widest > MAX_COLUMNS or deepest * widest > MAX_CELLS else None


def _places_of_cells(data: bytes) -> set[tuple[int, int]] | Refusal:
    """(row, column) that each cell with content states, from 1: by pattern, or by a parser where that is not enough.

    A cell without a stated place is refused: its place would have to be counted as the reader of workbooks counts.
    """
    plain = _PLAIN_CELL.findall(data)
    if len(plain) == len(_ANY_CELL.findall(data)):
        return {(int(row), _column_number(letters)) for letters, row, closed in plain if not closed}
    places = set()
    try:
        for _event, element in SafeXml.iterparse(io.BytesIO(data), events=("end",)):
            if _tag(element) == "row":
                element.clear()
            if _tag(element) == "c":
                place = _place(element)
                if place is None:
                    return _UNUSUAL
                places.add(place)
    except (ParseError, DefusedXmlException, ValueError):
        return _DAMAGED
    return places


def _place(element: Element) -> tuple[int, int] | None:
    stated = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", element.get("r", ""))
    return (int(stated[2]), _column_number(stated[1].encode())) if stated else None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _repacked(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return packed.getvalue()


def _sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet name → the part that holds it."""
    targets = {
        relation.get("Id"): (relation.get("Target") or "").lstrip("/")
        for relation in SafeXml.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    found: dict[str, str] = {}
    for element in SafeXml.fromstring(parts["xl/workbook.xml"]).iter():
        if _tag(element) == "sheet":
            key = next((value for name, value in element.attrib.items() if name.endswith("}id")), None)
            target = targets.get(key, "")
            found[element.get("name", "")] = target if target.startswith("xl/") else f"xl/{target}"
    return found


def _sheet(workbook: CalamineWorkbook, name: str, xml: bytes) -> Sheet:
    rows = [
        [_text(value) for value in row] for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ]
    no_value: dict[int, set[int]] = {}
    if b"<f" in xml or b":f" in xml or b'"e"' in xml or b"'e'" in xml:
        for row, column, error in _cells_without_value(xml):
            if row < len(rows) and error and column < len(rows[row]):
                rows[row][column] = error
            elif not error:
                no_value.setdefault(row, set()).add(column)
    depth = max([place + 1 for place, row in enumerate(rows) if any(row)] + [row + 1 for row in no_value], default=0)
    rows = rows[:depth] + [[] for _ in range(depth - len(rows))]
    return Sheet(Grid(rows, {row: frozenset(columns) for row, columns in no_value.items()}))


def _cells_without_value(xml: bytes) -> Iterator[tuple[int, int, str]]:
    """(row, column, error): formulas never computed (error empty) and cells that hold an error, both read as blank."""
    for _event, element in SafeXml.iterparse(io.BytesIO(xml), events=("end",)):
        tag = _tag(element)
        if tag == "row":
            element.clear()
        if tag != "c":
            continue
        inner = {_tag(child): child.text or "" for child in element}
        place = _place(element)
        if place is None:
            continue
        row, column = place[0] - 1, place[1] - 1
        if element.get("t") == "e":
            yield row, column, clean(inner.get("v", "")) or "#ERROR"
        elif "f" in inner and not inner.get("v") and not ("v" in inner and element.get("t") == "str"):
            yield row, column, ""


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(value: object) -> str:
    """A cell as text: dates as ISO text, whole numbers without a decimal point."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return _instant_text(value)
    if isinstance(value, time):
        return _instant_text(datetime.combine(date(1900, 1, 1), value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration_text(value)
    return ""


def _instant_text(value: datetime) -> str:
    """To the nearest second: a time of day is a fraction in the file. A time alone stands on a day of 1899 or 1900."""
    at = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return at.time().isoformat() if at.year <= 1900 else at.isoformat()


def _duration_text(value: timedelta) -> str:
    """A time of day that the sheet shows as hours and minutes elapsed."""
    seconds = round(value.total_seconds())
    hours, rest = divmod(seconds, 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


_DAMAGED = Refusal(
    ProblemCode.NOT_A_TABLE, "This workbook is incomplete or damaged and cannot be opened. Save it and send it again."
)
_TOO_LARGE = Refusal(ProblemCode.TOO_LARGE, "This workbook is too large once opened. Send the report in parts.")
_UNUSUAL = Refusal(
    ProblemCode.NOT_A_TABLE,
    "This workbook was written in a way that cannot be read safely. Open it in a spreadsheet program, save it as "
    ".xlsx, and send it again.",
)
