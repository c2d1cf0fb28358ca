"""The MARAMP: kept and read back whole, what publishing asks for, what changed, and scores that are no trend."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.maramp import (
    LONGEST,
    MarampPlan,
    PlanRisk,
    RiskBand,
    SafetyStep,
    band_of,
    missing_in,
    new_key,
    plan_of,
    too_long,
)
from tracker.core.maramp_changes import plan_changes, score_words, scores_by_risk

TODAY = date(2026, 11, 16)
RISK = PlanRisk("r1", "Harm by an adult met online", "The interview of 3 November", 4, 5, ("exploitation.sexual",))
STEP = SafetyStep("s1", "A phone plan agreed with the child", "The home", ("online.online_contact",))
PLAN = MarampPlan((RISK,), "A good friend at school", "“I want to see my brother.”", (STEP,), 7, "", TODAY)

codes = st.lists(st.sampled_from(["a.b", "c.d.e", "wish.3.help_now"]), unique=True).map(tuple)
scale = st.none() | st.integers(1, 5)
risks = st.builds(PlanRisk, st.just(""), st.text(), st.text(), scale, scale, codes)
steps = st.builds(SafetyStep, st.just(""), st.text(), st.text(), codes)


@st.composite
def plans(draw: st.DrawFn) -> MarampPlan:
    some = draw(st.lists(risks, max_size=4))
    more = draw(st.lists(steps, max_size=4))
    return MarampPlan(
        tuple(replace(risk, key=f"r{number}") for number, risk in enumerate(some, 1)), draw(st.text()), draw(st.text()),
        tuple(replace(step, key=f"s{number}") for number, step in enumerate(more, 1)),
        draw(st.none() | st.integers(1, 99)), draw(st.text()), draw(st.none() | st.dates()),
    )  # fmt: skip


@unhurried(80)
@given(plans(), plans())
def test_read_back_as_it_was_and_changed_by_nothing_or_by_something(one: MarampPlan, other: MarampPlan) -> None:
    assert plan_of(one.plain()) == one
    assert plan_changes(one, one) == []
    assert bool(plan_changes(one, other)) == bool(plan_changes(other, one))
    if not plan_changes(one, other):
        assert (one.risks, one.steps, one.next_review_on) == (other.risks, other.steps, other.next_review_on)


def test_an_empty_plan_asks_for_everything_and_a_whole_one_for_nothing() -> None:
    assert plan_of({}) == MarampPlan()
    assert [problem.field for problem in missing_in(MarampPlan(), TODAY)] == [
        "risks", "child_says", "steps", "lead_id", "next_review_on",
    ]  # fmt: skip
    assert list(missing_in(PLAN, TODAY)) == []


@pytest.mark.parametrize(
    ("changed", "field", "key"),
    [
        (replace(PLAN, risks=(replace(RISK, what=""),)), "what", "r1"),
        (replace(PLAN, risks=(replace(RISK, rests_on=""),)), "rests_on", "r1"),
        (replace(PLAN, risks=(replace(RISK, impact=None),)), "likelihood", "r1"),
        (replace(PLAN, steps=(replace(STEP, what=""),)), "what", "s1"),
        (replace(PLAN, lead_name="Ms Invented"), "lead_id", ""),
        (replace(PLAN, next_review_on=TODAY - timedelta(days=1)), "next_review_on", ""),
    ],
    ids=["risk", "grounds", "score", "step", "two leads", "past review"],
)
def test_what_publishing_asks_for(changed: MarampPlan, field: str, key: str) -> None:
    assert [(problem.field, problem.key) for problem in missing_in(changed, TODAY)] == [(field, key)]


def test_what_changed_is_told_part_by_part() -> None:
    after = replace(
        PLAN, risks=(replace(RISK, likelihood=3), PlanRisk("r2", "Debt", "Police", 2, 2)), steps=(), lead_id=8
    )
    told = [(one.part, one.field, one.before, one.after) for one in plan_changes(PLAN, after)]
    assert told == [
        ("risks", "likelihood", 4, 3), ("risks", "added", None, "Debt"), ("steps", "gone", STEP.what, None),
        ("plan", "lead_id", 7, 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("score", "band"),
    [(1, "low"), (4, "low"), (5, "medium"), (9, "medium"), (10, "high"), (25, "high")],
)
def test_bands_of_scores(score: int, band: str) -> None:
    assert band_of(score) is RiskBand(band)


def test_scores_of_each_risk_follow_its_key() -> None:
    later = replace(PLAN, risks=(PlanRisk("r2", "Debt", "", 2, 2), replace(RISK, what="Online harm", impact=None)))
    assert scores_by_risk([PLAN, later]) == [("Online harm", (20, None)), ("Debt", (None, 4))]
    assert scores_by_risk([]) == []


def test_scores_up_and_down_are_no_trend() -> None:
    assert score_words([]) == "No version has a score yet."
    assert score_words([20]).endswith("20 of 25 (high).")
    assert "version before" in score_words([20, 12]) and "version before" in score_words([20, 12, 16])
    assert "has not risen in any of 3 versions, and was 20" in score_words([20, 16, 16])
    assert "has not fallen in any of 3" in score_words([4, 6, 9])
    assert "the same in every version" in score_words([9, 9])


def test_keys_are_never_given_twice_and_lengths_have_an_end() -> None:
    assert new_key("r", []) == "r1" and new_key("r", ["r1", "r9", "s12", "rx"]) == "r10"
    assert not too_long(PLAN) and too_long(replace(PLAN, strengths="x" * (LONGEST + 1)))
    assert too_long(replace(PLAN, steps=(STEP,) * 31))
