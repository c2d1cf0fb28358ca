"""The return home interview: its offer and its outcome. Each use case returns the interview's id."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.core.clock import require_aware
from tracker.core.interview_terms import ContactWith, VisitEnd
from tracker.core.interviews import closing_of
from tracker.core.terms import DeclinedBy
from tracker.services.allocate_interview import allocate, bulk_allocate
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.interview_offers import keep_entered, offers_of
from tracker.services.interview_rows import (
    covered_by,
    detach,
    facts_of,
    of_children,
    open_or_new,
    refuse_excluded,
    write_interview,
)
from tracker.services.interview_times import refuse_times
from tracker.services.interview_visits import cancel_overtaken, end_by_completion, end_standing
from tracker.services.not_required import approve_not_required, propose_not_required, refuse_not_required
from tracker.services.rows_for_change import episode_for_change, episodes_for_change, interview_for_change
from tracker.services.transaction import writing
from tracker.store import audit, interviews
from tracker.store.models import Episode, Interview

__all__ = [
    "allocate", "approve_not_required", "bulk_allocate", "cover_episode", "detach_interview", "propose_not_required",
    "record_completed", "record_declined", "record_offer", "refuse_not_required",
]  # fmt: skip


def record_offer(
    context: Context, *, episode_id: int, offered_at: datetime, offered_to: ContactWith | None = None
) -> int:
    """When the offer reached the child or carer; an unanswered attempt is no offer. Given again, the newer stands.

    An attempt that reached them earlier with the offer goes on saying so (services/interview_offers.py).
    """
    offered_at = require_aware(offered_at)
    to = str(offered_to) if offered_to else None
    with writing() as session:
        episode = episode_for_change(session, context, episode_id)
        refuse_excluded([episode])
        rows = interviews.rows_of_episode(session, episode.id)
        for held in rows:
            keep_entered(session, held)
            if held.entered_offered_at == offered_at and to in (None, held.entered_offered_to):
                return held.id
        refuse_times([facts_of(session, episode)], offered_at, "offered_at", context.now)
        row = open_or_new(session, rows, context)
        keep_entered(session, row)
        row.entered_offered_at, row.entered_offered_to = offered_at, to
        write_interview(session, row, offers_of(session, row), context, "interview_offered", cover=[episode])
        return row.id


def record_completed(
    context: Context,
    *,
    episode_ids: Collection[int],
    completed_at: datetime,
    interviewer_name: str | None = None,
    interview_id: int | None = None,
    written_elsewhere: bool = False,
) -> int:
    """When the conversation ended, whenever it is recorded; it may cover several episodes of one child.

    The visit that stands ends as held. `written_elsewhere`: its form is kept elsewhere, so nobody is asked for it.

    Recording the same again changes nothing; the same conversation recorded for another episode covers that too.
    With `interview_id` the time of that interview is corrected. Refused: in the future; before an episode's end
    (`before_end`); a completion at another time held already (`already_completed`).
    """
    completed_at = require_aware(completed_at)
    name = (interviewer_name or "").strip() or None
    with writing() as session:
        episodes = _episodes_of_one_child(session, context, episode_ids, interview_id)
        same = next((row for row in of_children(session, episodes) if row.completed_at == completed_at), None)
        is_that = same and interview_id in (None, same.id) and name in (None, same.interviewer_name)
        if same and is_that and {episode.id for episode in episodes} <= covered_by(same):
            return same.id
        facts = [facts_of(session, episode) for episode in episodes]
        refuse_times(facts, completed_at, "completed_at", context.now)
        held = _held(session, episodes)
        row = _row_for_outcome(session, context, held, interview_id, same, "completed_at")
        values: dict[str, object] = {
            "completed_at": completed_at,
            "completed_by_id": context.actor.person_id,
            "completed_recorded_at": row.completed_recorded_at or context.now,
            "interviewer_name": name or row.interviewer_name,
            **_closed_elsewhere(row, row.completed_at is None and written_elsewhere, context),
            **end_by_completion(session, row, completed_at, context),
        }
        cancel_overtaken(session, _overtaken(held, row, episodes), context)
        in_time = [e.id for e in facts if e.interview_due_at is None or completed_at <= e.interview_due_at]
        details = {"in_time": len(in_time) == len(facts), "in_time_for": in_time}
        write_interview(session, row, values, context, "interview_completed", details, cover=episodes)
        return row.id


def record_declined(
    context: Context,
    *,
    episode_ids: Collection[int],
    declined_at: datetime,
    declined_by: DeclinedBy,
    reason: str,
    child_was_asked: bool | None = None,
    child_not_asked_reason: str | None = None,
    carer_asked_instead: str | None = None,
    interview_id: int | None = None,
    written_elsewhere: bool = False,
) -> int:
    """By the child, or by a parent or carer with "was the child asked?" or why not. The same again changes nothing.

    With `interview_id` the decline of that interview is corrected. Refused as for a completion. The visit that stands
    is cancelled. `written_elsewhere`: no manager here is asked to look at it.
    """
    declined_at = require_aware(declined_at)
    by_carer = declined_by is DeclinedBy.PARENT_OR_CARER
    not_asked_reason = (child_not_asked_reason or "").strip() or None
    problems = _decline_problems(reason, by_carer, child_was_asked, not_asked_reason)
    if problems:
        raise Refused(problems)
    values: dict[str, object] = {
        "declined_at": declined_at,
        "declined_by": str(declined_by),
        "decline_reason": reason.strip(),
        "child_was_asked": child_was_asked if by_carer else None,
        "child_not_asked_reason": not_asked_reason if by_carer and not child_was_asked else None,
        "carer_asked_instead": ((carer_asked_instead or "").strip() or None) if by_carer else None,
    }
    with writing() as session:
        episodes = _episodes_of_one_child(session, context, episode_ids, interview_id)
        of_child = of_children(session, episodes)
        same = next(
            (row for row in of_child if all(getattr(row, name) == value for name, value in values.items())), None
        )
        if same and interview_id in (None, same.id) and {episode.id for episode in episodes} <= covered_by(same):
            return same.id
        refuse_times([facts_of(session, episode) for episode in episodes], declined_at, "declined_at", context.now)
        held = _held(session, episodes)
        row = _row_for_outcome(session, context, held, interview_id, same, "declined_at")
        values["declined_recorded_at"] = row.declined_recorded_at or context.now
        values |= _closed_elsewhere(row, row.declined_at is None and written_elsewhere, context)
        values |= end_standing(session, row, VisitEnd.CANCELLED, context)
        cancel_overtaken(session, _overtaken(held, row, episodes), context)
        details = {"declined_by": str(declined_by)}
        write_interview(session, row, values, context, "interview_declined", details, cover=episodes)
        return row.id


def _closed_elsewhere(row: Interview, elsewhere: bool, context: Context) -> dict[str, object]:
    """What is written up elsewhere is closed at once: nothing of it is to be done here."""
    if not elsewhere or row.closed_at is not None:
        return {}
    return {"written_elsewhere": True, "closed_at": context.now, "closed_by_id": context.actor.person_id}


def _held(session: Session, episodes: Sequence[Episode]) -> list[Interview]:
    """The interviews of these episodes, each once."""
    return list({row.id: row for one in episodes for row in interviews.rows_of_episode(session, one.id)}.values())


def _overtaken(held: Sequence[Interview], row: Interview, episodes: Sequence[Episode]) -> list[Interview]:
    """Of those held, others being arranged for none but these episodes, whose outcome is recorded with this one."""
    ids = {episode.id for episode in episodes}
    others = [one for one in held if one.id != row.id]
    return [one for one in others if covered_by(one) <= ids and not interviews.to_core(one).is_closed]


def _decline_problems(
    reason: str, by_carer: bool, child_was_asked: bool | None, not_asked_reason: str | None
) -> list[FormProblem]:
    problems = []
    if not reason.strip():
        problems.append(FormProblem("missing_value", "Say why the interview was declined.", ("reason",)))
    if by_carer and child_was_asked is None:
        sentence = "Say whether the child was asked."
        problems.append(FormProblem("missing_value", sentence, ("child_was_asked",)))
    if by_carer and child_was_asked is False and not_asked_reason is None:
        sentence = "Say why the child was not asked."
        problems.append(FormProblem("missing_value", sentence, ("child_not_asked_reason",)))
    return problems


def cover_episode(context: Context, *, interview_id: int, episode_id: int) -> None:
    """The child went missing again before it was held: this interview is to answer for that episode too.

    Each keeps its own clock. Refused: another child's; one whose interview is being arranged or settled by itself.
    """
    with writing() as session:
        row, covered = interview_for_change(session, context, interview_id)
        episode = episode_for_change(session, context, episode_id)
        if episode_id in covered_by(row):
            return
        if episode.child_id != covered[0].child_id:
            raise Refused(FormProblem("several_children", "One interview is with one child.", ("episode_id",)))
        refuse_excluded([episode])
        if interviews.to_core(row).is_closed:
            raise Refused(FormProblem("already_closed", "The outcome of this interview is recorded already."))
        held = interviews.interviews_of_episode(session, episode_id)
        if closing_of(facts_of(session, episode), held) or interviews.open_row(session, episode_id):
            sentence = "That episode has an interview of its own. Choose both when you record that it was held."
            raise Refused(FormProblem("has_its_own", sentence, ("episode_id",)))
        details = {"changed": ["interview"], "interview_id": row.id}
        audit.record(session, "episode_changed", context.actor, context.now, "episode", episode_id, details)
        write_interview(session, row, {}, context, None, cover=[episode])


def detach_interview(context: Context, *, interview_id: int, episode_id: int, reason: str) -> None:
    """A person decides that an interview does not cover an episode after all (definitions §3).

    For one whose time a correction contradicts, or that was recorded for the wrong episode. Its record is kept.
    """
    if not reason.strip():
        raise Refused(FormProblem("missing_value", "Say why the interview does not cover it.", ("reason",)))
    with writing() as session:
        row, covered = interview_for_change(session, context, interview_id)
        episode = next((episode for episode in covered if episode.id == episode_id), None)
        if episode is None:
            raise Refused(FormProblem("not_covered", "This interview does not cover that episode.", ("episode_id",)))
        detach(session, row, episode, context, reason.strip())


def _episodes_of_one_child(
    session: Session, context: Context, episode_ids: Collection[int], interview_id: int | None
) -> list[Episode]:
    """The episodes named, and those that the interview named covers already: an outcome is one for all of them."""
    covered = (
        [episode.id for episode in interview_for_change(session, context, interview_id)[1]] if interview_id else []
    )
    rows = episodes_for_change(session, context, {*episode_ids, *covered})
    if len({row.child_id for row in rows}) > 1:
        raise Refused(FormProblem("several_children", "One interview is with one child.", ("episode_ids",)))
    refuse_excluded(rows)
    return rows


def _row_for_outcome(
    session: Session,
    context: Context,
    held: Sequence[Interview],
    interview_id: int | None,
    same: Interview | None,
    fact: str,
) -> Interview:
    """The interview to write an outcome on: the one named, the same one, the one being arranged, else a new one."""
    if interview_id is not None:
        return session.get_one(Interview, interview_id)
    others = [row for row in held if row is not same]
    if any(getattr(row, fact) is not None for row in others):
        word = fact.removesuffix("_at")
        sentence = f"An interview for this episode is recorded as {word} already. Correct that record instead."
        raise Refused(FormProblem(f"already_{word}", sentence, (fact,)))
    return same or open_or_new(session, others, context)
