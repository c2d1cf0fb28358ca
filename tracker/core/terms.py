"""The words of the field as closed sets. docs/definitions.md gives the meaning and the source of each.

Those of an interview's course, of a report and of alerts stand in interview_terms, report_terms and alert_terms.
"""

from enum import StrEnum

RULES_VERSION = "2026.1"
"""Pinned on an episode when its clock starts, and on every published summary. Raised when a rule changes."""


class EpisodeKind(StrEnum):
    """What the police recorded: whereabouts unknown, known but not allowed, or no apparent risk ("absent")."""

    MISSING = "missing"
    AWAY = "away_from_placement_without_authorisation"
    NO_APPARENT_RISK = "no_apparent_risk"


class RiskLevel(StrEnum):
    """The police's grading of the episode, old and new wording (College of Policing)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    VERY_LOW = "very_low"
    NO_APPARENT_RISK = "no_apparent_risk"


class LivingSetting(StrEnum):
    """Where the child lives when the episode starts."""

    LOOKED_AFTER = "looked_after"
    HOME = "home"


class Cohort(StrEnum):
    """Every figure is given for all, for our own children and for other councils' children living here."""

    ALL = "all"
    OURS = "ours"
    OTHER = "other"


class ExclusionReason(StrEnum):
    """Why an episode is kept and listed but out of every count (DEFINITIONS: cancelled, error, adult)."""

    CANCELLED = "cancelled"
    NOT_MISSING = "not_missing"
    CREATED_IN_ERROR = "created_in_error"
    ADULT = "adult"
    LOAD_UNDONE = "load_undone"  # known only through a load that was taken back
    JOINED = "joined"  # one with another episode, which stands for both


class FlagCode(StrEnum):
    """Something a person should know about an episode; shown in words beside it, never only stored."""

    TIME_AMBIGUOUS = "time_ambiguous"  # the hour occurs twice (October); the earlier instant was taken
    TIME_NONEXISTENT = "time_nonexistent"  # the hour does not occur (March); read forward
    START_TIME_ESTIMATED = "start_time_estimated"  # a start with a date and no time: 00:00
    FOUND_TIME_ESTIMATED = "found_time_estimated"
    RETURN_TIME_ESTIMATED = "return_time_estimated"
    ENDS_AS_IT_STARTS = "ends_as_it_starts"  # returned at the very instant of going missing: accepted
    AGE_UNKNOWN = "age_unknown"  # no date of birth: treated as a child until shown otherwise
    NEAR_NAME = "near_name"  # a known reference with a near name: applied
    OVERLAPS_ANOTHER = "overlaps_another"  # two ended episodes of one child overlap
    END_UNKNOWN = "end_unknown"  # never ended, and a later one started
    POLICE_SAY_STILL_MISSING = "police_say_still_missing"  # a newer line contradicts the return we hold
    POLICE_VALUE_DIFFERS = "police_value_differs"  # the police's value differs from one a person entered
    HELD_BEFORE_RETURN = "held_before_return"  # the interview was held after found and before return
    INTERVIEW_BEFORE_END = "interview_before_end"  # a correction put the end after an interview: ask a person
    LOAD_UNDONE = "load_undone"  # the load that brought it was taken back; kept for what people have entered
    POSSIBLE_SAME_EPISODE = "possible_same_episode"  # starts within 24 h of one logged by hand


class InterviewState(StrEnum):
    """Derived, never stored: a pure function of the episode, its interviews and now."""

    AWAITING_RETURN = "awaiting_return"
    FOUND_NOT_RETURNED = "found_not_returned"
    NO_CLOCK = "no_clock"  # this kind of episode runs no clock unless a person asks for an interview
    DUE = "due"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    COMPLETED_IN_TIME = "completed_in_time"
    COMPLETED_LATE = "completed_late"
    DECLINED = "declined"
    NOT_REQUIRED = "not_required"
    WITHDRAWN = "withdrawn"


OPEN_CLOCK_STATES = frozenset({InterviewState.DUE, InterviewState.DUE_SOON, InterviewState.OVERDUE})


class DeclinedBy(StrEnum):
    CHILD = "child"
    PARENT_OR_CARER = "parent_or_carer"


class BreachReason(StrEnum):
    """Why the 72 hours were not met: chosen by a person, later than the breach."""

    LATE_NOTICE = "late_notice"
    COULD_NOT_BE_CONTACTED = "could_not_be_contacted"
    DECLINED_LATE = "declined_late"
    OUT_OF_AREA = "out_of_area"
    MISSING_AGAIN = "missing_again"
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


class Role(StrEnum):
    """What a person does here; access.py turns each into permissions."""

    LEAD = "lead"
    INTERVIEWER = "interviewer"
    MANAGER = "manager"  # team manager
    SERVICE_MANAGER = "service_manager"
    HEAD_OF_SERVICE = "head_of_service"
    OPERATIONAL_GROUP = "operational_group"
    ADMINISTRATOR = "administrator"
    INFORMATION_GOVERNANCE = "information_governance"
