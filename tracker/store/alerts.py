"""Alerts raised: which rungs a clock has had, and what people answered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.core.alerts import Acknowledgement, AlertDue, RunningClock, Told
from tracker.store.bulk import insert_for_ids
from tracker.store.db import plain_rows
from tracker.store.models import Alert, Episode, Interview, InterviewEpisode, Line

OF_A_CLOCK = Alert.trigger.is_(None)
"""Alerts of the rungs of a deadline, not of another trigger."""


def to_other(told: Told) -> str | None:
    """How an alert names a receiver that is no person: `address:…` or `webhook:…`."""
    return None if told.person_id is not None else told.key


def rungs_raised(session: Session, episode_id: int, clock_no: int) -> frozenset[str]:
    """Every rung that an alert for this clock has settled, whoever was told."""
    query = select(Alert.rungs).where(Alert.episode_id == episode_id, Alert.clock_no == clock_no, OF_A_CLOCK)
    return frozenset(rung for rungs in session.scalars(query) for rung in rungs)


def last_due_at(session: Session, episode_id: int, clock_no: int) -> datetime | None:
    """The deadline that the alerts of a clock stated, where there were any."""
    query = select(Alert.due_at).where(Alert.episode_id == episode_id, Alert.clock_no == clock_no, OF_A_CLOCK)
    return session.scalar(query.limit(1))


def episode_clock(session: Session, row: Episode, *, told: bool = True) -> RunningClock | None:
    """An episode's clock as the ladder needs it; None where it has no deadline.

    `told`: False where no alert was ever raised for it; then when it must next be looked at is known without a query,
    and to whom it is allocated is not asked.
    """
    if not told:
        return None if row.interview_due_at is None else _clock_of(row, row.interview_due_at, (), None)
    return episode_clocks(session, [row]).get(row.id)


class HasClock(Protocol):
    """What is read of an episode for its clock: a row, or the values of one."""

    @property
    def id(self) -> int: ...
    @property
    def clock_no(self) -> int: ...
    @property
    def interview_due_at(self) -> datetime | None: ...
    @property
    def team_id(self) -> int | None: ...
    @property
    def carried_rungs(self) -> Sequence[str]: ...


def episode_clocks(session: Session, rows: Collection[HasClock]) -> dict[int, RunningClock]:
    """Episode id → its clock, for many episodes in two queries; none for one without a deadline."""
    ids = [row.id for row in rows if row.interview_due_at is not None]
    if not ids:
        return {}
    raised: dict[int, list[Any]] = defaultdict(list)
    for alert in plain_rows(session, _RAISED, ids=ids):
        raised[alert.episode_id].append(alert)
    allocated = allocated_to(session, ids)
    return {
        row.id: _clock_of(row, row.interview_due_at, raised[row.id], allocated.get(row.id))
        for row in rows
        if row.interview_due_at is not None
    }


def _clock_of(row: HasClock, due_at: datetime, alerts: Sequence[Any], allocated_to_id: int | None) -> RunningClock:
    """`alerts`: those of the episode, as rows or as their columns of `_RAISED`."""
    carried = frozenset(row.carried_rungs)
    counting = [alert for alert in alerts if alert.clock_no == row.clock_no or alert.rung in carried]
    return RunningClock(
        subject="episode",
        subject_id=row.id,
        clock_no=row.clock_no,
        due_at=due_at,
        allocated_to_id=allocated_to_id,
        team_id=row.team_id,
        raised=_rungs(alert for alert in alerts if alert.clock_no == row.clock_no) | carried,
        acknowledgements=tuple(
            Acknowledgement(alert.offset_hours, alert.acknowledged_at, alert.planned_at)
            for alert in counting
            if alert.acknowledged_at
        ),
        told_to=_told_to(counting),
    )


def _rungs(alerts: Iterable[Any]) -> frozenset[str]:
    return frozenset(rung for alert in alerts for rung in alert.rungs)


def _told_to(alerts: Iterable[Alert]) -> float | None:
    """The hours of the highest rung that these settle."""
    return max((alert.offset_hours for alert in alerts if alert.rungs), default=None)


def line_clock(session: Session, line: Line) -> RunningClock | None:
    """The clock that a quarantined line's readable return would run (definitions §4.7); unallocated.

    A correction may move its deadline: each deadline has its own `clock_no`, in the order in which alerts stated them,
    and what was raised for another one counts only if it was raised after this one had passed too.
    """
    if line.due_at is None:
        return None
    alerts = session.scalars(select(Alert).where(Alert.line_id == line.id, OF_A_CLOCK).order_by(Alert.id)).all()
    stated = list(dict.fromkeys(alert.due_at for alert in alerts))
    mine = [alert for alert in alerts if line.due_at == alert.due_at or line.due_at < alert.raised_at]
    return RunningClock(
        subject="line",
        subject_id=line.id,
        clock_no=stated.index(line.due_at) if line.due_at in stated else len(stated),
        due_at=line.due_at,
        raised=_rungs(mine),
        acknowledgements=tuple(
            Acknowledgement(alert.offset_hours, alert.acknowledged_at, alert.planned_at)
            for alert in mine
            if alert.acknowledged_at
        ),
        told_to=_told_to(mine),
    )


def due_episode_ids(session: Session, now: datetime) -> Sequence[int]:
    """Episodes at which the sweep must look by now, longest due first; costs what is due, not what is stored."""
    return [id_ for (id_,) in plain_rows(session, _DUE_EPISODES, now=now)]


def due_line_ids(session: Session, now: datetime) -> Sequence[int]:
    """Quarantined lines at which the sweep must look by now, longest due first."""
    return [id_ for (id_,) in plain_rows(session, _DUE_LINES, now=now)]


def lock_due_episodes(session: Session, ids: Collection[int], now: datetime) -> Sequence[Episode]:
    """Those of `ids` still due, read anew and held; what somebody else holds now is left to the next sweep."""
    return session.scalars(_HELD_EPISODES, {"ids": list(ids), "now": now}).all()


def lock_due_lines(session: Session, ids: Collection[int], now: datetime) -> Sequence[Line]:
    query = select(Line).where(Line.id.in_(ids), Line.sweep_at <= now)
    held = query.order_by(Line.sweep_at, Line.id).with_for_update(skip_locked=True)
    return session.scalars(held.execution_options(populate_existing=True)).all()


def add_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Their ids, in order. Whoever adds them holds the episode or line, so that none is raised twice."""
    return insert_for_ids(session, Alert, rows)


def alert_values(due: AlertDue, reference: str, outbox_id: int, now: datetime) -> dict[str, Any]:
    """The row that says that somebody is to be told."""
    is_line = due.clock.subject == "line"
    return {
        "reference": reference,
        "dedupe_key": due.dedupe_key,
        "subject": due.clock.subject,
        "subject_id": due.clock.subject_id,
        "episode_id": None if is_line else due.clock.subject_id,
        "line_id": due.clock.subject_id if is_line else None,
        "clock_no": due.clock.clock_no,
        "rung": str(due.rung),
        "offset_hours": due.step.offset_hours,
        "rungs": [str(rung) for rung in due.rungs],
        "recipient_id": due.told.person_id,
        "to_other": to_other(due.told),
        "outbox_id": outbox_id,
        "due_at": due.clock.due_at,
        "raised_at": now,
    }


def count_of_message(session: Session, message_id: int) -> int:
    query = select(func.count()).where(Alert.outbox_id == message_id)
    return session.scalar(query) or 0


def allocated_to(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Episode id → the person to whom its newest allocated interview is given."""
    return dict(iter(plain_rows(session, _ALLOCATED, ids=list(ids))))


_alert, _interview, _link = Alert.__table__.c, Interview.__table__, InterviewEpisode.__table__
_ids: BindParameter[int] = bindparam("ids", expanding=True)
_RAISED = (
    select(
        _alert.episode_id, _alert.clock_no, _alert.rung, _alert.offset_hours, _alert.rungs, _alert.acknowledged_at,
        _alert.planned_at,
    )
    .where(_alert.episode_id.in_(_ids), _alert.trigger.is_(None))
    .order_by(_alert.id)
)  # fmt: skip
_ALLOCATED = (
    select(_link.c.episode_id, _interview.c.allocated_to_id)
    .select_from(_link.join(_interview, _interview.c.id == _link.c.interview_id))
    .where(_link.c.episode_id.in_(_ids), _interview.c.allocated_to_id.is_not(None))
    .order_by(_interview.c.id)
)
_now: BindParameter[datetime] = bindparam("now")
_episode, _line = Episode.__table__.c, Line.__table__.c
_DUE_EPISODES = (
    select(_episode.id)
    .where(_episode.sweep_at.is_not(None), _episode.sweep_at <= _now)
    .order_by(_episode.sweep_at, _episode.id)
)
_DUE_LINES = (
    select(_line.id).where(_line.sweep_at.is_not(None), _line.sweep_at <= _now).order_by(_line.sweep_at, _line.id)
)
_HELD_EPISODES = (
    select(Episode)
    .where(Episode.id.in_(_ids), Episode.sweep_at <= _now)
    .order_by(Episode.sweep_at, Episode.id)
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)
# All built once: they are asked with every change of an episode or an interview, or by every sweep and delivery.
