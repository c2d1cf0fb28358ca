"""Which field each column of a sample holds: by its heading, then by its cells. A person looks at every guess."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.column_content import Content, content_of, years_in
from tracker.core.column_words import ALONE, EVENTS, FILLERS, OTHERS, PATTERNS, WHEN, WHERE, WHO, words_of
from tracker.core.feed import FIELDS, fold

REPORT_TIME = "report_time"
"""No field of a line: the column that says when the report was made."""

_KNOWN = 100
_EVENT = 20
_TIMED = frozenset(f"{event}_{part}" for event in ("missing", "found", "returned") for part in ("date", "time"))
_AT = {"missing": "missing_from_at", "found": "found_at", "returned": "returned_at", "reported": "reported_at",
       "prevention": "prevention_interview_at"}  # fmt: skip
_PLACE = {"missing": "missing_from_address", "last seen": "last_seen_location", "found": "found_location"}
_DATED = ("dates", "moments")


@dataclass(frozen=True)
class ColumnGuess:
    """`field`: ours, `report_time`, or None where nothing is guessed. `why` is shown to the person."""

    field: str | None = None
    why: str = ""


@dataclass(frozen=True)
class _Candidate:
    score: int
    heading: str
    field: str


def guess_columns(
    headings: Sequence[str], rows: Sequence[Mapping[str, str]], known: Mapping[str, Sequence[str]]
) -> dict[str, ColumnGuess]:
    """A guess for every heading, each field at most once. `known`: our field → headings that feeds have for it."""
    contents = {heading: content_of(row.get(heading, "") for row in rows) for heading in headings}
    by_fold = {fold(name): field for field, names in known.items() for name in names}
    found: list[_Candidate] = []
    for heading in headings:
        field = by_fold.get(fold(heading))
        if field:
            found.append(_Candidate(_KNOWN, heading, field))
        same = len({row.get(heading, "") for row in rows}) == 1 < len(rows)
        found += _by_words(heading, contents[heading], same)
    chosen = _chosen(found)
    guesses = {h: ColumnGuess(chosen.get(h), _why(chosen.get(h), contents[h])) for h in headings}
    return guesses | dict(_by_content(headings, rows, contents, chosen))


def _chosen(found: list[_Candidate]) -> dict[str, str]:
    """The best first; one field a column, one column a field, and a time either in one column or in two."""
    chosen: dict[str, str] = {}
    for one in sorted(found, key=lambda candidate: -candidate.score):
        taken = set(chosen.values())
        if one.heading in chosen or one.field in taken or taken & _rivals(one.field):
            continue
        chosen[one.heading] = one.field
    return chosen


def _rivals(field: str) -> set[str]:
    event = field.partition("_")[0]
    if field in _TIMED:
        return {_AT[event]}
    return {f"{event}_date", f"{event}_time"} if field in _AT.values() else set()


def _by_words(heading: str, content: Content, same: bool) -> Iterator[_Candidate]:
    words = set(words_of(heading))
    if not words or words & OTHERS:
        return
    for event, patterns in EVENTS.items():
        for pattern in patterns:
            parts = set(pattern.split())
            if parts <= words:
                field = _of_event(event, pattern, words - parts, content, same)
                if field:
                    hits = len(words & WHEN) + len(parts) - 5 * (pattern == "last seen")
                    yield _Candidate(_EVENT + hits, heading, field)
    for field, general in PATTERNS.items():
        for pattern in general:
            parts = set(pattern.split())
            rest = words - parts - FILLERS
            single = len(parts) == 1 and (field in ALONE or words - parts >= {"number"})
            if parts <= words and len(rest) <= (0 if single else 1) and not rest & {"date", "time", "when"}:
                yield _Candidate(10 * len(parts) + 5 * (not rest) - 3 * len(rest), heading, field)


def _of_event(event: str, pattern: str, rest: set[str], content: Content, same: bool) -> str | None:
    """The date, time, place or person of something that happened; None where the heading speaks of something else."""
    is_date, is_time = "date" in rest, "time" in rest
    if len(rest - WHEN - WHERE - WHO - FILLERS) > 0:
        return None
    if event == "found" and rest & WHO:
        return "found_by"
    dated = content.kind in (*_DATED, "times")
    if not dated and not is_date and not is_time:
        place = _PLACE.get(pattern if pattern == "last seen" else event)
        says_where = rest & WHERE or (content.of and event == "missing" and ("from" in rest or "from" in pattern))
        return place if says_where or (content.of and pattern == "last seen") else None
    if event == "reported" and same and not is_time and pattern == "report":
        return REPORT_TIME
    if content.kind == "times" or (not dated and is_time and not is_date):
        return f"{event}_time" if f"{event}_time" in FIELDS else None
    if (content.kind == "dates" and not (is_date and is_time)) or (not dated and not is_time):
        return f"{event}_date" if f"{event}_date" in FIELDS else _AT[event]
    return _AT[event]


def _why(field: str | None, content: Content) -> str:
    if field is None:
        return f"{content.sentence}: say of what" if content.kind in (*_DATED, "times") else ""
    is_of_time = field in _TIMED or field in _AT.values() or field in ("date_of_birth", REPORT_TIME)
    if is_of_time and content.kind:
        return f"by its heading; {content.sentence}"
    if is_of_time and content.of:
        return "by its heading, though its cells do not look like dates or times"
    return "by its heading"


def _by_content(
    headings: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    contents: Mapping[str, Content],
    chosen: Mapping[str, str],
) -> Iterator[tuple[str, ColumnGuess]]:
    """Postcodes, sexes, and dates that lie years before all others, of columns whose headings say nothing."""
    years = {heading: years_in(row.get(heading, "") for row in rows) for heading in headings}
    latest = max((year for found in years.values() for year in found), default=0)
    taken = set(chosen.values())
    for heading in headings:
        content = contents[heading]
        old = content.kind in _DATED and years[heading] and max(years[heading]) <= latest - 3
        field = {"postcodes": "postcode", "sexes": "sex"}.get(content.kind, "date_of_birth" if old else "")
        if heading not in chosen and field and field not in taken and not set(words_of(heading)) & OTHERS:
            taken.add(field)
            more = ", years before the others" if old else ""
            yield heading, ColumnGuess(field, f"by its content: {content.sentence}{more}")
