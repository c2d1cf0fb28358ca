"""Ladders for tests: the shipped one in its plain form, and any that the rules allow."""

from typing import Any

from hypothesis import strategies as st

from tracker.core.alert_terms import Trigger
from tracker.core.ladder_rules import WEEKDAYS, audiences_of
from tracker.settings import load_settings


def shipped() -> dict[str, Any]:
    return load_settings(environ={}).ladder_definition


def _receivers(step: str) -> st.SearchStrategy[dict[str, Any]]:
    allowed = st.sampled_from([str(audience) for audience in audiences_of(step)])
    return st.fixed_dictionaries({"audience": st.lists(allowed, min_size=1, max_size=3, unique=True)})


@st.composite
def ladders(draw: st.DrawFn, *, working_hours: bool = True) -> dict[str, Any]:
    """A valid ladder: up to six steps, `overdue` among them; some may wait for working hours."""
    hours = draw(st.lists(st.integers(-96, 200).filter(bool), max_size=5, unique=True))
    names = draw(st.permutations(["due_soon", "overdue_24h", "overdue_96h", "early", "late", "highest"]))
    steps = [{"rung": name, "offset_hours": at} for name, at in zip(names, hours, strict=False)]
    for step in steps:
        step["working_hours_only"] = working_hours and draw(st.booleans())
    steps.append({"rung": "overdue", "offset_hours": 0})
    rungs = [step | draw(_receivers(step["rung"])) for step in sorted(steps, key=lambda step: step["offset_hours"])]
    triggers = [
        {"trigger": str(one), "after_hours": draw(st.integers(0, 48))} | draw(_receivers(str(one)))
        for one in draw(st.lists(st.sampled_from(list(Trigger)), unique=True, max_size=3))
    ]
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))
    return {"rungs": rungs, "triggers": triggers, "window": {"opens": "08:00", "closes": "17:30", "weekdays": days}}
