"""How one police force writes its daily report: a value, read from a feed file by settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FIELDS = (
    "police_reference", "police_person_id", "surname", "forename", "full_name", "date_of_birth", "sex", "ethnicity",
    "address", "postcode", "setting", "responsible_authority", "known_to", "missing_date", "missing_time",
    "missing_from_at", "reported_at", "found_date", "found_time", "found_at", "returned_date", "returned_time",
    "returned_at", "status", "kind", "risk", "missing_from_address", "last_seen_location", "found_location", "found_by",
    "prevention_interview_at", "prevention_interview_outcome", "circumstances",
)  # fmt: skip
"""Every field that a feed may map; the names are part of the feed file's format."""


@dataclass(frozen=True)
class Feed:
    """A force's columns and values in ours.

    `columns`: our field → the column names it may have, first match wins, case and spacing ignored.
    `values`: `status`, `kind`, `risk`, `setting`, `known_to` … → {the force's word, folded → our value}.
    `found_means_returned`: whether this force writes "found" when the child is back.
    `report_time_column`: a column that states when the report was made; else its receipt is its age.
    """

    name: str
    force: str
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%d/%m/%y")
    found_means_returned: bool = False
    reference_pattern: str | None = None
    report_time_column: str | None = None
    own_authority: tuple[str, ...] = ()
    description: str = ""


def fold(text: str) -> str:
    """How column names and coded values are compared: case, spaces and punctuation ignored."""
    return "".join(character for character in text.casefold() if character.isalnum())
