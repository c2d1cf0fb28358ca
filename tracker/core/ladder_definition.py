"""What a ladder file or the ladder's page says → the steps and triggers, or every problem in a plain sentence.

A definition is the plain value that config/ladder.toml holds (docs/operations.md explains every key); a saved ladder is
kept in the same shape. What may stand in it is said by ladder_shape (keys and kinds) and ladder_rules (meaning).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from tracker.core.alert_terms import Audience, Trigger
from tracker.core.alert_window import Window
from tracker.core.alerts import RungPolicy
from tracker.core.ladder_plain import plain_ladder
from tracker.core.ladder_rules import WEEKDAYS, Known, LadderProblem, meaning_problems
from tracker.core.ladder_shape import shape_problems
from tracker.core.recipients import Receivers, ToldBy
from tracker.core.triggers import TriggerPolicy


@dataclass(frozen=True)
class Ladder:
    """Whom alerts tell, and when. A trigger that is switched off is not in it."""

    rungs: tuple[RungPolicy, ...]
    triggers: tuple[TriggerPolicy, ...]


def read_ladder(given: Mapping[str, object], known: Known | None = None) -> Ladder | tuple[LadderProblem, ...]:
    """The ladder, or all that is wrong. Never raises.

    `known`: the teams, people and webhooks there are; None where they are not at hand, and nothing named is refused.
    """
    problems = tuple(shape_problems(given))
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
