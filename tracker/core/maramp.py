"""The MARAMP: the multi-agency plan for a child who goes missing often; its scores, what it needs, what changed. Pure.

A plan is kept as JSON (`plain`, `plan_of`). Risks and steps have a key of their own that stays with them from version
to version, so that it can be told what changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

SCALE = range(1, 6)
"""Likelihood and impact, each 1 to 5; the score of a risk is their product."""

LONGEST = 4_000
"""Characters of one text."""

MOST = 30
"""Risks, and steps, of one plan."""


class RiskBand(StrEnum):
    """A score in words: 1 to 4, 5 to 9, 10 and more."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def band_of(score: int) -> RiskBand:
    return RiskBand.LOW if score < 5 else RiskBand.MEDIUM if score < 10 else RiskBand.HIGH


@dataclass(frozen=True)
class PlanRisk:
    """`rests_on`: what is known that makes it so. `answers`: codes of what the interviews say (`core.said`)."""

    key: str
    what: str
    rests_on: str = ""
    likelihood: int | None = None
    impact: int | None = None
    answers: tuple[str, ...] = ()

    @property
    def score(self) -> int | None:
        if self.likelihood is None or self.impact is None:
            return None
        return self.likelihood * self.impact


@dataclass(frozen=True)
class SafetyStep:
    """What is done to keep the child safe, and by whom."""

    key: str
    what: str
    who: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class MarampPlan:
    """`child_says`: in the child's own words. `lead_id`: somebody who signs in here, or `lead_name` by name."""

    risks: tuple[PlanRisk, ...] = ()
    strengths: str = ""
    child_says: str = ""
    steps: tuple[SafetyStep, ...] = ()
    lead_id: int | None = None
    lead_name: str = ""
    next_review_on: date | None = None

    @property
    def scores(self) -> tuple[int, ...]:
        return tuple(risk.score for risk in self.risks if risk.score is not None)

    @property
    def highest(self) -> int | None:
        return max(self.scores, default=None)

    def plain(self) -> dict[str, Any]:
        """As JSON knows it; `plan_of` reads it back."""
        return {
            **self.__dict__,
            "risks": [{**risk.__dict__, "answers": list(risk.answers)} for risk in self.risks],
            "steps": [{**step.__dict__, "answers": list(step.answers)} for step in self.steps],
            "next_review_on": self.next_review_on.isoformat() if self.next_review_on else None,
        }


def plan_of(given: Mapping[str, Any]) -> MarampPlan:
    """Read what `plain` gave; an empty one is an empty plan."""
    review = given.get("next_review_on")
    return MarampPlan(
        risks=tuple(PlanRisk(**{**risk, "answers": tuple(risk["answers"])}) for risk in given.get("risks", ())),
        strengths=given.get("strengths", ""),
        child_says=given.get("child_says", ""),
        steps=tuple(SafetyStep(**{**step, "answers": tuple(step["answers"])}) for step in given.get("steps", ())),
        lead_id=given.get("lead_id"),
        lead_name=given.get("lead_name", ""),
        next_review_on=date.fromisoformat(review) if review else None,
    )


def new_key(prefix: str, taken: Sequence[str]) -> str:
    """The next key of risks (`r`) or steps (`s`) that none of these has."""
    numbers = [int(key[1:]) for key in taken if key[:1] == prefix and key[1:].isascii() and key[1:].isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1}"


@dataclass(frozen=True)
class PlanProblem:
    """What publishing still asks for. `key`: of the risk or step concerned, empty for the plan's own fields."""

    field: str
    sentence: str
    key: str = ""


def missing_in(plan: MarampPlan, today: date) -> Iterator[PlanProblem]:
    """A draft may be as it is. What the agencies are given says who, what, on what grounds, and until when."""
    if not plan.risks:
        yield PlanProblem("risks", "Write at least one risk.")
    for risk in plan.risks:
        if not risk.what:
            yield PlanProblem("what", "Write what the risk is.", risk.key)
        if not risk.rests_on:
            yield PlanProblem("rests_on", "Write what this risk rests on: what is known, and from where.", risk.key)
        if risk.score is None:
            yield PlanProblem("likelihood", "Choose how likely it is and how bad it would be.", risk.key)
    if not plan.child_says:
        sentence = "Write what the child says, in their own words, or that they did not wish to say anything."
        yield PlanProblem("child_says", sentence)
    if not plan.steps:
        yield PlanProblem("steps", "Write at least one step that keeps the child safe.")
    for step in plan.steps:
        if not step.what:
            yield PlanProblem("what", "Write what the step is.", step.key)
    if (plan.lead_id is None) == (not plan.lead_name):
        sentence = (
            "Choose the lead professional, or enter the name of somebody who does not sign in here: one of the two."
        )
        yield PlanProblem("lead_id", sentence)
    if plan.next_review_on is None:
        yield PlanProblem("next_review_on", "Enter the day of the next review.")
    elif plan.next_review_on < today:
        yield PlanProblem("next_review_on", "This day has passed. Enter today or a later day for the next review.")


def too_long(plan: MarampPlan) -> bool:
    """Whether any text has more than LONGEST characters, or there are more than MOST risks or steps."""
    texts = [plan.strengths, plan.child_says, plan.lead_name]
    texts += [text for risk in plan.risks for text in (risk.what, risk.rests_on)]
    texts += [text for step in plan.steps for text in (step.what, step.who)]
    return any(len(text) > LONGEST for text in texts) or len(plan.risks) > MOST or len(plan.steps) > MOST
