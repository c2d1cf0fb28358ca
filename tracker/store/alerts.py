"""Alerts raised: which rungs a clock has had, and what people answered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.alerts import Acknowledgement, RunningClock
from tracker.core.terms import Rung
from tracker.store.models import Alert, Episode, Interview, InterviewEpisode, Line


def rungs_raised(session: Session, episode_id: int, clock_no: int) -> frozenset[Rung]:
    """Every rung that an alert for this clock has settled, whoever was told."""
    query = select(Alert.rungs).where(Alert.episode_id == episode_id, Alert.clock_no == clock_no)
    return frozenset(Rung(rung) for rungs in session.scalars(query) for rung in rungs)


def last_due_at(session: Session, episode_id: int, clock_no: int) -> datetime | None:
    """The deadline that the alerts of a clock stated, where there were any."""
    query = select(Alert.due_at).where(Alert.episode_id == episode_id, Alert.clock_no == clock_no)
    return session.scalar(query.limit(1))


def episode_clock(session: Session, row: Episode) -> RunningClock | None:
    """An episode's clock as the ladder needs it; None where it has no deadline."""
    if row.interview_due_at is None:
        return None
    carried = frozenset(Rung(rung) for rung in row.carried_rungs)
    query = select(Alert).where(Alert.episode_id == row.id, Alert.acknowledged_at.is_not(None))
    answers = tuple(
        Acknowledgement(Rung(alert.rung), alert.acknowledged_at, alert.planned_at)
        for alert in session.scalars(query)
        if alert.acknowledged_at and (alert.clock_no == row.clock_no or alert.rung in carried)
    )
    return RunningClock(
        subject="episode",
        subject_id=row.id,
        clock_no=row.clock_no,
        due_at=row.interview_due_at,
        allocated_to_id=_allocated_to(session, row.id),
        team_id=row.team_id,
        raised=rungs_raised(session, row.id, row.clock_no) | carried,
        acknowledgements=answers,
    )


def line_clock(session: Session, line: Line) -> RunningClock | None:
    """The clock that a quarantined line's readable return would run (definitions §4.7); unallocated."""
    if line.due_at is None:
        return None
    query = select(Alert).where(Alert.line_id == line.id)
    alerts = session.scalars(query).all()
    return RunningClock(
        subject="line",
        subject_id=line.id,
        clock_no=0,
        due_at=line.due_at,
        raised=frozenset(Rung(rung) for alert in alerts for rung in alert.rungs),
        acknowledgements=tuple(
            Acknowledgement(Rung(alert.rung), alert.acknowledged_at, alert.planned_at)
            for alert in alerts
            if alert.acknowledged_at
        ),
    )


def _allocated_to(session: Session, episode_id: int) -> int | None:
    query = (
        select(Interview.allocated_to_id)
        .join(InterviewEpisode)
        .where(InterviewEpisode.episode_id == episode_id, Interview.allocated_to_id.is_not(None))
    )
    return session.scalar(query.order_by(Interview.id.desc()).limit(1))
