"""How one police force writes its daily report: a value, read from a feed file by `feed_definition`."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

FIELDS = (
    "police_reference", "police_person_id", "council_id", "surname", "forename", "full_name", "date_of_birth", "sex",
    "ethnicity", "address", "postcode", "setting", "responsible_authority", "known_to", "missing_date", "missing_time",
    "missing_from_at", "reported_at", "found_date", "found_time", "found_at", "returned_date", "returned_time",
    "returned_at", "status", "kind", "risk", "missing_from_address", "last_seen_location", "found_location", "found_by",
    "prevention_interview_at", "prevention_interview_outcome", "circumstances",
)  # fmt: skip
"""Every field that a feed may map; the names are part of the feed file's format."""


USUAL_DATE_FORMATS = (
    "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%d/%m/%y", "%d %b %y", "%d %B %y",
)  # fmt: skip
"""Of a feed that names none."""

_US_ORDER = re.compile(r"%[xcD]|^(?!.*%[Yy].*%m).*%m.*%d")
"""A numeric month before the day without the year before it; %x and %c mean that in the C locale."""


@dataclass(frozen=True)
class Feed:
    """A force's columns and values in ours.

    `columns`: our field → the column names it may have, first match wins, case and spacing ignored.
    `values`: `status`, `kind`, `risk`, `setting`, `known_to` … → {the force's word → our value}; a word that stands
    for nothing is mapped to an empty text.
    `date_formats`: tried in order; ISO is always read. Never month before day: raises ValueError.
    `found_means_returned`: whether this force writes "found" when the child is back.
    `reference_pattern`: where given, a regular expression that the whole reference must match; one that does not
    (a reference that a spreadsheet turned into a number) keeps its line out. Raises ValueError if it is none.
    `report_time_column`: a column that states when the report was made; else its receipt is its age.
    `own_authority`: how this force may write our council's name.
    `expected_by`: the local time by which the day's report is expected; None: at none. `expected_days`: the days on
    which one is expected, Monday = 0.
    `lists_changes_only`: the report holds what is new or has changed, and not every child who is missing now.
    `version_no`: of a feed saved in the database; None for one read from a file.
    """

    name: str
    force: str
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = USUAL_DATE_FORMATS
    found_means_returned: bool = False
    reference_pattern: str | None = None
    report_time_column: str | None = None
    own_authority: tuple[str, ...] = ()
    description: str = ""
    expected_by: time | None = None
    expected_days: frozenset[int] = frozenset(range(7))
    lists_changes_only: bool = False
    version_no: int | None = None

    def __post_init__(self) -> None:
        folded = {name: {fold(word): ours for word, ours in table.items()} for name, table in self.values.items()}
        object.__setattr__(self, "values", folded)
        for written in self.date_formats:
            if is_us_order(written):
                raise ValueError(f"The date format {written} puts the month before the day.")
        try:
            re.compile(self.reference_pattern or "")
        except re.error as error:
            raise ValueError(f"The reference pattern is no regular expression: {error}.") from error


def is_us_order(written: str) -> bool:
    """Whether a date format puts the month before the day."""
    return bool(_US_ORDER.search(written))


def fold(text: str) -> str:
    """How column names and coded values are compared: case, spaces, punctuation and forms of a letter ignored."""
    if text.isascii():
        return "".join(filter(str.isalnum, text.lower()))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(str.isalnum, plain))
