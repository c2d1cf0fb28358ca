"""The one query that says what a person may see; every list, page, search and export of records uses it."""

from datetime import date, timedelta
from enum import Enum
from typing import Protocol

from sqlalchemy import BindParameter, ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tracker.core.frequent import SEEN_AFTER_DAYS
from tracker.core.terms import Role
from tracker.store.models import (
    Action,
    Alert,
    Child,
    Episode,
    Interview,
    InterviewAllocation,
    InterviewEpisode,
    Maramp,
    RepeatFlagRow,
)

_Merged, _Joined = aliased(Child), aliased(Episode)
_CHILD_STANDS = Child.id.not_in(select(_Merged.id).where(_Merged.merged_into_id.is_not(None)))
_EPISODE_STANDS = Episode.id.not_in(select(_Joined.id).where(_Joined.joined_into_id.is_not(None)))
# Built once, for every list asks them. The few that stand for nothing any more are left out by id: a condition on the
# column of every row would take the lists off the indexes they are sorted and counted by.

SEES_ALL = frozenset({Role.LEAD, Role.MANAGER, Role.SERVICE_MANAGER, Role.HEAD_OF_SERVICE})
"""Roles that see every record. An interviewer sees their own; the other roles see none."""


OF_NO_CHILD = ("report_absence", "outbox", "engine")
"""What an alert may be about that is no record of a child, nor of one not known yet."""


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


def frequent_visible_to(viewer: Sees, today: date) -> ColumnElement[bool]:
    """A condition on `Child`, for the workspace of frequent runaways alone, where the operational group reads too.

    The group: children whose repeat flag stands or ended within the last 90 days (one withdrawn is none), and those
    with an open MARAMP. Those who see all: every child. An interviewer, as such, none: theirs are elsewhere.
    """
    if sees_all(viewer):
        return and_(_CHILD_STANDS, Child.undone_at.is_(None))
    if Role.OPERATIONAL_GROUP not in viewer.roles:
        return false()
    return and_(_CHILD_STANDS, Child.undone_at.is_(None), goes_missing_often(today, SEEN_AFTER_DAYS))


def goes_missing_often(today: date, ended_within_days: int = 0) -> ColumnElement[bool]:
    """A condition on `Child`: a repeat flag stands, or ended so lately; or a MARAMP is open."""
    flagged = select(RepeatFlagRow.child_id).where(
        RepeatFlagRow.withdrawn_at.is_(None), RepeatFlagRow.ends_on > today - timedelta(days=ended_within_days)
    )
    planned = select(Maramp.child_id).where(Maramp.closed_at.is_(None))
    return or_(Child.id.in_(flagged), Child.id.in_(planned))


def alerts_visible_to(viewer: Sees) -> ColumnElement[bool]:
    """A condition on `Alert`: one about a record is seen by those who see the record; an action's by its owner too.

    One about no child (a report that did not come, a message that did not arrive, the engine) is seen by those who see
    every record, by administrators, and by whoever was told. One of a line or report, of no child yet, by those who see
    everything.
    """
    if sees_all(viewer):
        return true()
    theirs = select(Episode.id).where(episodes_visible_to(viewer))
    children = select(Child.id).where(children_visible_to(viewer))
    own = select(Action.id).where(Action.owner_id == viewer.person_id)
    of_no_child: ColumnElement[bool] = Alert.subject.in_(OF_NO_CHILD)
    if Role.ADMINISTRATOR not in viewer.roles:
        of_no_child = and_(of_no_child, Alert.recipient_id == viewer.person_id)
    return or_(
        and_(Alert.episode_id.is_not(None), Alert.episode_id.in_(theirs)),
        and_(Alert.episode_id.is_(None), Alert.child_id.in_(children)),
        and_(Alert.subject == "action", Alert.subject_id.in_(own)),
        of_no_child,
    )


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
