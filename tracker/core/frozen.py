"""The rows of a published month as one canonical document, and back: what its SHA-256 covers and `--verify` rereads."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tracker.core.clock import require_aware
from tracker.core.episodes import MissingEpisode
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_facts import AlertFact, AttemptFact, ReasonFact, RequestFact, SummaryInput
from tracker.core.month_past import PastEpisode

FORMAT = 1
"""Raised when a document of an earlier release can no longer be read as it stands."""

Row = TypeVar("Row", MissingEpisode, ReturnHomeInterview, AlertFact, ReasonFact, AttemptFact, RequestFact, PastEpisode)


def canonical_json(document: object) -> str:
    """One text for one document: keys sorted, no spaces, ASCII only. Raises ValueError for NaN and infinities."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256_of(document: object) -> str:
    """The SHA-256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(document).encode("ascii")).hexdigest()


def freeze(rows: SummaryInput) -> dict[str, object]:
    """The rows as tables of plain values, in order of id, so that the same rows always give the same document."""
    return {
        "format": FORMAT,
        "episodes": _table(MissingEpisode, rows.episodes),
        "interviews": _table(ReturnHomeInterview, rows.interviews),
        "alerts": _table(AlertFact, rows.alerts),
        "reasons": _table(ReasonFact, rows.reasons),
        "attempts": _table(AttemptFact, rows.attempts),
        "requests": _table(RequestFact, rows.requests),
        "known_before": sorted(rows.known_before),
        "past": _table(PastEpisode, rows.past),
    }


def thaw(document: Mapping[str, Any]) -> SummaryInput:
    """The rows that `freeze` was given, in order of id. Raises ValueError for a format or a field that is not known.

    A field or a table that the document lacks, because it is younger, takes its default.
    """
    if document.get("format") != FORMAT:
        raise ValueError("these frozen rows have a format that this version does not read")
    return SummaryInput(
        episodes=_rows(MissingEpisode, document["episodes"]),
        interviews=_rows(ReturnHomeInterview, document["interviews"]),
        alerts=_rows(AlertFact, document["alerts"]),
        reasons=_rows(ReasonFact, document["reasons"]) if "reasons" in document else (),
        attempts=_rows(AttemptFact, document["attempts"]) if "attempts" in document else (),
        requests=_rows(RequestFact, document["requests"]) if "requests" in document else (),
        known_before=frozenset(document.get("known_before", ())),
        past=_rows(PastEpisode, document["past"]) if "past" in document else (),
    )


def _table(kind: type[Row], rows: Iterable[Row]) -> dict[str, object]:
    names = list(_READERS[kind])
    ordered = sorted(rows, key=lambda row: row.id)
    return {"fields": names, "rows": [[_plain(getattr(row, name)) for name in names] for row in ordered]}


def _rows(kind: type[Row], table: Mapping[str, Any]) -> tuple[Row, ...]:
    readers = _READERS[kind]
    unknown = sorted(set(table["fields"]) - set(readers))
    if unknown:
        raise ValueError(f"these frozen rows have fields that this version does not know: {', '.join(unknown)}")
    columns = [(name, readers[name]) for name in table["fields"]]
    return tuple(
        kind(**{name: read(value) for (name, read), value in zip(columns, row, strict=True)}) for row in table["rows"]
    )


def _plain(value: object) -> object:
    """A field as JSON has it: instants in UTC and dates as ISO text, sets sorted, a code as its text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return require_aware(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)  # type: ignore[type-var]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} cannot be frozen")


Reader = Callable[[Any], Any]


def _reader(hint: Any) -> Reader:
    """How a plain value becomes a field of this type again."""
    if isinstance(hint, UnionType):
        (inner,) = (part for part in get_args(hint) if part is not NoneType)
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is frozenset:
        (inner,) = get_args(hint)
        read = _reader(inner)
        return lambda value: frozenset(read(item) for item in value)
    if get_origin(hint) is tuple:
        parts = [_reader(part) for part in get_args(hint)]
        return lambda value: tuple(part(item) for part, item in zip(parts, value, strict=True))
    if hint is datetime or hint is date:
        read_iso: Reader = hint.fromisoformat
        return read_iso
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint in (str, int, bool):
        return lambda value: value
    raise TypeError(f"a field of type {hint} cannot be thawed")


_READERS: dict[type, dict[str, Reader]] = {
    kind: {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    for kind in (MissingEpisode, ReturnHomeInterview, AlertFact, ReasonFact, AttemptFact, RequestFact, PastEpisode)
}
