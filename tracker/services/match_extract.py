"""Which of our children each CHILD id of a list means: by the council's number, else as a report's line is matched."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.extract_links import Link, LinkHow, without_doubles
from tracker.core.looked_after import LookedAfterChild
from tracker.core.matching import Ambiguous, Matched, compare, match_child, search_keys
from tracker.core.names import Comparison
from tracker.core.report_line import ReportLine
from tracker.services.context import Context
from tracker.store import children, extracts
from tracker.store.models import CareLink

_SEX_WORDS = {"1": "male", "2": "female"}
MOST_CANDIDATES = 5


def link_children(session: Session, context: Context, listed: Sequence[LookedAfterChild]) -> dict[str, Link]:
    """Write whom each id means, and return it. What a person settled is left as it is; the rest is matched anew."""
    codes = [child.code for child in listed]
    rows = extracts.link_rows(session, codes)
    settled = {code: link for code, link in extracts.links(session, codes).items() if link.how is LinkHow.SETTLED}
    numbers = {child.council_id or child.code for child in listed}
    by_number = extracts.ids_by_council_number(session, numbers)
    found = {c.code: settled.get(c.code) or _link_of(session, context.now, c, by_number) for c in listed}
    found = without_doubles(found)
    for code, link in found.items():
        _write(session, context, rows.get(code), code, link)
    session.flush()
    return found


def _link_of(session: Session, now: datetime, child: LookedAfterChild, by_number: Mapping[str, list[int]]) -> Link:
    """Certain, or a question, or nobody held here; never by a number whose child was born on another day."""
    line = as_line(child, now)
    numbered = by_number.get(child.council_id or child.code, [])
    known = children.known_by_id(session, _candidate_ids(session, child, line) | set(numbered), "")
    same = [id_ for id_ in numbered if known[id_].date_of_birth == child.date_of_birth]
    if len(numbered) == 1 and same:
        return Link(LinkHow.NUMBER, same[0])
    if numbered:
        return Link(LinkHow.UNDECIDED, None, tuple(sorted(numbered)[:MOST_CANDIDATES]))
    if not child.surname and not child.forename:
        alike = sorted(id_ for id_, one in known.items() if compare(line, one)["sex"] is not Comparison.DIFFERS)
        return _asked(alike)
    result = match_child(line, list(known.values()))
    if isinstance(result, Matched):
        return Link(LinkHow.MATCHED, result.child_id)
    return _asked([one.child_id for one in result.candidates] if isinstance(result, Ambiguous) else [])


def _asked(ids: Sequence[int]) -> Link:
    return Link(LinkHow.UNDECIDED, None, tuple(ids[:MOST_CANDIDATES])) if ids else Link(LinkHow.NOT_HELD)


def _candidate_ids(session: Session, child: LookedAfterChild, line: ReportLine) -> set[int]:
    if not child.surname and not child.forename:
        return set(extracts.ids_born_on(session, child.date_of_birth))
    keys = search_keys(line.surname, line.forename, line.date_of_birth, None)
    return set().union(*children.ids_by_key(session, keys).values())


def as_line(child: LookedAfterChild, now: datetime) -> ReportLine:
    """The listed child as matching takes it."""
    return ReportLine(
        as_of=(now, 0),
        police_force="",
        police_reference="",
        missing_from_at=now,
        surname=child.surname,
        forename=child.forename,
        date_of_birth=child.date_of_birth,
        sex=_SEX_WORDS.get(child.sex),
    )


def _write(session: Session, context: Context, row: CareLink | None, code: str, link: Link) -> None:
    if row is None:
        row = CareLink(code=code, decided_at=context.now)
        session.add(row)
    elif link.how is LinkHow.SETTLED:
        return
    row.child_id, row.how, row.candidates = link.child_id, str(link.how), list(link.candidates)
    row.decided_at, row.decided_by_id = context.now, None
