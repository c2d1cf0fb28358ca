"""A line of the council's own lists of looked-after children, read: which columns, and what is wrong with a line.

The lists are the looked-after return's own: Header (with names, so that our children can be found), Episodes, and last
year's Missing table. A list is used whole or not at all, so that no check rests on a part of it.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.core.feed import USUAL_DATE_FORMATS, fold
from tracker.core.looked_after import CareEpisode, LookedAfterChild
from tracker.core.written_times import UnreadableTime, read_date


class ExtractKind(StrEnum):
    """Which list a file holds."""

    HEADER = "header"
    EPISODES = "episodes"
    LAST_MISSING = "last_missing"


_CHILD = ("CHILD", "CHILD ID", "CHILD UNIQUE ID", "CHILDID")
_BORN = ("DOB", "DATE OF BIRTH", "BIRTH DATE")

COLUMNS: dict[ExtractKind, dict[str, tuple[str, ...]]] = {
    ExtractKind.HEADER: {
        "code": _CHILD, "date_of_birth": _BORN, "sex": ("SEX", "GENDER"), "ethnicity": ("ETHNIC", "ETHNICITY"),
        "upn": ("UPN",), "surname": ("SURNAME", "FAMILY NAME", "LAST NAME"),
        "forename": ("FORENAME", "FIRST NAME", "GIVEN NAME"),
        "council_id": ("COUNCIL NUMBER", "COUNCIL ID", "CASE NUMBER", "PERSON ID"),
    },
    ExtractKind.EPISODES: {
        "code": _CHILD, "start_on": ("DECOM",), "end_on": ("DEC",), "reason_new": ("RNE",), "reason_ended": ("REC",),
        "placement": ("PLACE", "PL"),
    },
    ExtractKind.LAST_MISSING: {
        "code": _CHILD, "start_on": ("MIS_START",), "end_on": ("MIS_END",), "missing": ("MISSING",),
    },
}  # fmt: skip
"""List → our field → the column names it may have."""

REQUIRED: dict[ExtractKind, tuple[tuple[str, ...], ...]] = {
    ExtractKind.HEADER: (("code",), ("date_of_birth",)),
    ExtractKind.EPISODES: (("code",), ("start_on",), ("end_on",), ("reason_ended",)),
    ExtractKind.LAST_MISSING: (("code",), ("start_on",), ("end_on",)),
}

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.\-]{0,19}", re.ASCII)
_SEXES = {"1": "1", "2": "2", "m": "1", "male": "1", "boy": "1", "f": "2", "female": "2", "girl": "2"}


class ExtractFault(StrEnum):
    """What may be wrong with a line of a list."""

    NO_CODE = "no_code"
    NO_DATE = "no_date"
    UNREADABLE_DATE = "unreadable_date"
    WRONG_ORDER = "wrong_order"
    TWICE = "twice"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class RowProblem:
    """What is wrong, in a sentence without a child's data, and the columns concerned."""

    code: ExtractFault
    sentence: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class LastMissing:
    """A row of last year's Missing table: of an open one, that the child was still missing on 31 March."""

    code: str
    start_on: date
    end_on: date | None
    missing: str = ""


Entry = LookedAfterChild | CareEpisode | LastMissing
_ENTRIES: dict[ExtractKind, type[Entry]] = {
    ExtractKind.HEADER: LookedAfterChild,
    ExtractKind.EPISODES: CareEpisode,
    ExtractKind.LAST_MISSING: LastMissing,
}
_DAYS = ("date_of_birth", "start_on", "end_on")
_MAY_BE_BLANK = "end_on"


def read_entry(kind: ExtractKind, cells: Mapping[str, str]) -> Entry | list[RowProblem]:
    """`cells`: our field → its text. Texts are trimmed; a sex in words becomes the return's code."""
    given: dict[str, Any] = {name: text.strip() for name, text in cells.items()}
    problems = []
    if not _CODE.fullmatch(given["code"]):
        sentence = "The CHILD id is missing, or is no id: at most 20 letters, digits, and / _ . or -."
        problems.append(RowProblem(ExtractFault.NO_CODE, sentence, ("code",)))
    for name in _DAYS:
        if name in COLUMNS[kind]:
            try:
                given[name] = _day(given.get(name, ""), optional=name == _MAY_BE_BLANK)
            except UnreadableTime:
                problems.append(_no_day(name, given.get(name, "")))
    if "sex" in given:
        given["sex"] = _SEXES.get(fold(given["sex"]), given["sex"][:1])
    if problems:
        return problems
    start_on, end_on = given.get("start_on"), given.get("end_on")
    if start_on and end_on and end_on < start_on:
        return [RowProblem(ExtractFault.WRONG_ORDER, "It ends before it begins.", ("start_on", "end_on"))]
    return _ENTRIES[kind](**given)


def _day(text: str, *, optional: bool) -> date | None:
    if not text and optional:
        return None
    return read_date(text.removesuffix(" 00:00:00").removesuffix(" 00:00"), USUAL_DATE_FORMATS)


def _no_day(name: str, text: str) -> RowProblem:
    if not text:
        return RowProblem(ExtractFault.NO_DATE, "A date is missing.", (name,))
    return RowProblem(ExtractFault.UNREADABLE_DATE, "A date cannot be read. Write it like 16/11/2026.", (name,))


def plain(entry: Entry) -> dict[str, str]:
    """The entry as JSON holds it; blank fields left out."""
    return {name: _text(value) for name, value in asdict(entry).items() if value not in (None, "")}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def of_plain(kind: ExtractKind, given: Mapping[str, str]) -> Entry:
    """The entry again."""
    values: dict[str, Any] = {n: date.fromisoformat(v) if n in _DAYS else v for n, v in given.items()}
    if kind is ExtractKind.LAST_MISSING:
        values.setdefault("end_on", None)
    return _ENTRIES[kind](**values)
