"""From the cells of one row of a police report to a `ReportLine`, or to the problems that keep it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.feed import Feed
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, ProblemCode, ReportStatus, RiskLevel


@dataclass(frozen=True)
class LineProblem:
    """Why a line waits for a person: a code, a plain sentence without any child's data, and the fields concerned."""

    code: ProblemCode
    sentence: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportLine:
    """One line of a report, read: one episode as the police saw it at `as_of` (report's time, line number)."""

    as_of: tuple[datetime, int]
    police_force: str
    police_reference: str
    missing_from_at: datetime
    surname: str
    forename: str
    police_person_id: str | None = None
    date_of_birth: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    address: str | None = None
    postcode: str | None = None
    setting: LivingSetting | None = None
    responsible_authority: str | None = None
    is_ours: bool | None = None
    known_to_services: bool | None = None
    reported_at: datetime | None = None
    found_at: datetime | None = None
    returned_at: datetime | None = None
    status: ReportStatus | None = None
    kind: EpisodeKind | None = None
    risk: RiskLevel | None = None
    missing_from_address: str | None = None
    last_seen_location: str | None = None
    found_location: str | None = None
    found_by: str | None = None
    prevention_interview_at: datetime | None = None
    prevention_interview_outcome: str | None = None
    circumstances: str | None = None
    flags: frozenset[FlagCode] = frozenset()


@dataclass(frozen=True)
class LineReading:
    """The whole outcome of reading a row. Blank: `line` is None and there are no problems.

    `returned_at` is given even where the line is kept out, if it could be read: such a line has a deadline
    (DEFINITIONS §4.7).
    """

    line: ReportLine | None = None
    problems: tuple[LineProblem, ...] = ()
    returned_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        return self.line is None and not self.problems


def normalise_reference(text: str) -> str:
    """The natural key: upper case, letters and digits only, so that `TV/123-45` and `tv 12345` are one."""
    return "".join(character for character in text.upper() if character.isalnum())


def read_line(cells: Mapping[str, str], feed: Feed, as_of: tuple[datetime, int]) -> LineReading:
    """Read one row. `cells`: our field name → the text as it came (dates of a spreadsheet as ISO text).

    Never raises for any cells. Steps: 1. blank row; 2. coded values; 3. instants, local and flagged; 4. what the
    status says of the return; 5. the order of the instants and the future.
    """
    raise NotImplementedError
