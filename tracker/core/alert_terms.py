"""The words of alerts as closed sets: who is told of what, at which step, and what is asked of those above."""

from enum import StrEnum


class Rung(StrEnum):
    """The shipped steps of the alert ladder, lowest first. A council's own ladder may have others, by name."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    OVERDUE_24H = "overdue_24h"
    OVERDUE_96H = "overdue_96h"


RUNG_ORDER = tuple(Rung)


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


class EscalationReason(StrEnum):
    """Why somebody who was told asks that the next step be told at once."""

    CANNOT_ACT = "cannot_act"
    NOT_REACHED = "not_reached"
    NEEDS_DECISION = "needs_decision"
    MAY_BE_AT_RISK = "may_be_at_risk"


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
