"""The closed lists of the operational group's meetings: why a child is on the agenda, what is decided, who came."""

from enum import StrEnum


class AgendaReason(StrEnum):
    """Why a child is on an agenda. In the order in which the agenda begins."""

    BROUGHT_BACK = "brought_back"  # an earlier meeting said: bring back on this day
    NEW_FLAG = "new_flag"  # a repeat flag raised since the last meeting held
    NOT_DECIDED = "not_decided"  # a standing flag that no meeting has decided on yet
    REVIEW_DUE = "review_due"  # the day of the MARAMP on a standing flag has come
    ASKED_FOR = "asked_for"  # somebody put the child on the agenda


class GroupDecision(StrEnum):
    """What the group decides for a child."""

    PLAN_SUFFICIENT = "plan_sufficient"
    PLAN_NEEDS_CHANGE = "plan_needs_change"
    OPEN_MARAMP = "open_maramp"
    STRATEGY_MEETING = "strategy_meeting"
    ESCALATE = "escalate"
    NO_FURTHER_ACTION = "no_further_action"


class Attendance(StrEnum):
    """Whether somebody who was invited came."""

    PRESENT = "present"
    APOLOGIES = "apologies"
    ABSENT = "absent"


class MeetingState(StrEnum):
    """Where a meeting of the group stands."""

    PLANNED = "planned"
    BEING_HELD = "being_held"
    CLOSED = "closed"
    CANCELLED = "cancelled"
