"""Where the work on each open clock stands, for boards: a few queries of the columns needed, however many the rows."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.interview_course import Asked, Attempt, Course, stage_of
from tracker.core.interview_terms import AuthorityAnswer, InterviewStage, VisitEnd
from tracker.services.pages.asking import IDS
from tracker.store.db import plain_rows
from tracker.store.interview_courses import attempts_of, last_visits_of
from tracker.store.models import AuthorityRequest, Interview, InterviewEpisode, Person


@dataclass(frozen=True, slots=True)
class Work:
    """Of the interview being arranged for an episode. `planned_at`: of the visit that stands. `answers`: how many of
    the attempts reached somebody. `asked`: other councils, oldest first; `asked_at`: the last of them."""

    stage: InterviewStage = InterviewStage.NEEDED
    interview_id: int | None = None
    allocated_to_id: int | None = None
    allocated_to: str | None = None
    attempts: int = 0
    answers: int = 0
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    planned_at: datetime | None = None
    last_visit: VisitEnd | None = None
    asked: tuple[Asked, ...] = ()
    asked_at: datetime | None = None


NOTHING_DONE = Work()

_STEPS = ("allocated_at", "offered_at", "accepted_at", "planned_at", "not_required_at", "not_required_refused_at")

_OF_EPISODES = (
    select(
        InterviewEpisode.episode_id, Interview.id, Interview.allocated_to_id, Person.name,
        *(getattr(Interview, name) for name in _STEPS),
    )
    .join(Interview, Interview.id == InterviewEpisode.interview_id)
    .outerjoin(Person, Person.id == Interview.allocated_to_id)
    .where(InterviewEpisode.episode_id.in_(IDS))
    .order_by(Interview.id)
)  # fmt: skip
_OF = AuthorityRequest
_ASKED = (
    select(_OF.interview_id, _OF.authority, _OF.answer, _OF.asked_at)
    .where(_OF.interview_id.in_(IDS), _OF.withdrawn_at.is_(None))
    .order_by(_OF.asked_at, _OF.id)
)
"""Built once: building a statement takes longer than running it on this many rows."""


def work_on(session: Session, episode_ids: Collection[int]) -> dict[int, Work]:
    """Episode id → the work on it. Episodes whose clock is open are asked of: none of their interviews has an outcome.

    Of several interviews the newest that is anybody's counts, else the newest. An episode with none is left out.
    """
    found: dict[int, Any] = {}
    for row in plain_rows(session, _OF_EPISODES, ids=list(episode_ids)):
        held = found.get(row[0])
        if held is None or held[2] is None or row[2] is not None:
            found[row[0]] = row
    ids = {row[1] for row in found.values()}
    if not ids:
        return {}
    attempts, ends, asked = attempts_of(session, ids), last_visits_of(session, ids), _asked(session, ids)
    return {
        episode_id: _work(row, attempts.get(row[1], []), ends.get(row[1]), asked.get(row[1], []))
        for episode_id, row in found.items()
    }


def _work(row: Any, attempts: list[Attempt], ended: VisitEnd | None, asked: list[tuple[Asked, datetime]]) -> Work:
    _, interview_id, holder_id, holder, *dated = row
    steps: dict[str, datetime | None] = dict(zip(_STEPS, dated, strict=True))
    if holder_id is None:
        steps["allocated_at"] = None
    return Work(
        stage=stage_of(Course(**steps, attempts=attempts, last_visit=ended)),
        interview_id=interview_id,
        allocated_to_id=holder_id,
        allocated_to=holder,
        attempts=len(attempts),
        answers=sum(attempt.reached for attempt in attempts),
        offered_at=steps["offered_at"],
        accepted_at=steps["accepted_at"],
        planned_at=steps["planned_at"],
        last_visit=ended,
        asked=tuple(one for one, _ in asked),
        asked_at=asked[-1][1] if asked else None,
    )


def _asked(session: Session, interview_ids: Collection[int]) -> dict[int, list[tuple[Asked, datetime]]]:
    found: dict[int, list[tuple[Asked, datetime]]] = defaultdict(list)
    for interview_id, authority, answer, at in plain_rows(session, _ASKED, ids=list(interview_ids)):
        found[interview_id].append((Asked(authority, AuthorityAnswer(answer) if answer else None), at))
    return found
