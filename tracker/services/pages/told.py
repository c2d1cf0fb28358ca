"""Who was told of an episode's deadline, and when: the whole chain, for a manager, and for an inspector."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alert_terms import EscalationReason, named_step
from tracker.core.terms import BreachReason, Role
from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_parts import alerts_with_messages, told_name
from tracker.services.pages.episode_rows import episode_rows, visible_episodes
from tracker.services.pages.rows import EpisodeRow
from tracker.services.transaction import writing
from tracker.store import audit, breaches, people
from tracker.store.db import session as read_session
from tracker.store.models import Alert, AuditEntry, Episode, OutboxMessage


@dataclass(frozen=True)
class ToldRow:
    """One person, address or webhook told of one step. `roles`: those held when told; None where they have changed
    since, for no earlier ones are kept. `opened_at`: when whoever was told first opened what the message links to."""

    reference: str
    name: str
    roles: frozenset[Role] | None
    raised_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    undelivered_at: datetime | None
    undelivered_why: str | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_reason: BreachReason | None
    planned_at: datetime | None


@dataclass(frozen=True)
class ToldStep:
    """A step raised: when, at how many hours from the deadline, and to whom. `escalated_by`: who asked for it."""

    rung: str
    offset_hours: float
    raised_at: datetime
    escalated_by: str | None
    escalated_reason: EscalationReason | None
    rows: tuple[ToldRow, ...]


@dataclass(frozen=True)
class ToldClock:
    """One clock of the episode: its deadline, what became of it, and its steps in the order raised."""

    clock_no: int
    due_at: datetime
    is_current: bool
    breached_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    steps: tuple[ToldStep, ...]


@dataclass(frozen=True)
class ToldPage:
    """The chain. `others`: what other triggers told of this episode. `lead`: the first time that a lead was told, of
    the current clock else of any; None if never."""

    episode: EpisodeRow
    clocks: tuple[ToldClock, ...]
    others: tuple[ToldStep, ...]
    lead: ToldRow | None
    written_at: datetime


def told_page(context: Context, viewer: Viewer, episode_id: int) -> ToldPage | None:
    """None where there is no such episode that this viewer may see. Looking at it is recorded."""
    with writing() as current:
        if not current.execute(visible_episodes(viewer, Episode.id == episode_id)).first():
            return None
        audit.record(current, "alert_chain_viewed", context.actor, context.now, "episode", episode_id)
    session = read_session()
    found = session.execute(visible_episodes(viewer, Episode.id == episode_id))
    episode = next(iter(episode_rows(session, context, found)))
    query = alerts_with_messages().where(Alert.episode_id == episode_id).order_by(Alert.raised_at, Alert.id)
    alerts = [(alert, message) for alert, message in session.execute(query)]
    rows = _rows(session, alerts)
    row = session.get_one(Episode, episode_id)
    clocks = _clocks(session, row, [alert for alert, _ in alerts if alert.trigger is None], rows)
    others = _steps([alert for alert, _ in alerts if alert.trigger is not None], rows, people.names_by_id(session))
    return ToldPage(episode, clocks, others, _lead(clocks), context.now)


def _rows(session: Session, alerts: Iterable[tuple[Alert, OutboxMessage | None]]) -> dict[int, ToldRow]:
    """By alert."""
    names, roles = people.names_by_id(session), people.roles_by_id(session)
    found = list(alerts)
    opened = _opened(session, [alert for alert, _ in found])
    changed = _roles_changed(session, {alert.recipient_id for alert, _ in found if alert.recipient_id is not None})
    return {
        alert.id: ToldRow(
            reference=alert.reference,
            name=told_name(alert, names),
            roles=_roles_then(alert, roles.get(alert.recipient_id or 0, set()), changed),
            raised_at=alert.raised_at,
            sent_at=message.sent_at if message else None,
            delivered_at=message.delivered_at if message else None,
            undelivered_at=(message.undelivered_at or message.stopped_at) if message else None,
            undelivered_why=(message.undelivered_why or message.stopped_why) if message else None,
            opened_at=opened.get(alert.id),
            acknowledged_at=alert.acknowledged_at,
            acknowledged_by=names.get(alert.acknowledged_by_id) if alert.acknowledged_by_id else None,
            acknowledged_reason=BreachReason(alert.acknowledged_reason) if alert.acknowledged_reason else None,
            planned_at=alert.planned_at,
        )
        for alert, message in found
    }


def _opened(session: Session, alerts: Iterable[Alert]) -> dict[int, datetime]:
    """Alert → when the person told first opened its page (the audit's word). An address may be read by anybody."""
    by_id = {alert.id: alert for alert in alerts}
    episodes = {str(alert.episode_id) for alert in by_id.values()}
    query = select(AuditEntry).where(
        AuditEntry.subject == "episode", AuditEntry.subject_id.in_(episodes), AuditEntry.action == "episode_viewed"
    )
    found: dict[int, datetime] = {}
    for entry in session.scalars(query.order_by(AuditEntry.id)):
        alert = by_id.get(entry.details.get("alert_id", 0))
        if alert is not None and alert.recipient_id in (None, entry.actor_id):
            found.setdefault(alert.id, entry.at)
    return found


def _roles_changed(session: Session, person_ids: Iterable[int]) -> dict[int, datetime]:
    """Person → when their roles last changed."""
    wanted = {str(id_) for id_ in person_ids}
    query = select(AuditEntry).where(
        AuditEntry.subject == "person", AuditEntry.subject_id.in_(wanted), AuditEntry.action == "person_changed"
    )
    entries = session.scalars(query.order_by(AuditEntry.id))
    return {int(entry.subject_id or 0): entry.at for entry in entries if "roles" in entry.details.get("changed", ())}


def _roles_then(alert: Alert, now: set[Role], changed: dict[int, datetime]) -> frozenset[Role] | None:
    if alert.recipient_id is None:
        return frozenset()
    since = changed.get(alert.recipient_id)
    return None if since is not None and since > alert.raised_at else frozenset(now)


def _clocks(session: Session, row: Episode, alerts: Sequence[Alert], rows: dict[int, ToldRow]) -> tuple[ToldClock, ...]:
    names = people.names_by_id(session)
    stood = {breach.clock_no: breach for breach in breaches.all_of_episode(session, row.id)}
    due = {alert.clock_no: alert.due_at for alert in alerts}
    due |= {number: breach.breached_at for number, breach in stood.items()}
    if row.interview_due_at is not None:
        due[row.clock_no] = row.interview_due_at
    found = []
    for number in sorted(due):
        breach = stood.get(number)
        found.append(
            ToldClock(
                clock_no=number,
                due_at=due[number],
                is_current=number == row.clock_no and row.interview_due_at is not None,
                breached_at=breach.breached_at if breach else None,
                withdrawn_at=breach.withdrawn_at if breach else None,
                withdrawn_reason=breach.withdrawn_reason if breach else None,
                steps=_steps([alert for alert in alerts if alert.clock_no == number], rows, names),
            )
        )
    return tuple(found)


def _steps(alerts: list[Alert], rows: dict[int, ToldRow], names: dict[int, str]) -> tuple[ToldStep, ...]:
    """Those raised together stand together."""
    together: dict[tuple[str, datetime, int | None], list[Alert]] = {}
    for alert in alerts:
        together.setdefault((alert.rung, alert.raised_at, alert.escalated_by_id), []).append(alert)
    return tuple(
        ToldStep(
            rung=named_step(rung),
            offset_hours=of[0].offset_hours,
            raised_at=raised_at,
            escalated_by=names.get(by) if by else None,
            escalated_reason=EscalationReason(of[0].escalated_reason) if of[0].escalated_reason else None,
            rows=tuple(rows[alert.id] for alert in of),
        )
        for (rung, raised_at, by), of in together.items()
    )


def _lead(clocks: tuple[ToldClock, ...]) -> ToldRow | None:
    told = [
        row
        for clock in sorted(clocks, key=lambda clock: not clock.is_current)
        for step in clock.steps
        for row in step.rows
        if row.roles is not None and Role.LEAD in row.roles
    ]
    return told[0] if told else None
