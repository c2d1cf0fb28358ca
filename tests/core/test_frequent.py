"""What a child on the list needs next: the most pressing thing, and the order of the list."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.frequent import NextStep, PlanState, next_step, urgency
from tracker.core.quality_check import CHECKERS, Met, checker_role, needs_comment
from tracker.core.terms import Role

TODAY = date(2026, 11, 16)

plans = st.none() | st.builds(
    PlanState,
    st.just(1),
    st.integers(0, 3),
    st.none(),
    st.none() | st.integers(-40, 40).map(lambda n: TODAY + timedelta(n)),
)


@unhurried(120)
@given(plans, st.booleans(), st.integers(0, 3))
def test_a_late_review_leads_and_no_plan_comes_next(plan: PlanState | None, flagged: bool, unchecked: int) -> None:
    step = next_step(plan, flagged, unchecked, TODAY)
    late = plan is not None and plan.next_review_on is not None and plan.next_review_on < TODAY
    assert (step is NextStep.REVIEW_OVERDUE) == late
    assert (step is NextStep.NO_PLAN) == (plan is None and flagged)
    if step in (NextStep.REVIEW_SOON, NextStep.NOTHING):
        assert not unchecked, "an interview that nobody has checked is work"
    assert urgency(NextStep.REVIEW_OVERDUE, plan, None, TODAY) < urgency(NextStep.NO_PLAN, None, TODAY, TODAY)


def test_for_which_role_somebody_checks() -> None:
    assert checker_role({Role.LEAD, Role.OPERATIONAL_GROUP}) is Role.OPERATIONAL_GROUP
    assert checker_role({Role.LEAD}) is Role.LEAD
    assert checker_role({Role.INTERVIEWER, Role.ADMINISTRATOR}) is None
    assert Role.INTERVIEWER not in CHECKERS, "nobody checks their own"
    assert needs_comment([Met.YES, Met.PARTLY]) and not needs_comment([Met.YES, Met.YES])
