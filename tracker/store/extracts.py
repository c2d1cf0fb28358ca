"""The imported lists of looked-after children: the newest in use, their entries, and whom each CHILD id means."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from tracker.core.clock import Period
from tracker.core.extract_links import Link, LinkHow
from tracker.core.extract_rows import Entry, ExtractKind, of_plain
from tracker.core.missing_episode import MissingEpisode
from tracker.store import episodes
from tracker.store.models import CareExtract, CareLink, Child, Episode


@dataclass(frozen=True)
class HeldExtract:
    """A list in use, or one that was, without its rows."""

    id: int
    kind: ExtractKind
    year: int
    filename: str
    sha256: str
    row_count: int
    loaded_at: datetime
    loaded_by_id: int | None


_HELD = (
    CareExtract.id, CareExtract.kind, CareExtract.year, CareExtract.filename, CareExtract.sha256,
    CareExtract.row_count, CareExtract.loaded_at, CareExtract.loaded_by_id,
)  # fmt: skip


def extracts_of(session: Session, year: int) -> list[HeldExtract]:
    """Every list of the year, the newest first."""
    query = select(*_HELD).where(CareExtract.year == year).order_by(CareExtract.id.desc())
    return [HeldExtract(**{**row._asdict(), "kind": ExtractKind(row.kind)}) for row in session.execute(query)]


def entries(session: Session, kind: ExtractKind, year: int) -> list[Entry] | None:
    """Of the list in use; None where none was imported."""
    query = select(CareExtract.rows).where(CareExtract.year == year, CareExtract.kind == str(kind))
    rows = session.scalar(query.order_by(CareExtract.id.desc()).limit(1))
    return None if rows is None else [of_plain(kind, row) for row in rows]


def row_in_use(session: Session, kind: ExtractKind, year: int) -> CareExtract | None:
    query = select(CareExtract).where(CareExtract.year == year, CareExtract.kind == str(kind))
    return session.scalar(query.order_by(CareExtract.id.desc()).limit(1))


def years_with(session: Session, kind: ExtractKind) -> list[int]:
    """The collection years that have a list of this kind, oldest first."""
    query = select(CareExtract.year).where(CareExtract.kind == str(kind)).distinct().order_by(CareExtract.year)
    return list(session.scalars(query))


def links(session: Session, codes: Collection[str]) -> dict[str, Link]:
    """CHILD id → whom it means; of a child since merged into another, that one."""
    stands = link_rows(session, codes)
    moved = _standing(session, {row.child_id for row in stands.values() if row.child_id is not None})
    return {
        code: Link(LinkHow(row.how), moved.get(row.child_id) if row.child_id else None, tuple(row.candidates))
        for code, row in stands.items()
    }


def link_rows(session: Session, codes: Collection[str]) -> dict[str, CareLink]:
    given = list(codes)
    parts = (given[place : place + 5_000] for place in range(0, len(given), 5_000))
    query = select(CareLink).order_by(CareLink.code)
    return {row.code: row for part in parts for row in session.scalars(query.where(CareLink.code.in_(part)))}


def link_id_of(session: Session, code: str) -> int | None:
    """The link of a CHILD id."""
    return session.scalar(select(CareLink.id).where(CareLink.code == code))


def code_of_link(session: Session, link_id: int) -> str | None:
    """The CHILD id of a link."""
    return session.scalar(select(CareLink.code).where(CareLink.id == link_id))


def code_of_child(session: Session, child_id: int, except_for: str) -> str | None:
    """Another CHILD id that means this child already."""
    query = select(CareLink.code).where(CareLink.child_id == child_id, CareLink.code != except_for)
    return session.scalar(query.limit(1))


def _standing(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Child id → the child it is now, by however many merges."""
    found = {id_: id_ for id_ in ids}
    waiting = set(ids)
    while waiting:
        query = select(Child.id, Child.merged_into_id).where(Child.id.in_(waiting), Child.merged_into_id.is_not(None))
        into = {id_: merged for id_, merged in session.execute(query) if merged is not None}
        found = {id_: into.get(now, now) for id_, now in found.items()}
        waiting = set(into.values())
    return found


def ids_by_council_number(session: Session, numbers: Collection[str]) -> Mapping[str, list[int]]:
    """The council's number → the children who have it."""
    given = list(numbers)
    found: dict[str, list[int]] = {}
    for place in range(0, len(given), 5_000):
        query = select(Child.council_id, Child.id).where(Child.council_id.in_(given[place : place + 5_000]))
        for number, id_ in session.execute(query.where(Child.merged_into_id.is_(None), Child.undone_at.is_(None))):
            found.setdefault(str(number), []).append(id_)
    return found


def ids_by_birth(session: Session, days: Collection[date]) -> Mapping[date, list[int]]:
    """Date of birth → the children held who were born then, for lists without names."""
    given = list(days)
    found: dict[date, list[int]] = {}
    for place in range(0, len(given), 5_000):
        query = select(Child.date_of_birth, Child.id).where(Child.date_of_birth.in_(given[place : place + 5_000]))
        for day, id_ in session.execute(query.where(Child.merged_into_id.is_(None), Child.undone_at.is_(None))):
            if day is not None:
                found.setdefault(day, []).append(id_)
    return found


def histories_touching(session: Session, period: Period) -> list[MissingEpisode]:
    """Whole histories of our children with an episode of theirs that touches the period."""
    open_or_later = or_(Episode.returned_at.is_(None), Episode.returned_at >= period.start_at)
    touching = select(Episode.child_id).where(
        and_(Episode.is_ours, Episode.excluded.is_(None), Episode.missing_from_at < period.end_at, open_or_later)
    )
    return episodes.with_children(session, and_(Episode.child_id.in_(touching), Episode.excluded.is_(None)))
