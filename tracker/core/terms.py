"""The words of the field as closed sets. docs/definitions.md gives the meaning and the source of each."""

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


class ReportStatus(StrEnum):
    """What a report line says has become of the episode."""

    MISSING = "missing"
    FOUND = "found"
    RETURNED = "returned"
    CANCELLED = "cancelled"


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


class Road(StrEnum):
    """By which way a report came in; written on its receipt."""

    UPLOAD = "upload"
    COMMAND_LINE = "command line"
    FOLDER = "watched folder"
    PULL = "pull"
    API = "api"


class LineOutcome(StrEnum):
    """What became of one line of a report: exactly one of these, so that lines read = their sum."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    QUARANTINED = "quarantined"
    BLANK = "blank"


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


class EscalationReason(StrEnum):
    """Why somebody who was told asks that the next step be told at once."""

    CANNOT_ACT = "cannot_act"
    NOT_REACHED = "not_reached"
    NEEDS_DECISION = "needs_decision"
    MAY_BE_AT_RISK = "may_be_at_risk"


class Rung(StrEnum):
    """The shipped steps of the alert ladder, lowest first. A council's own ladder may have others, by name."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    OVERDUE_24H = "overdue_24h"
    OVERDUE_96H = "overdue_96h"


RUNG_ORDER = tuple(Rung)


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


class Trigger(StrEnum):
    """What people are told of beside the rungs of a deadline (config/ladder.toml)."""

    FOUND_NOT_RETURNED = "found_not_returned"
    REPEAT_FLAG = "repeat_flag"
    NO_REPORT = "no_report"
    LINES_WAITING = "lines_waiting"
    ACTION_OVERDUE = "action_overdue"
    MARAMP_REVIEW_OVERDUE = "maramp_review_overdue"
    MAIL_UNDELIVERABLE = "mail_undeliverable"
    ENGINE_STALE = "engine_stale"


class DigestPart(StrEnum):
    """What the daily digest counts, in the order in which it tells."""

    OVERDUE_INTERVIEWS = "overdue_interviews"
    DUE_SOON = "due_soon"
    FOUND_NOT_RETURNED = "found_not_returned"
    LINES_WAITING = "lines_waiting"
    APPROVALS = "approvals"
    REVIEWS = "reviews"
    OVERDUE_ACTIONS = "overdue_actions"
    MARAMP_REVIEWS = "maramp_reviews"
    REPEAT_FLAGS = "repeat_flags"
    ALERTS = "alerts"


def named_step(name: str) -> Rung | Trigger | str:
    """A rung or trigger by its name; a council's own rung stays the name that it is."""
    if name in set(Rung):
        return Rung(name)
    return Trigger(name) if name in set(Trigger) else name


class Audience(StrEnum):
    """Whom a rung or a trigger tells."""

    ALLOCATED_INTERVIEWER = "allocated_interviewer"
    ACTION_OWNER = "action_owner"
    LEAD_PROFESSIONAL = "lead_professional"  # of a MARAMP
    LEAD = "lead"
    TEAM_MANAGER = "team_manager"
    SERVICE_MANAGER = "service_manager"
    HEAD_OF_SERVICE = "head_of_service"
    ADMINISTRATOR = "administrator"


class ProblemCode(StrEnum):
    """Why a line, or a whole file, could not be used. Each has a plain sentence beside it where it is raised."""

    # a line
    MISSING_VALUE = "missing_value"
    UNREADABLE_TIME = "unreadable_time"
    UNREADABLE_DATE_OF_BIRTH = "unreadable_date_of_birth"
    UNKNOWN_VALUE = "unknown_value"
    RETURN_BEFORE_MISSING = "return_before_missing"
    IN_THE_FUTURE = "in_the_future"
    DIFFERENT_CHILD = "different_child"
    MATCH_UNDECIDED = "match_undecided"
    SAME_EPISODE_UNDECIDED = "same_episode_undecided"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    ROW_TOO_LONG = "row_too_long"
    VALUE_TOO_LONG = "value_too_long"
    UNKNOWN_MARK = "unknown_mark"
    MARK_SETTLED = "mark_settled"
    NESTED_VALUE = "nested_value"
    # a file
    NOT_A_TABLE = "not_a_table"
    EMPTY_FILE = "empty_file"
    MISSING_COLUMN = "missing_column"
    DUPLICATE_COLUMN = "duplicate_column"
    WRONG_ENCODING = "wrong_encoding"
    TOO_LARGE = "too_large"
