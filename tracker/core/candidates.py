"""The values of matching: a child held as matching knows it, how each field compared, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.names import Comparison

Span = tuple[datetime, datetime | None]
"""From going missing to the end of it; None while it has none."""


@dataclass(frozen=True)
class KnownChild:
    """A child held, as matching needs to know them. Every name, also former ones, is in `names`.

    `spans`: when the child is known to have been missing; given where it may matter (`episodes_overlap`).
    """

    id: int
    names: tuple[tuple[str, str], ...]  # (surname, forename)
    date_of_birth: date | None = None
    sex: str | None = None
    postcodes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    police_person_ids: tuple[str, ...] = ()
    council_ids: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


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


def episodes_overlap(span: Span, held: Iterable[Span]) -> bool:
    """Whether somebody missing in `span` was already missing then: nobody goes missing twice at once.

    One that never ended lasts until the next one starts. End touching start is no overlap, nor is one without length.
    """
    spans = sorted(held, key=lambda one: one[0])
    starts = [start for start, _ in spans]
    for place, (start, end) in enumerate(spans):
        until = end or next((later for later in starts[place + 1 :] if later > start), None)
        begins_in_time = until is None or span[0] < until
        if begins_in_time and (span[1] is None or start < span[1]):
            return True
    return False
