"""What changed in a MARAMP, as people read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.core.clock import show_day
from tracker.core.maramp_changes import PlanChange
from tracker.services.pages.maramps import person_names
from tracker.web.filters import plural

FIELDS = {
    "what": "what it is", "rests_on": "what it rests on", "likelihood": "how likely it is",
    "impact": "how bad it would be", "who": "by whom", "answers": "what it names or answers",
    "strengths": "What keeps the child safe",
    "child_says": "What the child says", "lead_id": "Lead professional", "lead_name": "Lead professional",
    "next_review_on": "Next review",
}  # fmt: skip
ITEMS = {"risks": "Risk", "steps": "Step of the safety plan"}


@dataclass(frozen=True)
class ChangeWords:
    """`what` changed; `before` and `after` are empty where there was, or is, nothing."""

    what: str
    before: str
    after: str


def changes_in_words(changes: Iterable[PlanChange]) -> list[ChangeWords]:
    names = person_names()
    return [ChangeWords(_what(one), _value(one, one.before, names), _value(one, one.after, names)) for one in changes]


def _what(change: PlanChange) -> str:
    if change.part == "plan":
        return FIELDS[change.field]
    item = ITEMS[change.part]
    if change.field in ("added", "gone"):
        return f"{item}: {'added' if change.field == 'added' else 'taken out'}"
    return f"{item} “{_short(change.title)}”: {FIELDS[change.field]}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60].rstrip()}…"


def _value(change: PlanChange, value: object, names: dict[int, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return show_day(value)
    if isinstance(value, tuple):
        return plural(len(value), "thing that the interviews say", "things that the interviews say")
    if change.field == "lead_id" and isinstance(value, int):
        return names.get(value, "")
    return str(value)
