"""What a person enters about an episode: made plain, checked, and flagged. For logging and for correcting."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import is_ambiguous, local_date, read_local, require_aware
from tracker.core.daily_report import LineProblem, normalise_reference
from tracker.core.episodes import future_problem, order_problem
from tracker.core.terms import FlagCode
from tracker.services.context import Context
from tracker.services.errors import FormProblem
from tracker.store.models import Episode, Team

INSTANTS = ("missing_from_at", "found_at", "returned_at")
_FACTS = (*INSTANTS, "reported_at", "prevention_interview_at")
_ESTIMATED = {
    "missing_from_at": FlagCode.START_TIME_ESTIMATED,
    "found_at": FlagCode.FOUND_TIME_ESTIMATED,
    "returned_at": FlagCode.RETURN_TIME_ESTIMATED,
}
_OF_READING = frozenset({FlagCode.TIME_AMBIGUOUS, FlagCode.TIME_NONEXISTENT, *_ESTIMATED.values()})


def clean(values: Mapping[str, object]) -> dict[str, object]:
    """As the columns hold them: texts trimmed, empty ones None, codes as text, instants in UTC, references normalised.

    Raises ValueError for a naive instant.
    """
    found: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            found[name] = require_aware(value)
        elif isinstance(value, str):
            text = normalise_reference(value) if name == "police_reference" else str(value).strip()
            found[name] = text or None
        else:
            found[name] = value
    return found


def facts_problems(
    session: Session, held: Episode | None, values: Mapping[str, object], context: Context
) -> list[FormProblem]:
    """Everything wrong with cleaned `values` over what is held (None: a new episode)."""
    return [*_time_problems(held, values, context.now), *_reference_problems(session, held, values)] + [
        FormProblem("unknown_team", "There is no such team.", ("team_id",))
        for team_id in [values.get("team_id")]
        if team_id is not None and session.get(Team, team_id) is None
    ]


def _time_problems(held: Episode | None, values: Mapping[str, object], now: datetime) -> list[FormProblem]:
    ahead = [future_problem(_at(values.get(name)), now, name) for name in _FACTS]
    start, found, returned = (_at(values.get(name, getattr(held, name, None))) for name in INSTANTS)
    touched = any(name in values for name in INSTANTS)
    wrong_order = order_problem(start, found, returned) if touched else None
    problems = _as_form_problems([*ahead, wrong_order])
    ends_touched = not {"found_at", "returned_at"}.isdisjoint(values)
    if ends_touched and not problems and found and returned and found > returned:
        sentence = "The child is said to be found after returning. Check both times."
        problems.append(FormProblem("found_after_return", sentence, ("found_at", "returned_at")))
    return problems


def _as_form_problems(problems: Iterable[LineProblem | None]) -> list[FormProblem]:
    return [FormProblem(str(problem.code), problem.sentence, problem.fields) for problem in problems if problem]


def _at(value: object) -> datetime | None:
    assert value is None or isinstance(value, datetime)
    return value


def _reference_problems(session: Session, held: Episode | None, values: Mapping[str, object]) -> list[FormProblem]:
    if not {"police_reference", "police_force"} & values.keys():
        return []
    reference = values.get("police_reference", held.police_reference if held else None)
    force = values.get("police_force", held.police_force if held else None)
    if reference is None:
        return []
    if force is None:
        sentence = "Say which police force gave this reference."
        return [FormProblem("missing_value", sentence, ("force",))]
    query = select(Episode.id).where(Episode.police_force == force, Episode.police_reference == reference)
    if held is not None:
        query = query.where(Episode.id != held.id)
    if session.scalar(query) is None:
        return []
    sentence = "Another episode has this police reference already."
    return [FormProblem("reference_held", sentence, ("police_reference",))]


def flags_after(
    held: Iterable[str],
    changed: Mapping[str, object],
    dated: Mapping[str, object],
    given: Collection[FlagCode] = (),
) -> frozenset[FlagCode]:
    """The flags once `changed` is written. `dated`: the three instants as they will stand; `given`: of the new times.

    A corrected time is no longer estimated; a person who enters a return has decided what the police say of it; and
    what was read of the other times stays said.
    """
    flags = {FlagCode(flag) for flag in held}
    touched = [name for name in INSTANTS if name in changed]
    if not touched:
        return frozenset(flags | (set(given) & _OF_READING))
    flags -= {_ESTIMATED[name] for name in touched}
    untouched = [at for name in INSTANTS if name not in touched and (at := _at(dated[name]))]
    if not any(is_ambiguous(at) for at in untouched):
        flags.discard(FlagCode.TIME_AMBIGUOUS)
    if not any(_hour_was_skipped(at) for at in untouched):
        flags.discard(FlagCode.TIME_NONEXISTENT)
    flags |= set(given) & _OF_READING
    if "returned_at" in touched:
        flags.discard(FlagCode.POLICE_SAY_STILL_MISSING)
    ended_at = _at(dated["found_at"]) or _at(dated["returned_at"])
    if ended_at is not None and ended_at == dated["missing_from_at"]:
        flags.add(FlagCode.ENDS_AS_IT_STARTS)
    else:
        flags.discard(FlagCode.ENDS_AS_IT_STARTS)
    return frozenset(flags)


def _hour_was_skipped(at: datetime) -> bool:
    """Whether an hour is missing from that local day (the last Sunday of March)."""
    naive = datetime.combine(local_date(at), time(1, 30))
    return read_local(naive).flag is FlagCode.TIME_NONEXISTENT
