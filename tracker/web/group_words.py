"""What people read for the codes of the operational group's meetings."""

from tracker.core.group_terms import AgendaReason, Attendance, GroupDecision, MeetingState

GROUP_WORDS: dict[type, dict[str, str]] = {
    AgendaReason: {
        AgendaReason.BROUGHT_BACK: "To be brought back",
        AgendaReason.NEW_FLAG: "New repeat flag",
        AgendaReason.NOT_DECIDED: "No decision yet",
        AgendaReason.REVIEW_DUE: "MARAMP due",
        AgendaReason.ASKED_FOR: "Asked for",
    },
    GroupDecision: {
        GroupDecision.PLAN_SUFFICIENT: "The plan is sufficient",
        GroupDecision.PLAN_NEEDS_CHANGE: "The plan needs to change",
        GroupDecision.OPEN_MARAMP: "A MARAMP is to be opened",
        GroupDecision.STRATEGY_MEETING: "A strategy meeting is asked for",
        GroupDecision.ESCALATE: "Escalated",
        GroupDecision.NO_FURTHER_ACTION: "No further action",
    },
    Attendance: {
        Attendance.PRESENT: "There",
        Attendance.APOLOGIES: "Sent apologies",
        Attendance.ABSENT: "Not there",
    },
    MeetingState: {
        MeetingState.PLANNED: "Planned",
        MeetingState.BEING_HELD: "Being held",
        MeetingState.CLOSED: "Closed",
        MeetingState.CANCELLED: "Called off",
    },
}
