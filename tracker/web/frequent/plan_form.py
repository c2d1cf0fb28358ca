"""The form of a MARAMP: a few lines for each risk and each step, and always empty ones for more.

Made for one plan, as the fields are those of its risks and steps. Fields are named `<key>-<field>` (`r1-what`), as the
services name them. A line whose boxes are all empty is no risk, and no step.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.validators import Length

from tracker.core.maramp import LONGEST, MOST, SCALE, MarampPlan, PlanRisk, SafetyStep, new_key
from tracker.core.said import Said
from tracker.web.fields import LondonDateField
from tracker.web.forms import Checkboxes, LongText, Select, Text
from tracker.web.frequent.forms import offered
from tracker.web.records import LINE, KnownYear, RecordForm, version_in

PART = Length(max=LONGEST, message=f"Write at most {LONGEST:,} characters here.")
REASON = Length(max=2000, message="Write at most 2,000 characters here.")

LIKELIHOOD = dict(zip(SCALE, ("Very unlikely", "Unlikely", "Possible", "Likely", "Very likely"), strict=True))
IMPACT = dict(zip(SCALE, ("Slight", "Some", "Serious", "Severe", "Life-threatening"), strict=True))


def likelihood_words(number: int | None) -> str:
    """4 → likely."""
    return LIKELIHOOD.get(number or 0, "not said").lower()


def impact_words(number: int | None) -> str:
    """4 → severe."""
    return IMPACT.get(number or 0, "not said").lower()


_LINE = re.compile(r"(r|s)[1-9][0-9]{0,3}-what")


class PlanForm(RecordForm):
    """`version`: of the draft that the page showed, 0 for none. `based_on`: the version published then."""

    based_on = HiddenField()
    child_says = LongText("What does the child say?", [PART])
    strengths = LongText("What and who keeps this child safe?", [PART])
    lead_id = Select("Lead professional", default="")
    lead_name = Text("Or somebody who does not sign in here", [LINE])
    next_review_on = LondonDateField("Next review", [KnownYear()])
    why = LongText("Why is the plan changed?", [REASON])

    risk_keys: tuple[str, ...] = ()
    step_keys: tuple[str, ...] = ()

    def plan(self) -> MarampPlan:
        """What was typed; lines that are empty or were taken away are left out."""
        risks = (self._risk(key) for key in self.risk_keys if not self[f"{key}-gone"].data)
        steps = (self._step(key) for key in self.step_keys if not self[f"{key}-gone"].data)
        return MarampPlan(
            risks=tuple(risk for risk in risks if risk != PlanRisk(risk.key, "")),
            strengths=self.strengths.data,
            child_says=self.child_says.data,
            steps=tuple(step for step in steps if step != SafetyStep(step.key, "")),
            lead_id=int(self.lead_id.data) if self.lead_id.data else None,
            lead_name=self.lead_name.data,
            next_review_on=self.next_review_on.data,
        )

    def _risk(self, key: str) -> PlanRisk:
        likelihood, impact = (self[f"{key}-{name}"].data or None for name in ("likelihood", "impact"))
        return PlanRisk(
            key, self[f"{key}-what"].data, self[f"{key}-rests_on"].data, int(likelihood) if likelihood else None,
            int(impact) if impact else None, tuple(self[f"{key}-answers"].data or ()),
        )  # fmt: skip

    def _step(self, key: str) -> SafetyStep:
        return SafetyStep(
            key, self[f"{key}-what"].data, self[f"{key}-who"].data, tuple(self[f"{key}-answers"].data or ())
        )

    def fill(self, plan: MarampPlan) -> None:
        """As it is held."""
        for risk in plan.risks:
            for name in ("what", "rests_on"):
                self[f"{risk.key}-{name}"].data = getattr(risk, name)
            for name in ("likelihood", "impact"):
                self[f"{risk.key}-{name}"].data = str(getattr(risk, name) or "")
            self[f"{risk.key}-answers"].data = list(risk.answers)
        for step in plan.steps:
            self[f"{step.key}-what"].data, self[f"{step.key}-who"].data = step.what, step.who
            self[f"{step.key}-answers"].data = list(step.answers)
        self.child_says.data, self.strengths.data = plan.child_says, plan.strengths
        self.lead_id.data, self.lead_name.data = str(plan.lead_id or ""), plan.lead_name
        if plan.next_review_on:
            self.next_review_on.process(None, plan.next_review_on)

    def shown_number(self) -> int:
        """The newest version when the page was opened."""
        return version_in(self.based_on.data)


def plan_form(plan: MarampPlan, told: Iterable[Said], sent: Mapping[str, str] | None = None) -> PlanForm:
    """The form for this plan, with empty lines for more. `sent`: what a page sent; its lines are those read."""
    risks, steps = [risk.key for risk in plan.risks], [step.key for step in plan.steps]
    if sent is None:
        risks, steps = _with_room(risks, "r"), _with_room(steps, "s")
    else:
        lines = [name.partition("-")[0] for name in sent if _LINE.fullmatch(name)][: 2 * (MOST + 2)]
        risks, steps = ([key for key in lines if key[0] == prefix] for prefix in "rs")
    named = [*(risk.answers for risk in plan.risks), *(step.answers for step in plan.steps)]
    held = [code for codes in named for code in codes]
    answers = offered(told, held)
    fields: dict[str, Any] = {"risk_keys": tuple(risks), "step_keys": tuple(steps)}
    for number, key in enumerate(risks, 1):
        fields |= _risk_fields(key, number, answers)
    for number, key in enumerate(steps, 1):
        fields |= _step_fields(key, number, answers)
    form: PlanForm = type("FormOfThisPlan", (PlanForm,), fields)()
    return form


def _with_room(keys: list[str], prefix: str) -> list[str]:
    """One empty line more, two where there is none yet."""
    for _ in range(1 if keys else 2):
        if len(keys) < MOST:
            keys = [*keys, new_key(prefix, keys)]
    return keys


def _risk_fields(key: str, number: int, answers: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        f"{key}-what": LongText(f"Risk {number}: what may happen?", [PART]),
        f"{key}-rests_on": LongText("What does it rest on?", [PART]),
        f"{key}-likelihood": Select("How likely is it?", choices=_scale(LIKELIHOOD), default=""),
        f"{key}-impact": Select("How bad would it be?", choices=_scale(IMPACT), default=""),
        f"{key}-answers": Checkboxes("What of the interviews does it name?", choices=answers),
        f"{key}-gone": BooleanField(f"Take risk {number} out of the plan"),
    }


def _step_fields(key: str, number: int, answers: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        f"{key}-what": LongText(f"Step {number}: what is done?", [PART]),
        f"{key}-who": Text("By whom?", [LINE]),
        f"{key}-answers": Checkboxes("What of the interviews does it answer?", choices=answers),
        f"{key}-gone": BooleanField(f"Take step {number} out of the plan"),
    }


def _scale(words: Mapping[int, str]) -> list[tuple[str, str]]:
    return [("", "Choose"), *((str(number), f"{number} – {text}") for number, text in words.items())]
