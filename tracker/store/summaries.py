"""The rows a month's figures are made from, and the summaries prepared or published."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select, union
from sqlalchemy.orm import Session

from tracker.core.alerts import shipped_rung
from tracker.core.interview_terms import ContactOutcome
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_facts import AlertFact, AttemptFact, ReasonFact, SummaryInput
from tracker.core.terms import BreachReason
from tracker.store import episodes, interviews
from tracker.store.alerts import OF_A_CLOCK
from tracker.store.models import (
    Alert,
    Breach,
    ContactAttempt,
    Episode,
    Interview,
    InterviewEpisode,
    OutboxMessage,
    SummaryRow,
)


def rows_between(session: Session, since: datetime, until: datetime, cut_off: datetime) -> SummaryInput:
    """The histories, up to the cut-off, of every child with an episode that started, was found or returned in
    `[since, until)` or has not returned; the interviews linked with them; the alerts raised in it.

    What it costs follows the children of the time asked for, not what is stored.
    """
    history = and_(Episode.child_id.in_(_children_between(since, until)), Episode.missing_from_at <= cut_off)
    held = episodes.with_children(session, history)
    return SummaryInput(
        episodes=held,
        interviews=_interviews(session, history),
        alerts=_alerts(session, since, until),
        reasons=_reasons(session, history),
        attempts=_attempts(session, history),
    )


def _children_between(since: datetime, until: datetime) -> Select[tuple[int]]:
    touching = union(
        select(Episode.child_id).where(Episode.missing_from_at >= since, Episode.missing_from_at < until),
        select(Episode.child_id).where(Episode.returned_at >= since, Episode.returned_at < until),
        select(Episode.child_id).where(Episode.found_at >= since, Episode.found_at < until),
        select(Episode.child_id).where(Episode.returned_at.is_(None), Episode.excluded.is_(None)),
    ).subquery()
    return select(touching.c.child_id)


def _linked(history: ColumnElement[bool]) -> Select[int]:
    return select(InterviewEpisode.interview_id).join(Episode, Episode.id == InterviewEpisode.episode_id).where(history)


def _interviews(session: Session, history: ColumnElement[bool]) -> list[ReturnHomeInterview]:
    query = select(Interview).where(Interview.id.in_(_linked(history))).order_by(Interview.id)
    return [interviews.to_core(row) for row in session.scalars(query)]


def _attempts(session: Session, history: ColumnElement[bool]) -> list[AttemptFact]:
    query = (
        select(ContactAttempt.id, ContactAttempt.interview_id, ContactAttempt.at, ContactAttempt.outcome)
        .where(ContactAttempt.interview_id.in_(_linked(history)), ContactAttempt.withdrawn_at.is_(None))
        .order_by(ContactAttempt.id)
    )
    return [AttemptFact(id_, of, at, ContactOutcome(outcome)) for id_, of, at, outcome in session.execute(query)]


def _reasons(session: Session, history: ColumnElement[bool]) -> list[ReasonFact]:
    """Of the breaches that stand, where a reason was given: the newest clock's."""
    query = (
        select(Breach.id, Breach.episode_id, Breach.reason, Breach.reason_at)
        .join(Episode, Episode.id == Breach.episode_id)
        .where(history, Breach.withdrawn_at.is_(None), Breach.reason.is_not(None), Breach.reason_at.is_not(None))
        .order_by(Breach.id)
    )
    return [
        ReasonFact(id_, of, BreachReason(reason), at) for id_, of, reason, at in session.execute(query) if reason and at
    ]


def _alerts(session: Session, since: datetime, until: datetime) -> list[AlertFact]:
    query = (
        select(Alert, OutboxMessage.sent_at, OutboxMessage.stopped_at)
        .outerjoin(OutboxMessage, OutboxMessage.id == Alert.outbox_id)
        .where(Alert.raised_at >= since, Alert.raised_at < until, OF_A_CLOCK)
        .order_by(Alert.id)
    )
    return [
        AlertFact(
            alert.id,
            str(shipped_rung(alert.rung, alert.offset_hours)),
            alert.raised_at,
            sent_at,
            stopped_at is not None,
            alert.acknowledged_at,
            alert.episode_id,
        )
        for alert, sent_at, stopped_at in session.execute(query)
    ]


def latest(session: Session, month: str) -> SummaryRow | None:
    """The newest version of a month, prepared or published."""
    return session.scalar(
        select(SummaryRow).where(SummaryRow.month == month).order_by(SummaryRow.version.desc()).limit(1)
    )


def published(session: Session, month: str, version: int | None = None) -> SummaryRow | None:
    """A published version of a month: the one asked for, else the newest."""
    query = select(SummaryRow).where(SummaryRow.month == month, SummaryRow.published_at.is_not(None))
    if version is not None:
        query = query.where(SummaryRow.version == version)
    return session.scalar(query.order_by(SummaryRow.version.desc()).limit(1))


def versions(session: Session, month: str) -> Sequence[SummaryRow]:
    return session.scalars(select(SummaryRow).where(SummaryRow.month == month).order_by(SummaryRow.version)).all()


def first_episode_at(session: Session) -> datetime | None:
    """When the oldest episode started: where the list of months begins."""
    return session.scalar(select(Episode.missing_from_at).order_by(Episode.missing_from_at).limit(1))


def known_months(session: Session) -> list[tuple[str, int, datetime | None]]:
    """Month, version and when it was published, of every summary prepared or published, in that order."""
    query = select(SummaryRow.month, SummaryRow.version, SummaryRow.published_at)
    rows = session.execute(query.order_by(SummaryRow.month, SummaryRow.version))
    return [(month, version, published_at) for month, version, published_at in rows]
