"""Which of our children each CHILD id of a list means: by the council's number, else as a report's line is matched."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.candidates import KnownChild
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
    """Write whom each id means, and return it. What a person settled is left as it is; the rest is matched anew.

    The candidates of all are fetched together: a list of thousands holds the database briefly.
    """
    codes = [child.code for child in listed]
    rows = extracts.link_rows(session, codes)
    held = extracts.links(session, codes)
    settled = {code: link for code, link in held.items() if link.how is LinkHow.SETTLED}
    asked = [child for child in listed if child.code not in settled]
    candidates = _candidates(session, context.now, asked)
    known = children.known_by_id(session, set().union(*candidates.values()), "")
    links = {
        child.code: _link_of(child, context.now, [known[id_] for id_ in candidates[child.code]]) for child in asked
    }
    found = without_doubles({code: settled.get(code) or links[code] for code in codes})
    for code, link in found.items():
        _write(session, context, rows.get(code), code, link)
    session.flush()
    return found


def _candidates(session: Session, now: datetime, asked: Sequence[LookedAfterChild]) -> dict[str, list[int]]:
    """CHILD id → the children held who may be meant: by the number, by the keys of matching, without names by birth."""
    numbers = extracts.ids_by_council_number(session, {child.council_id or child.code for child in asked})
    keys = {child.code: _keys_of(child, now) for child in asked}
    by_key = children.ids_by_key(session, set().union(*keys.values()))
    nameless = {child.date_of_birth for child in asked if not keys[child.code]}
    by_birth = extracts.ids_by_birth(session, nameless)
    found: dict[str, list[int]] = {}
    for child in asked:
        ids = set(numbers.get(child.council_id or child.code, ())).union(*(by_key.get(k, ()) for k in keys[child.code]))
        found[child.code] = sorted(ids if keys[child.code] else ids | set(by_birth.get(child.date_of_birth, ())))
    return found


def _keys_of(child: LookedAfterChild, now: datetime) -> frozenset[str]:
    if not child.surname and not child.forename:
        return frozenset()
    line = as_line(child, now)
    return search_keys(line.surname, line.forename, line.date_of_birth, None)


def _link_of(child: LookedAfterChild, now: datetime, known: Sequence[KnownChild]) -> Link:
    """Certain, or a question, or nobody held here; never by a number whose child was born on another day."""
    number, line = child.council_id or child.code, as_line(child, now)
    numbered = [one for one in known if number in one.council_ids]
    if len(numbered) == 1 and numbered[0].date_of_birth == child.date_of_birth:
        return Link(LinkHow.NUMBER, numbered[0].id)
    if numbered:
        return _asked([one.id for one in numbered])
    if not child.surname and not child.forename:
        return _asked([one.id for one in known if compare(line, one)["sex"] is not Comparison.DIFFERS])
    result = match_child(line, known)
    if isinstance(result, Matched):
        return Link(LinkHow.MATCHED, result.child_id)
    return _asked([one.child_id for one in result.candidates] if isinstance(result, Ambiguous) else [])


def _asked(ids: Sequence[int]) -> Link:
    return Link(LinkHow.UNDECIDED, None, tuple(ids[:MOST_CANDIDATES])) if ids else Link(LinkHow.NOT_HELD)


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
