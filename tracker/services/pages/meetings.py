"""Strategy meetings as pages show them: those that stand, each child once; those of a child; one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.services.context import Context, Viewer
from tracker.services.pages.actions import ActionView, actions_of_meeting
from tracker.services.pages.episode_rows import name_of, record_list
from tracker.services.pages.rows import PAGE_SIZE, Page, Section
from tracker.services.transaction import writing
from tracker.store import audit, people
from tracker.store.db import session as read_session
from tracker.store.meetings import BY_HAND, STANDS
from tracker.store.models import Child, StrategyMeeting
from tracker.store.visibility import children_visible_to, sees_all


@dataclass(frozen=True)
class MeetingView:
    """One meeting. `state`: `asked`, `planned`, `held`, `not_needed` or `withdrawn`. `reason`: of a person's own."""

    id: int
    child_id: int
    episode_id: int | None
    trigger: str
    title: str
    reason: str | None
    by_hand: bool
    due_at: datetime
    asked_at: datetime
    asked_by: str | None
    planned_at: datetime | None
    held_at: datetime | None
    outcome: str | None
    not_needed_reason: str | None
    decided_at: datetime | None
    decided_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    version: int

    @property
    def state(self) -> str:
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.held_at is not None:
            return "held"
        if self.decided_at is not None:
            return "not_needed"
        return "asked" if self.planned_at is None else "planned"

    @property
    def stands(self) -> bool:
        return self.state in ("asked", "planned")


@dataclass(frozen=True)
class ChildMeetings:
    """One child with every meeting that stands, what asked first leading."""

    child_id: int
    child_name: str
    meetings: tuple[MeetingView, ...]

    @property
    def due_at(self) -> datetime:
        return self.meetings[0].due_at

    @property
    def planned_at(self) -> datetime | None:
        return min((one.planned_at for one in self.meetings if one.planned_at), default=None)


@dataclass(frozen=True)
class PastMeeting:
    child_name: str
    meeting: MeetingView


@dataclass(frozen=True)
class MeetingPage:
    child_name: str
    meeting: MeetingView
    others: tuple[MeetingView, ...]  # of the same child, that stand too
    actions: tuple[ActionView, ...]


def standing_meetings(
    session: Session, context: Context, viewer: Viewer, team_id: int | None = None, limit: int = PAGE_SIZE
) -> Section[ChildMeetings]:
    """Children for whom a meeting is asked for, whoever waits longest first; the total counts children.

    `team_id`: children of one team.
    """
    return _standing(session, [*STANDS, *_seen(viewer, team_id)], limit, 0)


def _standing(
    session: Session, conditions: Sequence[ColumnElement[bool]], limit: int, offset: int
) -> Section[ChildMeetings]:
    distinct = select(func.count(StrategyMeeting.child_id.distinct())).where(*conditions)
    total = session.scalar(distinct) or 0
    if not total:
        return Section()
    first = func.min(StrategyMeeting.due_at)
    query = select(StrategyMeeting.child_id).where(*conditions).group_by(StrategyMeeting.child_id)
    ids = session.scalars(query.order_by(first, StrategyMeeting.child_id).limit(limit).offset(offset)).all()
    rows = select(StrategyMeeting).where(StrategyMeeting.child_id.in_(ids), *STANDS)
    found: dict[int, list[MeetingView]] = {id_: [] for id_ in ids}
    names = people.names_by_id(session)
    for row in session.scalars(rows.order_by(StrategyMeeting.due_at, StrategyMeeting.id)):
        found[row.child_id].append(_view(row, names))
    whose = _children(session, ids)
    return Section(tuple(ChildMeetings(id_, whose[id_], tuple(found[id_])) for id_ in ids), total)


def meetings_of_child(session: Session, context: Context, child_id: int) -> tuple[MeetingView, ...]:
    """Every one, those that stand first, then the newest; for a page whose child the viewer sees."""
    query = select(StrategyMeeting).where(StrategyMeeting.child_id == child_id)
    names = people.names_by_id(session)
    found = [_view(row, names) for row in session.scalars(query.order_by(StrategyMeeting.asked_at.desc()))]
    standing = sorted((view for view in found if view.stands), key=lambda view: (view.due_at, view.id))
    return (*standing, *(view for view in found if not view.stands))


def standing_list(context: Context, viewer: Viewer, team_id: int | None, page: int = 1) -> Page[ChildMeetings]:
    """The same as `standing_meetings`, 25 children a page. Records one list view."""
    record_list(context, "meetings", {"team_id": team_id, "page": page})
    session, number = read_session(), max(1, page)
    found = _standing(session, [*STANDS, *_seen(viewer, team_id)], PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return Page(found.rows, found.total, number)


def past_list(context: Context, viewer: Viewer, team_id: int | None, page: int = 1) -> Page[PastMeeting]:
    """Held, decided against or withdrawn, the newest first. Records one list view."""
    record_list(context, "meetings", {"team_id": team_id, "past": True, "page": page})
    session, number = read_session(), max(1, page)
    settled = or_(
        StrategyMeeting.held_at.is_not(None),
        StrategyMeeting.decided_at.is_not(None),
        StrategyMeeting.withdrawn_at.is_not(None),
    )
    conditions = [settled, *_seen(viewer, team_id)]
    total = session.scalar(select(func.count()).select_from(StrategyMeeting).where(*conditions)) or 0
    query = (
        select(StrategyMeeting).where(*conditions).order_by(StrategyMeeting.due_at.desc(), StrategyMeeting.id.desc())
    )
    rows = session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    names, whose = people.names_by_id(session), _children(session, [row.child_id for row in rows])
    return Page(tuple(PastMeeting(whose[row.child_id], _view(row, names)) for row in rows), total, number)


def meeting_page(context: Context, viewer: Viewer, meeting_id: int) -> MeetingPage | None:
    """One meeting, its opening recorded first; None where there is none of a child that the viewer sees."""
    held = select(StrategyMeeting.child_id).where(StrategyMeeting.id == meeting_id, *_seen(viewer))
    with writing() as current:
        child_id = current.scalar(held)
        if child_id is None:
            return None
        details = {"child_id": child_id}
        audit.record(current, "meeting_viewed", context.actor, context.now, "meeting", meeting_id, details)
    session = read_session()
    views = meetings_of_child(session, context, child_id)
    return MeetingPage(
        child_name=_children(session, [child_id])[child_id],
        meeting=next(view for view in views if view.id == meeting_id),
        others=tuple(view for view in views if view.stands and view.id != meeting_id),
        actions=actions_of_meeting(session, context, child_id, meeting_id),
    )


def _seen(viewer: Viewer, team_id: int | None = None) -> list[ColumnElement[bool]]:
    """Conditions on `StrategyMeeting`: of children whom the viewer sees, and of one team where it is given."""
    narrowed = [] if sees_all(viewer) else [children_visible_to(viewer)]
    if team_id is not None:
        narrowed.append(Child.team_id == team_id)
    return [StrategyMeeting.child_id.in_(select(Child.id).where(*narrowed))] if narrowed else []


def _children(session: Session, ids: Sequence[int]) -> dict[int, str]:
    return {child.id: name_of(child) for child in session.scalars(select(Child).where(Child.id.in_(ids)))}


def _view(row: StrategyMeeting, names: Mapping[int, str]) -> MeetingView:
    def name(person_id: int | None) -> str | None:
        return names.get(person_id) if person_id is not None else None

    same = (
        "id", "child_id", "episode_id", "trigger", "title", "reason", "due_at", "asked_at", "planned_at", "held_at",
        "outcome", "not_needed_reason", "decided_at", "withdrawn_at", "withdrawn_reason", "version",
    )  # fmt: skip
    return MeetingView(
        **{column: getattr(row, column) for column in same},
        by_hand=row.trigger == BY_HAND,
        asked_by=name(row.asked_by_id),
        decided_by=name(row.decided_by_id),
    )
