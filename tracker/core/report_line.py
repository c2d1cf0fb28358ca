"""One line of a report as a value, and the outcome of reading one."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.line_problems import LineProblem
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel


@dataclass(frozen=True)
class ReportLine:
    """One line of a report, read: one episode as the police saw it at `as_of` (report's time, line number).

    `return_inferred`: `returned_at` is the found time of a line that says "returned" and states no return.
    """

    as_of: tuple[datetime, int]
    police_force: str
    police_reference: str
    missing_from_at: datetime
    surname: str
    forename: str
    police_person_id: str | None = None
    council_id: str | None = None
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
    return_inferred: bool = False


@dataclass(frozen=True)
class LineReading:
    """The whole outcome of reading a row. Blank: `line` is None and there are no problems.

    `returned_at` is given even where the line is kept out, if it could be read: such a line has a deadline
    (definitions §4.7).
    """

    line: ReportLine | None = None
    problems: tuple[LineProblem, ...] = ()
    returned_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        return self.line is None and not self.problems
