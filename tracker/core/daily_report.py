"""From the cells of one row of a police report to a `ReportLine`, or to the problems that keep it out.

A word that neither the feed nor we know keeps its line out for status, kind, risk and setting alike: nothing is lost
or guessed, a person or the feed file settles it, and meanwhile a readable return stands on Today with its deadline.
Sex and ethnicity are kept as written. "Not known" is read as a blank, except as a status, a kind or a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tracker.core.feed import Feed
from tracker.core.line_problems import LineProblem, future_problem, in_words, order_problem
from tracker.core.report_child import (
    authority_of,
    date_of_birth_of,
    name_of,
    normalise_reference,
    number_of,
    reference_of,
    sex_of,
)
from tracker.core.report_line import LineReading, ReportLine
from tracker.core.report_row import TIME_CELLS, Row
from tracker.core.report_terms import ProblemCode, ReportStatus
from tracker.core.report_times import Reading
from tracker.core.report_values import known_to_services
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel

__all__ = ["LineProblem", "LineReading", "ReportLine", "normalise_reference", "read_line"]

FUTURE_TOLERANCE_HOURS = 24
"""An instant further ahead of the report than this keeps its line out (definitions §4.5)."""

_AS_WRITTEN = (
    "ethnicity", "address", "postcode", "missing_from_address", "last_seen_location", "found_location", "found_by",
    "prevention_interview_outcome", "circumstances",
)  # fmt: skip
_ESTIMATED = {
    "missing_from_at": FlagCode.START_TIME_ESTIMATED,
    "found_at": FlagCode.FOUND_TIME_ESTIMATED,
    "returned_at": FlagCode.RETURN_TIME_ESTIMATED,
}

Times = dict[str, Reading]


def read_line(cells: Mapping[str, str], feed: Feed, as_of: tuple[datetime, int]) -> LineReading:
    """Read one row. `cells`: our field name → the text as it came (dates of a spreadsheet as ISO text).

    Never raises for any cells. Steps: 1. blank row; 2. instants, local and flagged; 3. coded values, and what the
    status says of the return; 4. the order of the instants and the future; 5. the line. All problems are given.
    """
    row = Row(cells, feed)
    if row.is_blank:
        return LineReading()
    times = _times(row)
    status = row.coded("status", ReportStatus)
    if status is ReportStatus.FOUND and feed.found_means_returned:
        status = ReportStatus.RETURNED
    inferred = _settle_return(row, status, times)
    row.problems.extend(_problems_of(times, as_of[0]))
    line = _line(row, as_of, times, status, inferred)
    if row.problems or line is None:
        return LineReading(None, tuple(row.problems), _at(times, "returned_at"))
    return LineReading(line, (), line.returned_at)


def _at(times: Times, name: str) -> datetime | None:
    reading = times.get(name)
    return reading.at if reading else None


def _times(row: Row) -> Times:
    """Every instant that the row states, each read in the light of those before it."""
    times: Times = {}
    for name in TIME_CELLS:
        reading = row.instant(name, _at(times, "missing_from_at"), _at(times, "found_at"))
        if reading:
            times[name] = reading
    if "missing_from_at" not in times and not row.is_refused(*TIME_CELLS["missing_from_at"]):
        fields = row.mapped(*TIME_CELLS["missing_from_at"])
        row.refuse(ProblemCode.MISSING_VALUE, "The time of going missing is missing.", *fields)
    return times


def _settle_return(row: Row, status: ReportStatus | None, times: Times) -> bool:
    """What the status says of the return (definitions §8): True where the found time was taken for it.

    Of a force whose "found" means "back", the found time is the return. Of any other, "returned" without a return
    takes the found time, estimated; without that either, a time is asked for. So it is for "found".
    """
    found = times.get("found_at")
    unread = row.is_refused(*TIME_CELLS["found_at"], *TIME_CELLS["returned_at"])
    if "returned_at" in times or unread:
        return False
    if found and row.feed.found_means_returned and status in (None, ReportStatus.RETURNED):
        times["returned_at"] = found
    elif found and status is ReportStatus.RETURNED:
        times["returned_at"] = replace(found, estimated=True)
        return True
    elif found is None and status in (ReportStatus.RETURNED, ReportStatus.FOUND):
        name = "returned_at" if status is ReportStatus.RETURNED else "found_at"
        sentence = f"The status is {status}, and the {in_words(name)} is missing."
        row.refuse(ProblemCode.MISSING_VALUE, sentence, *row.mapped(*TIME_CELLS[name]))
    return False


def _problems_of(times: Times, received_at: datetime) -> Iterator[LineProblem]:
    """Ends before the start, and instants too far ahead."""
    start, found, returned = (times.get(name) for name in _ESTIMATED)
    if start and found:
        yield from filter(None, [order_problem(start.at, found.at, None)])
    if start and returned and not (found and found.at == returned.at):
        yield from filter(None, [order_problem(start.at, None, returned.at)])
    for name, reading in times.items():
        yield from filter(None, [future_problem(reading.at, received_at, name, FUTURE_TOLERANCE_HOURS)])


def _flags(times: Times, born_on: date | None) -> frozenset[FlagCode]:
    flags = {reading.flag for reading in times.values() if reading.flag}
    flags |= {_ESTIMATED[name] for name, reading in times.items() if reading.estimated and name in _ESTIMATED}
    start, *ends = (times.get(name) for name in _ESTIMATED)
    if start and any(end and end.at == start.at for end in ends):
        flags.add(FlagCode.ENDS_AS_IT_STARTS)
    if born_on is None:
        flags.add(FlagCode.AGE_UNKNOWN)
    return frozenset(flags)


def _line(
    row: Row, as_of: tuple[datetime, int], times: Times, status: ReportStatus | None, inferred: bool
) -> ReportLine | None:
    """The line from a row whose instants are read; None where the reference or the start is missing."""
    start = _at(times, "missing_from_at")
    reference = reference_of(row)
    surname, forename = name_of(row)
    born_on = date_of_birth_of(row, start, as_of[0])
    authority, is_ours = authority_of(row)
    known_to = row.text("known_to")
    kind, risk, setting = (
        row.coded("kind", EpisodeKind),
        row.coded("risk", RiskLevel),
        row.coded("setting", LivingSetting),
    )
    if start is None or reference is None:
        return None
    given: dict[str, Any] = {name: reading.at for name, reading in times.items()}
    given |= {name: row.text(name) for name in _AS_WRITTEN}
    return ReportLine(
        as_of=as_of,
        police_force=row.feed.force,
        police_reference=reference,
        surname=surname,
        forename=forename,
        police_person_id=number_of(row, "police_person_id"),
        council_id=number_of(row, "council_id"),
        date_of_birth=born_on,
        sex=sex_of(row),
        setting=setting,
        responsible_authority=authority,
        is_ours=is_ours,
        known_to_services=known_to_services(known_to, row.feed.values.get("known_to", {})) if known_to else None,
        status=status,
        kind=kind,
        risk=risk,
        flags=_flags(times, born_on),
        return_inferred=inferred,
        **given,
    )
