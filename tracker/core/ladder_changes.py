"""A ladder in its plain form as people change it: a step in or out, what it names, how two versions differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Plain = Mapping[str, Any]


def step_of(plain: Plain, name: str) -> dict[str, Any] | None:
    """The step or the trigger of this name."""
    return next((dict(step) for step in _steps(plain) if _name(step) == name), None)


def with_step(plain: Plain, step: Mapping[str, Any], instead_of: str | None = None) -> dict[str, Any]:
    """With this step in the place of another, or of none. Two at one hour both stand, which the rules refuse."""
    others = [other for other in plain["rungs"] if other["rung"] != instead_of]
    return {**plain, "rungs": sorted([*others, dict(step)], key=lambda one: one["offset_hours"])}


def without_step(plain: Plain, name: str) -> dict[str, Any]:
    return {**plain, "rungs": [step for step in plain["rungs"] if step["rung"] != name]}


def with_trigger(plain: Plain, trigger: Mapping[str, Any]) -> dict[str, Any]:
    """With this trigger in the place of the one of its name."""
    name = trigger["trigger"]
    return {**plain, "triggers": [dict(trigger) if one["trigger"] == name else one for one in plain["triggers"]]}


def names_team(plain: Plain, name: str) -> bool:
    """Whether others are told for the work of this team."""
    return any(team["team"] == name for step in _steps(plain) for team in step.get("teams", ()))


def teams_named(plain: Plain) -> frozenset[str]:
    return frozenset(team["team"] for step in _steps(plain) for team in step.get("teams", ()))


def addresses_named(plain: Plain) -> frozenset[str]:
    return frozenset(address for receivers in _receivers(plain) for address in receivers.get("addresses", ()))


def webhooks_named(plain: Plain) -> frozenset[str]:
    return frozenset(name for receivers in _receivers(plain) for name in receivers.get("webhooks", ()))


def with_team_renamed(plain: Plain, old: str, new: str) -> dict[str, Any]:
    """The same ladder after a team has another name."""

    def renamed(step: Plain) -> dict[str, Any]:
        teams = [{**team, "team": new if team["team"] == old else team["team"]} for team in step.get("teams", ())]
        return {**step, "teams": teams} if teams else dict(step)

    return _each_step(plain, renamed)


def with_address_changed(plain: Plain, old: str, new: str) -> dict[str, Any]:
    """The same ladder after a person has another address."""

    def changed(given: Plain) -> dict[str, Any]:
        found = [new if address == old else address for address in given.get("addresses", ())]
        return {**given, "addresses": list(dict.fromkeys(found))} if found else dict(given)

    def in_step(step: Plain) -> dict[str, Any]:
        teams = [changed(team) for team in step.get("teams", ())]
        return {**changed(step), "teams": teams} if teams else changed(step)

    return _each_step(plain, in_step)


def set_since(newest_first: Sequence[tuple[datetime, Plain]], file: Plain) -> dict[str, datetime]:
    """By a step's name, when it was put on the ladder at its hours; absent where it stood in the file before.

    `newest_first`: when each version was saved, and what it says; the first is in force.
    """
    found: dict[str, datetime] = {}
    if not newest_first:
        return found
    for step in newest_first[0][1]["rungs"]:
        for saved_at, earlier in newest_first:
            if not _stands(step, earlier):
                break
            found[step["rung"]] = saved_at
        else:
            if _stands(step, file):
                del found[step["rung"]]
    return found


def _stands(step: Plain, plain: Plain) -> bool:
    return any((one["rung"], one["offset_hours"]) == (step["rung"], step["offset_hours"]) for one in plain["rungs"])


@dataclass(frozen=True)
class LadderDifference:
    """One thing that two ladders say differently, each None where one of them does not say it.

    `place`: the step or trigger by name, `window`; `team`: for the work of which team; `key`: of the plain form, or ""
    where the whole step, or the team's own receivers, stand in one of them only.
    """

    place: str
    team: str
    key: str
    before: object
    after: object


def ladder_differences(before: Plain, after: Plain) -> tuple[LadderDifference, ...]:
    """Everything that differs, step by step in the order of the later one."""
    old, new = _by_place(before), _by_place(after)
    found: list[LadderDifference] = []
    for place in [*new, *(place for place in old if place not in new)]:
        found += _in_place(place, "", old.get(place), new.get(place))
        teams = [_teams_of(step) for step in (old.get(place) or {}, new.get(place) or {})]
        if old.get(place) is not None and new.get(place) is not None:
            for team in [*teams[1], *(team for team in teams[0] if team not in teams[1])]:
                found += _in_place(place, team, teams[0].get(team), teams[1].get(team))
    return tuple(found)


def _in_place(place: str, team: str, old: Plain | None, new: Plain | None) -> Iterator[LadderDifference]:
    if old is None or new is None:
        yield LadderDifference(place, team, "", old, new)
        return
    for key in [*new, *(key for key in old if key not in new)]:
        if key != "teams" and old.get(key) != new.get(key):
            yield LadderDifference(place, team, key, old.get(key), new.get(key))


def _by_place(plain: Plain) -> dict[str, Plain]:
    return {_name(step): step for step in _steps(plain)} | {"window": plain["window"]}


def _teams_of(step: Plain) -> dict[str, Plain]:
    return {team["team"]: team for team in step.get("teams", ())}


def _name(step: Plain) -> str:
    return str(step.get("rung") or step.get("trigger"))


def _steps(plain: Plain) -> list[Plain]:
    return [*plain["rungs"], *plain["triggers"]]


def _receivers(plain: Plain) -> Iterator[Plain]:
    for step in _steps(plain):
        yield step
        yield from step.get("teams", ())


def _each_step(plain: Plain, change: Callable[[Plain], dict[str, Any]]) -> dict[str, Any]:
    return {**plain, **{key: [change(step) for step in plain[key]] for key in ("rungs", "triggers")}}
