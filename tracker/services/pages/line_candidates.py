"""A waiting line beside what it may be: its cells, and the children or episodes between which a person chooses."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row, columns_in
from tracker.core.clock import age_on, local_date, show_instant
from tracker.core.daily_report import ReportLine
from tracker.core.episodes import LINE_FIELDS
from tracker.core.feed import Feed
from tracker.core.matching import Candidate, KnownChild, compare
from tracker.services.context import Context
from tracker.services.pages.episode_rows import name_of
from tracker.services.pages.report_shapes import (
    CellView,
    ChildCandidate,
    Compared,
    EpisodeCandidate,
    EpisodeInBrief,
    LineSaid,
)
from tracker.services.read_lines import FieldsOf, read_row
from tracker.store import children, episodes, merges
from tracker.store.models import Child, Episode, Line


def cells_of(line: Line, feed: Feed | None) -> tuple[CellView, ...]:
    """Every cell, in the order of the report's columns, as received and as corrected."""
    corrected = line.corrected_cells or {}
    columns = list(dict.fromkeys([*line.cells, *corrected]))
    fields = {header: field for field, header in columns_in(columns, feed.columns).items()} if feed else {}
    return tuple(
        CellView(
            column=column,
            field=fields.get(column),
            received=str(line.cells.get(column, "")),
            corrected=str(corrected[column]) if corrected.get(column) not in (None, line.cells.get(column)) else None,
            is_problem=fields.get(column) in line.problem_fields,
        )
        for column in columns
    )


def child_candidates(session: Session, line: Line, feed: Feed, context: Context) -> tuple[ChildCandidate, ...]:
    """The children kept with the line, compared anew with how it reads now; a merged one is the child it became."""
    read = read_again(line, feed)
    offered = [merges.standing_for(session, one["child_id"]) for one in line.candidates if "child_id" in one]
    return compared_with(session, read, offered, context) if read else ()


def compared_with(
    session: Session, read: ReportLine, ids: Collection[int], context: Context
) -> tuple[ChildCandidate, ...]:
    """These children beside what a line says, the likeliest first."""
    rows = children.rows_by_id(session, set(ids))
    known = children.known(session, rows.values(), read.police_force)
    held: dict[int, list[Episode]] = {id_: [] for id_ in rows}
    query = select(Episode).where(Episode.child_id.in_(rows), Episode.joined_into_id.is_(None))
    for row in session.scalars(query.order_by(Episode.missing_from_at.desc(), Episode.id.desc())):
        held[row.child_id].append(row)
    found = [_child(read, rows[id_], known[id_], held[id_], context) for id_ in rows]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.child_id)))


def _child(
    read: ReportLine, row: Child, known: KnownChild, held: Sequence[Episode], context: Context
) -> ChildCandidate:
    compared: Candidate = compare(read, known)
    said = values_said(read)
    kept = {
        "surname": _both(row.surname, (surname for surname, _ in known.names)),
        "forename": _both(row.forename, (forename for _, forename in known.names)),
        "date_of_birth": _text(row.date_of_birth),
        "police_person_id": "; ".join(dict.fromkeys(known.police_person_ids)),
        "sex": row.sex or "",
        "postcode": row.postcode or "",
        "address": row.address or "",
        "council_id": row.council_id or "",
    }
    fields = tuple(
        Compared(reason.field, said.get(reason.field, ""), kept.get(reason.field, ""), reason.comparison, reason.weight)
        for reason in compared.reasons
    )
    age = age_on(row.date_of_birth, local_date(context.now)) if row.date_of_birth else None
    latest = _in_brief(read, held)
    return ChildCandidate(row.id, name_of(row), row.date_of_birth, age, len(held), compared.weight, fields, latest)


def _both(current: str, others: Iterable[str]) -> str:
    """The name borne now, then the others by which the child was reported."""
    return "; ".join(dict.fromkeys([current, *others]))


def values_said(read: ReportLine) -> dict[str, str]:
    """What a line says of each field that is compared, as a page shows it."""
    return {
        "surname": read.surname,
        "forename": read.forename,
        "date_of_birth": _text(read.date_of_birth),
        "police_person_id": read.police_person_id or "",
        "sex": read.sex or "",
        "postcode": read.postcode or "",
        "address": read.address or "",
        "council_id": read.council_id or "",
    }


LATEST = 3


def _in_brief(read: ReportLine, held: Sequence[Episode]) -> tuple[EpisodeInBrief, ...]:
    ended = read.found_at or read.returned_at
    found = []
    for place, row in enumerate(held):
        row_ended = row.found_at or row.returned_at
        overlaps = _share_an_instant(read.missing_from_at, ended, row.missing_from_at, row_ended)
        if place < LATEST or overlaps:
            found.append(EpisodeInBrief(row.id, row.missing_from_at, row_ended, overlaps))
    return tuple(found)


def _share_an_instant(start: datetime, end: datetime | None, other: datetime, other_end: datetime | None) -> bool:
    """What has not ended goes on: a child cannot be missing twice at once."""
    return (other_end is None or start < other_end) and (end is None or other < end)


def said_by(session: Session, line: Line, feed: Feed) -> LineSaid | None:
    """Of whom and of what the line speaks, where it can be read."""
    read = read_again(line, feed)
    if read is None:
        return None
    held = episodes.row_by_reference(session, read.police_force, read.police_reference)
    ended = read.found_at or read.returned_at
    name = f"{read.forename} {read.surname}".strip()
    known = held.id if held else None
    return LineSaid(name, values_said(read), read.missing_from_at, ended, read.returned_at, known)


def episode_candidates(session: Session, line: Line, feed: Feed) -> tuple[EpisodeCandidate, ...]:
    """The episodes logged by hand near the line's start, each beside what the line says of it."""
    read = read_again(line, feed)
    ids = [one["episode_id"] for one in line.candidates if "episode_id" in one]
    if read is None or not ids:
        return ()
    query = select(Episode, Child).join(Child, Child.id == Episode.child_id).where(Episode.id.in_(ids))
    found = []
    for row, child in session.execute(query.order_by(Episode.missing_from_at, Episode.id)):
        held = episodes.to_core(row, child)
        pairs = ((name, _text(getattr(read, name)), _text(getattr(held, name))) for name in LINE_FIELDS)
        fields = tuple(Compared(name, said, kept) for name, said, kept in pairs if said or kept)
        is_taken = row.police_reference is not None
        found.append(EpisodeCandidate(row.id, name_of(child), row.missing_from_at, row.returned_at, is_taken, fields))
    return tuple(found)


def read_again(line: Line, feed: Feed) -> ReportLine | None:
    """The line as corrected, else as received; None where it cannot be read."""
    row = Row(line.line_no, dict(line.corrected_cells or line.cells))
    return read_row(row, FieldsOf(feed), line.as_of_at).reading.line


def _text(value: object) -> str:
    """A value as a page shows it: instants in London's time, codes as they are (the page has words for them)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return show_instant(value)
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.value) if isinstance(value, Enum) else str(value)
