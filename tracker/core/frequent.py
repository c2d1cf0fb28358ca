"""Children who go missing often: what is to be done next for each, and in which order they are looked at. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SEEN_AFTER_DAYS = 90
"""For how many days after its flag ended the operational group may still read of a child."""

SOON_DAYS = 14
"""A review within so many days is near."""


class NextStep(StrEnum):
    """What a child on the list needs, the most pressing first."""

    REVIEW_OVERDUE = "review_overdue"
    NO_PLAN = "no_plan"
    PLAN_NOT_PUBLISHED = "plan_not_published"
    INTERVIEWS_UNCHECKED = "interviews_unchecked"
    REVIEW_SOON = "review_soon"
    NOTHING = "nothing"


STEP_ORDER = tuple(NextStep)


@dataclass(frozen=True)
class PlanState:
    """An open MARAMP. `version_no` 0: nothing of it is published yet."""

    id: int
    version_no: int
    lead: str | None
    next_review_on: date | None

    def days_overdue(self, today: date) -> int | None:
        """How many days its review is late; None where it is not. On the day itself it is not late."""
        if self.next_review_on is None or self.next_review_on >= today:
            return None
        return (today - self.next_review_on).days


def next_step(plan: PlanState | None, flagged: bool, unchecked: int, today: date) -> NextStep:
    """`flagged`: a repeat flag stands. `unchecked`: interviews held that nobody has checked."""
    if plan is None:
        if flagged:
            return NextStep.NO_PLAN
    elif plan.days_overdue(today) is not None:
        return NextStep.REVIEW_OVERDUE
    elif plan.version_no == 0:
        return NextStep.PLAN_NOT_PUBLISHED
    if unchecked:
        return NextStep.INTERVIEWS_UNCHECKED
    if plan and plan.next_review_on and (plan.next_review_on - today).days <= SOON_DAYS:
        return NextStep.REVIEW_SOON
    return NextStep.NOTHING


def urgency(step: NextStep, plan: PlanState | None, first_flag_on: date | None, today: date) -> tuple[int, int]:
    """Sorts by what needs doing; within a step whoever waits longest, or whose review is nearest."""
    rank = STEP_ORDER.index(step)
    if plan is not None and plan.next_review_on is not None:
        return rank, (plan.next_review_on - today).days
    return rank, (first_flag_on - today).days if first_flag_on else 0
