"""Two episodes prove to be one: logged by hand, and reported by the police. They become one, and can be two again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.core.episodes import LINE_FIELDS, order_problem
from tracker.core.terms import ExclusionReason, FlagCode
from tracker.services.context import Context
from tracker.services.episode_facts import INSTANTS
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.follow_up import follow_up_child, follow_up_episodes
from tracker.services.join_clock import clocks_before, set_one_clock
from tracker.services.rows_for_change import CHANGED_MEANWHILE, episodes_for_change
from tracker.services.transaction import writing
from tracker.store import audit, episodes, interviews
from tracker.store.db import as_json_value
from tracker.store.models import (
    Action,
    Alert,
    Breach,
    Episode,
    EpisodeDecision,
    EpisodeJoin,
    EpisodeVersion,
    InterviewEpisode,
    Line,
    StrategyMeeting,
)

_UNSYNCHRONISED = {"synchronize_session": False}
_REASON = "Two episodes were found to be one."
_OF_READING = (
    FlagCode.TIME_AMBIGUOUS, FlagCode.TIME_NONEXISTENT, FlagCode.START_TIME_ESTIMATED, FlagCode.FOUND_TIME_ESTIMATED,
    FlagCode.RETURN_TIME_ESTIMATED,
)  # fmt: skip


def join_episodes(context: Context, *, episode_id: int, version: int, other_id: int, other_version: int) -> int:
    """Make one of two episodes of one child; the id of the one that stands.

    That is the one logged by hand: what a person entered stands, it takes the police's reference and what they say of
    blanks, and each value on which they differ becomes a decision. Steps: 1. two episodes of one child, one of them
    with a reference; 2. the values; 3. interviews, lines, versions and decisions; 4. alerts and breaches, under a
    clock that tells nobody twice; 5. the other stays as a shell, out of every count, pointing here.
    """
    if episode_id == other_id:
        raise Refused(FormProblem("same_episode", "This is the same episode. Choose the other.", ("other_id",)))
    with writing() as session:
        rows = {row.id: row for row in episodes_for_change(session, context, [episode_id, other_id])}
        shown = {episode_id: version, other_id: other_version}
        _refuse(rows[episode_id], rows[other_id], shown)
        kept, gone = _kept_first(rows[episode_id], rows[other_id])
        moved = _before(kept, gone)
        reference: dict[str, object] = {"police_force": gone.police_force, "police_reference": gone.police_reference}
        values, asks = _values(session, kept, gone)
        moved["clock"] = clocks_before(session, kept, gone)
        moved |= _move_rows(session, kept, gone)
        _make_shell(session, kept, gone, context)
        _write(session, kept, gone, values | reference, asks, context, moved)
        moved["after"] = {name: as_json_value(getattr(kept, name)) for name in moved["before"]}
        moved["last_version"] = session.scalar(select(EpisodeVersion.id).order_by(EpisodeVersion.id.desc()).limit(1))
        held = EpisodeJoin(
            kept_id=kept.id, joined_id=gone.id, joined_at=context.now, joined_by_id=context.actor.person_id, moved=moved
        )
        session.add(held)
        details = {"kept_id": kept.id, "joined_id": gone.id}
        acts = [audit.Act("episodes_joined", "episode", id_, details) for id_ in (kept.id, gone.id)]
        audit.record_many(session, acts, context.actor, context.now)
        set_one_clock(session, kept, moved["clock"], context)
        follow_up_episodes(session, [kept, gone], context)
        follow_up_child(session, kept.child_id, context)
        return kept.id


def _refuse(one: Episode, other: Episode, shown: Mapping[int, int]) -> None:
    if any(row.version != shown[row.id] for row in (one, other)):
        raise Conflict(CHANGED_MEANWHILE)
    if one.child_id != other.child_id:
        sentence = "These episodes are of two children. Move one of them, or merge the two records, first."
        raise Refused(FormProblem("two_children", sentence, ("other_id",)))
    if one.police_reference and other.police_reference:
        sentence = (
            "Both have a police reference: to the police they are two. If one was made in error, leave it out of the "
            "counts instead."
        )
        raise Refused(FormProblem("two_references", sentence, ("other_id",)))
    if not one.police_reference and not other.police_reference:
        sentence = "Neither came from the police. Leave the one that was logged twice out of the counts instead."
        raise Refused(FormProblem("no_reference", sentence, ("other_id",)))
    if one.excluded or other.excluded:
        sentence = "One of these is out of the counts. Take it back into the counts first."
        raise Refused(FormProblem("excluded", sentence, ("other_id",)))


def _kept_first(one: Episode, other: Episode) -> tuple[Episode, Episode]:
    """The one logged by hand, then the police's."""
    return (other, one) if one.police_reference else (one, other)


_RESTORED = (
    *LINE_FIELDS, "police_force", "police_reference", "notified_at", "as_of_at", "as_of_line", "person_fields",
    "district", "is_ours", "team_id", "interview_requested",
)  # fmt: skip


def _before(kept: Episode, gone: Episode) -> dict[str, Any]:
    return {
        "before": {name: as_json_value(getattr(kept, name)) for name in _RESTORED},
        "reference": [gone.police_force, gone.police_reference],
        "gone_flags": list(gone.flags),
        "kept_flags": list(kept.flags),
    }


def _values(session: Session, kept: Episode, gone: Episode) -> tuple[dict[str, object], list[tuple[str, str, str]]]:
    """What the kept episode bears of the other's values, and the questions: (field, ours, theirs)."""
    values: dict[str, object] = {}
    asks = []
    theirs = set(kept.person_fields)
    for name in (*LINE_FIELDS, "district"):
        held, given = getattr(kept, name), getattr(gone, name)
        if given is None or given == held:
            continue
        if held is not None and name in kept.person_fields:
            asks.append((name, _text(held), _text(given)))
            continue
        values[name] = given
        if name in gone.person_fields:
            theirs.add(name)
    problem = order_problem(*(values.get(name, getattr(kept, name)) for name in INSTANTS))  # type: ignore[arg-type]
    if problem:
        sentence = f"Together their times do not fit. {problem.sentence}"
        raise Refused(FormProblem(str(problem.code), sentence, problem.fields))
    values["person_fields"] = sorted(theirs)
    values["notified_at"] = min((at for at in (kept.notified_at, gone.notified_at) if at), default=None)
    values["interview_requested"] = kept.interview_requested or gone.interview_requested
    values["team_id"] = kept.team_id or gone.team_id
    values["flags"] = _flags(kept, gone, values, asks)
    return values, asks


def _flags(kept: Episode, gone: Episode, values: Mapping[str, object], asks: list[tuple[str, str, str]]) -> list[str]:
    """The notes of the times that were taken go with them; "still missing" where the police said it later."""
    flags = set(kept.flags) | {str(flag) for flag in _OF_READING if flag in gone.flags and _is_of(flag, values)}
    flags |= {str(flag) for flag in (FlagCode.NEAR_NAME, FlagCode.POLICE_SAY_STILL_MISSING) if flag in gone.flags}
    waits = FlagCode.POLICE_VALUE_DIFFERS in gone.flags
    if asks or waits:
        flags.add(str(FlagCode.POLICE_VALUE_DIFFERS))
    returned = values.get("returned_at", kept.returned_at)
    not_ended = gone.returned_at is None and gone.found_at is None
    if not_ended and gone.as_of_at and isinstance(returned, datetime) and gone.as_of_at >= returned:
        flags.add(str(FlagCode.POLICE_SAY_STILL_MISSING))
    return sorted(flags)


_ESTIMATED_OF = {
    FlagCode.START_TIME_ESTIMATED: "missing_from_at",
    FlagCode.FOUND_TIME_ESTIMATED: "found_at",
    FlagCode.RETURN_TIME_ESTIMATED: "returned_at",
}


def _is_of(flag: FlagCode, values: Mapping[str, object]) -> bool:
    name = _ESTIMATED_OF.get(flag)
    return name in values if name else any(each in values for each in INSTANTS)


def _text(value: object) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)


_HANGING: tuple[tuple[str, Any], ...] = (
    ("lines", Line), ("versions", EpisodeVersion), ("alerts", Alert), ("breaches", Breach), ("actions", Action),
    ("meetings", StrategyMeeting),
)  # fmt: skip


def _move_rows(session: Session, kept: Episode, gone: Episode) -> dict[str, Any]:
    """Everything that hangs on the other episode, by id. Its clocks are numbered after those of the kept one."""
    offset = kept.clock_no
    breaches = session.scalars(select(Breach).where(Breach.episode_id.in_([kept.id, gone.id]))).all()
    moved: dict[str, Any] = {
        "offset": offset,
        "own_lines": list(session.scalars(select(Line.id).where(Line.episode_id == kept.id))),
        "breaches_before": [[one.id, one.clock_no, one.withdrawn_at is None] for one in breaches],
    }
    for name, model in _HANGING:
        ids = list(session.scalars(select(model.id).where(model.episode_id == gone.id).order_by(model.id)))
        values: dict[str, Any] = {"episode_id": kept.id}
        if model in (Alert, Breach):
            values["clock_no"] = model.clock_no + offset
        session.execute(update(model).where(model.id.in_(ids)).values(values).execution_options(**_UNSYNCHRONISED))
        moved[name] = ids
    session.expire_all()
    asked = {
        (one.field, one.police_value)
        for one in session.scalars(select(EpisodeDecision).where(EpisodeDecision.episode_id == kept.id))
    }
    kept.told_found_at = kept.told_found_at or gone.told_found_at
    moved["decisions"] = []
    for one in session.scalars(select(EpisodeDecision).where(EpisodeDecision.episode_id == gone.id)):
        if (one.field, one.police_value) not in asked:
            one.episode_id = kept.id
            moved["decisions"].append(one.id)
    moved["interviews"] = []
    for interview in interviews.rows_of_episode(session, gone.id):
        covers = {link.episode_id for link in interview.links}
        interview.links = [link for link in interview.links if link.episode_id != gone.id]
        session.flush()
        if kept.id not in covers:
            interview.links.append(InterviewEpisode(episode_id=kept.id))
        moved["interviews"].append([interview.id, kept.id not in covers])
    session.flush()
    return moved


def _make_shell(session: Session, kept: Episode, gone: Episode, context: Context) -> None:
    values: dict[str, object] = {
        "police_force": None, "police_reference": None, "excluded": ExclusionReason.JOINED,
        "flags": [flag for flag in gone.flags if flag != FlagCode.POLICE_SAY_STILL_MISSING],
    }  # fmt: skip
    episodes.write_changes(session, gone, values, context.now, person_id=context.actor.person_id, reason=_REASON)
    gone.joined_into_id = kept.id
    session.flush()


def _write(
    session: Session,
    kept: Episode,
    gone: Episode,
    values: dict[str, object],
    asks: list[tuple[str, str, str]],
    context: Context,
    moved: dict[str, Any],
) -> None:
    if gone.as_of_at is not None and (kept.as_of_at is None or kept.as_of_at < gone.as_of_at):
        values |= {"as_of_at": gone.as_of_at, "as_of_line": gone.as_of_line}
    episodes.write_changes(session, kept, values, context.now, person_id=context.actor.person_id, reason=_REASON)
    line_id = session.scalar(
        select(Line.id).where(Line.episode_id == kept.id).order_by(Line.as_of_at.desc(), Line.id.desc()).limit(1)
    )
    moved["asked"] = []
    for name, held, given in asks:
        known = select(EpisodeDecision).where(
            EpisodeDecision.episode_id == kept.id, EpisodeDecision.field == name, EpisodeDecision.police_value == given
        )
        if session.scalar(known) is not None:
            continue
        decision = EpisodeDecision(
            episode_id=kept.id, field=name, held_value=held, police_value=given, line_id=line_id, raised_at=context.now
        )
        session.add(decision)
        session.flush()
        moved["asked"].append(decision.id)
