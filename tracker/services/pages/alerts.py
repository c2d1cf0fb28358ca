"""Alerts sent: the list, and what one alert's random reference stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from tracker.core.clock import local_midnight
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_parts import alert_view, alerts_with_messages
from tracker.services.pages.episode_rows import (
    episode_rows,
    lines_with_receipts,
    name_of,
    record_list,
    visible_episodes,
    waiting_line,
)
from tracker.services.pages.episode_shapes import AlertView
from tracker.services.pages.rows import PAGE_SIZE, EpisodeRow, Page, WaitingLine
from tracker.services.transaction import writing
from tracker.store import audit, people
from tracker.store.db import session as read_session
from tracker.store.models import Alert, Child, Episode, Line, OutboxMessage
from tracker.store.visibility import episodes_visible_to, sees_all


@dataclass(frozen=True)
class AlertFilters:
    """`mine`: sent to the viewer. `state`: `unanswered`, `answered`, `waiting`, `undelivered`, or empty for all."""

    rung: str = ""
    mine: bool = False
    state: str = ""
    raised_from: date | None = None
    raised_to: date | None = None


@dataclass(frozen=True)
class AlertPage:
    """One alert and its subject: an episode, or a waiting line. `others`: the rest of the chain for that clock."""

    alert: AlertView
    episode: EpisodeRow | None
    line: WaitingLine | None
    others: tuple[AlertView, ...]
    may_acknowledge: bool


@dataclass(frozen=True)
class AlertRow:
    alert: AlertView
    episode_id: int | None
    line_id: int | None
    child_name: str | None


def alert_list(context: Context, viewer: Viewer, filters: AlertFilters, page: int = 1) -> Page[AlertRow]:
    """Newest first: of the episodes this viewer may see. Records one list view."""
    narrowed = {
        "rung": filters.rung,
        "mine": filters.mine,
        "state": filters.state,
        "raised": f"{filters.raised_from or ''}/{filters.raised_to or ''}".strip("/"),
        "page": page,
    }
    record_list(context, "alerts", narrowed)
    session = read_session()
    conditions = [_visible(viewer), *_conditions(filters, viewer)]
    counted = select(func.count()).select_from(Alert).outerjoin(OutboxMessage, OutboxMessage.id == Alert.outbox_id)
    total = session.scalar(counted.where(*conditions)) or 0
    number = max(1, page)
    newest = alerts_with_messages().where(*conditions).order_by(Alert.raised_at.desc(), Alert.id.desc())
    found = session.execute(newest.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    names = people.names_by_id(session)
    children = _child_names(session, [alert.episode_id for alert, _ in found])
    rows = tuple(
        AlertRow(
            alert_view(alert, message, names),
            alert.episode_id,
            alert.line_id,
            children.get(alert.episode_id) if alert.episode_id else None,
        )
        for alert, message in found
    )
    return Page(rows, total, number)


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """An alert is seen by those who see its record; one of a line, of no child yet, by those who see everything."""
    if sees_all(viewer):
        return true()
    theirs = select(Episode.id).where(episodes_visible_to(viewer))
    return and_(Alert.episode_id.is_not(None), Alert.episode_id.in_(theirs))


def _conditions(filters: AlertFilters, viewer: Viewer) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.rung:
        found.append(Alert.rung == filters.rung)
    if filters.mine:
        found.append(Alert.recipient_id == viewer.person_id)
    if filters.raised_from:
        found.append(Alert.raised_at >= local_midnight(filters.raised_from))
    if filters.raised_to:
        found.append(Alert.raised_at < local_midnight(filters.raised_to + timedelta(days=1)))
    unsent = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.stopped_at.is_(None))
    by_state: dict[str, ColumnElement[bool]] = {
        "unanswered": Alert.acknowledged_at.is_(None),
        "answered": Alert.acknowledged_at.is_not(None),
        "waiting": and_(OutboxMessage.id.is_not(None), unsent),
        "undelivered": OutboxMessage.stopped_at.is_not(None),
    }
    return [*found, by_state[filters.state]] if filters.state in by_state else found


def _child_names(session: Session, episode_ids: Iterable[int | None]) -> dict[int, str]:
    query = select(Episode.id, Child).join(Child, Child.id == Episode.child_id)
    wanted = [id_ for id_ in episode_ids if id_ is not None]
    return {id_: name_of(child) for id_, child in session.execute(query.where(Episode.id.in_(wanted)))}


def alert_page(context: Context, viewer: Viewer, reference: str) -> AlertPage | None:
    """By the reference in the email's link; None where there is none that this viewer may see.

    Showing the subject is opening its record, and recorded so.
    """
    with writing() as current:
        held = select(Alert).where(Alert.reference == reference, _visible(viewer))
        alert = current.scalar(held)
        if alert is None:
            return None
        what, id_ = ("episode", alert.episode_id) if alert.episode_id is not None else ("line", alert.line_id)
        details = {"alert_id": alert.id}
        audit.record(current, f"{what}_viewed", context.actor, context.now, what, id_, details)
    session = read_session()
    alert = session.scalars(held).one()
    same = Alert.episode_id == alert.episode_id if alert.episode_id is not None else Alert.line_id == alert.line_id
    chain = alerts_with_messages().where(same, Alert.clock_no == alert.clock_no).order_by(Alert.raised_at, Alert.id)
    names = people.names_by_id(session)
    views = [alert_view(one, message, names) for one, message in session.execute(chain)]
    episodes = session.execute(visible_episodes(viewer, Episode.id == alert.episode_id)) if alert.episode_id else ()
    lines = session.execute(lines_with_receipts(Line.id == alert.line_id)) if alert.line_id else ()
    return AlertPage(
        alert=next(view for view in views if view.id == alert.id),
        episode=next(iter(episode_rows(session, context, episodes)), None),
        line=next((waiting_line(line, receipt.feed) for line, receipt in lines), None),
        others=tuple(view for view in views if view.id != alert.id),
        may_acknowledge=alert.acknowledged_at is None,
    )
