"""What a report line changes in the episode held, or that it makes one. The words of an episode are all named here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.core.clock import follows_gap, is_ambiguous, local_date
from tracker.core.daily_report import LineProblem, ReportLine
from tracker.core.line_problems import future_problem, order_problem
from tracker.core.missing_episode import MissingEpisode, may_be_same_episode
from tracker.core.overlap import CountedEpisode, count_once, overlaps, relation_flags
from tracker.core.report_terms import LineOutcome, ReportStatus
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode

__all__ = [
    "CountedEpisode", "Decision", "EpisodeChange", "MissingEpisode", "change_from_line", "count_once", "future_problem",
    "may_be_same_episode", "order_problem", "overlaps", "relation_flags",
]  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """The police's value for a field that a person entered: a person decides which stands."""

    field: str
    held: str
    police: str


@dataclass(frozen=True)
class EpisodeChange:
    """What a line does: `values` to write over the held episode; nothing at all unless created or updated.

    The line's age becomes the episode's even where it is unchanged, so that an older line is known as older.
    """

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

ESTIMATED: Mapping[str, FlagCode] = {
    "missing_from_at": FlagCode.START_TIME_ESTIMATED,
    "found_at": FlagCode.FOUND_TIME_ESTIMATED,
    "returned_at": FlagCode.RETURN_TIME_ESTIMATED,
}
_INSTANTS = (*ESTIMATED, "reported_at", "prevention_interview_at")
_TRUE_OF_INSTANT = {FlagCode.TIME_AMBIGUOUS: is_ambiguous, FlagCode.TIME_NONEXISTENT: follows_gap}


def change_from_line(line: ReportLine, held: MissingEpisode | None) -> EpisodeChange:
    """What `line` makes of the episode held under its reference (definitions §4.1), or of none.

    Steps: 1. an older line is stale; 2. each value stated and different is written, or asked where a person entered
    the held one; 3. cancelled and re-opened follow the status; 4. "still missing" where we hold a return is shown,
    never applied; 5. an end before the start refuses the whole line. The same line again changes nothing.
    """
    if held is None:
        return _created(line)
    if held.as_of is not None and line.as_of < held.as_of:
        return EpisodeChange(LineOutcome.STALE, {})
    values: dict[str, object] = {}
    decisions: list[Decision] = []
    for name in LINE_FIELDS:
        if not _says_less(name, line, held):
            _apply(name, getattr(line, name), held, values, decisions)
    _apply_exclusion(line, held, values, decisions)
    merged = {name: _instant(values.get(name, getattr(held, name))) for name in _INSTANTS}
    if not ESTIMATED.keys().isdisjoint(values):
        problem = order_problem(*(merged[name] for name in ESTIMATED))
        if problem:
            return EpisodeChange(LineOutcome.QUARANTINED, {}, problem=problem)
    flags = _with_disagreement(_flags_of_times(line, held, values, merged), line, held, decisions)
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


def _says_less(name: str, line: ReportLine, held: MissingEpisode) -> bool:
    """A time left out is a blank: an estimate never replaces the time held for the same day, nor a return held where
    the line only says "returned"."""
    if ESTIMATED.get(name) not in line.flags or ESTIMATED[name] in held.flags:
        return False
    given, current = _instant(getattr(line, name)), _instant(getattr(held, name))
    if given is None or current is None:
        return False
    return local_date(given) == local_date(current) or (name == "returned_at" and line.return_inferred)


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
    """Cancelled, or open again. Why else it is out of the counts, a person said; so a person is asked."""
    cancelled = line.status is ReportStatus.CANCELLED
    if line.status is None or cancelled == (held.excluded is not None) or held.excluded is ExclusionReason.ADULT:
        return
    wanted = ExclusionReason.CANCELLED if cancelled else None
    if "excluded" in held.person_fields:
        decisions.append(Decision("excluded", _text(held.excluded), _text(wanted)))
    elif cancelled or held.excluded is ExclusionReason.CANCELLED:
        values["excluded"] = wanted


def _flags_of_times(
    line: ReportLine, held: MissingEpisode, values: Mapping[str, object], merged: Mapping[str, datetime | None]
) -> frozenset[FlagCode]:
    """The flags held, with those that speak of the instants, and of the age, true of what is held now."""
    flags = set(held.flags)
    for name, flag in ESTIMATED.items():
        confirmed = getattr(line, name) is not None and getattr(line, name) == getattr(held, name)
        if name in values or (confirmed and flag not in line.flags):
            flags.discard(flag)
        if name in values and flag in line.flags:
            flags.add(flag)
    for flag, is_true_of in _TRUE_OF_INSTANT.items():
        said = flag in flags or flag in line.flags
        flags.discard(flag)
        if said and any(at is not None and is_true_of(at) for at in merged.values()):
            flags.add(flag)
    flags -= {FlagCode.ENDS_AS_IT_STARTS, FlagCode.AGE_UNKNOWN}
    if merged["missing_from_at"] in (merged["found_at"], merged["returned_at"]):
        flags.add(FlagCode.ENDS_AS_IT_STARTS)
    if held.date_of_birth is None and line.date_of_birth is None:
        flags.add(FlagCode.AGE_UNKNOWN)
    return frozenset(flags)


def _with_disagreement(
    flags: frozenset[FlagCode], line: ReportLine, held: MissingEpisode, decisions: list[Decision]
) -> frozenset[FlagCode]:
    """Where the police say otherwise than we hold. A report made before the return does not gainsay it."""
    if decisions:
        flags |= {FlagCode.POLICE_VALUE_DIFFERS}
    if line.returned_at is not None:
        return flags - {FlagCode.POLICE_SAY_STILL_MISSING}
    newer = held.as_of is None or line.as_of > held.as_of
    if line.status is ReportStatus.MISSING and newer and held.returned_at and line.as_of[0] >= held.returned_at:
        flags |= {FlagCode.POLICE_SAY_STILL_MISSING}
    return flags


def _instant(value: object) -> datetime | None:
    assert value is None or isinstance(value, datetime)
    return value


def _text(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
