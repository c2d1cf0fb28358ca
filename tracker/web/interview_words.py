"""What people read for the codes of an interview's course. No word here puts the cause on the child."""

from tracker.core.forecast import Outlook
from tracker.core.interview_terms import (
    AllocationKind,
    AskedBecause,
    AuthorityAnswer,
    ContactMethod,
    ContactOutcome,
    ContactRelation,
    ContactWith,
    InterviewStage,
    NotHeldReason,
    OutlookReason,
    ReviewDecision,
    VisitEnd,
    WhoHolds,
)

INTERVIEW_WORDS: dict[type, dict[str, str]] = {
    InterviewStage: {
        InterviewStage.NEEDED: "Needed",
        InterviewStage.ALLOCATED: "Allocated",
        InterviewStage.ATTEMPTED: "Being contacted",
        InterviewStage.OFFERED: "Offered",
        InterviewStage.ACCEPTED: "Accepted: plan it",
        InterviewStage.PLANNED: "Planned",
        InterviewStage.NOT_HELD: "Visit not held: plan again",
        InterviewStage.HELD: "Held: write it up",
        InterviewStage.RETURNED: "Returned for changes",
        InterviewStage.WRITTEN_UP: "Written up: to be reviewed",
        InterviewStage.DECLINED: "Declined",
        InterviewStage.APPROVED: "Approved",
        InterviewStage.CLOSED: "Closed",
        InterviewStage.NOT_REQUIRED_PROPOSED: "Not required? To be approved",
        InterviewStage.NOT_REQUIRED: "Not required",
    },
    AllocationKind: {
        AllocationKind.ALLOCATED: "Allocated",
        AllocationKind.REALLOCATED: "Reallocated",
        AllocationKind.HANDED_OVER: "Handed over",
        AllocationKind.COVER: "Cover for an absence",
    },
    ContactMethod: {
        ContactMethod.PHONE: "Phone call",
        ContactMethod.TEXT_MESSAGE: "Text message",
        ContactMethod.EMAIL: "Email",
        ContactMethod.LETTER: "Letter",
        ContactMethod.VISIT: "Visit",
        ContactMethod.VIDEO: "Video call",
        ContactMethod.OTHER: "Another way",
    },
    ContactWith: {
        ContactWith.CHILD: "The child",
        ContactWith.PARENT_OR_CARER: "A parent or carer",
        ContactWith.PLACEMENT: "The placement",
        ContactWith.SOCIAL_WORKER: "The social worker",
        ContactWith.SCHOOL: "School or college",
        ContactWith.OTHER: "Somebody else",
    },
    ContactOutcome: {
        ContactOutcome.NO_ANSWER: "No answer",
        ContactOutcome.MESSAGE_LEFT: "Message left or sent, no answer yet",
        ContactOutcome.WRONG_DETAILS: "The details are wrong",
        ContactOutcome.CALL_AGAIN: "Reached: to be contacted again",
        ContactOutcome.OFFERED: "Offered: no answer to it yet",
        ContactOutcome.ACCEPTED: "Offered and accepted",
        ContactOutcome.DECLINED: "Offered and declined",
    },
    VisitEnd: {
        VisitEnd.HELD: "Held",
        VisitEnd.NOT_HELD: "Not held",
        VisitEnd.MOVED: "Moved to another time",
        VisitEnd.CANCELLED: "Cancelled",
    },
    NotHeldReason: {
        NotHeldReason.CHILD_NOT_THERE: "The child was not there",
        NotHeldReason.MISSING_AGAIN: "The child is missing again",
        NotHeldReason.NOT_READY: "The child did not wish to talk that day",
        NotHeldReason.CANCELLED_BY_FAMILY: "The family or placement cancelled",
        NotHeldReason.CANCELLED_BY_US: "We cancelled",
        NotHeldReason.OTHER: "Something else",
    },
    AskedBecause: {
        AskedBecause.RESPONSIBLE_ELSEWHERE: "It is responsible for the child",
        AskedBecause.PLACED_ELSEWHERE: "Our child is placed there",
    },
    AuthorityAnswer: {
        AuthorityAnswer.WILL_HOLD: "It will hold the interview",
        AuthorityAnswer.HELD: "It has held the interview",
        AuthorityAnswer.WILL_NOT: "It will not: we hold it",
    },
    WhoHolds: {
        WhoHolds.US: "We hold it",
        WhoHolds.TO_ASK: "The council responsible for the child is to be asked",
        WhoHolds.ASKED: "Another council is asked: no answer yet",
        WhoHolds.THEM: "Another council holds it",
        WhoHolds.THEY_HELD: "Another council has held it: record it here",
    },
    ReviewDecision: {
        ReviewDecision.RETURNED: "Returned with comments",
        ReviewDecision.APPROVED: "Approved",
    },
    ContactRelation: {
        ContactRelation.CHILD: "The child",
        ContactRelation.PARENT_OR_CARER: "Parent or carer",
        ContactRelation.PLACEMENT: "Placement",
        ContactRelation.SOCIAL_WORKER: "Social worker",
        ContactRelation.SCHOOL: "School or college",
        ContactRelation.OTHER: "Other",
    },
    OutlookReason: {
        OutlookReason.NOT_ALLOCATED: "Not allocated",
        OutlookReason.NOT_CONTACTED: "Nobody contacted yet",
        OutlookReason.NOBODY_REACHED: "Nobody reached yet",
        OutlookReason.NOT_OFFERED: "Reached, but not offered yet",
        OutlookReason.NOT_ACCEPTED: "No answer to the offer yet",
        OutlookReason.NOT_PLANNED: "Accepted, but no visit planned yet",
        OutlookReason.VISIT_NOT_HELD: "The visit was not held: no new one planned",
        OutlookReason.PLANNED_LATE: "Planned for after the deadline",
        OutlookReason.VISIT_PASSED: "The visit's time has passed, and nothing is recorded",
        OutlookReason.COUNCIL_NOT_ANSWERED: "Another council was asked and has not answered",
        OutlookReason.MANY_CLOCKS: "Its interviewer has many other clocks before it",
        OutlookReason.HOLDER_AWAY: "Its interviewer is away",
        OutlookReason.FEW_WORKING_HOURS: "Little working time is left before the deadline",
    },
}

_WITH_FIGURE = {
    OutlookReason.NOT_ALLOCATED: ("Not allocated, {} left", "hour"),
    OutlookReason.NOT_CONTACTED: ("Nobody contacted yet, {} left", "hour"),
    OutlookReason.NOBODY_REACHED: ("Nobody reached after {}", "attempt"),
    OutlookReason.NOT_OFFERED: ("Reached, but not offered yet, {} left", "hour"),
    OutlookReason.NOT_ACCEPTED: ("No answer to the offer yet, {} left", "hour"),
    OutlookReason.NOT_PLANNED: ("Accepted, but no visit planned yet, {} left", "hour"),
    OutlookReason.MANY_CLOCKS: ("Its interviewer has {} before it", "other clock"),
    OutlookReason.FEW_WORKING_HOURS: ("Only {} left before the deadline", "working hour"),
}


def outlook_words(outlook: Outlook) -> list[str]:
    """Why a clock will be missed, the step ahead first, each with its number where it has one."""
    return [_outlook_sentence(reason, outlook.figures.get(reason, 0)) for reason in outlook.reasons]


def _outlook_sentence(reason: OutlookReason, figure: int) -> str:
    if reason not in _WITH_FIGURE:
        return INTERVIEW_WORDS[OutlookReason][reason]
    sentence, noun = _WITH_FIGURE[reason]
    if noun == "working hour" and figure == 0:
        return "No working time is left before the deadline"
    return sentence.format(f"{figure} {noun}" if figure == 1 else f"{figure} {noun}s")
