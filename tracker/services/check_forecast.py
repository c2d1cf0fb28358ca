"""The forecast and the simple rule compared on what is recorded here: which deadlines each would have seen coming."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from tracker.core.clock import elapsed_hours
from tracker.core.forecast import SIMPLE_HOURS, ClockFacts, Outlook, by_pace, by_simple_rule, hours_short
from tracker.core.forecast_check import (
    MOMENTS,
    Loads,
    Question,
    RecordedAttempt,
    RecordedClock,
    RecordedInterview,
    RecordedVisit,
    Rule,
    questions,
    score,
)
from tracker.core.interview_terms import ContactOutcome, VisitEnd
from tracker.core.interviews import is_breached
from tracker.services.context import Context
from tracker.store import episodes, interviews
from tracker.store.db import session as read_session
from tracker.store.models import (
    AuditEntry,
    AuthorityRequest,
    ContactAttempt,
    Episode,
    EpisodeVersion,
    Interview,
    InterviewAllocation,
    InterviewVisit,
)

RULES = {"forecast": by_pace, "simple_rule": by_simple_rule}

LOOKS_BACK = 175
"""Days, unless told otherwise: about half a year."""

BEFORE = timedelta(days=45)
"""Clocks due so long before the first that is asked about are read too: they weighed on whoever had them."""


def check_forecast(context: Context, days: int = LOOKS_BACK) -> dict[str, Any]:
    """Both rules over the clocks that ran out in the last days: in all, by hours left, and by halves of the children.

    `chosen_on` is the half on which the weights were chosen in the demonstration, `held_out` the other one. Of that
    stands also what is left of the forecast where it is as precise as the simple rule, by a margin chosen on the first.
    """
    asked = questions_asked(context, days)
    chosen_on = [question for question in asked if not is_held_out(question.child_id)]
    held_out = [question for question in asked if is_held_out(question.child_id)]
    margin = _margin_as_precise(chosen_on)
    as_precise = score(_with_margin(margin), held_out) | {"margin_hours": margin}
    return {
        "clocks_from": (context.now - timedelta(days=days)).isoformat(),
        "all": _compared(asked),
        "chosen_on": _compared(chosen_on),
        "held_out": _compared(held_out) | {"as_precise_as_simple": as_precise},
    }


def _with_margin(hours: float) -> Rule:
    """The forecast, speaking only when the simple rule may, and where time is short by more than so many hours."""

    def rule(facts: ClockFacts, now: datetime) -> Outlook:
        outlook = by_pace(facts, now)
        is_sure = facts.planned_at is not None or hours_short(facts, now) > hours
        return outlook if is_sure and elapsed_hours(now, facts.due_at) < SIMPLE_HOURS else Outlook(False)

    return rule


def _margin_as_precise(asked: Sequence[Question]) -> float:
    """The least margin at which its warnings are right as often as the simple rule's on these clocks, or most often."""
    precisions = {half / 2: score(_with_margin(half / 2), asked)["precision"] or 0.0 for half in range(40)}
    wanted = score(by_simple_rule, asked)["precision"] or 0.0
    best = min(wanted, max(precisions.values()))
    return next(margin for margin, precision in precisions.items() if precision >= best)


def _compared(asked: Sequence[Question]) -> dict[str, Any]:
    return {
        name: {
            "in_all": score(rule, asked),
            "by_hours_left": {str(h): score(rule, [q for q in asked if q.hours_left == h]) for h in MOMENTS},
        }
        for name, rule in RULES.items()
    }


def is_held_out(child_id: int) -> bool:
    """Half of the children, by a hash: all moments of one child are on one side."""
    return crc32(str(child_id).encode()) % 2 == 1


def questions_asked(context: Context, days: int) -> list[Question]:
    """Every moment at which the rules are asked. Reads only figures and times; nobody is shown a record."""
    session = read_session()
    since = context.now - timedelta(days=days)
    clocks = _clocks(session, since - BEFORE, context.now)
    session.rollback()
    return list(questions(clocks, Loads(clocks), since))


def _clocks(session: Session, since: datetime, now: datetime) -> list[RecordedClock]:
    """By the deadline that the episode bears today; one that left the counts, or of unknown notice, is left out."""
    ran_out = (Episode.interview_due_at >= since) & (Episode.interview_due_at < now) & Episode.excluded.is_(None)
    held = [one for one in episodes.with_children(session, ran_out) if one.out_of_counts is None and one.notified_at]
    ids = [one.id for one in held]
    by_episode = interviews.interviews_by_episode(session, ids)
    recorded = _recorded(session, {row.id for rows in by_episode.values() for row in rows})
    covers = _covers_from(session, ids)
    return [
        RecordedClock(
            child_id=one.child_id,
            due_at=one.interview_due_at,
            known_at=one.notified_at,
            missed=is_breached(one, by_episode.get(one.id, []), now),
            interviews=[
                (covers.get((one.id, row.id), recorded[row.id][0]), recorded[row.id][1])
                for row in by_episode.get(one.id, [])
            ],
        )
        for one in held
        if one.interview_due_at and one.notified_at
    ]


def _recorded(session: Session, ids: Collection[int]) -> dict[int, tuple[datetime, RecordedInterview]]:
    """Interview id → when it was made, and what was recorded of it when."""
    given: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    attempts: dict[int, list[RecordedAttempt]] = defaultdict(list)
    visits: dict[int, list[RecordedVisit]] = defaultdict(list)
    asked: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for held in session.scalars(_of(InterviewAllocation, ids)):
        given[held.interview_id].append((held.allocated_at, held.person_id))
    for attempt in session.scalars(_of(ContactAttempt, ids)):
        outcome = ContactOutcome(attempt.outcome)
        made = RecordedAttempt(attempt.recorded_at, attempt.at, outcome, attempt.withdrawn_at)
        attempts[attempt.interview_id].append(made)
    for visit in session.scalars(_of(InterviewVisit, ids)):
        ended_as = VisitEnd(visit.ended_as) if visit.ended_as else None
        visits[visit.interview_id].append(RecordedVisit(visit.recorded_at, visit.planned_at, visit.ended_at, ended_as))
    answered = _answers(session, ids)
    for request in session.scalars(_of(AuthorityRequest, ids)):
        until = answered.get(request.id, request.withdrawn_at)
        asked[request.interview_id].append((request.recorded_at, until))
    offered, accepted = _entered(session, ids, "interview_offered"), _entered(session, ids, "interview_accepted")
    return {
        row.id: (
            row.created_at,
            RecordedInterview(
                id=row.id,
                given=given[row.id],
                attempts=attempts[row.id],
                visits=visits[row.id],
                asked=asked[row.id],
                entered_offered_at=offered.get(row.id),
                entered_accepted_at=accepted.get(row.id),
                closed_at=_closed_at(row),
            ),
        )
        for row in session.scalars(select(Interview).where(Interview.id.in_(ids)))
    }


def _of(model: Any, ids: Collection[int]) -> Any:
    return select(model).where(model.interview_id.in_(ids)).order_by(model.id)


def _closed_at(row: Interview) -> datetime | None:
    """When its first outcome was recorded."""
    recorded = (row.completed_recorded_at, row.declined_recorded_at, row.not_required_approved_at)
    return min((at for at in recorded if at), default=None)


def _entered(session: Session, ids: Collection[int], action: str) -> dict[int, datetime]:
    """Interview id → when the act was first recorded: by the audit trail, which is never changed."""
    return {int(entry.subject_id or 0): entry.at for entry in _audited(session, ids, action)}


def _answers(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Request id → when an answer was first recorded; the answer's own time may be earlier."""
    return {entry.details["request_id"]: entry.at for entry in _audited(session, ids, "authority_answered")}


def _audited(session: Session, ids: Collection[int], action: str) -> Iterable[AuditEntry]:
    """Newest first, so that in a dictionary the first stands."""
    query = select(AuditEntry).where(
        AuditEntry.subject == "interview", AuditEntry.subject_id.in_(map(str, ids)), AuditEntry.action == action
    )
    return session.scalars(query.order_by(AuditEntry.id.desc()))


def _covers_from(session: Session, episode_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """(Episode, interview) → when the one was first recorded to cover the other, by the episode's history."""
    query = select(EpisodeVersion.episode_id, EpisodeVersion.changed_at, EpisodeVersion.changes).where(
        EpisodeVersion.episode_id.in_(episode_ids), cast(EpisodeVersion.changes, String).contains("interview.covers")
    )
    found: dict[tuple[int, int], datetime] = {}
    for episode_id, changed_at, changes in session.execute(query.order_by(EpisodeVersion.id)):
        found.setdefault((episode_id, changes["interview.covers"][1]), changed_at)
    return found
