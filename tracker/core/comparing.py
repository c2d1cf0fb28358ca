"""A line beside a child held, field by field: match, near, differs or blank, each with an absolute weight."""

from collections.abc import Mapping
from typing import NamedTuple

from tracker.core.candidates import Candidate, FieldReason, KnownChild
from tracker.core.daily_report import ReportLine
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
from tracker.core.names import Comparison

LIKE = (MATCH, NEAR)

WEIGHTS: Mapping[str, tuple[int, int, int]] = {
    "surname": (20, 10, -20),
    "forename": (20, 10, -25),
    "date_of_birth": (30, 12, -30),
    "police_person_id": (50, 0, -20),
    "council_id": (50, 0, -20),
    "sex": (2, 0, -15),
    "postcode": (8, 3, 0),
    "address": (8, 4, 0),
}
"""Field → what a match, a near match and a difference weigh. Children move: another address weighs nothing."""


class Found(NamedTuple):
    """How each field of a line compares with a child held, in the order of WEIGHTS."""

    surname: Comparison
    forename: Comparison
    date_of_birth: Comparison
    police_person_id: Comparison
    council_id: Comparison
    sex: Comparison
    postcode: Comparison
    address: Comparison

    @property
    def same_name(self) -> bool:
        return self.surname is MATCH and self.forename is MATCH

    @property
    def like_name(self) -> bool:
        return self.surname in LIKE and self.forename in LIKE

    @property
    def numbered(self) -> bool:
        """A number of the police or of the council is the same."""
        return self.police_person_id is MATCH or self.council_id is MATCH

    @property
    def contradicted(self) -> bool:
        return DIFFERS in (self.sex, self.police_person_id, self.council_id, self.date_of_birth)

    @property
    def lives_there(self) -> bool:
        return self.postcode is MATCH or self.address in LIKE

    @property
    def lives_elsewhere(self) -> bool:
        """Another home is given, even if only a slip of the hand may have made it another."""
        return self.address in (NEAR, DIFFERS) or self.postcode in (NEAR, DIFFERS)

    @property
    def weight(self) -> int:
        return sum(map(_weight, WEIGHTS, self))


def _weight(field: str, found: Comparison) -> int:
    return 0 if found is BLANK else WEIGHTS[field][(MATCH, NEAR, DIFFERS).index(found)]


def compare(line: ReportLine, child: KnownChild) -> Candidate:
    """Each field as match, near, differs or blank, with its weight. Of several names held, the likest."""
    return candidate_of(child.id, found_of(line, child))


def found_of(line: ReportLine, child: KnownChild) -> Found:
    return Found(
        *names_of(line, child),
        compare_dates(line.date_of_birth, child.date_of_birth),
        compare_numbers(line.police_person_id, child.police_person_ids),
        compare_numbers(line.council_id, child.council_ids),
        compare_sex(line.sex, child.sex),
        best(compare_postcodes, line.postcode, child.postcodes),
        best(compare_addresses, line.address, child.addresses),
    )


def names_of(line: ReportLine, child: KnownChild) -> tuple[Comparison, Comparison]:
    """(surname, forename), against the likest of the names held."""
    pairs = [compare_names((line.surname, line.forename), name) for name in child.names]
    if len(pairs) < 2:
        return pairs[0] if pairs else (BLANK, BLANK)
    return max(pairs, key=lambda pair: (_weight("surname", pair[0]) + _weight("forename", pair[1]), pair))


def candidate_of(child_id: int, found: Found) -> Candidate:
    """With the reasons that are shown and stored."""
    reasons = tuple(FieldReason(field, one, _weight(field, one)) for field, one in zip(WEIGHTS, found, strict=True))
    return Candidate(child_id, sum(reason.weight for reason in reasons), reasons)
