"""What one line of a report does, decided against what is held in memory. Nothing is read or written here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tracker.core.alerts import RunningClock, next_alert_at
from tracker.core.daily_report import LineProblem, LineReading, ReportLine
from tracker.core.episodes import Decision, MissingEpisode, change_from_line, may_be_same_episode
from tracker.core.interviews import deadline_of, interview_due_at
from tracker.core.matching import (
    Ambiguous,
    Candidate,
    Comparison,
    FieldReason,
    Matched,
    compare,
    match_child,
    names_agree,
)
from tracker.core.report_terms import LineOutcome, ProblemCode, ReportStatus
from tracker.core.rules import Rules
from tracker.core.terms import EpisodeKind, ExclusionReason, FlagCode
from tracker.services.line_memory import Memory
from tracker.store.models import Child, Episode
from tracker.store.reports import Twin

LEARNT = (
    "date_of_birth", "sex", "ethnicity", "address", "postcode", "council_id", "responsible_authority",
    "known_to_services",
)  # fmt: skip
"""What a line may teach about its child: it fills a blank, and neither erases nor replaces."""


@dataclass(frozen=True)
class Answers:
    """What a person decided of this line: whose it is, and whether it is an episode logged by hand."""

    child_id: int | None = None
    new_child: bool = False
    episode_id: int | None = None
    another_episode: bool = False


@dataclass
class Verdict:
    """What the line does. `child_id` and `row`: whose episode, where known; `row` None with CREATED: a new one.

    `values` go on the episode, `learnt` on the child; `due_at` is the deadline that a line kept out would give.
    """

    outcome: LineOutcome
    line: ReportLine | None = None
    problems: tuple[LineProblem, ...] = ()
    child_id: int | None = None
    row: Episode | None = None
    values: dict[str, object] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    teaches: bool = True
    learnt: dict[str, object] = field(default_factory=dict)
    makes_child: bool = False
    new_name: bool = False  # to this child; so with the number
    new_number: bool = False
    reasons: tuple[FieldReason, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    candidate_episodes: tuple[int, ...] = ()
    due_at: datetime | None = None
    twin: Twin | None = None


def kept_out(reading: LineReading, problems: Iterable[LineProblem], rules: Rules) -> Verdict:
    """Quarantined: with the deadline that a readable return would give (definitions §4.7)."""
    line = reading.line
    if line is not None:
        due = deadline_of(_as_episode(line), rules.policy)
    else:
        due = interview_due_at(reading.returned_at, rules.policy.deadline_hours) if reading.returned_at else None
    return Verdict(LineOutcome.QUARANTINED, line, tuple(problems), due_at=due)


def sweep_at(due_at: datetime | None, rules: Rules, now: datetime) -> datetime | None:
    """When the ladder must first look at a line kept out."""
    return next_alert_at(RunningClock("line", 0, 0, due_at), rules.ladder, now) if due_at else None


def _as_episode(line: ReportLine) -> MissingEpisode:
    return MissingEpisode(
        id=0,
        child_id=0,
        missing_from_at=line.missing_from_at,
        returned_at=line.returned_at,
        kind=line.kind or EpisodeKind.MISSING,
        known_to_services=line.known_to_services,
        date_of_birth=line.date_of_birth,
        excluded=ExclusionReason.CANCELLED if line.status is ReportStatus.CANCELLED else None,
    )


def verdict_on(line: ReportLine, memory: Memory, rules: Rules, answers: Answers) -> Verdict:
    """What a line that could be read does to what is held (definitions §4).

    Steps: 1. a known reference: the same child? then the change; 2. an unknown one: whose child, by a person's answer
    or by matching; 3. an episode of that child logged by hand near this start: ask; 4. a new episode.
    """
    row = memory.episodes.get(line.police_reference)
    if row is not None:
        return _on_known_reference(line, row, memory, rules, answers)
    if answers.episode_id is not None:
        joined = next(e for rows in memory.by_hand.values() for e in rows if e.id == answers.episode_id)
        verdict = _change(line, joined, memory, rules, near=False)
        if verdict.outcome is not LineOutcome.QUARANTINED:
            verdict.outcome = LineOutcome.UPDATED
            verdict.values |= {"police_force": line.police_force, "police_reference": line.police_reference}
        return verdict
    if answers.new_child:
        return _create(line, None, (), memory, rules)
    if answers.child_id is not None:
        return _of_child(line, answers.child_id, (), memory, rules, answers)
    match = match_child(line, memory.candidates(line))
    if isinstance(match, Ambiguous):
        verdict = _refused(line, _UNDECIDED_CHILD, rules)
        verdict.candidates = match.candidates
        return verdict
    if isinstance(match, Matched):
        return _of_child(line, match.child_id, match.reasons, memory, rules, answers)
    return _create(line, None, (), memory, rules)


def _on_known_reference(line: ReportLine, row: Episode, memory: Memory, rules: Rules, answers: Answers) -> Verdict:
    said_other = answers.new_child or answers.child_id not in (None, row.child_id)
    said_same = answers.child_id == row.child_id
    agreed = Comparison.MATCH if said_same else names_agree(line, memory.known[row.child_id])
    if said_other or agreed is Comparison.DIFFERS:
        verdict = _refused(line, _DIFFERENT_CHILD, rules)
        verdict.candidates = (compare(line, memory.known[row.child_id]),)  # to be asked about, not theirs
        return verdict
    return _change(line, row, memory, rules, near=agreed is Comparison.NEAR)


def _change(line: ReportLine, row: Episode, memory: Memory, rules: Rules, near: bool) -> Verdict:
    child = memory.children[row.child_id]
    held = memory.core(row)
    change = change_from_line(line, held)
    if change.problem:
        return _refused(line, change.problem, rules, row)
    verdict = Verdict(change.outcome, line, child_id=row.child_id, row=row, values=dict(change.values))
    if change.outcome is LineOutcome.STALE:
        return verdict
    verdict.decisions = tuple(d for d in change.decisions if (row.id, d.field, d.police) not in memory.decided)
    flags = _flags(change.flags, row, verdict.decisions, memory)
    if near:
        flags |= {FlagCode.NEAR_NAME}
    if flags != held.flags:
        verdict.values["flags"] = flags
    if "responsible_authority" in verdict.values and line.is_ours is not None:
        verdict.values["is_ours"] = line.is_ours
    verdict.teaches = not near
    verdict.learnt = {} if near else _learnt(line, child)
    changed = verdict.values or verdict.decisions or verdict.learnt
    verdict.outcome = LineOutcome.UPDATED if changed else LineOutcome.UNCHANGED
    return verdict


def _flags(flags: frozenset[FlagCode], row: Episode, new: tuple[Decision, ...], memory: Memory) -> frozenset[FlagCode]:
    """ "The police's value differs" stands only while a person has something to decide."""
    waiting = any(episode_id == row.id and not decided for (episode_id, _, _), decided in memory.decided.items())
    differs = frozenset({FlagCode.POLICE_VALUE_DIFFERS})
    return flags | differs if new or waiting else flags - differs


def _of_child(
    line: ReportLine,
    child_id: int,
    reasons: tuple[FieldReason, ...],
    memory: Memory,
    rules: Rules,
    answers: Answers,
) -> Verdict:
    near = [
        row
        for row in memory.by_hand.get(child_id, ())
        if may_be_same_episode(line.missing_from_at, memory.core(row), rules.policy)
    ]
    if near and not answers.another_episode:
        verdict = _refused(line, _UNDECIDED_EPISODE, rules)
        verdict.child_id, verdict.reasons = child_id, reasons
        verdict.candidate_episodes = tuple(row.id for row in near)
        return verdict
    return _create(line, child_id, reasons, memory, rules)


def _create(
    line: ReportLine, child_id: int | None, reasons: tuple[FieldReason, ...], memory: Memory, rules: Rules
) -> Verdict:
    child = memory.children[child_id] if child_id is not None else None
    change = change_from_line(_with_age_flag(line, child), None)
    if change.problem:
        return _refused(line, change.problem, rules)
    values = dict(change.values) | {"flags": change.flags}
    values |= {"police_force": line.police_force, "police_reference": line.police_reference}
    values["is_ours"] = line.is_ours if line.is_ours is not None else child.is_ours if child else True
    if child is not None:
        values["team_id"] = child.team_id
        values.setdefault("responsible_authority", child.responsible_authority)
        values.setdefault("known_to_services", child.known_to_services)
    learnt = _learnt(line, child) if child is not None else {}
    return Verdict(change.outcome, line, (), child_id, None, values, learnt=learnt, reasons=reasons)


def _learnt(line: ReportLine, child: Child) -> dict[str, object]:
    found = {name: getattr(line, name) for name in LEARNT if getattr(child, name) is None}
    learnt = {name: value for name, value in found.items() if value is not None}
    if "responsible_authority" in learnt and line.is_ours is not None:
        learnt["is_ours"] = line.is_ours
    return learnt


def _with_age_flag(line: ReportLine, child: Child | None) -> ReportLine:
    """Whether the age is unknown at a new episode depends on what is held as much as on the line."""
    unknown = frozenset({FlagCode.AGE_UNKNOWN})
    born = line.date_of_birth or (child.date_of_birth if child else None)
    flags = line.flags - unknown if born else line.flags | unknown
    return line if flags == line.flags else replace(line, flags=flags)


def _refused(line: ReportLine, problem: LineProblem, rules: Rules, row: Episode | None = None) -> Verdict:
    verdict = kept_out(LineReading(line, returned_at=line.returned_at), [problem], rules)
    if row is not None:
        verdict.child_id, verdict.row = row.child_id, row
    return verdict


def reasons_json(reasons: Iterable[FieldReason]) -> list[Mapping[str, object]]:
    return [{"field": r.field, "comparison": str(r.comparison), "weight": r.weight} for r in reasons]


_UNDECIDED_CHILD = LineProblem(
    ProblemCode.MATCH_UNDECIDED,
    "This may be a child who is already held. Decide which child it is, or that it is a new one.",
    ("surname", "forename", "date_of_birth"),
)
_UNDECIDED_EPISODE = LineProblem(
    ProblemCode.SAME_EPISODE_UNDECIDED,
    "An episode of this child was logged by hand within 24 hours of this start. Decide whether they are the same.",
    ("missing_from_at",),
)
_DIFFERENT_CHILD = LineProblem(
    ProblemCode.DIFFERENT_CHILD,
    "This police reference belongs to an episode of a child with another name and date of birth. Nothing was changed.",
    ("police_reference", "surname", "forename", "date_of_birth"),
)
