"""MARAMPs as they stand, their versions and drafts, and which interviews were checked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.store.models import (
    Episode,
    Interview,
    InterviewEpisode,
    Maramp,
    MarampDraft,
    MarampVersion,
    QualityCheck,
    RepeatFlagRow,
)

Row = TypeVar("Row", Maramp, RepeatFlagRow)


def open_of_children(session: Session, child_ids: Collection[int]) -> dict[int, list[Maramp]]:
    """Child id → the open MARAMPs, oldest first: one, or two where two records became one child."""
    query = select(Maramp).where(Maramp.child_id.in_(child_ids), Maramp.closed_at.is_(None)).order_by(Maramp.id)
    return _by_child(session.scalars(query))


def of_child(session: Session, child_id: int) -> Sequence[Maramp]:
    """Every one, open ones first, then the newest."""
    query = select(Maramp).where(Maramp.child_id == child_id)
    return session.scalars(query.order_by(Maramp.closed_at.is_not(None), Maramp.id.desc())).all()


def flags_standing(session: Session, child_ids: Collection[int], today: date) -> dict[int, list[RepeatFlagRow]]:
    """Child id → the repeat flags that stand, oldest first."""
    query = select(RepeatFlagRow).where(
        RepeatFlagRow.child_id.in_(child_ids), RepeatFlagRow.withdrawn_at.is_(None), RepeatFlagRow.ends_on > today
    )
    return _by_child(session.scalars(query.order_by(RepeatFlagRow.raised_on, RepeatFlagRow.id)))


def unchecked_by_child(session: Session, child_ids: Collection[int]) -> dict[int, int]:
    """Child id → how many of their interviews that are written up here have no quality check, of whatever role.

    Those written elsewhere (history loaded, most of all) may be checked, and are not counted as work that waits.
    """
    checked = select(QualityCheck.interview_id)
    query = (
        select(Episode.child_id, func.count(Interview.id.distinct()))
        .join(InterviewEpisode, InterviewEpisode.episode_id == Episode.id)
        .join(Interview, Interview.id == InterviewEpisode.interview_id)
        .where(Episode.child_id.in_(child_ids), Interview.completed_at.is_not(None))
        .where(Interview.written_up_at.is_not(None), Interview.id.not_in(checked))
    )
    return dict(session.execute(query.group_by(Episode.child_id)).all())


def version_of(session: Session, maramp_id: int, number: int) -> MarampVersion | None:
    query = select(MarampVersion).where(MarampVersion.maramp_id == maramp_id, MarampVersion.number == number)
    return session.scalars(query).one_or_none()


def versions_of(session: Session, maramp_ids: Collection[int]) -> list[MarampVersion]:
    """Every version of these, in order."""
    query = select(MarampVersion).where(MarampVersion.maramp_id.in_(maramp_ids))
    return list(session.scalars(query.order_by(MarampVersion.maramp_id, MarampVersion.number)))


def drafts_of(session: Session, maramp_id: int) -> list[MarampDraft]:
    """Of everybody who is writing, the newest first."""
    query = select(MarampDraft).where(MarampDraft.maramp_id == maramp_id)
    return list(session.scalars(query.order_by(MarampDraft.saved_at.desc(), MarampDraft.person_id)))


def held(session: Session, maramp_id: int) -> Maramp | None:
    """The row, locked against other writers."""
    query = select(Maramp).where(Maramp.id == maramp_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def checks_of(session: Session, interview_ids: Collection[int]) -> dict[int, list[QualityCheck]]:
    """Interview id → every check, oldest first."""
    query = select(QualityCheck).where(QualityCheck.interview_id.in_(interview_ids)).order_by(QualityCheck.id)
    found: dict[int, list[QualityCheck]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.interview_id].append(row)
    return found


def _by_child(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.child_id].append(row)
    return found
