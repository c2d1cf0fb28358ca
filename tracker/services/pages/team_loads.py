"""Who has how much: a few counts grouped by person, whatever the number of clocks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select

from tracker.core.directory import Recipient
from tracker.core.terms import Role
from tracker.services.allocate_interview import MAY_INTERVIEW
from tracker.services.context import Context
from tracker.services.pages.asking import NOW, TEAM_ID, Asking
from tracker.services.pages.team_shapes import Load
from tracker.store import people
from tracker.store.models import Episode, Interview, InterviewEpisode, Person, Team
from tracker.store.models.interviews import TO_WRITE_UP, VISIT_STANDS

NEXT_DAYS = timedelta(days=3)
"""The visits counted: those of the next three days, as long as a clock runs."""

MOST_PEOPLE = 200


def loads(asked: Asking) -> tuple[Load, ...]:
    """Of everybody in the team, or of all, who holds interviews: those who have most overdue and running first.

    Whoever may hold interviews but is no interviewer, a manager for example, is listed only while they have some.
    """
    roles, holding = people.roles_by_id(asked.session), _holding(asked)
    found = [
        _load(row, holding, asked.context)
        for row in asked.rows(_people(of_team=asked.team_id is not None))
        if (Role.INTERVIEWER in roles[row.id] or row.id in holding.anything) and roles[row.id] & MAY_INTERVIEW
    ]
    return tuple(sorted(found, key=lambda load: (-load.overdue, -load.clocks, load.name.lower())))


@dataclass(frozen=True)
class _Holding:
    """Person id → what they have."""

    clocks: Mapping[int, tuple[int, int, int]]
    visits: Mapping[int, int]
    to_write_up: Mapping[int, int]

    @cached_property
    def anything(self) -> set[int]:
        return {*self.clocks, *self.visits, *self.to_write_up}


def _holding(asked: Asking) -> _Holding:
    """Of the team's people, or of all."""
    now, of_team = asked.context.now, asked.team_id is not None
    soon_until = now + timedelta(hours=asked.context.rules.policy.due_soon_hours)
    clocks = asked.rows(_clocks(of_team=of_team), soon_until=soon_until)
    return _Holding(
        {person_id: (running, soon, late) for person_id, running, soon, late in clocks},
        Counter(person_id for (person_id,) in asked.rows(_VISITS, until=now + NEXT_DAYS)),
        Counter(person_id for (person_id,) in asked.rows(_TO_WRITE_UP)),
    )


@cache
def _clocks(*, of_team: bool) -> Select[*tuple[Any, ...]]:
    """Person id, running clocks, of them due soon, of them overdue."""
    is_overdue = Episode.interview_due_at < NOW
    whose = Interview.allocated_to_id
    of_people = whose.in_(select(Person.id).where(Person.team_id == TEAM_ID)) if of_team else whose.is_not(None)
    return (
        select(
            whose,
            func.count(Episode.id.distinct()),
            _distinct(~is_overdue & (Episode.interview_due_at <= bindparam("soon_until"))),
            _distinct(is_overdue),
        )
        .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(Episode.clock_open, Episode.joined_into_id.is_(None), of_people)
        .group_by(whose)
    )


def _distinct(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, Episode.id)).distinct())


_VISITS = select(Interview.allocated_to_id).where(
    VISIT_STANDS, Interview.planned_at >= NOW, Interview.planned_at < bindparam("until")
)
_TO_WRITE_UP = select(Interview.allocated_to_id).where(TO_WRITE_UP)
"""Whose each is. Counted here: to group them, SQLite would walk all interviews by person instead of those that wait."""


@cache
def _people(*, of_team: bool) -> Select[*tuple[Any, ...]]:
    query = (
        select(Person.id, Person.name, Team.name.label("team"), Person.away_from, Person.away_until)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.is_active)
        .order_by(Person.id)
        .limit(MOST_PEOPLE)
    )
    return query.where(Person.team_id == TEAM_ID) if of_team else query


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
