"""The council's rules together, as settings hand them to the services."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.core.alert_terms import Audience, Rung
from tracker.core.alerts import RungPolicy, ladder_step
from tracker.core.interview_form import InterviewForm
from tracker.core.meetings import SHIPPED_MEETINGS, MeetingPolicy
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.triggers import SHIPPED_TRIGGERS, TriggerPolicy

SHIPPED_REPEAT_RULES = (
    RepeatRule("3_in_365", 3, 365, "Three or more in a year", "Consider a strategy meeting and a MARAMP"),
    RepeatRule("3_in_90", 3, 90, "Three or more in 90 days", "Hold a strategy meeting"),
)

SHIPPED_LADDER = (
    ladder_step(Rung.DUE_SOON, -24, Audience.ALLOCATED_INTERVIEWER, Audience.LEAD),
    ladder_step(Rung.OVERDUE, 0, Audience.TEAM_MANAGER, Audience.LEAD),
    ladder_step(Rung.OVERDUE_24H, 24, Audience.SERVICE_MANAGER),
    ladder_step(Rung.OVERDUE_96H, 96, Audience.HEAD_OF_SERVICE),
)


@dataclass(frozen=True)
class Rules:
    """`interview_form`: the form that a new write-up begins with; None where nobody writes one.

    `single_messages`: to one receiver one pass sends so many messages of one matter each, and one for all the others;
    None for no end.
    """

    policy: Policy = field(default_factory=Policy)
    repeat_rules: Sequence[RepeatRule] = SHIPPED_REPEAT_RULES
    ladder: Sequence[RungPolicy] = SHIPPED_LADDER
    triggers: Sequence[TriggerPolicy] = SHIPPED_TRIGGERS
    interview_form: InterviewForm | None = None
    meetings: MeetingPolicy = SHIPPED_MEETINGS
    single_messages: int | None = None
