"""Which report said what of an episode, and when; and what made each value that is held now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.daily_report import LineProblem, ReportLine
from tracker.core.episodes import LINE_FIELDS
from tracker.core.feed import Feed
from tracker.core.line_marks import mark_in
from tracker.core.report_terms import LineOutcome
from tracker.services.read_lines import FieldsOf
from tracker.services.replay_line import problems_of, read_again
from tracker.store import people
from tracker.store.db import session as read_session
from tracker.store.models import Episode, EpisodeVersion, Line, Receipt

STATED = ("status", *LINE_FIELDS)
"""What a line may state of an episode."""

HELD = (*LINE_FIELDS, "excluded")


@dataclass(frozen=True)
class SaidLine:
    """A line of a report that spoke of the episode.

    `stated`: (field, value) of what it states otherwise than the line before it; None where it cannot be read now.
    `waits`: a person must decide it. `undone`: its load was taken back.
    """

    line_id: int
    receipt_id: int
    line_no: int
    feed: str
    received_at: datetime
    as_of_at: datetime
    outcome: LineOutcome
    waits: bool
    undone: bool
    problems: tuple[LineProblem, ...]
    stated: tuple[tuple[str, object], ...] | None


@dataclass(frozen=True)
class Origin:
    """What made a value that is held now: a line of a report, or a person; neither: it stood from the beginning."""

    field: str
    value: object
    at: datetime | None = None
    by: str | None = None
    line_id: int | None = None
    receipt_id: int | None = None
    line_no: int | None = None


@dataclass(frozen=True)
class ReportHistory:
    """`lines` in the order of the reports' ages, the oldest first."""

    lines: tuple[SaidLine, ...]
    origins: tuple[Origin, ...]


def report_history(episode_id: int, feeds: Mapping[str, Feed]) -> ReportHistory:
    """For the page of an episode, whose opening is recorded and asked for before."""
    session = read_session()
    return ReportHistory(tuple(_lines(session, episode_id, feeds)), tuple(_origins(session, episode_id)))


def _lines(session: Session, episode_id: int, feeds: Mapping[str, Feed]) -> list[SaidLine]:
    query = select(Line, Receipt).join(Receipt, Receipt.id == Line.receipt_id).where(Line.episode_id == episode_id)
    fields_of: dict[str, FieldsOf] = {}
    found: list[SaidLine] = []
    before: dict[str, object] = {}
    for line, receipt in session.execute(query.order_by(Line.as_of_at, Line.line_no, Line.id)):
        if mark_in(line.corrected_cells or line.cells):
            continue  # it spoke through the line that it corrected
        feed = feeds.get(receipt.feed)
        said = read_again(line, feed, fields_of.setdefault(feed.name, FieldsOf(feed))).reading.line if feed else None
        found.append(_said(line, receipt, said, before))
    return found


def _said(line: Line, receipt: Receipt, said: ReportLine | None, before: dict[str, object]) -> SaidLine:
    """`before` is what the lines before it stated last; it takes in what this one states."""
    stated = _news(said, before) if said is not None else None
    before.update(stated or ())
    return SaidLine(
        line_id=line.id,
        receipt_id=receipt.id,
        line_no=line.line_no,
        feed=receipt.feed,
        received_at=receipt.received_at,
        as_of_at=line.as_of_at,
        outcome=LineOutcome(line.outcome),
        waits=line.outcome == LineOutcome.QUARANTINED and line.settled_at is None,
        undone=receipt.status in ("undoing", "undone"),
        problems=problems_of(line),
        stated=stated,
    )


def _news(said: ReportLine, before: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    values = ((name, getattr(said, name)) for name in STATED)
    return tuple((name, value) for name, value in values if value is not None and before.get(name) != value)


def _origins(session: Session, episode_id: int) -> list[Origin]:
    row = session.get_one(Episode, episode_id)
    names = people.names_by_id(session)
    query = select(EpisodeVersion, Line).outerjoin(Line, Line.id == EpisodeVersion.line_id)
    query = query.where(EpisodeVersion.episode_id == episode_id).order_by(EpisodeVersion.id)
    made: dict[str, tuple[EpisodeVersion, Line | None]] = {}
    for version, line in session.execute(query):
        made.update(dict.fromkeys(version.changes, (version, line)))
    held = ((name, getattr(row, name)) for name in HELD)
    return [_origin(name, value, made.get(name), names) for name, value in held if value not in (None, "")]


def _origin(
    name: str, value: object, made: tuple[EpisodeVersion, Line | None] | None, names: Mapping[int, str]
) -> Origin:
    if made is None:
        return Origin(name, value)
    version, line = made
    if line is not None:
        return Origin(name, value, version.changed_at, None, line.id, line.receipt_id, line.line_no)
    by = names.get(version.changed_by_id) if version.changed_by_id is not None else None
    return Origin(name, value, version.changed_at, by)
