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
    PLAN_AWAITED = "plan_awaited"
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


def next_step(plan: PlanState | None, undecided: bool, awaited: bool, unchecked: int, today: date) -> NextStep:
    """`undecided`: a flag stands that nobody has reviewed; `awaited`: one whose review asked for a MARAMP.

    Where every flag was reviewed and none asked for one, having none is what was decided. `unchecked`: interviews
    written up that nobody has checked.
    """
    if plan is None:
        if awaited:
            return NextStep.PLAN_AWAITED
        if undecided:
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


def urgency(
    step: NextStep, plan: PlanState | None, is_missing: bool, episodes: tuple[int, int], today: date
) -> tuple[int, ...]:
    """Sorts by what needs doing; then whose review is longest overdue or nearest, who is missing now, who went missing
    most often in 90 days, and in 365 (`episodes`)."""
    ahead = (plan.next_review_on - today).days if plan is not None and plan.next_review_on is not None else 0
    return STEP_ORDER.index(step), ahead, not is_missing, -episodes[0], -episodes[1]
