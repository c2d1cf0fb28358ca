"""What the triggers beside the deadlines find due, each by an index of its own; and the mark that people were told.

Every question here costs what is due, not what is stored. Whoever marks holds the audit's chain, so that two passes at
once never tell twice.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, text, update
from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.report_terms import LineOutcome
from tracker.core.terms import InterviewState
from tracker.store import alerts
from tracker.store.carried import Carried, as_it_stands, clock_asks
from tracker.store.models import (
    Action,
    Alert,
    Child,
    Episode,
    EpisodeVersion,
    Interview,
    InterviewAllocation,
    InterviewEpisode,
    Line,
    Maramp,
    OutboxMessage,
    Person,
    Receipt,
    RepeatFlagRow,
    ReportAbsence,
)
from tracker.store.models.alerts import UNDELIVERED
from tracker.store.models.episodes import FOUND_UNTOLD
from tracker.store.models.maramps import REVIEW_UNTOLD
from tracker.store.models.plans import OVERDUE_UNTOLD
from tracker.store.models.repeats import FLAG_UNTOLD
from tracker.store.models.reports import LINES_UNTOLD

MOST = 2000
"""Of one trigger in one pass, the longest due first: it holds the database for a few seconds at most, and no question
grows beyond what SQLite takes. The next pass, a minute later, goes on."""

EPISODE, FLAG, RECEIPT, ACTION, MARAMP = "episode", "flag", "receipt", "action", "maramp"
ABSENCE, OUTBOX, ENGINE = "report_absence", "outbox", "engine"
"""What an alert of a trigger is about, in `Alert.subject`."""


def found_untold(session: Session, until: datetime, clock_kinds: Collection[str]) -> Sequence[Episode]:
    """Episodes found by `until`, not returned, counted, and people not told of this `found_at`; longest found first."""
    query = select(Episode).where(
        text(FOUND_UNTOLD),
        Episode.found_at <= until,
        or_(Episode.closed_as.is_(None), Episode.closed_as != str(InterviewState.WITHDRAWN)),
        or_(Episode.kind.in_(clock_kinds), Episode.interview_requested),
    )
    return _rows(session, query.order_by(Episode.found_at, Episode.id))


def found_corrected_at(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Episode id → when its `found_at` was last changed."""
    query = select(EpisodeVersion.episode_id, EpisodeVersion.changed_at, EpisodeVersion.changes).where(
        EpisodeVersion.episode_id.in_(ids)
    )
    rows = session.execute(query.order_by(EpisodeVersion.id))
    return {episode_id: changed_at for episode_id, changed_at, changes in rows if "found_at" in changes}


def flags_untold(session: Session, until: datetime) -> Sequence[RepeatFlagRow]:
    """Repeat flags raised by `until` that stand, and of which nobody was told."""
    query = select(RepeatFlagRow).where(text(FLAG_UNTOLD), RepeatFlagRow.raised_at <= until)
    return _rows(session, query.order_by(RepeatFlagRow.raised_at, RepeatFlagRow.id))


def actions_untold(session: Session, before: date) -> Sequence[Action]:
    """Open actions whose day lies before that one, and of which that day was told to nobody."""
    query = select(Action).where(text(OVERDUE_UNTOLD), Action.due_on < before)
    return _rows(session, query.order_by(Action.due_on, Action.id))


def reviews_untold(session: Session, before: date) -> Sequence[Maramp]:
    """Open MARAMPs whose review day lies before that one, and of which that day was told to nobody."""
    query = select(Maramp).where(text(REVIEW_UNTOLD), Maramp.next_review_on < before)
    return _rows(session, query.order_by(Maramp.next_review_on, Maramp.id))


def receipts_unjudged(session: Session, until: datetime) -> Sequence[Receipt]:
    """Reports received by `until`, read to their end, of whose waiting lines nothing was said yet."""
    query = select(Receipt).where(text(LINES_UNTOLD), Receipt.received_at <= until)
    return _rows(session, query.order_by(Receipt.received_at, Receipt.id))


def undelivered_untold(session: Session, until: datetime) -> Sequence[OutboxMessage]:
    """Messages that did not arrive, known by `until`, and of which nobody else was told."""
    query = select(OutboxMessage).where(text(UNDELIVERED), OutboxMessage.undelivered_at <= until)
    return _rows(session, query.order_by(OutboxMessage.undelivered_at, OutboxMessage.id))


def _rows(session: Session, query: Select[Any]) -> Sequence[Any]:
    """Read anew and held; what somebody else holds now is left to the next pass."""
    held = query.limit(MOST).with_for_update(skip_locked=True)
    return session.scalars(held.execution_options(populate_existing=True)).all()


def mark_found(session: Session, ids: Collection[int]) -> None:
    """People were told of the `found_at` that stands. No version of the record: nothing of it has changed."""
    _mark(session, update(Episode).where(Episode.id.in_(ids)).values(told_found_at=Episode.found_at))


def mark_flags(session: Session, ids: Collection[int], now: datetime) -> None:
    _mark(session, update(RepeatFlagRow).where(RepeatFlagRow.id.in_(ids)).values(told_at=now))


def mark_actions(session: Session, ids: Collection[int]) -> None:
    _mark(session, update(Action).where(Action.id.in_(ids)).values(told_due_on=Action.due_on))


def mark_reviews(session: Session, ids: Collection[int]) -> None:
    _mark(session, update(Maramp).where(Maramp.id.in_(ids)).values(told_review_on=Maramp.next_review_on))


def mark_receipts(session: Session, ids: Collection[int], now: datetime) -> None:
    _mark(session, update(Receipt).where(Receipt.id.in_(ids)).values(lines_told_at=now))


def mark_undelivered(session: Session, ids: Collection[int], now: datetime) -> None:
    _mark(session, update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(undelivered_told_at=now))


def _mark(session: Session, statement: Any) -> None:
    """Past the rows in the session, so that no version of a record rises by it."""
    session.execute(statement, execution_options={"synchronize_session": False})


def interviewers_of(session: Session, child_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Child id → the people who are or were allocated an interview for them, who see their record for that."""
    had = (
        select(Episode.child_id, Interview.allocated_to_id, InterviewAllocation.person_id)
        .join(InterviewEpisode, InterviewEpisode.episode_id == Episode.id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .outerjoin(InterviewAllocation, InterviewAllocation.interview_id == Interview.id)
        .where(Episode.child_id.in_(child_ids))
    )
    found: dict[int, set[int]] = {id_: set() for id_ in child_ids}
    for child_id, now_with, before_with in session.execute(had):
        found[child_id] |= {id_ for id_ in (now_with, before_with) if id_ is not None}
    return {child_id: frozenset(ids) for child_id, ids in found.items()}


def teams_of_children(session: Session, child_ids: Collection[int]) -> dict[int, int | None]:
    query = select(Child.id, Child.team_id).where(Child.id.in_(child_ids))
    return {row.id: row.team_id for row in session.execute(query)}


def teams_of_people(session: Session, ids: Collection[int]) -> dict[int, int | None]:
    query = select(Person.id, Person.team_id).where(Person.id.in_(ids))
    return {row.id: row.team_id for row in session.execute(query)}


def keys_known(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these dedupe keys under which an alert was raised already."""
    return set(session.scalars(select(Alert.dedupe_key).where(Alert.dedupe_key.in_(keys))))


def engine_told(session: Session, due_at: datetime) -> bool:
    """Whether people were told of the outage that fell due at that instant."""
    query = select(Alert.id).where(Alert.trigger.is_not(None), Alert.subject == ENGINE, Alert.subject_id == 0)
    return session.scalar(query.where(Alert.due_at == due_at).limit(1)) is not None


def alerts_of(session: Session, message_ids: Collection[int]) -> list[Alert]:
    """The alerts that these messages carry."""
    query = select(Alert).where(Alert.outbox_id.in_(message_ids)).order_by(Alert.id)
    return list(session.scalars(query))


def told_of(session: Session, alert: Alert) -> set[int]:
    """Everybody who was told of the same rung of the same clock, or of the same matter of a trigger."""
    same = (Alert.subject == alert.subject, Alert.subject_id == alert.subject_id, Alert.rung == alert.rung)
    if alert.trigger is None:
        of = Alert.episode_id == alert.episode_id if alert.episode_id is not None else Alert.line_id == alert.line_id
        query = select(Alert.recipient_id).where(of, Alert.clock_no == alert.clock_no, Alert.trigger.is_(None), *same)
    else:
        query = select(Alert.recipient_id).where(Alert.trigger == alert.trigger, Alert.due_at == alert.due_at, *same)
    return {id_ for id_ in session.scalars(query) if id_ is not None}


def failures_behind(session: Session, message: OutboxMessage) -> frozenset[str]:
    """Where this message, and every message of whose failure it told, did not arrive: none of them is told again."""
    found, seen, left = set(), set(), [message]
    while left:
        one = left.pop()
        seen.add(one.id)
        found.add(one.to_address)
        behind = select(Alert.subject_id).where(Alert.outbox_id == one.id, Alert.subject == OUTBOX)
        ids = set(session.scalars(behind)) - seen
        left += session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids))).all() if ids else []
    return frozenset(found)


def still_asks(session: Session, alert: Alert) -> bool:
    """Whether an alert, of a rung or of a trigger, asks something of somebody, and nobody answered it."""
    if alert.trigger is not None or alert.acknowledged_at is not None:
        return stands(session, alert)
    return clock_asks(as_it_stands(session, alert.id))


def whose_work(session: Session, alert: Alert) -> tuple[int | None, int | None]:
    """To whom that which an alert is about is given, and of which team it is; None where it is nobody's."""
    if alert.subject == ACTION:
        action = session.get_one(Action, alert.subject_id)
        owners = teams_of_people(session, [action.owner_id] if action.owner_id is not None else [])
        children = teams_of_children(session, [action.child_id])
        return action.owner_id, owners.get(action.owner_id or 0) or children[action.child_id]
    if alert.subject == MARAMP:
        plan = session.get_one(Maramp, alert.subject_id)
        return plan.lead_id, teams_of_children(session, [plan.child_id])[plan.child_id]
    if alert.episode_id is not None:
        given_to = alerts.allocated_to(session, [alert.episode_id]).get(alert.episode_id)
        return given_to, session.get_one(Episode, alert.episode_id).team_id
    if alert.child_id is not None:
        return None, teams_of_children(session, [alert.child_id])[alert.child_id]
    return None, None


def stands(session: Session, alert: Alert | Carried) -> bool:
    """Whether an alert of a trigger still asks something of anybody; its email is withdrawn where it does not."""
    if alert.acknowledged_at is not None:
        return False
    question = _STANDS.get(alert.subject)
    return question is None or session.scalar(question(alert)) is not None


def _episode_stands(alert: Alert | Carried) -> Select[Any]:
    row = Episode
    return select(row.id).where(
        row.id == alert.subject_id, row.returned_at.is_(None), row.excluded.is_(None), row.found_at.is_not(None)
    )


def _flag_stands(alert: Alert | Carried) -> Select[Any]:
    row = RepeatFlagRow
    standing = (row.withdrawn_at.is_(None), row.ended_on.is_(None), row.reviewed_at.is_(None))
    return select(row.id).where(row.id == alert.subject_id, *standing)


def _receipt_stands(alert: Alert | Carried) -> Select[Any]:
    waits = and_(Line.outcome == str(LineOutcome.QUARANTINED), Line.settled_at.is_(None))
    return select(Line.id).where(Line.receipt_id == alert.subject_id, waits).limit(1)


def _action_stands(alert: Alert | Carried) -> Select[Any]:
    row = Action
    return select(row.id).where(row.id == alert.subject_id, row.done_at.is_(None), row.withdrawn_at.is_(None))


def _review_stands(alert: Alert | Carried) -> Select[Any]:
    """Reviewed means a later day: the plan was looked at, and its next version says when it is looked at again."""
    row, day = Maramp, local_date(alert.due_at)
    return select(row.id).where(row.id == alert.subject_id, row.closed_at.is_(None), row.next_review_on < day)


def _absence_stands(alert: Alert | Carried) -> Select[Any]:
    row = ReportAbsence
    return select(row.id).where(row.id == alert.subject_id, row.settled_at.is_(None))


def _outbox_stands(alert: Alert | Carried) -> Select[Any]:
    row = OutboxMessage
    return select(row.id).where(row.id == alert.subject_id, row.undelivered_at.is_not(None))


_STANDS = {
    EPISODE: _episode_stands,
    FLAG: _flag_stands,
    RECEIPT: _receipt_stands,
    ACTION: _action_stands,
    MARAMP: _review_stands,
    ABSENCE: _absence_stands,
    OUTBOX: _outbox_stands,
}
