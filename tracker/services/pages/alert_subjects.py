"""What the alert of a trigger is about, as its page shows it: so much of it as this viewer may see."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.services.context import Context, Viewer
from tracker.services.pages.episode_rows import name_of
from tracker.store import notices, people
from tracker.store.models import (
    Action,
    Alert,
    Child,
    Line,
    Maramp,
    OutboxMessage,
    Receipt,
    RepeatFlagRow,
    ReportAbsence,
)
from tracker.store.models.reports import LINE_WAITS
from tracker.store.visibility import alerts_visible_to, children_visible_to


@dataclass(frozen=True)
class FlagSubject:
    """A repeat flag: `rule` in the council's words. `is_open`: it stands, and nobody has reviewed it."""

    id: int
    child_id: int
    child_name: str
    rule: str
    raised_on: date
    episodes: int
    is_open: bool


@dataclass(frozen=True)
class ActionSubject:
    """An action. `child_name` is None for an owner who does not see the child."""

    id: int
    what: str
    owner: str
    due_on: date
    child_id: int | None
    child_name: str | None
    is_open: bool


@dataclass(frozen=True)
class ReviewSubject:
    """The review of a MARAMP. `is_open`: the plan is open, and the day told of is still its review day or later."""

    id: int
    child_id: int
    child_name: str
    lead: str | None
    review_on: date | None
    is_open: bool


@dataclass(frozen=True)
class ReceiptSubject:
    """A report of which lines wait for a decision."""

    id: int
    feed: str
    received_at: datetime
    waiting: int


@dataclass(frozen=True)
class AbsenceSubject:
    """A report that did not come by its time."""

    feed: str
    expected_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class MessageSubject:
    """A message that did not arrive: to whom, and what the carrier said. `carried`: its alerts that the viewer sees."""

    to: str
    name: str | None
    undelivered_at: datetime | None
    why: str | None
    carried: tuple[str, ...]


@dataclass(frozen=True)
class EngineSubject:
    """Nothing looked at the deadlines since that instant."""

    since_at: datetime


Subject = FlagSubject | ActionSubject | ReviewSubject | ReceiptSubject | AbsenceSubject | MessageSubject | EngineSubject


def subject_of(session: Session, context: Context, viewer: Viewer, alert: Alert) -> Subject | None:
    """None for an episode, which the page shows as it shows every episode; or where there is no such row any more."""
    if alert.subject == notices.FLAG:
        return _flag(session, context, viewer, alert)
    if alert.subject == notices.ACTION:
        return _action(session, viewer, alert)
    if alert.subject == notices.MARAMP:
        return _review(session, viewer, alert)
    if alert.subject == notices.RECEIPT:
        return _receipt(session, alert)
    if alert.subject == notices.ABSENCE:
        row = session.get(ReportAbsence, alert.subject_id)
        return AbsenceSubject(row.feed, row.expected_at, row.settled_at) if row else None
    if alert.subject == notices.OUTBOX:
        return _message(session, viewer, alert)
    return EngineSubject(alert.due_at) if alert.subject == notices.ENGINE else None


def child_names(session: Session, viewer: Viewer, child_ids: set[int]) -> dict[int, str]:
    """Of those children whom the viewer sees."""
    query = select(Child).where(Child.id.in_(child_ids), children_visible_to(viewer))
    return {child.id: name_of(child) for child in session.scalars(query)} if child_ids else {}


def _flag(session: Session, context: Context, viewer: Viewer, alert: Alert) -> FlagSubject | None:
    row = session.get(RepeatFlagRow, alert.subject_id)
    names = child_names(session, viewer, {row.child_id}) if row else {}
    if row is None or row.child_id not in names:
        return None
    titles = {rule.name: rule.title for rule in context.rules.repeat_rules}
    is_open = row.reviewed_at is None and row.withdrawn_at is None and row.ended_on is None
    title = titles.get(row.rule) or row.rule
    return FlagSubject(row.id, row.child_id, names[row.child_id], title, row.raised_on, len(row.episode_ids), is_open)


def _action(session: Session, viewer: Viewer, alert: Alert) -> ActionSubject | None:
    row = session.get(Action, alert.subject_id)
    if row is None:
        return None
    names = child_names(session, viewer, {row.child_id})
    owner = people.names_by_id(session).get(row.owner_id, "") if row.owner_id is not None else row.owner_name or ""
    is_open = row.done_at is None and row.withdrawn_at is None
    seen = row.child_id if row.child_id in names else None
    return ActionSubject(row.id, row.what, owner, row.due_on, seen, names.get(row.child_id), is_open)


def _review(session: Session, viewer: Viewer, alert: Alert) -> ReviewSubject | None:
    row = session.get(Maramp, alert.subject_id)
    names = child_names(session, viewer, {row.child_id}) if row else {}
    if row is None or row.child_id not in names:
        return None
    lead = people.names_by_id(session).get(row.lead_id) if row.lead_id is not None else row.lead_name
    is_open = notices.stands(session, alert) if alert.acknowledged_at is None else row.closed_at is None
    return ReviewSubject(row.id, row.child_id, names[row.child_id], lead, row.next_review_on, is_open)


def _receipt(session: Session, alert: Alert) -> ReceiptSubject | None:
    row = session.get(Receipt, alert.subject_id)
    if row is None:
        return None
    waiting = select(func.count()).select_from(Line).where(Line.receipt_id == row.id, LINE_WAITS)
    return ReceiptSubject(row.id, row.feed, row.received_at, session.scalar(waiting) or 0)


def _message(session: Session, viewer: Viewer, alert: Alert) -> MessageSubject | None:
    row = session.get(OutboxMessage, alert.subject_id)
    if row is None:
        return None
    carried = select(Alert.reference).where(Alert.outbox_id == row.id, alerts_visible_to(viewer)).order_by(Alert.id)
    name = people.names_by_id(session).get(row.recipient_id) if row.recipient_id is not None else None
    return MessageSubject(
        row.to_address, name, row.undelivered_at, row.undelivered_why, tuple(session.scalars(carried.limit(10)))
    )
