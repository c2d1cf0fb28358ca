"""Which child a line speaks of: every field compared in the open, with absolute weights, never on score alone.

Certain is only what is exact and alone: a number of the police or of the council with names that do not contradict it,
or the same name and date of birth, with nothing against. The weights only put the candidates of an open question in
order. docs/decisions/0008 has the reasons, and what they were measured to do.
"""

from collections.abc import Sequence

from tracker.core.candidates import (
    Ambiguous,
    Candidate,
    FieldReason,
    KnownChild,
    Matched,
    MatchResult,
    NoMatch,
    episodes_overlap,
)
from tracker.core.comparing import LIKE, Found, candidate_of, compare, found_of, names_of
from tracker.core.daily_report import ReportLine
from tracker.core.likeness import BLANK, DIFFERS, MATCH, NEAR
from tracker.core.matching_keys import blocking_keys, search_keys
from tracker.core.names import Comparison

__all__ = [
    "Ambiguous", "Candidate", "Comparison", "FieldReason", "KnownChild", "MatchResult", "Matched", "NoMatch",
    "blocking_keys", "compare", "match_child", "may_be_certain", "names_agree", "search_keys",
]  # fmt: skip

MOST_CANDIDATES = 3


def match_child(line: ReportLine, known: Sequence[KnownChild]) -> MatchResult:
    """Certain → Matched; near or several → Ambiguous; nothing near → NoMatch. The order of `known` changes nothing."""
    children = {child.id: child for child in known}
    found = {id_: found_of(line, child) for id_, child in children.items()}
    certain = [id_ for id_, one in found.items() if _is_certain(one) and not _was_elsewhere(line, children[id_], one)]
    if len(certain) == 1:
        chosen = found[certain[0]]
        if not any(_rivals(one, chosen) for id_, one in found.items() if id_ != certain[0]):
            return Matched(certain[0], candidate_of(certain[0], chosen).reasons)
    possible = sorted((-one.weight, id_) for id_, one in found.items() if _is_possible(one))
    nearest = tuple(candidate_of(id_, found[id_]) for _, id_ in possible[:MOST_CANDIDATES])
    return Ambiguous(nearest) if nearest else NoMatch()


def may_be_certain(line: ReportLine, child: KnownChild) -> bool:
    """Whether `match_child` may choose this child, whatever the others: what must be at hand then can be fetched."""
    has_numbers = (line.police_person_id and child.police_person_ids) or (line.council_id and child.council_ids)
    if not has_numbers:  # most candidates share a birthday and nothing else
        same_birth = line.date_of_birth is not None and line.date_of_birth == child.date_of_birth
        if not same_birth or names_of(line, child) != (MATCH, MATCH):
            return False
    return _is_certain(found_of(line, child))


def _is_certain(found: Found) -> bool:
    """Exact, and nothing against it. Twins differ in forename; a name that is none is never certain."""
    if found.contradicted:
        return False
    if found.numbered:
        return found.like_name
    return found.same_name and found.date_of_birth is MATCH


def _was_elsewhere(line: ReportLine, child: KnownChild, found: Found) -> bool:
    """Missing at the same time from another home, and no number says that it is the same: perhaps a namesake."""
    if found.numbered or not found.lives_elsewhere:
        return False
    return episodes_overlap((line.missing_from_at, line.found_at or line.returned_at), child.spans)


def _rivals(other: Found, chosen: Found) -> bool:
    """Another child of the same name and date of birth leaves it open, unless a number tells them apart."""
    if not (other.same_name and other.date_of_birth is MATCH):
        return False
    apart = (chosen.police_person_id is MATCH and other.police_person_id is DIFFERS) or (
        chosen.council_id is MATCH and other.council_id is DIFFERS
    )
    return not (apart and chosen.same_name and chosen.date_of_birth is MATCH)


def _is_possible(found: Found) -> bool:
    """Near enough that a person must look: of name, date of birth and home, two agree, or one number does."""
    if found.numbered:
        return True
    if found.like_name:
        return _is_possible_by_name(found)
    return _is_possible_by_birth_or_home(found)


def _is_possible_by_name(found: Found) -> bool:
    """The names are alike. Two children of one name and different days are two, unless they live in one home."""
    born, one_exact = found.date_of_birth, MATCH in (found.surname, found.forename)
    if born is MATCH or found.lives_there:
        return True
    if born is BLANK:
        return found.same_name or (one_exact and (found.postcode is NEAR or not found.lives_elsewhere))
    return born is NEAR and one_exact


def _is_possible_by_birth_or_home(found: Found) -> bool:
    """The names are not alike. A birthday alone is shared by many, and a home by brothers and sisters.

    Twins are asked about and never joined: a child whose forename was given wrongly looks just like one.
    """
    names, born = (found.surname, found.forename), found.date_of_birth
    if born is MATCH:
        named_in_part = set(names) in ({MATCH, BLANK}, {NEAR, BLANK})
        return found.lives_there or named_in_part or (found.postcode is NEAR and any(name in LIKE for name in names))
    if not found.lives_there or born is DIFFERS:
        return False
    if born is BLANK:
        return any(name in LIKE for name in names)
    other_surname = found.surname is DIFFERS and found.forename in LIKE
    return other_surname or (found.surname is MATCH and found.forename is BLANK)


def names_agree(line: ReportLine, child: KnownChild) -> Comparison:
    """For a known police reference (definitions §4.3): MATCH, NEAR (applied and flagged), BLANK (applied), or DIFFERS:
    neither the name nor the date of birth is alike, nor a number the same, so it is a different child.

    The name is taken whole, and the forename tells siblings apart: two of them on one reference share their surname.
    """
    found = found_of(line, child)
    names = {found.surname, found.forename} - {BLANK}
    if not names:
        return BLANK
    if names == {MATCH}:
        return MATCH
    alike = found.date_of_birth in LIKE or found.numbered
    same_forename = found.forename in LIKE and found.date_of_birth is BLANK
    return NEAR if DIFFERS not in names or alike or same_forename else DIFFERS
