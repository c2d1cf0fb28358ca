"""One going-missing of one child, and whether it counts."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from tracker.core.clock import age_on, elapsed_hours, local_date
from tracker.core.policy import Policy
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode, LivingSetting, RiskLevel


def was_adult(born_on: date | None, start_at: datetime) -> bool:
    """18 or older on the local day of the start."""
    if born_on is None or start_at.year - born_on.year < 18:
        return False  # a year begins in London when it does in UTC
    return age_on(born_on, local_date(start_at)) >= 18


@dataclass(frozen=True)
class MissingEpisode:
    """`missing_from_at` … `found_at` … `returned_at`, all UTC. Ends at `found_at`, else at `returned_at`.

    `person_fields` are the fields whose value a person entered: a line never replaces those.
    `as_of` is the age of the newest line applied: the report's own time, then the line's number.
    `interview_due_at` is the statutory deadline, pinned with `deadline_hours` when the clock started.
    """

    id: int
    child_id: int
    missing_from_at: datetime
    kind: EpisodeKind = EpisodeKind.MISSING
    risk: RiskLevel | None = None
    found_at: datetime | None = None
    returned_at: datetime | None = None
    notified_at: datetime | None = None
    police_force: str | None = None
    police_reference: str | None = None
    excluded: ExclusionReason | None = None
    flags: frozenset[FlagCode] = frozenset()
    person_fields: frozenset[str] = frozenset()
    as_of: tuple[datetime, int] | None = None
    reported_at: datetime | None = None
    setting: LivingSetting | None = None
    responsible_authority: str | None = None
    is_ours: bool = True
    known_to_services: bool | None = None
    district: str | None = None
    missing_from_address: str | None = None
    last_seen_location: str | None = None
    found_location: str | None = None
    found_by: str | None = None
    prevention_interview_at: datetime | None = None
    prevention_interview_outcome: str | None = None
    prevention_interview_raised_harm: bool | None = None
    circumstances: str | None = None
    interview_requested: bool = False
    interview_due_at: datetime | None = None
    deadline_hours: int | None = None
    rules_version: str | None = None
    clock_no: int = 0
    date_of_birth: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    conflict_settled: bool = False

    @property
    def ended_at(self) -> datetime | None:
        return self.found_at or self.returned_at

    @cached_property
    def start_on(self) -> date:
        return local_date(self.missing_from_at)

    @property
    def out_of_counts(self) -> ExclusionReason | None:
        """Why it is out of every count, or None. Turning 18 after the start changes nothing (definitions §1)."""
        if self.excluded is None and was_adult(self.date_of_birth, self.missing_from_at):
            return ExclusionReason.ADULT
        return self.excluded

    def is_countable(self, policy: Policy) -> bool:
        """Counts as an episode (definitions §5), conflicts apart."""
        return self.out_of_counts is None and self.kind in policy.countable_kinds


def may_be_same_episode(line_start: datetime, held: MissingEpisode, policy: Policy) -> bool:
    """A line that starts within 24 h of an episode logged by hand asks before another is made (definitions §4.2)."""
    if held.police_reference is not None or held.excluded is not None:
        return False
    return abs(elapsed_hours(held.missing_from_at, line_start)) <= policy.same_episode_hours
