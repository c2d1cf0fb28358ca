"""The one query that says what a person may see; every list, page, search and export of records uses it."""

from enum import Enum
from typing import Protocol

from sqlalchemy import BindParameter, ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.core.terms import Role
from tracker.store.models import Child, Episode, Interview, InterviewAllocation, InterviewEpisode

_Merged, _Joined = aliased(Child), aliased(Episode)
_CHILD_STANDS = Child.id.not_in(select(_Merged.id).where(_Merged.merged_into_id.is_not(None)))
_EPISODE_STANDS = Episode.id.not_in(select(_Joined.id).where(_Joined.joined_into_id.is_not(None)))
# Built once, for every list asks them. The few that stand for nothing any more are left out by id: a condition on the
# column of every row would take the lists off the indexes they are sorted and counted by.

SEES_ALL = frozenset({Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})
"""Roles that see every record. An interviewer sees their own; the other roles see none."""


class Sees(Protocol):
    """A person, as far as what they may see depends on them (services.context.Viewer)."""

    @property
    def person_id(self) -> int: ...

    @property
    def roles(self) -> frozenset[Role]: ...


class Sight(Enum):
    """How far somebody sees."""

    EVERYTHING = "every record"
    THEIRS = "the children for whom they are or were allocated an interview"
    NOTHING = "no record"


def sight_of(viewer: Sees) -> Sight:
    if viewer.roles & SEES_ALL:
        return Sight.EVERYTHING
    return Sight.THEIRS if Role.INTERVIEWER in viewer.roles else Sight.NOTHING


def sees_all(viewer: Sees) -> bool:
    """Whether every record is open to them, lines that no child is known of included."""
    return sight_of(viewer) is Sight.EVERYTHING


def children_visible_to(viewer: Sees) -> ColumnElement[bool]:
    """A condition on `Child`. An interviewer: the children for whom they are or were allocated an interview.

    A child merged into another is seen as that one: its own row is nobody's page any more.
    """
    return children_in_sight(sight_of(viewer), viewer.person_id)


def episodes_visible_to(viewer: Sees) -> ColumnElement[bool]:
    """A condition on `Episode`: every episode of every child that they may see, but none joined into another."""
    return episodes_in_sight(sight_of(viewer), viewer.person_id)


Whose = int | BindParameter[int]
"""A person's id, or the parameter of a statement that is built once and asked for many."""


def children_in_sight(sight: Sight, person_id: Whose) -> ColumnElement[bool]:
    """The same, of somebody who sees so far."""
    return _by_child(Child.id, _CHILD_STANDS, sight, person_id)


def episodes_in_sight(sight: Sight, person_id: Whose) -> ColumnElement[bool]:
    """The same, of somebody who sees so far."""
    return _by_child(Episode.child_id, _EPISODE_STANDS, sight, person_id)


def _by_child(
    child_id: InstrumentedAttribute[int], stands: ColumnElement[bool], sight: Sight, person_id: Whose
) -> ColumnElement[bool]:
    if sight is Sight.EVERYTHING:
        return stands
    if sight is Sight.NOTHING:
        return false()
    was_theirs = select(InterviewAllocation.interview_id).where(InterviewAllocation.person_id == person_id)
    theirs = (
        select(Episode.child_id)
        .join(InterviewEpisode, InterviewEpisode.episode_id == Episode.id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(or_(Interview.allocated_to_id == person_id, Interview.id.in_(was_theirs)))
        .correlate(None)
    )
    return and_(stands, child_id.in_(theirs))
