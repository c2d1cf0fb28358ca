"""The words that people read for each code: one table, used by pages, filters and form choices."""

from collections.abc import Iterable
from enum import StrEnum

from tracker.core.alert_terms import Audience, DigestPart, EscalationReason, Rung, Trigger
from tracker.core.report_terms import LineOutcome, ReportStatus
from tracker.core.terms import (
    BreachReason,
    DeclinedBy,
    EpisodeKind,
    ExclusionReason,
    FlagCode,
    InterviewState,
    LivingSetting,
    RiskLevel,
    Role,
)
from tracker.web.frequent_words import FREQUENT_WORDS
from tracker.web.group_words import GROUP_WORDS
from tracker.web.interview_words import INTERVIEW_WORDS

WORDS: dict[type, dict[str, str]] = {
    **INTERVIEW_WORDS,
    **GROUP_WORDS,
    **FREQUENT_WORDS,
    EpisodeKind: {
        EpisodeKind.MISSING: "Missing",
        EpisodeKind.AWAY: "Away from placement without authorisation",
        EpisodeKind.NO_APPARENT_RISK: "No apparent risk (absent)",
    },
    RiskLevel: {
        RiskLevel.HIGH: "High",
        RiskLevel.MEDIUM: "Medium",
        RiskLevel.LOW: "Low",
        RiskLevel.VERY_LOW: "Very low",
        RiskLevel.NO_APPARENT_RISK: "No apparent risk (absent)",
    },
    ReportStatus: {
        ReportStatus.MISSING: "Missing",
        ReportStatus.FOUND: "Found",
        ReportStatus.RETURNED: "Returned",
        ReportStatus.CANCELLED: "Cancelled",
    },
    LivingSetting: {
        LivingSetting.LOOKED_AFTER: "Looked after",
        LivingSetting.HOME: "At home",
    },
    ExclusionReason: {
        ExclusionReason.CANCELLED: "Cancelled",
        ExclusionReason.NOT_MISSING: "Not missing",
        ExclusionReason.CREATED_IN_ERROR: "Created in error",
        ExclusionReason.ADULT: "Aged 18 or over",
        ExclusionReason.LOAD_UNDONE: "The load that brought it was undone",
        ExclusionReason.JOINED: "One with another episode",
    },
    LineOutcome: {
        LineOutcome.CREATED: "Created",
        LineOutcome.UPDATED: "Updated",
        LineOutcome.UNCHANGED: "Unchanged",
        LineOutcome.STALE: "Older than what is held",
        LineOutcome.QUARANTINED: "Needs a decision",
        LineOutcome.BLANK: "Blank",
    },
    InterviewState: {
        InterviewState.AWAITING_RETURN: "Awaiting return",
        InterviewState.FOUND_NOT_RETURNED: "Found, not returned",
        InterviewState.NO_CLOCK: "No clock",
        InterviewState.DUE: "Due",
        InterviewState.DUE_SOON: "Due soon",
        InterviewState.OVERDUE: "Overdue",
        InterviewState.COMPLETED_IN_TIME: "Completed in time",
        InterviewState.COMPLETED_LATE: "Completed late",
        InterviewState.DECLINED: "Declined",
        InterviewState.NOT_REQUIRED: "Not required",
        InterviewState.WITHDRAWN: "Not counted",
    },
    DeclinedBy: {
        DeclinedBy.CHILD: "The child",
        DeclinedBy.PARENT_OR_CARER: "A parent or carer",
    },
    BreachReason: {
        BreachReason.LATE_NOTICE: "The police told us late",
        BreachReason.COULD_NOT_BE_CONTACTED: "The child could not be contacted",
        BreachReason.DECLINED_LATE: "Declined after the deadline",
        BreachReason.OUT_OF_AREA: "The child is out of the area",
        BreachReason.MISSING_AGAIN: "The child went missing again",
        BreachReason.NO_CAPACITY: "No interviewer was free",
        BreachReason.OTHER: "Another reason",
    },
    Rung: {
        Rung.DUE_SOON: "Due soon",
        Rung.OVERDUE: "Overdue",
        Rung.OVERDUE_24H: "Overdue by 24 hours",
        Rung.OVERDUE_96H: "Overdue by 96 hours",
    },
    EscalationReason: {
        EscalationReason.CANNOT_ACT: "I cannot act on it now",
        EscalationReason.NOT_REACHED: "The child or the carer cannot be reached",
        EscalationReason.NEEDS_DECISION: "It needs a decision that is not mine",
        EscalationReason.MAY_BE_AT_RISK: "The child may be at risk",
    },
    Trigger: {
        Trigger.FOUND_NOT_RETURNED: "Found, and not returned",
        Trigger.REPEAT_FLAG: "Repeat flag raised",
        Trigger.NO_REPORT: "No police report has come",
        Trigger.LINES_WAITING: "Report lines wait for a decision",
        Trigger.ACTION_OVERDUE: "Action overdue",
        Trigger.MARAMP_REVIEW_OVERDUE: "MARAMP review overdue",
        Trigger.MAIL_UNDELIVERABLE: "A message could not be delivered",
        Trigger.ENGINE_STALE: "Deadlines were not checked",
    },
    DigestPart: {
        DigestPart.OVERDUE_INTERVIEWS: "Return interviews overdue",
        DigestPart.DUE_SOON: "Return interviews due soon",
        DigestPart.FOUND_NOT_RETURNED: "Found, and not returned",
        DigestPart.LINES_WAITING: "Report lines that wait for a decision",
        DigestPart.APPROVALS: "Proposals of “not required” that wait for you",
        DigestPart.REVIEWS: "Write-ups to review",
        DigestPart.OVERDUE_ACTIONS: "Actions overdue",
        DigestPart.MARAMP_REVIEWS: "MARAMP reviews overdue",
        DigestPart.REPEAT_FLAGS: "Repeat flags nobody has reviewed",
        DigestPart.ALERTS: "Alerts nobody has answered",
    },
    Audience: {
        Audience.ALLOCATED_INTERVIEWER: "Whoever the interview is allocated to",
        Audience.ACTION_OWNER: "Whoever the action is given to",
        Audience.LEAD_PROFESSIONAL: "Lead professional of the MARAMP",
        Audience.LEAD: "Missing-children lead",
        Audience.TEAM_MANAGER: "Team manager",
        Audience.SERVICE_MANAGER: "Service manager",
        Audience.HEAD_OF_SERVICE: "Head of service",
        Audience.ADMINISTRATOR: "Administrator",
    },
    Role: {
        Role.LEAD: "Missing-children lead",
        Role.INTERVIEWER: "Interviewer",
        Role.MANAGER: "Team manager",
        Role.SERVICE_MANAGER: "Service manager",
        Role.HEAD_OF_SERVICE: "Head of service",
        Role.OPERATIONAL_GROUP: "Operational group",
        Role.ADMINISTRATOR: "Administrator",
        Role.INFORMATION_GOVERNANCE: "Information governance",
    },
    FlagCode: {
        FlagCode.TIME_AMBIGUOUS: "The hour occurs twice; the earlier was taken",
        FlagCode.TIME_NONEXISTENT: "The hour does not exist; read an hour later",
        FlagCode.START_TIME_ESTIMATED: "Start time estimated",
        FlagCode.FOUND_TIME_ESTIMATED: "Found time estimated",
        FlagCode.RETURN_TIME_ESTIMATED: "Return time estimated",
        FlagCode.ENDS_AS_IT_STARTS: "Ends at the instant it starts",
        FlagCode.AGE_UNKNOWN: "Age unknown: treated as a child",
        FlagCode.NEAR_NAME: "The name on the report differs a little",
        FlagCode.OVERLAPS_ANOTHER: "Overlaps another episode",
        FlagCode.END_UNKNOWN: "End unknown",
        FlagCode.POLICE_SAY_STILL_MISSING: "Police say still missing",
        FlagCode.POLICE_VALUE_DIFFERS: "The police's value differs",
        FlagCode.HELD_BEFORE_RETURN: "Interview held before the return",
        FlagCode.INTERVIEW_BEFORE_END: "The interview is dated before the end",
        FlagCode.LOAD_UNDONE: "The load that brought it was undone; kept for what people have entered",
        FlagCode.POSSIBLE_SAME_EPISODE: "Possibly the same episode",
    },
}
"""By class, because members of two enums with the same text are equal."""


def words(value: StrEnum | str | None) -> str:
    """What people read for a code; a plain text is returned with its underscores as spaces, None as nothing."""
    if value is None:
        return ""
    known = WORDS.get(type(value), {}).get(value) if isinstance(value, StrEnum) else None
    return known or str(value).replace("_", " ").capitalize()


def choices(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """For a form field: (code, words), in the order given. `choices(EpisodeKind)`, or some members of it."""
    return [(member.value, words(member)) for member in members]
