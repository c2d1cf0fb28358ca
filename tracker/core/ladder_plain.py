"""The plain form of a ladder: the value that config/ladder.toml holds, that is saved, compared and shown."""

from collections.abc import Mapping
from typing import Any

from tracker.core.alert_terms import Audience, Trigger
from tracker.core.ladder_rules import WEEKDAYS
from tracker.core.triggers import SHIPPED_TRIGGERS

_SHIPPED_WINDOW = {"opens": "08:00", "closes": "18:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}


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
