"""Two episodes that were taken for one are two again; what people entered meanwhile stays with the one that stood."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.core.episodes import LINE_FIELDS
from tracker.core.terms import FlagCode
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.follow_up import follow_up_child, follow_up_episodes
from tracker.services.join_clock import JOINED
from tracker.services.rows_for_change import CHANGED_MEANWHILE, episode_for_change
from tracker.services.transaction import writing
from tracker.store import audit, episodes
from tracker.store.models import (
    Action,
    Alert,
    Breach,
    Episode,
    EpisodeDecision,
    EpisodeJoin,
    EpisodeVersion,
    Interview,
    InterviewEpisode,
    Line,
    StrategyMeeting,
)

_REASON = "The joining of two episodes was undone."
_NOT_A_VALUE = frozenset({"person_fields", "as_of_at", "as_of_line", "police_force", "police_reference"})


def separate_episodes(context: Context, *, join_id: int, version: int) -> int:
    """The id of the episode that stands by itself again. `version`: of the one that stood for both.

    Steps: 1. what the police's lines changed since goes with their reference; 2. the kept episode's values are those of
    before, but for what a person changed since; 3. rows go back; 4. both clocks are worked out anew.
    """
    with writing() as session:
        held = session.get(EpisodeJoin, join_id, with_for_update=True, populate_existing=True)
        if held is None:
            raise Refused(FormProblem("unknown_join", "These episodes were not joined."))
        kept = episode_for_change(session, context, held.kept_id)
        if held.undone_at is not None or kept.version != version:
            raise Conflict(CHANGED_MEANWHILE)
        gone = session.get_one(Episode, held.joined_id, with_for_update=True, populate_existing=True)
        since = _versions_since(session, held)
        by_people = {name for one in since if one.line_id is None and one.changed_by_id for name in one.changes}
        _give_back_values(session, held, kept, gone, since, by_people, context)
        _give_back_rows(session, held, kept, gone, [one.id for one in since if one.line_id])
        held.undone_at, held.undone_by_id = context.now, context.actor.person_id
        details = {"kept_id": kept.id, "joined_id": gone.id}
        acts = [audit.Act("episodes_separated", "episode", id_, details) for id_ in (kept.id, gone.id)]
        audit.record_many(session, acts, context.actor, context.now)
        follow_up_episodes(session, [kept, gone], context)
        follow_up_child(session, kept.child_id, context)
        return gone.id


def _versions_since(session: Session, held: EpisodeJoin) -> list[EpisodeVersion]:
    query = select(EpisodeVersion).where(
        EpisodeVersion.episode_id == held.kept_id, EpisodeVersion.id > held.moved["last_version"]
    )
    return list(session.scalars(query.order_by(EpisodeVersion.id)))


def _give_back_values(
    session: Session,
    held: EpisodeJoin,
    kept: Episode,
    gone: Episode,
    since: Collection[EpisodeVersion],
    by_people: Collection[str],
    context: Context,
) -> None:
    moved, person_id = held.moved, context.actor.person_id
    reference = {"police_force": kept.police_force, "police_reference": kept.police_reference}
    as_of = (kept.as_of_at, kept.as_of_line)
    own: dict[str, object] = {
        name: _held(name, value)
        for name, value in moved["before"].items()
        if name not in by_people or name in _NOT_A_VALUE
    }
    added = set(kept.person_fields) - set(moved["after"]["person_fields"])
    own["person_fields"] = sorted({*moved["before"]["person_fields"], *added})
    own["flags"] = [flag for flag in moved["kept_flags"] if flag != FlagCode.POLICE_VALUE_DIFFERS]
    episodes.write_changes(session, kept, own, context.now, person_id=person_id, reason=_REASON)
    session.flush()
    theirs: dict[str, object] = {"excluded": None, "flags": list(moved["gone_flags"])}
    theirs |= reference
    for one in since:
        if one.line_id is not None:
            theirs |= {name: _held(name, new) for name, (_, new) in one.changes.items() if name in LINE_FIELDS}
    if as_of[0] is not None:
        theirs |= {"as_of_at": as_of[0], "as_of_line": as_of[1]}
    gone.joined_into_id = None
    episodes.write_changes(session, gone, theirs, context.now, person_id=person_id, reason=_REASON)
    session.flush()


def _held(name: str, value: object) -> object:
    return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value


def _give_back_rows(
    session: Session, held: EpisodeJoin, kept: Episode, gone: Episode, line_versions: Collection[int]
) -> None:
    moved = held.moved
    theirs = [
        id_
        for id_ in session.scalars(select(Line.id).where(Line.episode_id == kept.id))
        if id_ not in moved["own_lines"]
    ]
    _give(session, Line, theirs, gone.id)
    _give(session, EpisodeVersion, [*moved["versions"], *line_versions], gone.id)
    _give(session, EpisodeDecision, moved["decisions"], gone.id)
    _give(session, Action, moved.get("actions", ()), gone.id)
    _give(session, StrategyMeeting, moved.get("meetings", ()), gone.id)
    session.execute(
        delete(EpisodeDecision).where(EpisodeDecision.id.in_(moved["asked"]), EpisodeDecision.decided_at.is_(None))
    )
    numbers = {"episode_id": gone.id, "clock_no": Alert.clock_no - moved["offset"]}
    session.execute(update(Alert).where(Alert.id.in_(moved["alerts"])).values(numbers))
    _give_back_breaches(session, held, gone)
    for interview_id, was_linked_anew in moved["interviews"]:
        interview = session.get(Interview, interview_id)
        if interview is None:
            continue
        keep = [link for link in interview.links if not (was_linked_anew and link.episode_id == kept.id)]
        interview.links = keep
        session.flush()
        if all(link.episode_id != gone.id for link in keep):
            interview.links.append(InterviewEpisode(episode_id=gone.id))
    session.flush()
    waits = select(EpisodeDecision.id).where(
        EpisodeDecision.episode_id == kept.id, EpisodeDecision.decided_at.is_(None)
    )
    if session.scalar(waits.limit(1)) is not None:
        kept.flags = sorted({*kept.flags, str(FlagCode.POLICE_VALUE_DIFFERS)})


_Hanging = type[Line] | type[EpisodeVersion] | type[EpisodeDecision] | type[Action] | type[StrategyMeeting]


def _give(session: Session, model: _Hanging, ids: Collection[int], episode_id: int) -> None:
    session.execute(update(model).where(model.id.in_(ids)).values(episode_id=episode_id))


def _give_back_breaches(session: Session, held: EpisodeJoin, gone: Episode) -> None:
    """Each with its own number, those of the other episode there again; what the joining withdrew stands again."""
    before = {id_: (number, stood) for id_, number, stood in held.moved["breaches_before"]}
    rows = session.scalars(select(Breach).where(Breach.id.in_(before))).all()
    for row in rows:
        row.clock_no = -row.id  # aside, so that no two meet under one number on the way
    session.flush()
    for row in rows:
        number, stood = before[row.id]
        if row.id in held.moved["breaches"]:
            row.episode_id = gone.id
        row.clock_no = number
        if stood and row.withdrawn_reason == JOINED:
            row.withdrawn_at = row.withdrawn_reason = None
    session.flush()
