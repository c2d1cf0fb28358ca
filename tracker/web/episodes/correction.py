"""The form of corrections: filled from what is held, and what of it a person changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.core.clock import is_ambiguous
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel
from tracker.services.pages.episodes import EpisodePage
from tracker.services.pages.people import teams
from tracker.web.episodes.forms import CorrectForm, yes_no, yes_no_code
from tracker.web.fields import LondonDateTimeField
from tracker.web.records import instant_given

INSTANTS = ("missing_from_at", "found_at", "returned_at", "reported_at", "prevention_interview_at")
TEXTS = (
    "police_reference", "responsible_authority", "district", "missing_from_address", "last_seen_location",
    "found_location", "found_by", "prevention_interview_outcome", "circumstances",
)  # fmt: skip


def instants(form: CorrectForm) -> list[LondonDateTimeField]:
    return [form[name] for name in INSTANTS]


def fill(form: CorrectForm, page: EpisodePage) -> None:
    """What is held, into the boxes."""
    facts = page.facts
    for name in INSTANTS:
        if (at := getattr(facts, name)) is not None:
            form[name].process(None, at)
            form[name].asks_zone = is_ambiguous(at)
    for name in TEXTS:
        form[name].data = getattr(facts, name) or ""
    form.kind.data = str(facts.kind)
    form.risk.data = str(facts.risk or "")
    form.setting.data = str(facts.setting or "")
    form.force.data = facts.police_force or ""
    form.is_ours.data = yes_no_code(facts.is_ours)
    form.known_to_services.data = yes_no_code(facts.known_to_services)
    form.team_id.data = str(_team_id(page) or "")


def changed(form: CorrectForm, page: EpisodePage) -> tuple[dict[str, object], set[FlagCode]]:
    """The values that differ from what the page showed, and what reading the changed times had to choose.

    Only those: a form shows minutes, and whoever corrects a place has not decided the seconds of a return.
    """
    facts, flags = page.facts, set[FlagCode]()
    values: dict[str, object] = {}
    for name in INSTANTS:
        at, chosen = _instant(form, name, values, page)
        if at != _to_the_minute(getattr(facts, name)):
            values[name] = at
            flags |= chosen
    given: Mapping[str, Any] = {
        **{name: form[name].data or None for name in TEXTS},
        "kind": EpisodeKind(form.kind.data),
        "risk": RiskLevel(form.risk.data) if form.risk.data else None,
        "setting": LivingSetting(form.setting.data) if form.setting.data else None,
        "police_force": form.force.data or None,
        "known_to_services": yes_no(form.known_to_services.data),
        "is_ours": form.is_ours.data == "yes",
    }
    values |= {name: value for name, value in given.items() if value != getattr(facts, name)}
    team_id = int(form.team_id.data) if form.team_id.data else None
    if team_id != _team_id(page):
        values["team_id"] = team_id
    return values, flags


def _instant(
    form: CorrectForm, name: str, values: Mapping[str, object], page: EpisodePage
) -> tuple[datetime | None, set[FlagCode]]:
    estimated = {
        "missing_from_at": FlagCode.START_TIME_ESTIMATED,
        "found_at": FlagCode.FOUND_TIME_ESTIMATED,
        "returned_at": FlagCode.RETURN_TIME_ESTIMATED,
    }.get(name)
    start = None if name == "missing_from_at" else _known("missing_from_at", values, page)
    found = _known("found_at", values, page) if name == "returned_at" else None
    return instant_given(form[name], estimated, start, found)


def _known(name: str, values: Mapping[str, object], page: EpisodePage) -> datetime | None:
    """As it will stand: INSTANTS are read in the order in which they happen."""
    at = values.get(name, getattr(page.facts, name))
    assert at is None or isinstance(at, datetime)
    return at


def _to_the_minute(at: datetime | None) -> datetime | None:
    return at.replace(second=0, microsecond=0) if at else None


def _team_id(page: EpisodePage) -> int | None:
    return next((team.id for team in teams() if team.name == page.row.team), None)
