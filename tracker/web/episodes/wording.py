"""The words for the fields of an episode, and for the values that its history and its decisions hold as text."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from tracker.core.interview_terms import ContactWith
from tracker.core.report_terms import ReportStatus
from tracker.core.terms import (
    BreachReason,
    DeclinedBy,
    EpisodeKind,
    ExclusionReason,
    FlagCode,
    LivingSetting,
    RiskLevel,
)
from tracker.web.filters import MISSING_VALUE, day, instant
from tracker.web.words import words

FIELDS: dict[str, str] = {
    "missing_from_at": "Missing from",
    "found_at": "Found",
    "returned_at": "Returned",
    "notified_at": "We were told of the return",
    "reported_at": "Reported to the police",
    "status": "Status",
    "kind": "Kind",
    "risk": "Risk",
    "setting": "Living",
    "police_force": "Police force",
    "police_reference": "Police reference",
    "responsible_authority": "Responsible authority",
    "is_ours": "Our responsibility",
    "known_to_services": "Known to services",
    "district": "District",
    "missing_from_address": "Missing from (place)",
    "last_seen_location": "Last seen",
    "found_location": "Found at (place)",
    "found_by": "Found by",
    "prevention_interview_at": "Police prevention interview",
    "prevention_interview_outcome": "What the prevention interview found",
    "prevention_interview_raised_harm": "The prevention interview raised harm",
    "circumstances": "Circumstances",
    "team_id": "Team",
    "excluded": "Left out of the counts",
    "excluded_reason": "Why left out",
    "flags": "Notes on the record",
    "interview_requested": "Interview asked for",
    "conflict_settled": "Overlap settled",
    "child_id": "Child",
    "interview.id": "Interview",
    "interview.allocated_to_id": "Interview allocated to",
    "interview.allocated_at": "Interview allocated",
    "interview.not_independent_reason": "Why not independent",
    "interview.offered_at": "Interview offered",
    "interview.offered_to": "Offered to",
    "interview.accepted_at": "Interview accepted",
    "interview.accepted_by": "Accepted by",
    "interview.planned_at": "Visit planned for",
    "interview.completed_at": "Interview held",
    "interview.interviewer_name": "Interviewer",
    "interview.declined_at": "Interview declined",
    "interview.declined_by": "Declined by",
    "interview.decline_reason": "Why declined",
    "interview.child_was_asked": "The child was asked",
    "interview.child_not_asked_reason": "Why the child was not asked",
    "interview.carer_asked_instead": "What the carer was asked instead",
    "interview.not_required_at": "Proposed as not required",
    "interview.not_required_by_id": "Proposed by",
    "interview.not_required_reason": "Why not required",
    "interview.not_required_approved_at": "Approved as not required",
    "interview.not_required_approved_by_id": "Approved by",
    "interview.not_required_refused_at": "Refused: an interview is required",
    "interview.not_required_refused_reason": "Why an interview is required",
    "interview.written_up_at": "Interview written up",
    "interview.returned_at": "Write-up returned for changes",
    "interview.approved_at": "Write-up approved",
    "interview.written_elsewhere": "Written up elsewhere",
    "interview.closed_at": "Interview closed",
    "interview.covers": "Interview covers this episode",
}

_CODES: dict[str, type[StrEnum]] = {
    "status": ReportStatus,
    "kind": EpisodeKind,
    "risk": RiskLevel,
    "setting": LivingSetting,
    "excluded": ExclusionReason,
    "flags": FlagCode,
    "interview.declined_by": DeclinedBy,
    "interview.offered_to": ContactWith,
    "interview.accepted_by": ContactWith,
    "reason": BreachReason,
}

_MACHINERY = frozenset(
    {"person_fields", "as_of_at", "as_of_line", "interview.id", "sweep_at", "clock_open", "clock_no"}
)
"""What a version may hold that tells a reader nothing."""

WITHDRAWN_WORDS = {
    "deadline_moved": "the deadline moved",
    "left_the_counts": "the episode left the counts",
    "no_clock": "this return runs no clock",
    "joined": "the episode proved to be one with another",
    "not_yet_due": "the deadline has not come",
    "closed_in_time_completed_in_time": "the interview proved to have been held in time",
    "closed_in_time_declined": "the decline proved to have been in time",
    "closed_in_time_not_required": "it proved to have been approved as not required in time",
}


def field_words(name: str) -> str:
    """`missing_from_at` → Missing from."""
    return FIELDS.get(name) or words(name.removeprefix("interview.").removesuffix("_at").removesuffix("_id"))


def value_words(value: object, name: str) -> str:
    """A value of the history as people read it: codes in words, instants in London time, yes and no."""
    if value is None or value in ("", []):
        return MISSING_VALUE
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(value_words(each, name) for each in value)
    if isinstance(value, datetime):
        return instant(value)
    text = str(value)
    if name in _CODES and text in set(_CODES[name]):
        return words(_CODES[name](text))
    if name.endswith("_at"):
        return _instant_words(text)
    if name.endswith("_on") or name == "date_of_birth":
        return _date_words(text)
    return {"True": "Yes", "False": "No"}.get(text, text)


def _instant_words(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return instant(at) if at.utcoffset() is not None else text


def _date_words(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


Names = Mapping[str, Mapping[int, str]]
"""For fields that hold an id: field → id → the name people read."""


def shown_changes(changes: Mapping[str, tuple[object, object]], names: Names) -> list[tuple[str, str, str]]:
    """(field, what stood, what stands), in words, without what is of no use to a reader."""

    def shown(value: object, name: str) -> str:
        if name == "interview.covers":
            return "No" if value is None else "Yes"
        known = names.get(name)
        if known is not None and isinstance(value, int):
            return known.get(value, f"no. {value}")
        return value_words(value, name)

    return [
        (field_words(name), shown(old, name), shown(new, name))
        for name, (old, new) in changes.items()
        if name not in _MACHINERY
    ]


def force_words(force: str | None) -> str:
    """`thames-valley` → Thames Valley."""
    return (force or "").replace("-", " ").replace("_", " ").title()
