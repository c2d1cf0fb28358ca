"""The imported lists of looked-after children: what is in use, whom somebody must settle, and as returns read them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.core.candidates import Candidate
from tracker.core.extract_links import Link, LinkHow
from tracker.core.extract_rows import ExtractKind, LastMissing
from tracker.core.looked_after import CareEpisode, Extract, LookedAfterChild
from tracker.core.matching import compare
from tracker.core.ssda903 import MissingRow, written
from tracker.services.context import Context
from tracker.services.match_extract import as_line
from tracker.services.pages.episode_rows import name_of, record_list
from tracker.services.transaction import writing
from tracker.store import audit, children, extracts, people
from tracker.store.db import session as read_session
from tracker.store.extracts import HeldExtract
from tracker.store.models import Child


@dataclass(frozen=True)
class InUse:
    """A kind of list, the one of it in use (None: none was imported), and how many older ones are kept."""

    kind: ExtractKind
    held: HeldExtract | None
    loaded_by: str | None
    older: int


@dataclass(frozen=True)
class Asked:
    """A child who may be meant, with how each field compares."""

    child_id: int
    name: str
    date_of_birth: date | None
    candidate: Candidate


@dataclass(frozen=True)
class Question:
    """A CHILD id that somebody must settle: as listed, and who may be meant."""

    link_id: int
    version: int
    listed: LookedAfterChild
    may_be: tuple[Asked, ...]


@dataclass(frozen=True)
class Settled:
    """What a person decided of a CHILD id; `child` None: nobody held here."""

    link_id: int
    code: str
    child_id: int | None
    child: str | None
    by: str | None
    at: datetime


@dataclass(frozen=True)
class ExtractsPage:
    """`counts`: how the Header's children were matched."""

    year: int
    lists: tuple[InUse, ...]
    counts: Mapping[LinkHow, int]
    questions: tuple[Question, ...]
    settled: tuple[Settled, ...]


def extracts_page(context: Context, year: int) -> ExtractsPage:
    """The year's lists and the open questions, the look recorded."""
    record_list(context, "care_extract", {"year": year})
    session = read_session()
    held = extracts.extracts_of(session, year)
    names = people.names_by_id(session)
    lists = []
    for kind in ExtractKind:
        ours = [one for one in held if one.kind is kind]
        by = names.get(ours[0].loaded_by_id) if ours and ours[0].loaded_by_id else None
        lists.append(InUse(kind, ours[0] if ours else None, by, max(0, len(ours) - 1)))
    listed = _listed(session, year)
    links = extracts.links(session, [one.code for one in listed])
    counts = {how: sum(link.how is how for link in links.values()) for how in LinkHow}
    questions = _questions(session, context.now, listed, links)
    return ExtractsPage(year, tuple(lists), counts, questions, _settled(session, links, names))


def _settled(session: Session, links: Mapping[str, Link], names: Mapping[int, str]) -> tuple[Settled, ...]:
    ours = {code: link for code, link in links.items() if link.how is LinkHow.SETTLED}
    rows = children.rows_by_id(session, [link.child_id for link in ours.values() if link.child_id])
    found = []
    for code, row in extracts.link_rows(session, list(ours)).items():
        child = rows.get(ours[code].child_id or 0)
        by = names.get(row.decided_by_id) if row.decided_by_id else None
        child_id, name = (child.id, name_of(child)) if child else (None, None)
        found.append(Settled(row.id, code, child_id, name, by, row.decided_at))
    return tuple(found)


def link_of(year: int, code: str) -> int | None:
    """Where a CHILD id of the year's list is settled; None where it is in none. Nobody's record is shown."""
    session = read_session()
    known = any(one.code == code for one in _listed(session, year))
    found = extracts.link_id_of(session, code) if known else None
    session.rollback()
    return found


@dataclass(frozen=True)
class Received:
    """A list's bytes as they came."""

    filename: str
    sha256: str
    content: bytes


def years_with_lists() -> list[int]:
    """The collection years, by their first year, that have a list of care; oldest first. Nobody's record is shown."""
    session = read_session()
    found = extracts.years_with(session, ExtractKind.EPISODES)
    session.rollback()
    return found


def list_as_received(context: Context, year: int, kind: ExtractKind) -> Received | None:
    """The list in use, recorded as an export; None where none was imported."""
    with writing() as session:
        row = extracts.row_in_use(session, kind, year)
        if row is None:
            return None
        details = {"filter": {"kind": str(kind), "year": year, "sha256": row.sha256}}
        audit.record(session, "export_made", context.actor, context.now, "care_extract", row.id, details)
        return Received(row.filename, row.sha256, row.content)


def question_of(context: Context, year: int, link_id: int) -> Question | None:
    """One CHILD id of the year's list to settle, or to settle anew; the look recorded. None: in no list of the year."""
    record_list(context, "care_extract", {"year": year, "settling": True})
    session = read_session()
    code = extracts.code_of_link(session, link_id)
    listed = [one for one in _listed(session, year) if one.code == code]
    links = extracts.links(session, [one.code for one in listed])
    found = _questions(session, context.now, listed, links, every=True)
    return found[0] if found else None


def _questions(
    session: Session, now: datetime, listed: Sequence[LookedAfterChild], links: Mapping[str, Link], every: bool = False
) -> tuple[Question, ...]:
    open_ones = [one for one in listed if one.code in links and (every or links[one.code].how is LinkHow.UNDECIDED)]
    wanted = {one.code: _candidates(links[one.code]) for one in open_ones}
    ids = {id_ for given in wanted.values() for id_ in given}
    rows, known = children.rows_by_id(session, ids), children.known_by_id(session, ids, "")
    asked = extracts.link_rows(session, list(wanted))
    found = []
    for one in open_ones:
        line = as_line(one, now)
        may_be = tuple(_asked(rows[id_], compare(line, known[id_])) for id_ in wanted[one.code] if id_ in rows)
        found.append(Question(asked[one.code].id, asked[one.code].version, one, may_be))
    return tuple(found)


def _candidates(link: Link) -> tuple[int, ...]:
    return link.candidates or ((link.child_id,) if link.child_id else ())


def _asked(row: Child, candidate: Candidate) -> Asked:
    return Asked(row.id, name_of(row), row.date_of_birth, candidate)


def _listed(session: Session, year: int) -> list[LookedAfterChild]:
    found = extracts.entries(session, ExtractKind.HEADER, year) or ()
    return [one for one in found if isinstance(one, LookedAfterChild)]


def extract_of(session: Session, year: int, born: Mapping[int, date | None]) -> Extract:
    """What the year's lists say of our children. `born`: the children whose rows are wanted, with their birthdays.

    Without a Header a child's CHILD id is the council's number that we hold.
    """
    care = care_list(session, year)
    listed = _listed(session, year)
    if listed:
        links = extracts.links(session, [one.code for one in listed])
        by_child = {id_: one for one in listed if one.code in links and (id_ := links[one.code].child_id)}
    else:
        rows = children.rows_by_id(session, [id_ for id_, day in born.items() if day])
        by_child = {
            row.id: LookedAfterChild(row.council_id, row.date_of_birth)
            for row in rows.values()
            if row.council_id and row.date_of_birth
        }
    return Extract(by_child, care or {}, care is not None)


def care_list(session: Session, year: int) -> dict[str, list[CareEpisode]] | None:
    """CHILD id → episodes of care; None where no such list was imported for the year."""
    found = extracts.entries(session, ExtractKind.EPISODES, year)
    if found is None:
        return None
    care: dict[str, list[CareEpisode]] = defaultdict(list)
    for one in found:
        if isinstance(one, CareEpisode):
            care[one.code].append(one)
    return dict(care)


def last_missing(session: Session, year: int) -> list[MissingRow] | None:
    """Last year's Missing rows; None where they were not imported."""
    found = extracts.entries(session, ExtractKind.LAST_MISSING, year)
    if found is None:
        return None
    rows = [one for one in found if isinstance(one, LastMissing)]
    return [MissingRow(one.code, "", one.missing, written(one.start_on), written(one.end_on)) for one in rows]


def undecided_codes(session: Session, year: int) -> set[str]:
    """The CHILD ids of the year's Header of which somebody must say whom they mean."""
    links = extracts.links(session, [one.code for one in _listed(session, year)])
    return {code for code, link in links.items() if link.how is LinkHow.UNDECIDED}


def undecided_of(session: Session, year: int) -> int | None:
    """How many those are; None where no Header was imported."""
    if extracts.entries(session, ExtractKind.HEADER, year) is None:
        return None
    return len(undecided_codes(session, year))
