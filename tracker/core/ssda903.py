"""The Missing table of the looked-after return (SSDA903): its rows as written, and its collection years."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.core.clock import Period, financial_year_of
from tracker.core.tables import Table
from tracker.core.terms import EpisodeKind

HEADERS = ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")
CODES = {EpisodeKind.MISSING: "M", EpisodeKind.AWAY: "A"}


class RowNote(StrEnum):
    """What a person should know of a row that is not simply an episode as recorded."""

    FOUND_NOT_BACK = "found_not_back"  # the part from being found to the return
    JOINED = "joined"  # several records overlap and nobody has settled them: one row stands for them
    CARE_BEGAN = "care_began"  # the child began to be looked after while missing
    CARE_ENDED = "care_ended"  # the child ceased to be looked after while missing
    TURNED_18 = "turned_18"  # still missing on the 18th birthday
    PLACEMENT_ENDED = "placement_ended"  # still missing, and the placement has ended


@dataclass(frozen=True)
class MissingRow:
    """One row as it will be written (dates dd/mm/yyyy, texts of any kind), and the record it comes from."""

    child: str
    dob: str
    missing: str
    mis_start: str
    mis_end: str
    child_id: int | None = None
    episode_id: int | None = None
    notes: tuple[RowNote, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        return self.child, self.dob, self.missing, self.mis_start, self.mis_end


def written(day: date | None) -> str:
    """dd/mm/yyyy; nothing for no day."""
    return f"{day:%d/%m/%Y}" if day else ""


def collection_year(start: int) -> Period:
    """1 April of this year to 31 March of the next."""
    return financial_year_of(date(start, 4, 1))


def year_name(year: Period) -> str:
    """`2026-27`."""
    return f"{year.start_on.year}-{year.end_on.year % 100:02}"


def parse_year(name: str) -> int:
    """`2026-27` → 2026. Raises ValueError with a sentence for anything else."""
    named = re.fullmatch(r"(20\d\d)-(\d\d)", name, re.ASCII)
    if named is None or (int(named[1]) + 1) % 100 != int(named[2]):
        raise ValueError(f"{name[:20]!r} is not a collection year. Write it like 2026-27.")
    return int(named[1])


def missing_table(rows: Sequence[MissingRow], year: Period) -> Table:
    """The table as it leaves here: rows that name no child stay behind."""
    leaving = tuple(row.cells for row in rows if row.child)
    return Table("missing", f"SSDA903 Missing, {year_name(year)}", HEADERS, leaving)
