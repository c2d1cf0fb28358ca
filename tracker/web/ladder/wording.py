"""The ladder in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from tracker.core.alert_terms import Audience, named_step
from tracker.core.ladder_changes import LadderDifference
from tracker.web.words import words

DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip

_KEYS = {
    "offset_hours": "When", "after_hours": "When", "audience": "Roles told", "addresses": "People and addresses told",
    "webhooks": "Webhooks told", "working_hours_only": "Waits for working hours", "title": "Title",
    "enabled": "Switched on", "opens": "Open from", "closes": "Open until", "weekdays": "Days",
}  # fmt: skip


def hours_words(hours: float) -> str:
    """`1 hour`, `1.5 hours`."""
    return f"{hours:g} {'hour' if hours == 1 else 'hours'}"


def when_words(given: Mapping[str, Any]) -> str:
    """When a step or a trigger tells, from the deadline or from what starts it."""
    if "after_hours" in given:
        return f"After {hours_words(given['after_hours'])}" if given["after_hours"] else "At once"
    return offset_words(given["offset_hours"])


def offset_words(hours: float) -> str:
    if not hours:
        return "At the deadline"
    return f"{hours_words(abs(hours))} {'before' if hours < 0 else 'after'} the deadline"


def step_title(given: Mapping[str, Any]) -> str:
    """What the step is called: its own words, else those of its name."""
    return given.get("title") or words(named_step(given.get("rung") or given["trigger"]))


def place_words(name: str) -> str:
    return "Working hours" if name == "window" else words(named_step(name))


def audience_words(names: Iterable[str]) -> list[str]:
    """As in a sentence: `team manager`, `whoever the interview is allocated to`."""
    return [text[:1].lower() + text[1:] for text in (words(Audience(name)) for name in names)]


def instead_words(audience: Audience) -> str:
    """Why somebody is told who is not of this audience."""
    if audience in (Audience.ALLOCATED_INTERVIEWER, Audience.ACTION_OWNER, Audience.LEAD_PROFESSIONAL):
        return "where it is given to nobody who is here"
    return f"in place of {audience_words([audience])[0]}"


def tells(given: Mapping[str, Any], persons: Mapping[str, str]) -> list[str]:
    """Everybody whom receivers name. `persons`: address → name."""
    named = [persons.get(address, address) for address in given.get("addresses", ())]
    return [*audience_words(given["audience"]), *named, *(f"webhook {name}" for name in given.get("webhooks", ()))]


def change_words(change: LadderDifference) -> tuple[str, str, str]:
    """(what, before, after) of a difference between two versions."""
    where = place_words(change.place) + (f", {change.team}" if change.team else "")
    if not change.key:
        before, after = ("–" if value is None else _receivers(value) for value in (change.before, change.after))
        return where, before, after
    before, after = (_value(change.key, value) for value in (change.before, change.after))
    return f"{where}: {_KEYS.get(change.key, change.key)}", before, after


def _receivers(given: Any) -> str:
    when = f"{when_words(given)}: " if "team" not in given else ""
    return when + ", ".join(tells(given, {}))


def _value(key: str, value: Any) -> str:
    if key in ("offset_hours", "after_hours"):
        return when_words({key: value})
    if key == "audience":
        return ", ".join(audience_words(value))
    if key == "weekdays":
        return ", ".join(DAYS.get(day, day) for day in value)
    if key == "enabled":
        return "no" if value is False else "yes"
    if key == "working_hours_only":
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return str(value) if value else "–"
