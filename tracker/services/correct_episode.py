"""Change an episode by hand: found, returned, corrected, left out of the counts, taken back, settled.

Each takes the `version` that the page showed and raises Conflict where somebody changed the episode meanwhile. What a
person enters is remembered as theirs (`person_fields`): no report line replaces it (definitions §4.1).
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.episodes import overlaps
from tracker.core.terms import BreachReason, EpisodeKind, ExclusionReason, FlagCode
from tracker.services.context import Context
from tracker.services.episode_facts import INSTANTS, clean, facts_problems, flags_after
from tracker.services.errors import FormProblem, Refused
from tracker.services.find_children import is_ours
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.services.rows_for_change import episode_for_change
from tracker.services.transaction import writing
from tracker.store import audit, breaches, episodes
from tracker.store.db import as_json_value
from tracker.store.models import Child, Episode, EpisodeDecision

CORRECTABLE = (
    "missing_from_at", "found_at", "returned_at", "reported_at", "kind", "risk", "setting", "police_force",
    "police_reference", "responsible_authority", "is_ours", "known_to_services", "district", "missing_from_address",
    "last_seen_location", "found_location", "found_by", "prevention_interview_at", "prevention_interview_outcome",
    "prevention_interview_raised_harm", "circumstances", "team_id",
)  # fmt: skip
"""The fields that a person may correct; a value of None takes the held one away."""

_NEVER_EMPTY = frozenset({"missing_from_at", "kind", "is_ours"})

_WHOSE_IT_IS = frozenset({"team_id", "district"})
"""Fields on which no clock, flag or meeting rests: the ladder asks for the team when it tells somebody."""


def record_found(
    context: Context,
    *,
    episode_id: int,
    version: int,
    found_at: datetime,
    found_location: str | None = None,
    found_by: str | None = None,
    flags: Collection[FlagCode] = (),
) -> None:
    """The child has been located. Refused: found already, in the future, before going missing."""
    given = {"found_at": found_at, "found_location": found_location, "found_by": found_by}
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        if row.found_at is not None:
            raise Refused(_already("found"))
        _write(session, row, {name: value for name, value in given.items() if value is not None}, context, flags=flags)


def record_returned(
    context: Context, *, episode_id: int, version: int, returned_at: datetime, flags: Collection[FlagCode] = ()
) -> None:
    """The child is back: the clock starts. Refused: returned already, in the future, before going missing."""
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        if row.returned_at is not None:
            raise Refused(_already("returned"))
        _write(session, row, {"returned_at": returned_at}, context, flags=flags)


def _already(word: str) -> FormProblem:
    sentence = f"When the child {'was found' if word == 'found' else 'returned'} is recorded already. Correct it there."
    return FormProblem(f"already_{word}", sentence, (f"{word}_at",))


def correct_episode(
    context: Context,
    *,
    episode_id: int,
    version: int,
    values: Mapping[str, object],
    reason: str = "",
    flags: Collection[FlagCode] = (),
) -> tuple[str, ...]:
    """Write these values (CORRECTABLE); the names of those that changed, in their order.

    Raises ValueError for a field that no page may correct: a mistake of ours.
    """
    if not set(values) <= set(CORRECTABLE):
        raise ValueError(f"not correctable: {sorted(set(values) - set(CORRECTABLE))}")
    empty = tuple(name for name in values if name in _NEVER_EMPTY and values[name] is None)
    if empty:
        raise Refused(FormProblem("missing_value", "This cannot be left empty.", empty))
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        if values.get("responsible_authority") is not None and "is_ours" not in values:
            values = {**values, "is_ours": is_ours(str(values["responsible_authority"]), context)}
        return _write(session, row, values, context, reason=reason, flags=flags)


def record_prevention(
    context: Context,
    *,
    episode_id: int,
    version: int,
    held_at: datetime,
    outcome: str | None = None,
    raised_harm: bool | None = None,
    flags: Collection[FlagCode] = (),
) -> None:
    """The police's own conversation with the child. It closes no clock of ours, whatever came of it.

    Refused: in the future, before the child was found or back (nobody has spoken with a child who is missing), harm
    without a word of what it was.
    """
    given = {
        "prevention_interview_at": held_at,
        "prevention_interview_outcome": outcome,
        "prevention_interview_raised_harm": raised_harm,
    }
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        ended_at = min((at for at in (row.found_at, row.returned_at) if at is not None), default=None)
        if ended_at is None:
            sentence = "Record first that the child was found or returned. The police speak with the child after that."
            raise Refused(FormProblem("not_found_yet", sentence, ("prevention_interview_at",)))
        if held_at < ended_at:
            sentence = "This is before the child was found or returned. Check the time."
            raise Refused(FormProblem("before_found", sentence, ("prevention_interview_at",)))
        if raised_harm and not (outcome or "").strip():
            sentence = "Write what was raised: whoever speaks with the child next needs to know it."
            raise Refused(FormProblem("missing_value", sentence, ("prevention_interview_outcome",)))
        _write(session, row, given, context, flags=flags)


def exclude_episode(
    context: Context, *, episode_id: int, version: int, reason: ExclusionReason, note: str = ""
) -> None:
    """Leave it out of every count; it stays listed and its clock stops."""
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        if row.excluded is not None:
            raise Refused(FormProblem("already_excluded", "This episode is out of the counts already."))
        values = {"excluded": reason, "excluded_reason": note.strip() or None}
        _write(session, row, values, context, reason=note, own=("excluded",))


def reinstate_episode(context: Context, *, episode_id: int, version: int, note: str = "") -> None:
    """Take it back into the counts. An adult's stays out by the date of birth, whatever is recorded here."""
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        if row.excluded is None:
            raise Refused(FormProblem("not_excluded", "Nobody took this episode out of the counts."))
        if row.excluded == ExclusionReason.LOAD_UNDONE:
            sentence = "The load that brought this episode was undone. Load the report again, or log the episode."
            raise Refused(FormProblem("load_undone", sentence))
        _write(session, row, {"excluded": None, "excluded_reason": None}, context, reason=note, own=("excluded",))


def request_interview(context: Context, *, episode_id: int, version: int, note: str = "") -> None:
    """Ask for an interview after an episode of a kind that runs no clock of its own (definitions §3)."""
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        if row.interview_requested:
            raise Refused(FormProblem("already_requested", "An interview is asked for already."))
        if EpisodeKind(row.kind) in context.rules.policy.clock_kinds and row.interview_due_at is not None:
            raise Refused(FormProblem("clock_runs", "This return has a clock already."))
        _write(session, row, {"interview_requested": True}, context, reason=note, own=())


def settle_conflict(context: Context, *, episode_id: int, version: int, note: str = "") -> None:
    """Overlapping, and yet separate: both count from now on. (Where one is wrong, correct or exclude it instead.)"""
    with writing() as session:
        row = episode_for_change(session, context, episode_id, version)
        history = episodes.episodes_of_child(session, row.child_id)
        mine = next(episode for episode in history if episode.id == row.id)
        members = [other for other in history if other.id != row.id and other.out_of_counts is None]
        overlapping = [other.id for other in members if overlaps(mine, other)]
        if FlagCode.OVERLAPS_ANOTHER not in mine.flags or not overlapping:
            raise Refused(FormProblem("no_conflict", "This episode overlaps no other."))
        for member_id in (row.id, *overlapping):
            member = session.get_one(Episode, member_id)
            values = {"conflict_settled": True}
            episodes.write_changes(
                session, member, values, context.now, person_id=context.actor.person_id, reason=note.strip() or None
            )
        details = {"episode_ids": [row.id, *overlapping]}
        audit.record(session, "episode_conflict_settled", context.actor, context.now, "episode", row.id, details)
        follow_up_child(session, row.child_id, context)


def give_breach_reason(context: Context, *, episode_id: int, reason: BreachReason, note: str = "") -> None:
    """Why the 72 hours were not met. Refused where no breach stands; given again, the newer stands."""
    with writing() as session:
        row = episode_for_change(session, context, episode_id)
        breach = breaches.standing(session, row.id)
        if breach is None:
            raise Refused(FormProblem("no_breach", "No missed deadline is recorded for this episode.", ("reason",)))
        if reason is BreachReason.OTHER and not note.strip():
            raise Refused(FormProblem("missing_value", "Say what the other reason is.", ("note",)))
        breach.reason = str(reason)
        breach.reason_note = note.strip() or None
        breach.reason_by_id = context.actor.person_id
        breach.reason_at = context.now
        details = {"reason": str(reason), "clock_no": breach.clock_no}
        audit.record(session, "breach_reason_given", context.actor, context.now, "episode", row.id, details)


def _write(
    session: Session,
    row: Episode,
    values: Mapping[str, object],
    context: Context,
    *,
    reason: str = "",
    flags: Collection[FlagCode] = (),
    own: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Write what differs, remember it as the person's, and follow up. `own`: whose names are theirs; None: all."""
    cleaned = clean(values)
    changed = {name: value for name, value in cleaned.items() if getattr(row, name) != value}
    if not changed:
        return ()
    problems = facts_problems(session, row, changed, context)
    if problems:
        raise Refused(problems)
    dated = {name: changed.get(name, getattr(row, name)) for name in INSTANTS}
    theirs = [name for name in changed if own is None or name in own]
    answered = _answer_decisions(session, row, changed, context)
    more: dict[str, object] = {
        "person_fields": sorted({*row.person_fields, *theirs}),
        "flags": flags_after(row.flags, changed, dated, flags) - answered,
    }
    if "returned_at" in changed:
        more["notified_at"] = (row.notified_at or context.now) if changed["returned_at"] is not None else None
    person_id = context.actor.person_id
    episodes.write_changes(
        session, row, {**changed, **more}, context.now, person_id=person_id, reason=reason.strip() or None
    )
    details = {"changed": sorted(changed)}
    audit.record(session, "episode_changed", context.actor, context.now, "episode", row.id, details)
    session.flush()
    if not changed.keys() <= _WHOSE_IT_IS:
        follow_up_episode(session, row, context)
        follow_up_child(session, session.get_one(Child, row.child_id).id, context)
    return tuple(changed)


def _answer_decisions(
    session: Session, row: Episode, changed: Mapping[str, object], context: Context
) -> frozenset[FlagCode]:
    """Whoever corrects a field has decided what the police say of it. The flags that then say nothing any more."""
    query = select(EpisodeDecision).where(EpisodeDecision.episode_id == row.id, EpisodeDecision.decided_at.is_(None))
    waiting = session.scalars(query).all()
    for decision in waiting:
        if decision.field in changed:
            decision.decided_at = context.now
            decision.decided_by_id = context.actor.person_id
            value = as_json_value(changed[decision.field])
            decision.took_police_value = decision.police_value == ("" if value is None else str(value))
    all_answered = all(decision.decided_at is not None for decision in waiting)
    return frozenset({FlagCode.POLICE_VALUE_DIFFERS}) if waiting and all_answered else frozenset()
