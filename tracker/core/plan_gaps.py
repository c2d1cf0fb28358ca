"""Beside what is said of a child, what in the MARAMP answers it: by the codes that it names. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tracker.core.maramp import MarampPlan
from tracker.core.said import Said


class Does(StrEnum):
    RISK = "risk"
    STEP = "step"
    ACTION = "action"


@dataclass(frozen=True)
class PlanAnswer:
    does: Does
    what: str


class Acts(Protocol):
    """An action of the plan that is to be done or done (services.pages.actions.ActionView)."""

    @property
    def what(self) -> str: ...

    @property
    def answers(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class SaidAndPlanned:
    """`is_gap`: nothing that is done answers it. A risk that names it without a step or action leaves it a gap."""

    said: Said
    answered: tuple[PlanAnswer, ...] = ()

    @property
    def is_gap(self) -> bool:
        return not any(answer.does is not Does.RISK for answer in self.answered)


def beside_the_plan(
    told: Sequence[Said], plan: MarampPlan | None, actions: Sequence[Acts]
) -> tuple[SaidAndPlanned, ...]:
    """Beside each thing what in the plan answers it. `actions`: those that are not withdrawn."""
    answered: dict[str, list[PlanAnswer]] = {}
    held: list[tuple[Does, str, Sequence[str]]] = []
    if plan is not None:
        held += [(Does.RISK, risk.what, risk.answers) for risk in plan.risks]
        held += [(Does.STEP, step.what, step.answers) for step in plan.steps]
    held += [(Does.ACTION, action.what, action.answers) for action in actions]
    for does, what, codes in held:
        for code in codes:
            answered.setdefault(code, []).append(PlanAnswer(does, what))
    return tuple(SaidAndPlanned(one, tuple(answered.get(one.code, ()))) for one in told)
