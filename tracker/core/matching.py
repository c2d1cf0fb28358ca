"""Which child a line speaks of: every field compared in the open, with absolute weights, never on score alone.

Certain is only what is exact and alone: the same police person number with names that do not contradict it, or the same
name and date of birth, with nothing against. The weights only put the candidates of an open question in order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.core.daily_report import ReportLine, normalise_reference
from tracker.core.likeness import (
    BLANK,
    DIFFERS,
    MATCH,
    NEAR,
    best,
    compare_addresses,
    compare_dates,
    compare_names,
    compare_numbers,
    compare_postcodes,
    compare_sex,
)
from tracker.core.names import Comparison, name_keys, name_parts
from tracker.core.report_values import is_placeholder

__all__ = [
    "Ambiguous", "Candidate", "Comparison", "FieldReason", "KnownChild", "MatchResult", "Matched", "NoMatch",
    "blocking_keys", "compare", "match_child", "names_agree",
]  # fmt: skip

MOST_CANDIDATES = 3

WEIGHTS: Mapping[str, tuple[int, int, int]] = {
    "surname": (20, 10, -20),
    "forename": (20, 10, -25),
    "date_of_birth": (30, 12, -30),
    "police_person_id": (50, 0, -20),
    "sex": (2, 0, -15),
    "postcode": (8, 3, 0),
    "address": (8, 4, 0),
}
"""Field → what a match, a near match and a difference weigh. Children move: another address weighs nothing."""


@dataclass(frozen=True)
class KnownChild:
    """A child held, as matching needs to know them. Every name, also former ones, is in `names`."""

    id: int
    names: tuple[tuple[str, str], ...]  # (surname, forename)
    date_of_birth: date | None = None
    sex: str | None = None
    postcodes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    police_person_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldReason:
    """One field compared: shown beside the candidate and stored with the decision."""

    field: str
    comparison: Comparison
    weight: int


@dataclass(frozen=True)
class Candidate:
    child_id: int
    weight: int
    reasons: tuple[FieldReason, ...]

    def __getitem__(self, field: str) -> Comparison:
        """How one field compared."""
        return next(reason.comparison for reason in self.reasons if reason.field == field)


@dataclass(frozen=True)
class Matched:
    child_id: int
    reasons: tuple[FieldReason, ...]


@dataclass(frozen=True)
class Ambiguous:
    """At most three candidates, the likeliest first."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class NoMatch:
    pass


MatchResult = Matched | Ambiguous | NoMatch


def blocking_keys(
    surname: str, forename: str, date_of_birth: date | None, police_person_id: str | None
) -> frozenset[str]:
    """Short keys, any one shared makes a held child a candidate: stored beside each child and looked up by index.

    The person number, the date of birth, and how surname and forename sound, in either order.
    """
    keys: set[str] = set()
    if police_person_id and not is_placeholder(police_person_id):
        keys.add(f"p:{normalise_reference(police_person_id)[:40]}")
    if date_of_birth:
        keys.add(f"d:{date_of_birth.isoformat()}")
    lasts = {key for part in name_parts(surname)[:3] for key in name_keys(part)}
    firsts = {key for part in name_parts(forename)[:2] for key in name_keys(part)}
    keys |= {"n:" + "+".join(sorted((last, first))) for last in lasts for first in firsts}
    return frozenset(keys)


def compare(line: ReportLine, child: KnownChild) -> Candidate:
    """Each field as match, near, differs or blank, with its weight. Of several names held, the likest."""
    pairs = [compare_names((line.surname, line.forename), name) for name in child.names] or [(BLANK, BLANK)]
    surname, forename = max(pairs, key=lambda pair: (_weight("surname", pair[0]) + _weight("forename", pair[1]), pair))
    compared = {
        "surname": surname,
        "forename": forename,
        "date_of_birth": compare_dates(line.date_of_birth, child.date_of_birth),
        "police_person_id": compare_numbers(line.police_person_id, child.police_person_ids),
        "sex": compare_sex(line.sex, child.sex),
        "postcode": best(compare_postcodes(line.postcode or "", held) for held in child.postcodes),
        "address": best(compare_addresses(line.address or "", held) for held in child.addresses),
    }
    reasons = tuple(FieldReason(field, found, _weight(field, found)) for field, found in compared.items())
    return Candidate(child.id, sum(reason.weight for reason in reasons), reasons)


def _weight(field: str, found: Comparison) -> int:
    return 0 if found is BLANK else WEIGHTS[field][(MATCH, NEAR, DIFFERS).index(found)]


def match_child(line: ReportLine, known: Sequence[KnownChild]) -> MatchResult:
    """Certain → Matched; near or several → Ambiguous; nothing near → NoMatch. The order of `known` changes nothing."""
    compared = {child.id: compare(line, child) for child in known}
    candidates = sorted(compared.values(), key=lambda candidate: (-candidate.weight, candidate.child_id))
    certain = [candidate for candidate in candidates if _is_certain(candidate)]
    if len(certain) == 1 and not any(_rivals(other, certain[0]) for other in candidates if other is not certain[0]):
        return Matched(certain[0].child_id, certain[0].reasons)
    possible = [candidate for candidate in candidates if _is_possible(candidate)]
    return Ambiguous(tuple(possible[:MOST_CANDIDATES])) if possible else NoMatch()


def _same_name(found: Candidate) -> bool:
    return found["surname"] is MATCH and found["forename"] is MATCH


def _like_name(found: Candidate) -> bool:
    return found["surname"] in (MATCH, NEAR) and found["forename"] in (MATCH, NEAR)


def _is_certain(found: Candidate) -> bool:
    """Exact, and nothing against it. Twins differ in forename; a name that is none is never certain."""
    if found["sex"] is DIFFERS or found["police_person_id"] is DIFFERS or found["date_of_birth"] is DIFFERS:
        return False
    if found["police_person_id"] is MATCH:
        return _like_name(found)
    return _same_name(found) and found["date_of_birth"] is MATCH


def _rivals(other: Candidate, chosen: Candidate) -> bool:
    """Another child of the same name and date of birth leaves it open, unless the police's number tells them apart."""
    if not (_same_name(other) and other["date_of_birth"] is MATCH):
        return False
    by_number = chosen["police_person_id"] is MATCH and other["police_person_id"] is DIFFERS
    return not (by_number and _same_name(chosen) and chosen["date_of_birth"] is MATCH)


def _is_possible(found: Candidate) -> bool:
    """Near enough that a person must look. A plainly different forename beside the rest is a sibling or a twin."""
    born, lives = found["date_of_birth"], MATCH in (found["postcode"], found["address"])
    if found["police_person_id"] is MATCH:
        return True
    if _like_name(found):
        if born is MATCH or (_same_name(found) and born is not DIFFERS):
            return True
        return lives or (born is NEAR and MATCH in (found["surname"], found["forename"]))
    if born is not MATCH:
        return False
    named_in_part = {found["surname"], found["forename"]} in ({MATCH, BLANK}, {NEAR, BLANK})
    other_surname = found["surname"] is DIFFERS and found["forename"] is MATCH
    return named_in_part or (lives and (other_surname or found["forename"] is BLANK))


def names_agree(line: ReportLine, child: KnownChild) -> Comparison:
    """For a known police reference (definitions §4.3): MATCH, NEAR (applied and flagged), BLANK (applied), or DIFFERS:
    neither the name nor the date of birth is alike, nor the person number the same, so it is a different child.

    The name is taken whole, and the forename tells siblings apart: two of them on one reference share their surname.
    """
    found = compare(line, child)
    names = {found["surname"], found["forename"]} - {BLANK}
    if not names:
        return BLANK
    if names == {MATCH}:
        return MATCH
    alike = found["date_of_birth"] in (MATCH, NEAR) or found["police_person_id"] is MATCH
    same_forename = found["forename"] in (MATCH, NEAR) and found["date_of_birth"] is BLANK
    return NEAR if DIFFERS not in names or alike or same_forename else DIFFERS
