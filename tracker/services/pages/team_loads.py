"""Who has how much: a few counts grouped by person, whatever the number of clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from tracker.core.recipients import Recipient
from tracker.core.terms import Role
from tracker.services.allocate_interview import MAY_INTERVIEW
from tracker.services.context import Context
from tracker.services.pages.team_shapes import Load
from tracker.store import people
from tracker.store.models import Episode, Interview, InterviewEpisode, Person, Team
from tracker.store.models.interviews import TO_WRITE_UP, VISIT_STANDS

NEXT_DAYS = timedelta(days=3)
"""The visits counted: those of the next three days, as long as a clock runs."""

MOST_PEOPLE = 200


def loads(session: Session, context: Context, team_id: int | None) -> tuple[Load, ...]:
    """Of everybody in the team, or of all, who holds interviews: those who have most overdue and running first.

    Whoever may hold interviews but is no interviewer, a manager for example, is listed only while they have some.
    """
    roles = people.roles_by_id(session)
    holding = _holding(session, context)
    found = [
        _load(row, holding, context)
        for row in session.execute(_people(team_id))
        if (Role.INTERVIEWER in roles[row.id] or row.id in holding.anything) and roles[row.id] & MAY_INTERVIEW
    ]
    return tuple(sorted(found, key=lambda load: (-load.overdue, -load.clocks, load.name.lower())))


@dataclass(frozen=True)
class _Holding:
    """Person id → what they have."""

    clocks: Mapping[int, tuple[int, int, int]]
    visits: Mapping[int, int]
    to_write_up: Mapping[int, int]

    @property
    def anything(self) -> set[int]:
        return {*self.clocks, *self.visits, *self.to_write_up}


def _holding(session: Session, context: Context) -> _Holding:
    visits = [VISIT_STANDS, Interview.planned_at >= context.now, Interview.planned_at < context.now + NEXT_DAYS]
    return _Holding(_clocks(session, context), _count(session, visits), _count(session, [TO_WRITE_UP]))


def _clocks(session: Session, context: Context) -> dict[int, tuple[int, int, int]]:
    """Person id → running clocks, of them due soon, of them overdue."""
    soon_until = context.now + timedelta(hours=context.rules.policy.due_soon_hours)
    is_overdue = Episode.interview_due_at < context.now
    query = (
        select(
            Interview.allocated_to_id,
            func.count(Episode.id.distinct()),
            _distinct(~is_overdue & (Episode.interview_due_at <= soon_until)),
            _distinct(is_overdue),
        )
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Episode.clock_open, Episode.joined_into_id.is_(None), Interview.allocated_to_id.is_not(None))
        .group_by(Interview.allocated_to_id)
    )
    return {
        person_id: (clocks, soon, late)
        for person_id, clocks, soon, late in session.execute(query)
        if person_id is not None
    }


def _distinct(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, Episode.id)).distinct())


def _count(session: Session, conditions: list[Any]) -> dict[int, int]:
    query = select(Interview.allocated_to_id, func.count()).where(*conditions, Interview.allocated_to_id.is_not(None))
    return {id_: count for id_, count in session.execute(query.group_by(Interview.allocated_to_id)) if id_ is not None}


def _people(team_id: int | None) -> Any:
    query = (
        select(Person.id, Person.name, Team.name.label("team"), Person.away_from, Person.away_until)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.is_active)
        .order_by(Person.id)
        .limit(MOST_PEOPLE)
    )
    return query if team_id is None else query.where(Person.team_id == team_id)


def _load(row: Any, holding: _Holding, context: Context) -> Load:
    clocks, soon, late = holding.clocks.get(row.id, (0, 0, 0))
    return Load(
        person_id=row.id,
        name=row.name,
        team=row.team,
        clocks=clocks,
        due_soon=soon,
        overdue=late,
        visits=holding.visits.get(row.id, 0),
        to_write_up=holding.to_write_up.get(row.id, 0),
        is_away=_is_away(row.away_from, row.away_until, context.now),
        away_from=row.away_from,
        away_until=row.away_until,
    )


def _is_away(away_from: datetime | None, away_until: datetime | None, now: datetime) -> bool:
    return Recipient(0, frozenset(), None, away_from, away_until).is_away(now)
