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
@given(plans, st.booleans(), st.booleans(), st.integers(0, 3))
def test_a_late_review_leads_then_a_plan_that_is_awaited(
    plan: PlanState | None, undecided: bool, awaited: bool, unchecked: int
) -> None:
    step = next_step(plan, undecided, awaited, unchecked, TODAY)
    late = plan is not None and plan.next_review_on is not None and plan.next_review_on < TODAY
    assert (step is NextStep.REVIEW_OVERDUE) == late
    assert (step is NextStep.PLAN_AWAITED) == (plan is None and awaited)
    assert (step is NextStep.NO_PLAN) == (plan is None and undecided and not awaited)
    if step in (NextStep.REVIEW_SOON, NextStep.NOTHING):
        assert not unchecked, "an interview that nobody has checked is work"


@unhurried(60)
@given(plans, st.booleans(), st.integers(0, 9), st.integers(0, 9))
def test_the_order_of_the_list(plan: PlanState | None, is_missing: bool, in_90: int, more: int) -> None:
    given_ = (plan, is_missing, (in_90, in_90 + more), TODAY)
    ranks = [urgency(step, *given_)[0] for step in NextStep]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks), "the step comes first"
    assert urgency(NextStep.NO_PLAN, plan, True, (in_90, 9), TODAY) < urgency(
        NextStep.NO_PLAN, plan, False, (in_90 + 1, 9), TODAY
    ), "within a step, whoever is missing now"


def test_for_which_role_somebody_checks() -> None:
    assert checker_role({Role.LEAD, Role.OPERATIONAL_GROUP}) is Role.OPERATIONAL_GROUP
    assert checker_role({Role.LEAD}) is Role.LEAD
    assert checker_role({Role.INTERVIEWER, Role.ADMINISTRATOR}) is None
    assert Role.INTERVIEWER not in CHECKERS, "nobody checks their own"
    assert needs_comment([Met.YES, Met.PARTLY]) and not needs_comment([Met.YES, Met.YES])
