"""Actions as pages show them: of a child, an interview, a meeting; one's own, a team's, overdue ones."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.services.actions import OWNERS
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import name_of, record_list
from tracker.services.pages.rows import PAGE_SIZE, Page, Section
from tracker.services.transaction import writing
from tracker.store import audit, people
from tracker.store.db import session as read_session
from tracker.store.models import Action, Child, Person
from tracker.store.visibility import children_visible_to, sees_all

_OPEN = (Action.done_at.is_(None), Action.withdrawn_at.is_(None))
"""The partial indexes `ix_action_open` and `ix_action_owner_open` have these conditions."""


@dataclass(frozen=True)
class ActionView:
    """One action. Of a child that the viewer does not see, `child_id`, `child_name` and the source are None.

    `source`: `interview`, `meeting`, `maramp`, `group_item` (of the operational group), `episode` or None. `answers`:
    what one of a MARAMP answers. `days_overdue`: of an open one whose day has passed, else None.
    """

    id: int
    child_id: int | None
    child_name: str | None
    what: str
    owner_id: int | None
    owner: str
    due_on: date
    asked_by_child: bool
    source: str | None
    source_id: int | None
    created_at: datetime
    created_by: str | None
    done_at: datetime | None
    done_by: str | None
    outcome: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    days_overdue: int | None
    version: int
    answers: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.withdrawn_at is None

    @property
    def stands(self) -> bool:
        """To be done, or done."""
        return self.withdrawn_at is None

    @property
    def is_overdue(self) -> bool:
        return self.days_overdue is not None


@dataclass(frozen=True)
class ActionFilters:
    """`whose`: `mine`, `team` (the viewer's) or `all` that they may see. `state`: `open`, `overdue` or `closed`."""

    whose: str = "mine"
    state: str = "open"


@dataclass(frozen=True)
class ActionPage:
    """`may_work`: the viewer sees its child. An owner who does not may read it and finish it, no more."""

    action: ActionView
    may_work: bool
    may_finish: bool


def actions_of_child(session: Session, context: Context, child_id: int) -> tuple[ActionView, ...]:
    """Every one, the open ones first, soonest due first. For a page whose child the viewer sees, as the next two."""
    return _listed(session, context, Action.child_id == child_id)


def actions_of_interview(session: Session, context: Context, interview_id: int) -> tuple[ActionView, ...]:
    return _listed(session, context, Action.interview_id == interview_id)


def actions_of_meeting(session: Session, context: Context, child_id: int, meeting_id: int) -> tuple[ActionView, ...]:
    return _listed(session, context, and_(Action.child_id == child_id, Action.meeting_id == meeting_id))


def actions_of_group_items(
    session: Session, context: Context, item_ids: Collection[int]
) -> dict[int, tuple[ActionView, ...]]:
    """Item of the operational group → the actions that came from it, for children whom the viewer sees there."""
    found: dict[int, list[ActionView]] = defaultdict(list)
    for view in _listed(session, context, Action.group_item_id.in_(item_ids)) if item_ids else ():
        found[view.source_id or 0].append(view)
    return {item_id: tuple(views) for item_id, views in found.items()}


def actions_of_maramp(session: Session, context: Context, maramp_id: int) -> tuple[ActionView, ...]:
    """The same, for a page of the workspace that has shown already that the viewer may read of the child."""
    return _listed(session, context, Action.maramp_id == maramp_id)


def my_actions(session: Session, context: Context, viewer: Viewer, limit: int = PAGE_SIZE) -> Section[ActionView]:
    """The viewer's own open ones, soonest due first, and how many there are."""
    return _section(session, context, viewer, [*_OPEN, Action.owner_id == viewer.person_id], limit)


def overdue_actions(
    session: Session,
    context: Context,
    viewer: Viewer,
    *,
    owner_id: int | None = None,
    team_id: int | None = None,
    limit: int = PAGE_SIZE,
) -> Section[ActionView]:
    """Open ones whose day has passed in London, the longest first, as far as the viewer may see them.

    Of one owner, of a team (its people's, and those of its children whose owner does not sign in here), or of all.
    """
    conditions = [*_OPEN, Action.due_on < local_date(context.now), seen_by(viewer)]
    if owner_id is not None:
        conditions.append(Action.owner_id == owner_id)
    if team_id is not None:
        conditions.append(_of_team(team_id))
    return _section(session, context, viewer, conditions, limit)


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on `Action`: its owner's, and those of children whom the viewer sees."""
    if sees_all(viewer):
        return true()
    theirs = select(Child.id).where(children_visible_to(viewer))
    return or_(Action.owner_id == viewer.person_id, Action.child_id.in_(theirs))


def _of_team(team_id: int) -> ColumnElement[bool]:
    owners = select(Person.id).where(Person.team_id == team_id)
    children = select(Child.id).where(Child.team_id == team_id)
    return or_(Action.owner_id.in_(owners), and_(Action.owner_id.is_(None), Action.child_id.in_(children)))


def action_list(context: Context, viewer: Viewer, filters: ActionFilters, page: int = 1) -> Page[ActionView]:
    """25 a page: open ones soonest due first, so that overdue ones lead; closed ones newest first. Records one list."""
    record_list(context, "actions", {"whose": filters.whose, "state": filters.state, "page": page})
    session = read_session()
    conditions = [seen_by(viewer), *_of_state(filters.state, local_date(context.now))]
    if filters.whose == "mine":
        conditions.append(Action.owner_id == viewer.person_id)
    elif filters.whose == "team" and viewer.team_id is not None:
        conditions.append(_of_team(viewer.team_id))
    total = session.scalar(select(func.count()).select_from(Action).where(*conditions)) or 0
    number = max(1, page)
    newest = func.coalesce(Action.done_at, Action.withdrawn_at).desc()
    order = (newest, Action.id.desc()) if filters.state == "closed" else (Action.due_on, Action.id)
    query = select(Action).where(*conditions).order_by(*order).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(_views(session, context, session.scalars(query).all(), viewer), total, number)


def _of_state(state: str, today: date) -> list[ColumnElement[bool]]:
    if state == "closed":
        return [or_(Action.done_at.is_not(None), Action.withdrawn_at.is_not(None))]
    return [*_OPEN, Action.due_on < today] if state == "overdue" else list(_OPEN)


def action_page(context: Context, viewer: Viewer, action_id: int) -> ActionPage | None:
    """One action, its opening recorded first; None where there is none that the viewer owns or whose child they see."""
    with writing() as current:
        child_id = current.scalar(select(Action.child_id).where(Action.id == action_id, seen_by(viewer)))
        if child_id is None:
            return None
        audit.record(current, "action_viewed", context.actor, context.now, "action", action_id, {"child_id": child_id})
    session = read_session()
    view = _views(session, context, [session.get_one(Action, action_id)], viewer)[0]
    may_work = view.child_id is not None
    return ActionPage(view, may_work, view.is_open and (may_work or view.owner_id == viewer.person_id))


def owners() -> tuple[tuple[int, str], ...]:
    """Who may have an action, (id, name): active people who work with children's records, by name."""
    found = people.all_people(read_session())
    return tuple((row.id, row.name) for row in found if row.is_active and people.roles_of(row) & OWNERS)


def _listed(session: Session, context: Context, condition: ColumnElement[bool]) -> tuple[ActionView, ...]:
    closed = or_(Action.done_at.is_not(None), Action.withdrawn_at.is_not(None))
    query = select(Action).where(condition).order_by(closed, Action.due_on, Action.id)
    return _views(session, context, session.scalars(query).all())


def _section(
    session: Session, context: Context, viewer: Viewer, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Section[ActionView]:
    total = session.scalar(select(func.count()).select_from(Action).where(*conditions)) or 0
    if not total:
        return Section()
    query = select(Action).where(*conditions).order_by(Action.due_on, Action.id).limit(limit)
    return Section(_views(session, context, session.scalars(query).all(), viewer), total)


def _views(
    session: Session, context: Context, rows: Sequence[Action], viewer: Viewer | None = None
) -> tuple[ActionView, ...]:
    """`viewer`: None where the page has shown already that they see the children."""
    if not rows:
        return ()
    children = select(Child).where(Child.id.in_({row.child_id for row in rows}))
    seen = children if viewer is None else children.where(children_visible_to(viewer))
    whose = {child.id: child for child in session.scalars(seen)}
    names = people.names_by_id(session)
    today = local_date(context.now)
    return tuple(_view(row, whose.get(row.child_id), names, today) for row in rows)


def _view(row: Action, child: Child | None, names: dict[int, str], today: date) -> ActionView:
    source, source_id = _source(row) if child else (None, None)
    is_open = row.done_at is None and row.withdrawn_at is None

    def name(person_id: int | None) -> str | None:
        return names.get(person_id) if person_id is not None else None

    return ActionView(
        id=row.id,
        child_id=child.id if child else None,
        child_name=name_of(child) if child else None,
        what=row.what,
        owner_id=row.owner_id,
        owner=name(row.owner_id) or row.owner_name or "",
        due_on=row.due_on,
        asked_by_child=row.asked_by_child,
        source=source,
        source_id=source_id,
        created_at=row.created_at,
        created_by=name(row.created_by_id),
        done_at=row.done_at,
        done_by=name(row.done_by_id),
        outcome=row.outcome,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=name(row.withdrawn_by_id),
        withdrawn_reason=row.withdrawn_reason,
        days_overdue=(today - row.due_on).days if is_open and row.due_on < today else None,
        version=row.version,
        answers=tuple(row.answers),
    )


def _source(row: Action) -> tuple[str | None, int | None]:
    given = (
        ("interview", row.interview_id), ("meeting", row.meeting_id), ("maramp", row.maramp_id),
        ("group_item", row.group_item_id),
        ("episode", row.episode_id),
    )  # fmt: skip
    return next(((name, id_) for name, id_ in given if id_ is not None), (None, None))
