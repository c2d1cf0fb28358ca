"""What a ladder file or the ladder's page says → the steps and triggers, or every problem in a plain sentence.

A definition is the plain value that config/ladder.toml holds (docs/operations.md explains every key); a saved ladder is
kept in the same shape. This is the one place that says what may stand in it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from tracker.core.alert_terms import Audience, Trigger
from tracker.core.alert_window import Window
from tracker.core.alerts import RungPolicy
from tracker.core.ladder_rules import WEEKDAYS, Known, LadderProblem, meaning_problems
from tracker.core.recipients import Receivers, ToldBy
from tracker.core.triggers import SHIPPED_TRIGGERS, TriggerPolicy

__all__ = ["Known", "Ladder", "LadderProblem", "ladder_of", "plain_ladder", "read_ladder", "shipped_triggers"]

LONGEST_TEXT = 200
MOST = 50
"""Of addresses, webhooks or teams in one list."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_SHIPPED_WINDOW = {"opens": "08:00", "closes": "18:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}


@dataclass(frozen=True)
class Ladder:
    """Whom alerts tell, and when. A trigger that is switched off is not in it."""

    rungs: tuple[RungPolicy, ...]
    triggers: tuple[TriggerPolicy, ...]


def read_ladder(given: Mapping[str, object], known: Known | None = None) -> Ladder | tuple[LadderProblem, ...]:
    """The ladder, or all that is wrong. Never raises.

    `known`: the teams, people and webhooks there are; None where they are not at hand, and nothing named is refused.
    """
    problems = tuple(_shape_problems(given))
    if problems:
        return problems
    plain = plain_ladder(given)
    return tuple(meaning_problems(plain, known)) or ladder_of(plain, {})


def ladder_of(
    plain: Mapping[str, Any],
    team_ids: Mapping[str, int],
    unheard: frozenset[str] = frozenset(),
    since: Mapping[str, datetime] | None = None,
) -> Ladder:
    """The ladder of a definition in its plain form that was found good.

    `team_ids`: id by name; a team that is in none is told as every other. `unheard`: addresses of people who may not be
    told (any more). `since`: by a step's name, when it was set as it is.
    """
    window = _window_of(plain["window"])
    set_at = since or {}
    rungs = tuple(
        RungPolicy(
            rung=step["rung"],
            offset_hours=float(step["offset_hours"]),
            told_by=_told_by(step, team_ids, unheard),
            window=window if step.get("working_hours_only") else None,
            title=step.get("title", ""),
            set_at=set_at.get(step["rung"]),
        )
        for step in plain["rungs"]
    )
    triggers = tuple(
        TriggerPolicy(
            trigger=Trigger(one["trigger"]),
            after_hours=float(one["after_hours"]),
            told_by=_told_by(one, team_ids, unheard),
            window=window if one.get("working_hours_only") else None,
        )
        for one in plain["triggers"]
        if one.get("enabled", True)
    )
    return Ladder(rungs, triggers)


def _told_by(step: Mapping[str, Any], team_ids: Mapping[str, int], unheard: frozenset[str]) -> ToldBy:
    def receivers(given: Mapping[str, Any]) -> Receivers:
        addresses = tuple(address for address in given.get("addresses", ()) if address not in unheard)
        audience = tuple(Audience(name) for name in given["audience"])
        return Receivers(audience, addresses, tuple(given.get("webhooks", ())))

    teams = step.get("teams", ())
    by_team = tuple((team_ids[team["team"]], receivers(team)) for team in teams if team["team"] in team_ids)
    return ToldBy(receivers(step), by_team)


def _window_of(given: Mapping[str, Any]) -> Window:
    days = frozenset(WEEKDAYS.index(day) for day in given["weekdays"])
    return Window(time.fromisoformat(given["opens"]), time.fromisoformat(given["closes"]), days)


def shipped_triggers() -> list[dict[str, Any]]:
    """The shipped triggers in the plain form: what a ladder that does not name one has in its place."""
    return [
        {
            "trigger": str(policy.trigger),
            "after_hours": _hours(policy.after_hours),
            "audience": [str(audience) for audience in policy.told_by.usual.audience],
        }
        for policy in SHIPPED_TRIGGERS
    ]


def plain_ladder(given: Mapping[str, Any]) -> dict[str, Any]:
    """A definition of the right shape in one form: keys in order, nothing that only says the default.

    Every trigger stands in it: one that is not named is told as shipped, and is switched off only by saying so.
    """
    named = {str(one["trigger"]): one for one in given.get("triggers") or ()}
    shipped = [one for one in shipped_triggers() if one["trigger"] not in named]
    order = [str(trigger) for trigger in Trigger]
    triggers = sorted(
        [*(given.get("triggers") or ()), *shipped],
        key=lambda one: order.index(one["trigger"]) if one["trigger"] in order else len(order),
    )
    window = {**_SHIPPED_WINDOW, **(given.get("window") or {})}
    return {
        "rungs": [_plain_step(step, "rung", "offset_hours") for step in given["rungs"]],
        "triggers": [_plain_step(one, "trigger", "after_hours") for one in triggers],
        "window": {
            "opens": window["opens"],
            "closes": window["closes"],
            "weekdays": sorted(set(window["weekdays"]), key=lambda day: (*WEEKDAYS, day).index(day)),
        },
    }


def _plain_step(step: Mapping[str, Any], name: str, hours: str) -> dict[str, Any]:
    plain: dict[str, Any] = {name: step[name]}
    if title := " ".join(step.get("title", "").split()):
        plain["title"] = title
    plain[hours] = _hours(step[hours])
    plain |= _plain_receivers(step)
    if step.get("working_hours_only"):
        plain["working_hours_only"] = True
    if step.get("enabled") is False:
        plain["enabled"] = False
    if teams := [{"team": team["team"], **_plain_receivers(team)} for team in step.get("teams") or ()]:
        plain["teams"] = sorted(teams, key=lambda team: str(team["team"]).lower())
    return plain


def _plain_receivers(given: Mapping[str, Any]) -> dict[str, Any]:
    order = [str(audience) for audience in Audience]
    told = dict.fromkeys(map(str, given.get("audience") or ()))
    plain: dict[str, Any] = {"audience": sorted(told, key=lambda one: order.index(one) if one in order else len(order))}
    if addresses := list(dict.fromkeys(address.strip().lower() for address in given.get("addresses") or ())):
        plain["addresses"] = addresses
    if webhooks := list(dict.fromkeys(given.get("webhooks") or ())):
        plain["webhooks"] = webhooks
    return plain


def _hours(value: float) -> float:
    """As a person would write it: 24, not 24.0."""
    return int(value) if value == int(value) else value


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


def _shape_problems(given: Mapping[str, object]) -> Iterator[LadderProblem]:
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
