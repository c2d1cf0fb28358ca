"""Alerts sent, of deadlines and of the other triggers: the list, and what one alert's random reference stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from tracker.core.clock import local_midnight
from tracker.services.context import Context, Viewer
from tracker.services.pages.alert_subjects import Subject, child_names, subject_of
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
from tracker.services.pages.work_rows import NOTHING_DONE, Work, work_on
from tracker.services.transaction import writing
from tracker.store import audit, notices, people
from tracker.store.db import session as read_session
from tracker.store.models import Alert, Child, Episode, Line, OutboxMessage
from tracker.store.visibility import alerts_visible_to


@dataclass(frozen=True)
class AlertFilters:
    """`mine`: sent to the viewer. `state`: `unanswered`, `answered`, `waiting`, `undelivered`, or empty for all.

    `ids`: the alerts behind a figure.
    """

    rung: str = ""
    mine: bool = False
    state: str = ""
    raised_from: date | None = None
    raised_to: date | None = None
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class AlertPage:
    """One alert and what it is about: an episode, a waiting line, or `about`, what another trigger found.

    `others`: the rest of those who were told of that clock, or of that matter. `trigger`: None for a rung.
    `work`: how far the interview is arranged, while its clock is open.
    """

    alert: AlertView
    trigger: str | None
    episode: EpisodeRow | None
    work: Work | None
    line: WaitingLine | None
    about: Subject | None
    others: tuple[AlertView, ...]
    may_acknowledge: bool


@dataclass(frozen=True)
class AlertRow:
    """One alert in the list. `child_name`: of the child whose record it is about, where the viewer sees it."""

    alert: AlertView
    subject: str
    subject_id: int
    episode_id: int | None
    line_id: int | None
    child_id: int | None
    child_name: str | None


def alert_list(context: Context, viewer: Viewer, filters: AlertFilters, page: int = 1) -> Page[AlertRow]:
    """Newest first: of what this viewer may see. Records one list view."""
    narrowed = {
        "rung": filters.rung,
        "mine": filters.mine,
        "state": filters.state,
        "raised": f"{filters.raised_from or ''}/{filters.raised_to or ''}".strip("/"),
        "ids": len(filters.ids) if filters.ids is not None else None,
        "page": page,
    }
    record_list(context, "alerts", narrowed)
    session = read_session()
    conditions = [alerts_visible_to(viewer), *_conditions(filters, viewer)]
    counted = select(func.count()).select_from(Alert).outerjoin(OutboxMessage, OutboxMessage.id == Alert.outbox_id)
    total = session.scalar(counted.where(*conditions)) or 0
    number = max(1, page)
    newest = alerts_with_messages().where(*conditions).order_by(Alert.raised_at.desc(), Alert.id.desc())
    found = session.execute(newest.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    names = people.names_by_id(session)
    episodes = _child_names(session, [alert.episode_id for alert, _ in found])
    of_triggers = {alert.child_id for alert, _ in found if alert.child_id is not None}
    children = child_names(session, viewer, of_triggers)
    rows = tuple(
        AlertRow(
            alert_view(alert, message, names),
            alert.subject,
            alert.subject_id,
            alert.episode_id,
            alert.line_id,
            alert.child_id if alert.child_id in children else None,
            episodes.get(alert.episode_id) if alert.episode_id else children.get(alert.child_id or 0),
        )
        for alert, message in found
    )
    return Page(rows, total, number)


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
    if filters.ids is not None:  # written out: a figure may have more alerts than a statement may have parameters
        found.append(Alert.id.in_(bindparam("ids", list(filters.ids), expanding=True, literal_execute=True)))
    unsent = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.stopped_at.is_(None))
    by_state: dict[str, ColumnElement[bool]] = {
        "unanswered": Alert.acknowledged_at.is_(None),
        "answered": Alert.acknowledged_at.is_not(None),
        "waiting": and_(OutboxMessage.id.is_not(None), unsent),
        "undelivered": or_(OutboxMessage.stopped_at.is_not(None), OutboxMessage.undelivered_at.is_not(None)),
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
        held = select(Alert).where(Alert.reference == reference, alerts_visible_to(viewer))
        alert = current.scalar(held)
        if alert is None:
            return None
        _record_opening(current, context, alert)
    session = read_session()
    alert = session.scalars(held).one()
    chain = alerts_with_messages().where(*_same_matter(alert)).order_by(Alert.raised_at, Alert.id)
    names = people.names_by_id(session)
    views = [alert_view(one, message, names) for one, message in session.execute(chain)]
    episodes = session.execute(visible_episodes(viewer, Episode.id == alert.episode_id)) if alert.episode_id else ()
    lines = session.execute(lines_with_receipts(Line.id == alert.line_id)) if alert.line_id else ()
    episode = next(iter(episode_rows(session, context, episodes)), None)
    return AlertPage(
        alert=next(view for view in views if view.id == alert.id),
        trigger=alert.trigger,
        episode=episode,
        work=work_on(session, [episode.id]).get(episode.id, NOTHING_DONE)
        if episode and episode.clock_is_open
        else None,
        line=next((waiting_line(line, receipt.feed) for line, receipt in lines), None),
        about=subject_of(session, context, viewer, alert) if alert.trigger else None,
        others=tuple(view for view in views if view.id != alert.id),
        may_acknowledge=alert.acknowledged_at is None,
    )


def _record_opening(session: Session, context: Context, alert: Alert) -> None:
    """Showing what it is about is opening that record; what is of no child is no record."""
    of_its_own = {notices.ACTION: alert.subject_id, notices.RECEIPT: alert.subject_id}
    opened = (
        ("episode", alert.episode_id), ("line", alert.line_id), (alert.subject, of_its_own.get(alert.subject)),
        ("child", alert.child_id),
    )  # fmt: skip
    what, id_ = next(((what, id_) for what, id_ in opened if id_ is not None), ("", None))
    if id_ is not None:
        audit.record(session, f"{what}_viewed", context.actor, context.now, what, id_, {"alert_id": alert.id})


def _same_matter(alert: Alert) -> tuple[ColumnElement[bool], ...]:
    """Alerts of the same clock; or of the same finding of a trigger, whoever was told."""
    if alert.trigger is None:
        same = Alert.episode_id == alert.episode_id if alert.episode_id is not None else Alert.line_id == alert.line_id
        return (same, Alert.clock_no == alert.clock_no, Alert.trigger.is_(None))
    of = (Alert.subject == alert.subject, Alert.subject_id == alert.subject_id)
    return (*of, Alert.trigger == alert.trigger, Alert.due_at == alert.due_at)
