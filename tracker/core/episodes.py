"""One going-missing of one child: what a report line changes in it, and which episodes overlap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tracker.core.clock import age_on, elapsed_hours, local_date
from tracker.core.daily_report import LineProblem, ReportLine
from tracker.core.policy import Policy
from tracker.core.terms import (
    EpisodeKind,
    ExclusionReason,
    FlagCode,
    LineOutcome,
    LivingSetting,
    ProblemCode,
    ReportStatus,
    RiskLevel,
)


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

    @property
    def start_on(self) -> date:
        return local_date(self.missing_from_at)

    @property
    def out_of_counts(self) -> ExclusionReason | None:
        """Why it is out of every count, or None. Turning 18 after the start changes nothing (DEFINITIONS §1)."""
        if self.excluded is None and self.date_of_birth and age_on(self.date_of_birth, self.start_on) >= 18:
            return ExclusionReason.ADULT
        return self.excluded

    def is_countable(self, policy: Policy) -> bool:
        """Counts as an episode (DEFINITIONS §5), conflicts apart."""
        return self.out_of_counts is None and self.kind in policy.countable_kinds


@dataclass(frozen=True)
class Decision:
    """The police's value for a field that a person entered: a person decides which stands."""

    field: str
    held: str
    police: str


@dataclass(frozen=True)
class EpisodeChange:
    """What a line does: `values` to write over the held episode; nothing at all unless created or updated."""

    outcome: LineOutcome
    values: dict[str, object]
    flags: frozenset[FlagCode] = frozenset()
    decisions: tuple[Decision, ...] = ()
    problem: LineProblem | None = None


LINE_FIELDS = (
    "missing_from_at", "found_at", "returned_at", "reported_at", "kind", "risk", "setting", "responsible_authority",
    "known_to_services", "missing_from_address", "last_seen_location", "found_location", "found_by",
    "prevention_interview_at", "prevention_interview_outcome", "circumstances",
)  # fmt: skip
"""Fields of a line that stand on the episode under the same name. Nothing erases a value with a blank."""

DATED_FLAGS = {
    "missing_from_at": {FlagCode.START_TIME_ESTIMATED},
    "found_at": {FlagCode.FOUND_TIME_ESTIMATED},
    "returned_at": {FlagCode.RETURN_TIME_ESTIMATED},
}


def change_from_line(line: ReportLine, held: MissingEpisode | None) -> EpisodeChange:
    """What `line` makes of the episode held under its reference (DEFINITIONS §4.1), or of none.

    Steps: 1. an older line is stale; 2. each value given and different is written, or asked where a person entered
    the held one; 3. cancelled and re-opened follow the status; 4. "still missing" where we hold a return is shown,
    never applied; 5. an end before the start refuses the whole line.
    """
    if held is None:
        return _created(line)
    if held.as_of is not None and line.as_of < held.as_of:
        return EpisodeChange(LineOutcome.STALE, {})
    values: dict[str, object] = {}
    decisions: list[Decision] = []
    for name in LINE_FIELDS:
        _apply(name, getattr(line, name), held, values, decisions)
    if line.status is not None:
        _apply_exclusion(line, held, values, decisions)
    problem = order_problem(
        _latest("missing_from_at", values, held),
        _latest("found_at", values, held),
        _latest("returned_at", values, held),
    )
    if problem:
        return EpisodeChange(LineOutcome.QUARANTINED, {}, problem=problem)
    flags = _flags_after(line, held, values, decisions)
    outcome = LineOutcome.UPDATED if values or flags != held.flags else LineOutcome.UNCHANGED
    return EpisodeChange(outcome, values, flags, tuple(decisions))


def _created(line: ReportLine) -> EpisodeChange:
    values = {name: getattr(line, name) for name in LINE_FIELDS if getattr(line, name) is not None}
    values.setdefault("kind", EpisodeKind.MISSING)
    if line.status is ReportStatus.CANCELLED:
        values["excluded"] = ExclusionReason.CANCELLED
    problem = order_problem(line.missing_from_at, line.found_at, line.returned_at)
    if problem:
        return EpisodeChange(LineOutcome.QUARANTINED, {}, problem=problem)
    return EpisodeChange(LineOutcome.CREATED, values, line.flags)


def _apply(
    name: str, given: object, held: MissingEpisode, values: dict[str, object], decisions: list[Decision]
) -> None:
    current = getattr(held, name)
    if given is None or given == current:
        return
    if name in held.person_fields:
        decisions.append(Decision(name, _text(current), _text(given)))
    else:
        values[name] = given


def _apply_exclusion(
    line: ReportLine, held: MissingEpisode, values: dict[str, object], decisions: list[Decision]
) -> None:
    cancelled = line.status is ReportStatus.CANCELLED
    wanted = ExclusionReason.CANCELLED if cancelled else None
    if held.excluded == wanted or (not cancelled and held.excluded is not ExclusionReason.CANCELLED):
        return
    if "excluded" in held.person_fields:
        decisions.append(Decision("excluded", _text(held.excluded), _text(wanted)))
    else:
        values["excluded"] = wanted


def _flags_after(
    line: ReportLine, held: MissingEpisode, values: dict[str, object], decisions: list[Decision]
) -> frozenset[FlagCode]:
    flags = set(held.flags)
    for name, dated in DATED_FLAGS.items():
        if name in values:
            flags -= dated
            flags |= line.flags & dated
    if any(name in values for name in DATED_FLAGS):
        flags |= line.flags - set().union(*DATED_FLAGS.values())
    if decisions:
        flags.add(FlagCode.POLICE_VALUE_DIFFERS)
    says_back = line.returned_at is not None or line.status is ReportStatus.RETURNED
    if held.returned_at is not None and line.status is ReportStatus.MISSING and not says_back:
        flags.add(FlagCode.POLICE_SAY_STILL_MISSING)
    elif says_back:
        flags.discard(FlagCode.POLICE_SAY_STILL_MISSING)
    return frozenset(flags)


def _latest(name: str, values: dict[str, object], held: MissingEpisode) -> datetime | None:
    value = values.get(name, getattr(held, name))
    assert value is None or isinstance(value, datetime)
    return value


def _text(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)


def order_problem(
    missing_from_at: datetime | None, found_at: datetime | None, returned_at: datetime | None
) -> LineProblem | None:
    """Found or returned before missing is refused; equal is accepted (DEFINITIONS §4.5)."""
    for name, at, word in (("found_at", found_at, "found"), ("returned_at", returned_at, "returned")):
        if at is not None and missing_from_at is not None and at < missing_from_at:
            return LineProblem(
                ProblemCode.RETURN_BEFORE_MISSING,
                f"The child is said to be {word} before going missing. Check both times.",
                ("missing_from_at", name),
            )
    return None


def future_problem(at: datetime | None, now: datetime, field: str, tolerance_hours: int = 0) -> LineProblem | None:
    """A fact that lies ahead of now, by more than the tolerance, is refused."""
    if at is not None and at > now + timedelta(hours=tolerance_hours):
        return LineProblem(ProblemCode.IN_THE_FUTURE, "This time lies in the future. Check the date.", (field,))
    return None


def may_be_same_episode(line_start: datetime, held: MissingEpisode, policy: Policy) -> bool:
    """A line that starts within 24 h of an episode logged by hand asks before another is made (DEFINITIONS §4.2)."""
    if held.police_reference is not None or held.excluded is not None:
        return False
    return abs(elapsed_hours(held.missing_from_at, line_start)) <= policy.same_episode_hours


def overlaps(one: MissingEpisode, other: MissingEpisode) -> bool:
    """Two ended episodes share an instant. Touching end to start is no overlap (DEFINITIONS §4.4)."""
    if one.ended_at is None or other.ended_at is None:
        return False
    return one.missing_from_at < other.ended_at and other.missing_from_at < one.ended_at


@dataclass(frozen=True)
class CountedEpisode:
    """One countable going-missing: an episode that stands for itself and for those it conflicts with."""

    stands: MissingEpisode
    members: tuple[MissingEpisode, ...]

    @property
    def hours(self) -> float | None:
        """Hours missing: of the union of the members; None while it is open."""
        ends = [member.ended_at for member in self.members]
        if any(end is None for end in ends):
            return None
        return elapsed_hours(self.stands.missing_from_at, max(end for end in ends if end is not None))

    @property
    def ended_at(self) -> datetime | None:
        ends = [member.ended_at for member in self.members]
        return None if any(end is None for end in ends) else max(end for end in ends if end is not None)


def _standing_order(episode: MissingEpisode) -> tuple[datetime, str, int]:
    return episode.missing_from_at, episode.police_reference or "~", episode.id


def count_once(episodes: Iterable[MissingEpisode], policy: Policy) -> list[CountedEpisode]:
    """The countable episodes of ONE child in order of start, unsettled conflicts joined (DEFINITIONS §4.4)."""
    counted: list[CountedEpisode] = []
    for episode in sorted((e for e in episodes if e.is_countable(policy)), key=_standing_order):
        last = counted[-1] if counted else None
        if last and any(_conflict(member, episode) for member in last.members):
            counted[-1] = replace(last, members=(*last.members, episode))
        else:
            counted.append(CountedEpisode(episode, (episode,)))
    return counted


def _conflict(one: MissingEpisode, other: MissingEpisode) -> bool:
    return overlaps(one, other) and not (one.conflict_settled and other.conflict_settled)


def relation_flags(episodes: Sequence[MissingEpisode]) -> dict[int, frozenset[FlagCode]]:
    """For each episode of ONE child, the flags that come from its others: overlapping, or end unknown."""
    live = sorted((e for e in episodes if e.out_of_counts is None), key=_standing_order)
    found: dict[int, set[FlagCode]] = {episode.id: set() for episode in episodes}
    for place, episode in enumerate(live):
        for later in live[place + 1 :]:
            if _conflict(episode, later):
                found[episode.id].add(FlagCode.OVERLAPS_ANOTHER)
                found[later.id].add(FlagCode.OVERLAPS_ANOTHER)
            if episode.ended_at is None and later.missing_from_at > episode.missing_from_at:
                found[episode.id].add(FlagCode.END_UNKNOWN)
    return {id_: frozenset(flags) for id_, flags in found.items()}
