"""The shape of a ladder that is read: which keys it may have, and what kind of value stands under each.

What the values may say is decided by ladder_rules.
"""

import re
from collections.abc import Iterator, Mapping

from tracker.core.ladder_rules import LadderProblem

LONGEST_TEXT = 200
MOST = 50
"""Of addresses, webhooks or teams in one list."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")

# What kind of value each key holds.
_RECEIVERS = {"audience": "list", "addresses": "list", "webhooks": "list"}
_STEP = {**_RECEIVERS, "working_hours_only": "yes or no", "teams": "tables"}
_RUNG = {"rung": "text", "title": "text", "offset_hours": "number", **_STEP}
_TRIGGER = {"trigger": "text", "after_hours": "number", "enabled": "yes or no", **_STEP}
_TEAM = {"team": "text", **_RECEIVERS}
_WINDOW = {"opens": "text", "closes": "text", "weekdays": "list"}
_NEEDED = {"rung": _RUNG, "offset_hours": _RUNG, "trigger": _TRIGGER, "after_hours": _TRIGGER, "team": _TEAM}

_SHOULD = {
    "text": f"one text of at most {LONGEST_TEXT} characters",
    "number": "a number of hours",
    "yes or no": "true or false",
    "list": f"a list of at most {MOST} texts",
    "tables": f"at most {MOST} tables",
}


def shape_problems(given: Mapping[str, object]) -> Iterator[LadderProblem]:
    """All that keeps `given`, whatever it is made of, from being read as a ladder."""
    for key in given:
        if key not in ("rungs", "triggers", "window"):
            yield LadderProblem("unknown_key", f"A ladder has no key “{str(key)[:80]}”.", str(key))
    if not given.get("rungs"):
        yield LadderProblem("no_step", "A ladder has at least one step.", "rungs")
    for key, kinds in (("rungs", _RUNG), ("triggers", _TRIGGER)):
        yield from _tables_problems(given.get(key) or [], key, kinds)
    window = given.get("window", {})
    if not isinstance(window, Mapping):
        yield LadderProblem("wrong_kind", "The window does not hold what it should: opens, closes, weekdays.", "window")
    else:
        yield from _table_problems(window, "window", _WINDOW)


def _tables_problems(given: object, place: str, kinds: Mapping[str, str]) -> Iterator[LadderProblem]:
    if not _fits("tables", given):
        yield LadderProblem("wrong_kind", f"{place} does not hold what it should: {_SHOULD['tables']}.", place)
        return
    assert isinstance(given, list | tuple)
    for number, table in enumerate(given, 1):
        yield from _table_problems(table, f"{place}.{number}", kinds)


def _table_problems(table: Mapping[str, object], place: str, kinds: Mapping[str, str]) -> Iterator[LadderProblem]:
    for key in table:
        if key not in kinds:
            yield LadderProblem("unknown_key", f"There is no key “{str(key)[:80]}” in {place}.", place)
    for key, kind in kinds.items():
        value = table.get(key)
        if (key in table and not _fits(kind, value)) or (value is None and _NEEDED.get(key) is kinds):
            yield LadderProblem("wrong_kind", f"{key} in {place} must be {_SHOULD[kind]}.", f"{place}.{key}")
        elif key == "teams" and value:
            yield from _tables_problems(value, f"{place}.teams", _TEAM)


def _fits(kind: str, value: object) -> bool:
    if kind == "yes or no":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
    if kind == "text":
        return isinstance(value, str) and len(value) <= LONGEST_TEXT and not _NO_TEXT.search(value)
    if not isinstance(value, list | tuple) or len(value) > MOST:
        return False
    if kind == "tables":
        return all(isinstance(one, Mapping) and all(isinstance(key, str) for key in one) for one in value)
    return all(_fits("text", one) for one in value)
