"""Which of many clocks will be missed at the present pace: the facts gathered in a fixed number of queries."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.core.forecast import ClockFacts, Outlook, outlook_of
from tracker.services.context import Context
from tracker.services.pages.asking import IDS, NOW
from tracker.services.pages.clock_rows import ClockRow
from tracker.services.pages.work_rows import NOTHING_DONE, Work, work_on
from tracker.store.db import plain_rows
from tracker.store.models import Episode, Interview, InterviewEpisode, Person

Absence = tuple[datetime | None, datetime | None]
"""From when, and until when."""


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A clock whose deadline lies ahead, and the work on it."""

    id: int
    due_at: datetime
    work: Work


def outlooks(session: Session, context: Context, episode_ids: Collection[int]) -> dict[int, Outlook]:
    """Episode id → the outlook of its clock. Left out: clocks that are closed, or past their deadline already.

    Seven queries, however many are asked for. The caller answers for who may see the episodes.
    """
    due = plain_rows(session, _DUE, ids=list(episode_ids), now=context.now)
    work = work_on(session, [id_ for id_, _ in due]) if due else {}
    return _outlooks(session, context, [_Ahead(id_, due_at, work.get(id_, NOTHING_DONE)) for id_, due_at in due])


def outlooks_by_work(session: Session, context: Context, rows: Sequence[ClockRow]) -> dict[int, Outlook]:
    """The same for clocks that a board has read already, with the work on them: two queries more."""
    ahead = [_Ahead(row.id, row.due_at, row.work) for row in rows if row.due_at >= context.now]
    return _outlooks(session, context, ahead)


def _outlooks(session: Session, context: Context, clocks: Sequence[_Ahead]) -> dict[int, Outlook]:
    if not clocks:
        return {}
    holders = {clock.work.allocated_to_id for clock in clocks if clock.work.allocated_to_id}
    away, loads = _away(session), _Loads(session, holders, max(clock.due_at for clock in clocks))
    return {clock.id: outlook_of(_facts(clock, away, loads), context.now) for clock in clocks}


def _facts(clock: _Ahead, away: Mapping[int, Absence], loads: "_Loads") -> ClockFacts:
    work = clock.work
    holder, interview_id = work.allocated_to_id, work.interview_id
    away_from, away_until = away.get(holder, (None, None)) if holder else (None, None)
    return ClockFacts(
        due_at=clock.due_at,
        is_allocated=holder is not None,
        clocks_before=loads.before(holder, interview_id, clock.due_at) if holder and interview_id else 0,
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


def _away(session: Session) -> dict[int, Absence]:
    return {id_: (away_from, away_until) for id_, away_from, away_until in plain_rows(session, _ABSENCES)}


class _Loads:
    """How many open interviews each of these people has, by when the first of their clocks runs out, before `by`."""

    def __init__(self, session: Session, people: Collection[int], by: datetime) -> None:
        first: dict[tuple[int, int], datetime] = {}
        for person_id, interview_id, due_at in plain_rows(session, _HELD, ids=list(people), by=by):
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


_DUE = select(Episode.id, Episode.interview_due_at).where(
    Episode.id.in_(IDS), Episode.clock_open, Episode.interview_due_at >= NOW
)
_ABSENCES = select(Person.id, Person.away_from, Person.away_until).where(Person.away_from.is_not(None))
_HELD = (
    select(Interview.allocated_to_id, Interview.id, Episode.interview_due_at)
    .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
    .join(Episode, Episode.id == InterviewEpisode.episode_id)
    .where(Episode.clock_open, Episode.interview_due_at < bindparam("by"), Interview.allocated_to_id.in_(IDS))
    .where(Interview.completed_at.is_(None), Interview.declined_at.is_(None))
)
