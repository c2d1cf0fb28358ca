"""What may stand in a ladder beside its shape: its steps, its triggers, whom they tell, and the working hours."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.core.alert_terms import Audience, Rung, Trigger
from tracker.core.triggers import SEES_NO_RECORD

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_STEPS = 20

_NAME = re.compile(r"[a-z0-9_]{1,40}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f,;<>\"]+@[^@\s\x00-\x1f,;<>\"]+\.[^@\s\x00-\x1f,;<>\".]+")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class LadderProblem:
    """Why a ladder cannot be used: a code, a plain sentence, and where (`rungs.overdue.audience`)."""

    code: str
    sentence: str
    field: str = ""


@dataclass(frozen=True)
class Known:
    """What a ladder may name. `persons`: address → "" where that person may be told, else a sentence why not."""

    teams: frozenset[str] = frozenset()
    persons: Mapping[str, str] = field(default_factory=dict)
    webhooks: frozenset[str] = frozenset()


def looks_like_an_email(text: str) -> bool:
    """Something on both sides of one @, with a dot in the domain, and nothing that a header could not hold."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def meaning_problems(given: Mapping[str, Any], known: Known | None) -> Iterator[LadderProblem]:
    """All that is wrong with a ladder of the right shape. `known` is None where no database is at hand: a file."""
    yield from _step_problems(given["rungs"])
    for step in given["rungs"]:
        yield from _receiver_problems(step, f"rungs.{step['rung']}", _OF_A_RUNG, known)
    seen: set[str] = set()
    for trigger in given["triggers"]:
        name = trigger["trigger"]
        if name not in set(Trigger):
            yield LadderProblem("unknown_trigger", f"There is no trigger named {name[:40]}.", "triggers")
            continue
        if name in seen:
            yield LadderProblem("name_twice", f"The trigger {name} stands there twice.", f"triggers.{name}")
        seen.add(name)
        if not 0 <= trigger["after_hours"] <= 24 * 366:
            sentence = "A trigger tells people at once (0 hours) or up to a year later."
            yield LadderProblem("bad_hours", sentence, f"triggers.{name}.after_hours")
        yield from _receiver_problems(trigger, f"triggers.{name}", _of_trigger(Trigger(name)), known)
    yield from _window_problems(given["window"])


def _step_problems(steps: Sequence[Mapping[str, Any]]) -> Iterator[LadderProblem]:
    names = [step["rung"] for step in steps]
    for name in names:
        if not _NAME.fullmatch(name):
            sentence = "The name of a step must be 1 to 40 small letters, digits or underscores, like director_120h."
            yield LadderProblem("bad_name", sentence, f"rungs.{name[:40]}.rung")
        elif name in set(Trigger):
            yield LadderProblem("bad_name", f"{name} is the name of a trigger.", f"rungs.{name}.rung")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield LadderProblem("name_twice", f"Two steps are named {name[:40]}.", f"rungs.{name}.rung")
    if len(steps) > MOST_STEPS:
        yield LadderProblem("too_many", f"A ladder has at most {MOST_STEPS} steps.", "rungs")
    for before, step in zip([None, *steps], steps, strict=False):
        place = f"rungs.{step['rung']}"
        if not -24 * 31 <= step["offset_hours"] <= 24 * 366:
            sentence = "A step lies at most 31 days before the deadline, and at most a year after it."
            yield LadderProblem("bad_hours", sentence, f"{place}.offset_hours")
        if before is not None and step["offset_hours"] <= before["offset_hours"]:
            sentence = f"The step {step['rung']} must come later than {before['rung']}. No two steps share an hour."
            yield LadderProblem("not_rising", sentence, f"{place}.offset_hours")
    overdue = next((step for step in steps if step["rung"] == Rung.OVERDUE), None)
    if overdue is None or overdue["offset_hours"] != 0:
        sentence = "A step named overdue, at 0 hours from the deadline, must stand on every ladder."
        yield LadderProblem("no_overdue_step", sentence, "rungs.overdue.offset_hours" if overdue else "rungs")
    elif overdue.get("working_hours_only"):
        sentence = "The step at the deadline never waits for working hours."
        yield LadderProblem("overdue_waits", sentence, "rungs.overdue.working_hours_only")


_ROLES = frozenset(Audience) - {
    Audience.ALLOCATED_INTERVIEWER, Audience.ACTION_OWNER, Audience.LEAD_PROFESSIONAL, Audience.ADMINISTRATOR,
}  # fmt: skip
_OF_A_RUNG = _ROLES | {Audience.ALLOCATED_INTERVIEWER}


def _of_trigger(trigger: Trigger) -> frozenset[Audience]:
    """The audiences that may be told of a trigger: those who may open what it is about."""
    more = {
        Trigger.ACTION_OVERDUE: {Audience.ACTION_OWNER},
        Trigger.MARAMP_REVIEW_OVERDUE: {Audience.LEAD_PROFESSIONAL},
        Trigger.FOUND_NOT_RETURNED: {Audience.ALLOCATED_INTERVIEWER},
    }.get(trigger, set())
    return _ROLES | more | ({Audience.ADMINISTRATOR} if trigger in SEES_NO_RECORD else set())


def audiences_of(step: str) -> tuple[Audience, ...]:
    """Those that a step or a trigger of this name may tell, in the order of `Audience`."""
    allowed = _of_trigger(Trigger(step)) if step in set(Trigger) else _OF_A_RUNG
    return tuple(audience for audience in Audience if audience in allowed)


_WHY_NOT = {
    Audience.ADMINISTRATOR: "An administrator sees no child's record, so is told only of reports, mail and the engine.",
    Audience.ACTION_OWNER: "Only an action that is overdue has an owner.",
    Audience.LEAD_PROFESSIONAL: "Only a MARAMP has a lead professional.",
    Audience.ALLOCATED_INTERVIEWER: "This is allocated to nobody.",
}


def _receiver_problems(
    step: Mapping[str, Any], place: str, allowed: frozenset[Audience], known: Known | None
) -> Iterator[LadderProblem]:
    yield from _who_problems(step, place, allowed, known)
    names = [team["team"] for team in step.get("teams", ())]
    for team in step.get("teams", ()):
        name = team["team"]
        if names.count(name) > 1:
            yield LadderProblem("name_twice", f"The team {name} stands there twice.", f"{place}.teams")
        if known is not None and name not in known.teams:
            yield LadderProblem("unknown_team", f"There is no team named {name}.", f"{place}.teams")
        yield from _who_problems(team, f"{place}.teams.{name}", allowed, known)


def _who_problems(
    given: Mapping[str, Any], place: str, allowed: frozenset[Audience], known: Known | None
) -> Iterator[LadderProblem]:
    for audience in given["audience"]:
        if audience not in set(Audience):
            yield LadderProblem("unknown_audience", f"There is no audience named {audience[:40]}.", f"{place}.audience")
        elif audience not in allowed:
            yield LadderProblem("wrong_audience", _WHY_NOT[Audience(audience)], f"{place}.audience")
    if not given["audience"]:
        sentence = "Choose at least one role: an address or a webhook alone is nobody who can act."
        yield LadderProblem("no_audience", sentence, f"{place}.audience")
    for address in given.get("addresses", ()):
        if not looks_like_an_email(address):
            sentence = f"“{address[:80]}” is no email address. Write one like name@council.gov.uk."
            yield LadderProblem("not_an_email", sentence, f"{place}.addresses")
        elif known is not None and known.persons.get(address.lower()):
            yield LadderProblem("may_not_be_told", known.persons[address.lower()], f"{place}.addresses")
    for name in given.get("webhooks", ()):
        if known is not None and name not in known.webhooks:
            yield LadderProblem("unknown_webhook", f"There is no webhook named {name[:40]}.", f"{place}.webhooks")


def _window_problems(window: Mapping[str, Any]) -> Iterator[LadderProblem]:
    opens, closes, days = window["opens"], window["closes"], window["weekdays"]
    for name, value in (("opens", opens), ("closes", closes)):
        if not _TIME.fullmatch(value):
            yield LadderProblem("bad_time", "Write a time of day like 08:00.", f"window.{name}")
    if _TIME.fullmatch(opens) and _TIME.fullmatch(closes) and opens >= closes:
        yield LadderProblem("wrong_order", "Working hours must end after they begin.", "window.closes")
    if not days or not set(days) <= set(WEEKDAYS):
        sentence = f"Choose at least one day, of {', '.join(WEEKDAYS)}."
        yield LadderProblem("bad_days", sentence, "window.weekdays")
