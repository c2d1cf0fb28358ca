"""Which of many clocks will be missed at the present pace: the facts gathered in a fixed number of queries."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.core.forecast import ClockFacts, Outlook, outlook_of
from tracker.core.interview_terms import REACHED, VisitEnd
from tracker.services.context import Context
from tracker.services.pages.clock_rows import ClockRow
from tracker.store.models import (
    AuthorityRequest,
    ContactAttempt,
    Episode,
    Interview,
    InterviewEpisode,
    InterviewVisit,
    Person,
)

Absence = tuple[datetime | None, datetime | None]
"""From when, and until when."""


@dataclass(frozen=True)
class _Course:
    """The columns of an interview that the rule asks for."""

    id: int
    allocated_to_id: int | None
    offered_at: datetime | None
    accepted_at: datetime | None
    planned_at: datetime | None


def outlooks(session: Session, context: Context, episode_ids: Collection[int]) -> dict[int, Outlook]:
    """Episode id → the outlook of its clock. Left out: clocks that are closed, or past their deadline already.

    Seven queries, however many are asked for. The caller answers for who may see the episodes.
    """
    due = _due(session, context, episode_ids)
    if not due:
        return {}
    courses = _courses(session, due)
    ids = {course.id for course in courses.values()}
    attempts, visits, asked = _attempts(session, ids), _last_visits(session, ids), _asked(session, ids)
    away, loads = _away(session), _Loads(session, max(due.values()))
    found = {}
    for episode_id, due_at in due.items():
        course = courses.get(episode_id)
        if course is None:
            found[episode_id] = outlook_of(ClockFacts(due_at), context.now)
            continue
        holder = course.allocated_to_id
        away_from, away_until = away.get(holder, (None, None)) if holder else (None, None)
        tried, reached = attempts.get(course.id, (0, False))
        facts = ClockFacts(
            due_at=due_at,
            is_allocated=holder is not None,
            clocks_before=loads.before(holder, course.id, due_at) if holder else 0,
            away_from=away_from,
            away_until=away_until,
            attempts=tried,
            reached=reached,
            offered_at=course.offered_at,
            accepted_at=course.accepted_at,
            planned_at=course.planned_at,
            last_visit=visits.get(course.id),
            asked_without_answer=course.id in asked,
        )
        found[episode_id] = outlook_of(facts, context.now)
    return found


def outlooks_by_work(session: Session, context: Context, rows: Sequence[ClockRow]) -> dict[int, Outlook]:
    """The same for clocks that a board has read already, with the work on them: two queries more."""
    ahead = [row for row in rows if row.due_at >= context.now]
    if not ahead:
        return {}
    away, loads = _away(session), _Loads(session, max(row.due_at for row in ahead))
    return {row.id: outlook_of(_facts(row, away, loads), context.now) for row in ahead}


def _facts(row: ClockRow, away: Mapping[int, Absence], loads: "_Loads") -> ClockFacts:
    work = row.work
    holder, interview_id = work.allocated_to_id, work.interview_id
    away_from, away_until = away.get(holder, (None, None)) if holder else (None, None)
    return ClockFacts(
        due_at=row.due_at,
        is_allocated=holder is not None,
        clocks_before=loads.before(holder, interview_id, row.due_at) if holder and interview_id else 0,
        away_from=away_from,
        away_until=away_until,
        attempts=work.attempts,
        reached=work.answers > 0,
        offered_at=work.offered_at,
        accepted_at=work.accepted_at,
        planned_at=work.planned_at,
        last_visit=work.last_visit,
        asked_without_answer=any(one.answer is None for one in work.asked),
    )


def _due(session: Session, context: Context, episode_ids: Collection[int]) -> dict[int, datetime]:
    query = select(Episode.id, Episode.interview_due_at).where(
        Episode.id.in_(episode_ids), Episode.clock_open, Episode.interview_due_at >= context.now
    )
    return {id_: due_at for id_, due_at in session.execute(query) if due_at is not None}


def _courses(session: Session, episode_ids: Iterable[int]) -> dict[int, _Course]:
    """Episode id → the interview being arranged for it: the newest that is somebody's, else the newest."""
    query = (
        select(
            InterviewEpisode.episode_id, Interview.id, Interview.allocated_to_id, Interview.offered_at,
            Interview.accepted_at, Interview.planned_at,
        )
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(InterviewEpisode.episode_id.in_(list(episode_ids)))
        .where(Interview.completed_at.is_(None), Interview.declined_at.is_(None))
        .order_by(Interview.id)
    )  # fmt: skip
    found: dict[int, _Course] = {}
    for episode_id, id_, allocated_to_id, offered_at, accepted_at, planned_at in session.execute(query):
        course, held = _Course(id_, allocated_to_id, offered_at, accepted_at, planned_at), found.get(episode_id)
        if held is None or held.allocated_to_id is None or course.allocated_to_id is not None:
            found[episode_id] = course
    return found


def _attempts(session: Session, interview_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """Interview id → attempts that stand, and whether anybody was reached."""
    stands = [ContactAttempt.interview_id.in_(interview_ids), ContactAttempt.withdrawn_at.is_(None)]
    query = select(ContactAttempt.interview_id, ContactAttempt.outcome, func.count()).where(*stands)
    found: dict[int, tuple[int, bool]] = {}
    for id_, outcome, count in session.execute(query.group_by(ContactAttempt.interview_id, ContactAttempt.outcome)):
        tried, reached = found.get(id_, (0, False))
        found[id_] = (tried + count, reached or outcome in REACHED)
    return found


def _last_visits(session: Session, interview_ids: Collection[int]) -> dict[int, VisitEnd]:
    query = (
        select(InterviewVisit.interview_id, InterviewVisit.ended_as)
        .where(InterviewVisit.interview_id.in_(interview_ids), InterviewVisit.ended_as.is_not(None))
        .order_by(InterviewVisit.id)
    )
    return {id_: VisitEnd(ended_as) for id_, ended_as in session.execute(query) if ended_as}


def _asked(session: Session, interview_ids: Collection[int]) -> frozenset[int]:
    query = select(AuthorityRequest.interview_id).where(
        AuthorityRequest.interview_id.in_(interview_ids),
        AuthorityRequest.answer.is_(None),
        AuthorityRequest.withdrawn_at.is_(None),
    )
    return frozenset(session.scalars(query))


def _away(session: Session) -> dict[int, Absence]:
    query = select(Person.id, Person.away_from, Person.away_until).where(Person.away_from.is_not(None))
    return {id_: (away_from, away_until) for id_, away_from, away_until in session.execute(query)}


class _Loads:
    """How many open interviews each person has, by when the first of their clocks runs out: of those before `by`."""

    def __init__(self, session: Session, by: datetime) -> None:
        first: dict[tuple[int, int], datetime] = {}
        for person_id, interview_id, due_at in session.execute(_HELD, {"by": by}):
            key = (person_id, interview_id)
            first[key] = min(due_at, first.get(key, due_at))
        self._first = first
        self._dues: dict[int, list[datetime]] = defaultdict(list)
        for (person_id, _), due_at in first.items():
            self._dues[person_id].append(due_at)
        for dues in self._dues.values():
            dues.sort()

    def before(self, person_id: int, interview_id: int, due_at: datetime) -> int:
        """Other interviews of theirs of which a clock runs out before this instant, or has."""
        own = self._first.get((person_id, interview_id))
        return bisect_left(self._dues[person_id], due_at) - (own is not None and own < due_at)


_HELD: Any = (
    select(Interview.allocated_to_id, Interview.id, Episode.interview_due_at)
    .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
    .join(Episode, Episode.id == InterviewEpisode.episode_id)
    .where(Episode.clock_open, Episode.interview_due_at < bindparam("by"), Interview.allocated_to_id.is_not(None))
    .where(Interview.completed_at.is_(None), Interview.declined_at.is_(None))
)
