"""Which child a line speaks of: every field compared in the open, with absolute weights, never on score alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.core.daily_report import ReportLine


class Comparison(StrEnum):
    MATCH = "match"
    NEAR = "near"
    DIFFERS = "differs"
    BLANK = "blank"


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
    """Short keys, any one shared makes a held child a candidate: stored beside each child and looked up by index."""
    raise NotImplementedError


def compare(line: ReportLine, child: KnownChild) -> Candidate:
    """Each field as match, near, differs or blank, with its weight."""
    raise NotImplementedError


def match_child(line: ReportLine, known: Sequence[KnownChild]) -> MatchResult:
    """Certain → Matched; near or several → Ambiguous; nothing near → NoMatch."""
    raise NotImplementedError


def names_agree(line: ReportLine, child: KnownChild) -> Comparison:
    """For a known police reference: MATCH, NEAR (applied and flagged) or DIFFERS in name AND date of birth
    ("a different child", DEFINITIONS §4.3)."""
    raise NotImplementedError
