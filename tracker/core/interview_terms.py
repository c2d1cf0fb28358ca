"""The words of an interview's course as closed sets: figures and boards count by them (definitions §3)."""

from enum import StrEnum


class InterviewStage(StrEnum):
    """Where the work of one interview stands. Derived, never stored; beside it stands the state of each clock."""

    NEEDED = "needed"
    ALLOCATED = "allocated"
    ATTEMPTED = "attempted"  # nobody reached yet, or reached without an offer
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PLANNED = "planned"
    NOT_HELD = "not_held"  # the visit did not come about: plan again
    HELD = "held"  # to be written up
    RETURNED = "returned"  # a manager asked for changes
    WRITTEN_UP = "written_up"  # a manager is to look at it
    DECLINED = "declined"  # likewise
    APPROVED = "approved"
    CLOSED = "closed"
    NOT_REQUIRED_PROPOSED = "not_required_proposed"
    NOT_REQUIRED = "not_required"


class AllocationKind(StrEnum):
    """How an interview came to be somebody's."""

    ALLOCATED = "allocated"
    REALLOCATED = "reallocated"
    HANDED_OVER = "handed_over"  # by whoever had it
    COVER = "cover"  # because whoever had it is away


class ContactMethod(StrEnum):
    PHONE = "phone"
    TEXT_MESSAGE = "text_message"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"
    VIDEO = "video"
    OTHER = "other"


class ContactWith(StrEnum):
    CHILD = "child"
    PARENT_OR_CARER = "parent_or_carer"
    PLACEMENT = "placement"
    SOCIAL_WORKER = "social_worker"
    SCHOOL = "school"
    OTHER = "other"


class ContactOutcome(StrEnum):
    """What came of an attempt. An unanswered one is no offer (definitions §1)."""

    NO_ANSWER = "no_answer"
    MESSAGE_LEFT = "message_left"
    WRONG_DETAILS = "wrong_details"
    CALL_AGAIN = "call_again"  # reached; no offer could be made yet
    OFFERED = "offered"  # the offer reached them; no answer to it yet
    ACCEPTED = "accepted"
    DECLINED = "declined"


OFFERS = frozenset({ContactOutcome.OFFERED, ContactOutcome.ACCEPTED, ContactOutcome.DECLINED})
"""The offer reached them."""

REACHED = frozenset(
    {ContactOutcome.CALL_AGAIN, ContactOutcome.OFFERED, ContactOutcome.ACCEPTED, ContactOutcome.DECLINED}
)
"""Somebody answered: the first of these is the first contact."""


class VisitEnd(StrEnum):
    """What became of a planned visit."""

    HELD = "held"
    NOT_HELD = "not_held"
    MOVED = "moved"  # to another time or place, before it
    CANCELLED = "cancelled"  # before it


class NotHeldReason(StrEnum):
    """Why a planned visit did not come about: facts of the day, nobody's fault."""

    CHILD_NOT_THERE = "child_not_there"
    MISSING_AGAIN = "missing_again"
    NOT_READY = "not_ready"  # the child did not wish to talk that day
    CANCELLED_BY_FAMILY = "cancelled_by_family"
    CANCELLED_BY_US = "cancelled_by_us"
    OTHER = "other"


class AskedBecause(StrEnum):
    """Why another council is asked to hold the interview."""

    RESPONSIBLE_ELSEWHERE = "responsible_elsewhere"  # another council's child who lives here
    PLACED_ELSEWHERE = "placed_elsewhere"  # our child, placed in another council's area


class AuthorityAnswer(StrEnum):
    WILL_HOLD = "will_hold"
    HELD = "held"
    WILL_NOT = "will_not"  # so we do


class WhoHolds(StrEnum):
    """Who must hold the interview, as things stand."""

    US = "us"
    TO_ASK = "to_ask"  # another council is responsible for the child, and has not been asked
    ASKED = "asked"  # another council, without an answer yet: ours to see to until it says it will
    THEM = "them"
    THEY_HELD = "they_held"  # its outcome is to be recorded here


class ReviewDecision(StrEnum):
    RETURNED = "returned"
    APPROVED = "approved"


class ContactRelation(StrEnum):
    """Who somebody is to the child."""

    CHILD = "child"
    PARENT_OR_CARER = "parent_or_carer"
    PLACEMENT = "placement"
    SOCIAL_WORKER = "social_worker"
    SCHOOL = "school"
    OTHER = "other"


CARES_FOR_CHILD = frozenset({ContactRelation.PARENT_OR_CARER, ContactRelation.PLACEMENT, ContactRelation.SOCIAL_WORKER})
"""Whoever is one of these to a child is not independent (definitions §1)."""
