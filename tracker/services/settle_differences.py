"""Where the police and we say different things of an episode, a person decides what stands."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.episodes import ESTIMATED, order_problem
from tracker.core.feed import fold
from tracker.core.terms import FlagCode
from tracker.services.context import Context
from tracker.services.errors import Conflict, FormProblem, Refused
from tracker.services.follow_up import follow_up_child, follow_up_episode
from tracker.services.rows_for_change import CHANGED_MEANWHILE, episode_for_change
from tracker.services.transaction import writing
from tracker.store import audit, episodes
from tracker.store.models import Episode, EpisodeDecision

INSTANTS = frozenset({"missing_from_at", "found_at", "returned_at", "reported_at", "prevention_interview_at"})
_OF_THE_END = frozenset({FlagCode.FOUND_TIME_ESTIMATED, FlagCode.RETURN_TIME_ESTIMATED, FlagCode.ENDS_AS_IT_STARTS})


def decide_value(context: Context, *, decision_id: int, take_police_value: bool) -> None:
    """The police's value, or the one that a person entered, stands; the same value is not asked about again.

    A value taken from the police is theirs from then on: their next change of it is applied. Older questions about the
    same field are answered with it. Refused where the police's time would put an end before the start.
    """
    with writing() as session:
        audit.hold_chain(session)
        query = select(EpisodeDecision).where(EpisodeDecision.id == decision_id).with_for_update()
        decision = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if decision is None:
            raise Refused(FormProblem("unknown_decision", "There is nothing to decide here.", ("decision_id",)))
        row = episode_for_change(session, context, decision.episode_id)
        if decision.decided_at is not None:
            raise Conflict(CHANGED_MEANWHILE)
        values: dict[str, object] = _police_values(row, decision, context) if take_police_value else {}
        _answer(session, decision, take_police_value, context)
        if not _waiting(session, row.id):
            flags = values.get("flags", row.flags)
            assert isinstance(flags, list)
            values["flags"] = [flag for flag in flags if flag != FlagCode.POLICE_VALUE_DIFFERS]
        _write(session, row, values, context)
        details = {"field": decision.field, "took_police_value": take_police_value}
        audit.record(session, "episode_decision_made", context.actor, context.now, "episode", row.id, details)


def settle_still_missing(
    context: Context, *, episode_id: int, decision: Literal["returned_stands", "still_missing"]
) -> None:
    """The police say that the child is still missing, and we hold a return: a person says which is so.

    `still_missing` takes the found and the returned time away, with history; the police's next word on them is applied.
    """
    with writing() as session:
        row = episode_for_change(session, context, episode_id)
        if FlagCode.POLICE_SAY_STILL_MISSING not in row.flags:
            raise Conflict(CHANGED_MEANWHILE)
        gone = {FlagCode.POLICE_SAY_STILL_MISSING}
        values: dict[str, object] = {}
        if decision == "still_missing":
            gone |= _OF_THE_END
            values = dict.fromkeys(("found_at", "returned_at", "found_location", "found_by", "notified_at"))
            values["person_fields"] = [name for name in row.person_fields if name not in values]
        values["flags"] = [flag for flag in row.flags if flag not in gone]
        _write(session, row, values, context)
        details = {"decision": decision}
        audit.record(session, "still_missing_settled", context.actor, context.now, "episode", row.id, details)


def _write(session: Session, row: Episode, values: dict[str, object], context: Context) -> None:
    episodes.write_changes(session, row, values, context.now, person_id=context.actor.person_id)
    follow_up_episode(session, row, context)
    follow_up_child(session, row.child_id, context)


def _police_values(row: Episode, decision: EpisodeDecision, context: Context) -> dict[str, object]:
    """The police's value as the column holds it, and what goes with it."""
    name, text = decision.field, decision.police_value
    values: dict[str, object] = {name: _typed(name, text)}
    values["person_fields"] = [field for field in row.person_fields if field != name]
    if name in ESTIMATED:
        values["flags"] = [flag for flag in row.flags if flag != ESTIMATED[name]]
        problem = order_problem(*(_instant(values.get(field, getattr(row, field))) for field in ESTIMATED))
        if problem:
            raise Refused(FormProblem(str(problem.code), problem.sentence, problem.fields))
    if name == "responsible_authority" and context.own_names:
        values["is_ours"] = fold(text) in {fold(own) for own in context.own_names}
    return values


def _typed(name: str, text: str) -> object:
    """The text of a decision as a value: decisions hold instants as ISO text, yes and no as Python writes them."""
    if text == "":
        return None
    if name in INSTANTS:
        return datetime.fromisoformat(text)
    return text == "True" if name == "known_to_services" else text


def _instant(value: object) -> datetime | None:
    assert value is None or isinstance(value, datetime)
    return value


def _answer(session: Session, decision: EpisodeDecision, took: bool, context: Context) -> None:
    """The question, and older ones about the same field, which it makes idle."""
    older = select(EpisodeDecision).where(
        EpisodeDecision.episode_id == decision.episode_id,
        EpisodeDecision.field == decision.field,
        EpisodeDecision.decided_at.is_(None),
        EpisodeDecision.id <= decision.id,
    )
    for one in session.scalars(older):
        one.decided_at = context.now
        one.decided_by_id = context.actor.person_id
        one.took_police_value = took and one.id == decision.id
    session.flush()


def _waiting(session: Session, episode_id: int) -> bool:
    query = select(EpisodeDecision.id).where(
        EpisodeDecision.episode_id == episode_id, EpisodeDecision.decided_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None
