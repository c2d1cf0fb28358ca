"""What changed from one version of a MARAMP to another, part by part; how its scores went. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.core.maramp import MarampPlan, PlanRisk, SafetyStep, band_of

Item = PlanRisk | SafetyStep


@dataclass(frozen=True)
class PlanChange:
    """One field of one part. `title`: of the risk or step concerned. None: there was, or is, nothing."""

    part: str
    field: str
    before: object
    after: object
    title: str = ""


_OWN = ("strengths", "child_says", "lead_id", "lead_name", "next_review_on")
_OF_ITEMS: Mapping[str, tuple[str, ...]] = {
    "risks": ("what", "rests_on", "likelihood", "impact", "answers"),
    "steps": ("what", "who", "answers"),
}


def plan_changes(before: MarampPlan, after: MarampPlan) -> list[PlanChange]:
    """Risks first, then steps, then the rest; one added or taken away is one change of the field `added` or `gone`."""
    found: list[PlanChange] = []
    for part, fields in _OF_ITEMS.items():
        found += _items(part, fields, getattr(before, part), getattr(after, part))
    for field in _OWN:
        old, new = getattr(before, field) or None, getattr(after, field) or None
        if old != new:
            found.append(PlanChange("plan", field, old, new))
    return found


def _items(part: str, fields: Sequence[str], before: Sequence[Item], after: Sequence[Item]) -> Iterator[PlanChange]:
    old, new = {item.key: item for item in before}, {item.key: item for item in after}
    for key, item in new.items():
        if key not in old:
            yield PlanChange(part, "added", None, item.what, item.what)
            continue
        for field in fields:
            was, now = getattr(old[key], field) or None, getattr(item, field) or None
            if was != now:
                yield PlanChange(part, field, was, now, item.what)
    for key, item in old.items():
        if key not in new:
            yield PlanChange(part, "gone", item.what, None, item.what)


def scores_by_risk(plans: Sequence[MarampPlan]) -> list[tuple[str, tuple[int | None, ...]]]:
    """Each risk, as it was called last, with its score in every plan in order; None where a plan has it not, or gives
    it none. In the order in which they first stood in a plan."""
    titles: dict[str, str] = {}
    for plan in plans:
        titles |= {risk.key: risk.what for risk in plan.risks}
    scores = [{risk.key: risk.score for risk in plan.risks} for plan in plans]
    return [(title, tuple(held.get(key) for held in scores)) for key, title in titles.items()]


def score_words(scores: Sequence[int]) -> str:
    """The highest scores of the versions in order, in a sentence. Two or fewer, or up and down, are no trend."""
    if not scores:
        return "No version has a score yet."
    last = f"The highest risk now scores {scores[-1]} of 25 ({band_of(scores[-1])})."
    if len(scores) == 1:
        return last
    if len(set(scores)) == 1:
        return f"{last} It has been the same in every version."
    steps = [later - earlier for earlier, later in pairwise(scores)]
    if len(scores) >= 3 and all(step <= 0 for step in steps):
        return f"{last} It has not risen in any of {len(scores)} versions, and was {scores[0]} in the first."
    if len(scores) >= 3 and all(step >= 0 for step in steps):
        return f"{last} It has not fallen in any of {len(scores)} versions, and was {scores[0]} in the first."
    return f"{last} It was {scores[-2]} in the version before."
