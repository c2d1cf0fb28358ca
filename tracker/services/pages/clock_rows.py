"""Open clocks as boards show them: only the columns shown, with the work on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from tracker.core.clock import age_on, elapsed_hours, local_date
from tracker.core.interview_course import Holder, who_holds
from tracker.core.interviews import state_by_time
from tracker.core.terms import EpisodeKind, InterviewState, RiskLevel
from tracker.services.context import Context
from tracker.services.pages.asking import Scope
from tracker.services.pages.rows import Urgency, urgency_of
from tracker.services.pages.work_rows import NOTHING_DONE, Work, work_on
from tracker.store.models import Child, Episode, Team


@dataclass(frozen=True, slots=True)
class ClockRow:
    """An episode whose clock is open. `hours_left` is negative once past. `holder`: which council must hold it."""

    id: int
    child_id: int
    child_name: str
    age: int | None
    kind: EpisodeKind
    risk: RiskLevel | None
    is_ours: bool
    responsible_authority: str | None
    returned_at: datetime | None
    notified_at: datetime | None
    due_at: datetime
    clock_no: int
    hours_left: float
    state: InterviewState
    team: str | None
    work: Work
    holder: Holder

    @property
    def allocated_to_id(self) -> int | None:
        return self.work.allocated_to_id

    @property
    def allocated_to(self) -> str | None:
        return self.work.allocated_to

    @property
    def urgency(self) -> Urgency:
        return urgency_of(self.state)

    @property
    def planned_late(self) -> bool:
        """The visit that stands lies after the deadline."""
        return self.work.planned_at is not None and self.work.planned_at > self.due_at


_COLUMNS = (
    Episode.id, Episode.child_id, Child.forename, Child.surname, Child.date_of_birth, Episode.missing_from_at,
    Episode.kind, Episode.risk, Episode.is_ours, Episode.responsible_authority, Episode.returned_at,
    Episode.notified_at, Episode.interview_due_at, Episode.clock_no, Team.name.label("team"),
)  # fmt: skip


def clocks_query(scope: Scope, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The open clocks of a board, the soonest deadline first, for `clock_rows`."""
    return (
        select(*_COLUMNS)
        .join(Child, Child.id == Episode.child_id)
        .outerjoin(Team, Team.id == Episode.team_id)
        .where(Episode.clock_open, *scope.episodes(), *conditions)
        .order_by(Episode.interview_due_at, Episode.id)
    )


def clocks_count(scope: Scope, *conditions: ColumnElement[bool]) -> Select[int]:
    """How many there are."""
    return select(func.count()).select_from(Episode).where(Episode.clock_open, *scope.episodes(), *conditions)


def clock_rows(session: Session, context: Context, found: Sequence[Any]) -> tuple[ClockRow, ...]:
    """What was found, in its order, with the work on each."""
    if not found:
        return ()
    work = work_on(session, [row.id for row in found])
    return tuple(_row(row, work.get(row.id, NOTHING_DONE), context) for row in found)


def _row(row: Any, work: Work, context: Context) -> ClockRow:
    due_at: datetime = row.interview_due_at
    born_on = row.date_of_birth
    return ClockRow(
        id=row.id,
        child_id=row.child_id,
        child_name=f"{row.forename} {row.surname}",
        age=age_on(born_on, local_date(row.missing_from_at)) if born_on else None,
        kind=EpisodeKind(row.kind),
        risk=RiskLevel(row.risk) if row.risk else None,
        is_ours=row.is_ours,
        responsible_authority=row.responsible_authority,
        returned_at=row.returned_at,
        notified_at=row.notified_at,
        due_at=due_at,
        clock_no=row.clock_no,
        hours_left=elapsed_hours(context.now, due_at),
        state=state_by_time(due_at, context.now, context.rules.policy),
        team=row.team,
        work=work,
        holder=who_holds(work.asked, row.is_ours),
    )
