"""Interviews as boards list them: visits, what is to be written up, what waits for a manager.

Each list costs what it shows: the first ids by an index, then the columns shown of these.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.services.pages.asking import IDS, Asking, Listed, Scope
from tracker.services.pages.episode_rows import Condition
from tracker.services.pages.rows import Section
from tracker.store.db import plain_rows
from tracker.store.models import Child, Episode, Interview, InterviewEpisode, InterviewVisit, Person

Order = InstrumentedAttribute[Any] | UnaryExpression[Any] | ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class InterviewItem:
    """An interview in a list. `episode_ids`: those it covers, the soonest deadline first. `due_at`: the soonest
    deadline that is still open, else the soonest. The visit is the one that stands."""

    id: int
    episode_ids: tuple[int, ...]
    child_id: int
    child_name: str
    due_at: datetime | None
    allocated_to_id: int | None
    allocated_to: str | None
    visit_id: int | None
    planned_at: datetime | None
    minutes: int | None
    place: str | None
    visit_note: str | None
    completed_at: datetime | None
    declined_at: datetime | None
    written_up_at: datetime | None
    form_started_at: datetime | None

    @property
    def episode_id(self) -> int:
        return self.episode_ids[0]

    @property
    def ends_at(self) -> datetime | None:
        """When the visit that stands should be over."""
        return self.planned_at + timedelta(minutes=self.minutes or 0) if self.planned_at else None

    @property
    def planned_late(self) -> bool:
        return self.planned_at is not None and self.due_at is not None and self.planned_at > self.due_at


@dataclass(frozen=True, slots=True)
class FoundInterviews:
    """The first ids of a list, in its order, and how many there are in all."""

    ids: tuple[int, ...]
    total: int

    def shown(self, items: Mapping[int, InterviewItem]) -> Section[InterviewItem]:
        return Section(tuple(items[id_] for id_ in self.ids if id_ in items), self.total)


def interviews_query(
    scope: Scope,
    conditions: Sequence[Condition],
    order: Sequence[Order],
    limit: int,
    of_episodes: Sequence[ColumnElement[bool]] = (),
) -> Listed:
    """Interviews of a board, of an episode on it that fulfils `of_episodes`: for `find_interviews`."""
    theirs = exists(
        select(InterviewEpisode.episode_id)
        .join(Episode, Episode.id == InterviewEpisode.episode_id)
        .where(InterviewEpisode.interview_id == Interview.id, *scope.episodes_of_team(), *of_episodes)
        .correlate(Interview)
    )
    fulfilled = (*conditions, *scope.interviews(), theirs)
    return Listed(
        select(Interview.id).where(*fulfilled).order_by(*order).limit(limit),
        select(func.count()).select_from(Interview).where(*fulfilled),
        limit,
    )


def find_interviews(asked: Asking, query: Listed, **more: object) -> FoundInterviews:
    """`more`: parameters of its conditions."""
    rows, total = asked.listed(query, **more)
    return FoundInterviews(tuple(row.id for row in rows), total)


_COLUMNS = (
    Interview.id, Interview.allocated_to_id, Person.name.label("allocated_to"), Interview.planned_at,
    Interview.completed_at, Interview.declined_at, Interview.written_up_at, Interview.form_started_at,
    InterviewVisit.id.label("visit_id"), InterviewVisit.minutes, InterviewVisit.place,
    InterviewVisit.note.label("visit_note"), Episode.id.label("episode_id"), Episode.child_id,
    Episode.interview_due_at, Episode.clock_open, Child.forename, Child.surname,
)  # fmt: skip


_ITEMS = (
    select(*_COLUMNS)
    .join(InterviewEpisode, InterviewEpisode.interview_id == Interview.id)
    .join(Episode, Episode.id == InterviewEpisode.episode_id)
    .join(Child, Child.id == Episode.child_id)
    .outerjoin(Person, Person.id == Interview.allocated_to_id)
    .outerjoin(InterviewVisit, and_(InterviewVisit.interview_id == Interview.id, InterviewVisit.ended_as.is_(None)))
    .where(Interview.id.in_(IDS), Episode.joined_into_id.is_(None))
    .order_by(Episode.clock_open.desc(), Episode.interview_due_at, Episode.id)
)


def items_of(session: Session, ids: Collection[int]) -> dict[int, InterviewItem]:
    """Interview id → what lists show of it; one that covers nothing is left out."""
    if not ids:
        return {}
    rows: dict[int, list[Any]] = {}
    for row in plain_rows(session, _ITEMS, ids=list(ids)):
        rows.setdefault(row.id, []).append(row)
    return {id_: _item(found) for id_, found in rows.items()}


def _item(rows: Sequence[Any]) -> InterviewItem:
    first = rows[0]
    same = ("id", "child_id", "allocated_to_id", "allocated_to", "visit_id", "planned_at", "minutes", "place",
            "visit_note", "completed_at", "declined_at", "written_up_at", "form_started_at")  # fmt: skip
    return InterviewItem(
        episode_ids=tuple(row.episode_id for row in rows),
        child_name=f"{first.forename} {first.surname}",
        due_at=first.interview_due_at,
        **{name: getattr(first, name) for name in same},
    )
