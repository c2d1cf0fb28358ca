"""A waiting line beside what it may be: its cells, and the children or episodes between which a person chooses."""

from datetime import date, datetime
from enum import Enum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.adapters.tabular import Row, columns_in
from tracker.core.clock import show_instant
from tracker.core.daily_report import ReportLine
from tracker.core.episodes import LINE_FIELDS
from tracker.core.feed import Feed
from tracker.core.matching import Candidate, KnownChild, compare
from tracker.services.pages.episode_rows import name_of
from tracker.services.pages.report_shapes import CellView, ChildCandidate, Compared, EpisodeCandidate
from tracker.services.read_lines import FieldsOf, read_row
from tracker.store import children, episodes
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


def child_candidates(session: Session, line: Line, feed: Feed) -> tuple[ChildCandidate, ...]:
    """The children kept with the line, compared anew with how it reads now."""
    read = _read(line, feed)
    if read is None:
        return ()
    rows = children.rows_by_id(session, [one["child_id"] for one in line.candidates if "child_id" in one])
    known = children.known(session, rows.values(), feed.force)
    counts = select(Episode.child_id, func.count()).where(Episode.child_id.in_(rows)).group_by(Episode.child_id)
    held = {row.child_id: row[1] for row in session.execute(counts)}
    found = [_child(read, rows[id_], known[id_], held.get(id_, 0)) for id_ in rows]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.child_id)))


def _child(read: ReportLine, row: Child, known: KnownChild, number_of_episodes: int) -> ChildCandidate:
    compared: Candidate = compare(read, known)
    values = {
        "surname": (read.surname, "; ".join(dict.fromkeys([row.surname, *(s for s, _ in known.names)]))),
        "forename": (read.forename, "; ".join(dict.fromkeys([row.forename, *(f for _, f in known.names)]))),
        "date_of_birth": (_text(read.date_of_birth), _text(row.date_of_birth)),
        "police_person_id": (read.police_person_id or "", "; ".join(known.police_person_ids)),
        "council_id": (read.council_id or "", row.council_id or ""),
        "sex": (read.sex or "", row.sex or ""),
        "postcode": (read.postcode or "", row.postcode or ""),
        "address": (read.address or "", row.address or ""),
    }
    fields = tuple(
        Compared(reason.field, *values[reason.field], reason.comparison, reason.weight) for reason in compared.reasons
    )
    return ChildCandidate(row.id, name_of(row), row.date_of_birth, number_of_episodes, compared.weight, fields)


def episode_candidates(session: Session, line: Line, feed: Feed) -> tuple[EpisodeCandidate, ...]:
    """The episodes logged by hand near the line's start, each beside what the line says of it."""
    read = _read(line, feed)
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


def _read(line: Line, feed: Feed) -> ReportLine | None:
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
