"""Log an episode by hand: for a child held, or for one not known before."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.core.clock import elapsed_hours
from tracker.core.terms import EpisodeKind, FlagCode, LivingSetting, RiskLevel
from tracker.services.context import Context
from tracker.services.episode_facts import INSTANTS, clean, facts_problems, flags_after
from tracker.services.errors import FormProblem, Refused
from tracker.services.find_children import NewChild, add_child, find_children, has_twin
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.services.rows_for_change import refuse_unseen_child
from tracker.services.transaction import writing
from tracker.store import audit, episodes
from tracker.store.db import as_json_value
from tracker.store.models import Child, Episode, EpisodeVersion

__all__ = ["NewChild", "find_children", "log_episode"]


def log_episode(
    context: Context,
    *,
    child_id: int | None = None,
    new_child: NewChild | None = None,
    missing_from_at: datetime,
    kind: EpisodeKind = EpisodeKind.MISSING,
    risk: RiskLevel | None = None,
    force: str | None = None,
    police_reference: str | None = None,
    found_at: datetime | None = None,
    returned_at: datetime | None = None,
    reported_at: datetime | None = None,
    setting: LivingSetting | None = None,
    known_to_services: bool | None = None,
    district: str | None = None,
    missing_from_address: str | None = None,
    last_seen_location: str | None = None,
    found_location: str | None = None,
    found_by: str | None = None,
    circumstances: str | None = None,
    interview_requested: bool = False,
    flags: Collection[FlagCode] = (),
    confirm: bool = False,
) -> int:
    """The new episode's id. `flags`: what reading the typed times had to choose (core.clock.read_local).

    Refused: exactly one of `child_id` and `new_child` is wanted; facts in the future; an end before the start; a
    police reference already held (`reference_held`). Unless `confirm`: an episode of this child starts within 24 h
    (`possible_duplicate`), or a child held has this name and date of birth (`possible_same_child`).
    """
    values = clean(
        {
            "missing_from_at": missing_from_at,
            "kind": kind,
            "risk": risk,
            "police_force": (force or "").casefold() or None,
            "police_reference": police_reference,
            "found_at": found_at,
            "returned_at": returned_at,
            "reported_at": reported_at,
            "setting": setting,
            "known_to_services": known_to_services,
            "district": district,
            "missing_from_address": missing_from_address,
            "last_seen_location": last_seen_location,
            "found_location": found_location,
            "found_by": found_by,
            "circumstances": circumstances,
        }
    )
    given = {name: value for name, value in values.items() if value is not None}
    if "police_reference" not in given:
        given.pop("police_force", None)
    with writing() as session:
        audit.hold_chain(session)
        problems = facts_problems(session, None, given, context)
        if (child_id is None) == (new_child is None):
            problems.append(FormProblem("missing_value", "Choose a child, or enter a new one.", ("child_id",)))
        if problems:
            raise Refused(problems)
        if child_id is not None:
            child = _held_child(session, context, child_id)
            _refuse_duplicate(session, context, child, given, confirm)
        else:
            assert new_child is not None
            child = _new_child(session, context, new_child, confirm)
        seen = flags_after((), given, {name: given.get(name) for name in INSTANTS}, flags)
        row = _add(session, child, given, context, interview_requested=interview_requested, flags=sorted(seen))
        audit.record(session, "episode_created", context.actor, context.now, "episode", row.id)
        follow_up_episode(session, row, context)
        follow_up_child(session, child.id, context)
        return row.id


def _add(session: Session, child: Child, given: dict[str, Any], context: Context, **more: Any) -> Episode:
    """The episode of this child; we know of a return from now on. Its history begins with what the person entered."""
    row = Episode(
        **{"known_to_services": child.known_to_services, **given},
        **more,
        child_id=child.id,
        responsible_authority=child.responsible_authority,
        is_ours=child.is_ours,
        team_id=child.team_id,
        notified_at=context.now if given.get("returned_at") else None,
        person_fields=sorted(given),
        created_at=context.now,
        created_by_id=context.actor.person_id,
    )
    session.add(row)
    session.flush()
    session.add(
        EpisodeVersion(
            episode_id=row.id,
            changed_at=context.now,
            changed_by_id=context.actor.person_id,
            changes={name: [None, as_json_value(value)] for name, value in given.items()},
        )
    )
    return row


def _held_child(session: Session, context: Context, child_id: int) -> Child:
    unknown = FormProblem("unknown_child", "There is no such child.", ("child_id",))
    refuse_unseen_child(session, context, child_id, unknown)
    return session.get_one(Child, child_id)


def _refuse_duplicate(
    session: Session, context: Context, child: Child, given: dict[str, object], confirm: bool
) -> None:
    start = given["missing_from_at"]
    assert isinstance(start, datetime)
    hours = context.rules.policy.same_episode_hours
    near = [
        held.id
        for held in episodes.episodes_of_child(session, child.id)
        if held.excluded is None and abs(elapsed_hours(held.missing_from_at, start)) <= hours
    ]
    if near and not confirm:
        sentence = (
            f"This child has an episode that starts within {hours} hours of this one. "
            "Is it the same? If it is another, confirm it."
        )
        raise Refused(FormProblem("possible_duplicate", sentence, ("missing_from_at", "confirm")))


def _new_child(session: Session, context: Context, given: NewChild, confirm: bool) -> Child:
    if not confirm and has_twin(session, given, context.now):
        sentence = (
            "A child with this name and date of birth is held already. Choose that child, or confirm another one."
        )
        raise Refused(FormProblem("possible_same_child", sentence, ("surname", "forename", "confirm")))
    return add_child(session, context, given)
