"""What a further version of a month corrects, in the words of the pack's own tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.pack_shapes import Section, Shown, shown, value_parts
from tracker.core.tables import Cell, Table
from tracker.core.terms import Cohort


@dataclass(frozen=True)
class Correction:
    """One figure of one cohort: `before` as the version before had it, `after` as this one has it; None where one of
    them has no such figure."""

    words: str
    cohort: Cohort
    before: Any
    after: Any
    key: str

    @property
    def shown(self) -> tuple[Shown, Shown]:
        return shown(self.before), shown(self.after)


def corrections_of(listed: Sequence[Mapping[str, Any]], sections: Sequence[Section]) -> tuple[Correction, ...]:
    """`listed`: key, cohort, before and after of each figure that differs, as the version keeps them.

    The month's own figures only: those of other months that stand beside it are theirs to correct.
    """
    words = _words(sections)
    return tuple(
        Correction(words[one["key"]], Cohort(one["cohort"]), one["before"], one["after"], one["key"])
        for one in listed
        if one["key"] in words and not one["key"].startswith("comparison.")
    )


def _words(sections: Sequence[Section]) -> dict[str, str]:
    """Key → what it is called where it stands first, and in which table."""
    found: dict[str, str] = {}
    for table in (table for section in sections for table in section.tables):
        for row in table.rows:
            for column, key in zip(table.columns, row.keys, strict=True):
                own = f", {column}" if len(table.columns) > 1 and not table.cohorts else ""
                if key:
                    found.setdefault(key, f"{table.title}: {row.label}{own}")
    return found


def corrections_table(corrections: Sequence[Correction]) -> Table:
    """As a file: one line for each figure and cohort."""
    parts = ("value", "numerator", "denominator")
    headers = ("figure", "cohort", *(f"before_{part}" for part in parts), *(f"after_{part}" for part in parts), "key")
    rows: list[tuple[Cell, ...]] = [
        (one.words, str(one.cohort), *value_parts(one.before), *value_parts(one.after), one.key) for one in corrections
    ]
    return Table("corrections", "What this version corrects", headers, tuple(rows))
