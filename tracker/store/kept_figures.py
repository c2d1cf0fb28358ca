"""Figures of a period that are counted in the background: the queue of those asked for, and those made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.core.clock import Period
from tracker.store.engine import changed, insert_once
from tracker.store.models import Episode, KeptFigureIds, KeptFigures

_OPEN = KeptFigures.made_at.is_(None), KeptFigures.failed_at.is_(None)
_FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Claim:
    """One count as somebody takes it on: whoever comes later has a higher number of `tries`, and it is theirs."""

    id: int
    period: Period
    rules_mark: str
    tries: int


def starts_more_than(session: Session, since: datetime, until: datetime, episodes: int) -> bool:
    """Whether more episodes than this start in `[since, until)`: looks at no more than it must."""
    starts = select(Episode.missing_from_at).where(Episode.missing_from_at >= since, Episode.missing_from_at < until)
    return session.scalar(starts.offset(episodes).limit(1)) is not None


def ask(session: Session, period: Period, rules_mark: str, now: datetime, person_id: int | None) -> bool:
    """Put a period into the queue; False where it waits there already."""
    values = {
        "start_on": period.start_on, "end_on": period.end_on, "rules_mark": rules_mark,
        "asked_at": now, "asked_by_id": person_id, "tries": 0,
    }  # fmt: skip
    return insert_once(session, KeptFigures, values)


def waiting(session: Session, period: Period, rules_mark: str) -> KeptFigures | None:
    """The count of a period that is asked for and neither made nor failed."""
    return session.scalar(_of(period, rules_mark).where(*_OPEN).execution_options(**_FRESH))


def ahead_of(session: Session, row_id: int) -> int:
    """How many others are counted before it."""
    return session.scalar(select(func.count()).where(*_OPEN, KeptFigures.id < row_id)) or 0


def newest_made(session: Session, period: Period, rules_mark: str, now: datetime) -> KeptFigures | None:
    """Never one made after `now`, by a clock that ran ahead."""
    query = _of(period, rules_mark).where(KeptFigures.made_at <= now)
    return session.scalar(query.order_by(KeptFigures.id.desc()).limit(1).execution_options(**_FRESH))


def newest_ended(session: Session, period: Period, rules_mark: str) -> KeptFigures | None:
    """The newest that is made or failed."""
    query = _of(period, rules_mark).where(KeptFigures.made_at.is_not(None) | KeptFigures.failed_at.is_not(None))
    return session.scalar(query.order_by(KeptFigures.id.desc()).limit(1).execution_options(**_FRESH))


def made(session: Session, row_id: int, period: Period) -> KeptFigures | None:
    """One that is made, if it is of this period."""
    days = KeptFigures.start_on == period.start_on, KeptFigures.end_on == period.end_on
    return session.scalar(select(KeptFigures).where(KeptFigures.id == row_id, *days, KeptFigures.made_at.is_not(None)))


def ids_behind(session: Session, row_id: int, key: str, cohort: str) -> bytes | None:
    """As they were packed; None where nothing stands behind it."""
    return session.scalar(
        select(KeptFigureIds.ids).where(
            KeptFigureIds.kept_id == row_id, KeptFigureIds.key == key, KeptFigureIds.cohort == cohort
        )
    )


def next_asked(session: Session) -> Claim | None:
    """The one that waits longest, begun or not."""
    columns = KeptFigures.id, KeptFigures.start_on, KeptFigures.end_on, KeptFigures.rules_mark, KeptFigures.tries
    row = session.execute(select(*columns).where(*_OPEN).order_by(KeptFigures.id).limit(1)).first()
    return None if row is None else Claim(row[0], Period(row[1], row[2]), row[3], row[4])


def begin(session: Session, claim: Claim, now: datetime, worker: str) -> Claim | None:
    """Take it on, in place of whoever did before; None where another did meanwhile, or it has ended."""
    tries = claim.tries + 1
    if not _change(session, claim, {"tries": tries, "begun_at": now, "begun_by": worker}):
        return None
    return Claim(claim.id, claim.period, claim.rules_mark, tries)


def finish(session: Session, claim: Claim, values: Mapping[str, Any], lists: Iterable[Mapping[str, Any]]) -> bool:
    """It is made: its figures, and the ids behind each. False where it is another's by now, or has ended."""
    if not _change(session, claim, values):
        return False
    rows = [{"kept_id": claim.id, **one} for one in lists]
    if rows:
        session.execute(insert(KeptFigureIds), rows)
    return True


def fail(session: Session, claim: Claim, now: datetime, why: str) -> bool:
    """There will be none of it. False where it is another's by now, or has ended."""
    return _change(session, claim, {"failed_at": now, "failed": why})


def outdated(session: Session, asked_before: datetime) -> Sequence[int]:
    """Whatever was asked for so long ago, whatever became of it."""
    return session.scalars(select(KeptFigures.id).where(KeptFigures.asked_at < asked_before)).all()


def beyond_newest(session: Session, period: Period, keep: int) -> Sequence[int]:
    """Those of a period that have ended, without the newest few."""
    days = KeptFigures.start_on == period.start_on, KeptFigures.end_on == period.end_on
    ended = KeptFigures.made_at.is_not(None) | KeptFigures.failed_at.is_not(None)
    query = select(KeptFigures.id).where(*days, ended).order_by(KeptFigures.id.desc()).offset(keep)
    return session.scalars(query).all()


def let_go(session: Session, row_ids: Sequence[int]) -> None:
    """With the ids behind their figures."""
    for table, column in ((KeptFigureIds, KeptFigureIds.kept_id), (KeptFigures, KeptFigures.id)):
        session.execute(delete(table).where(column.in_(row_ids)).execution_options(synchronize_session=False))


def _of(period: Period, rules_mark: str) -> Select[KeptFigures]:
    days = KeptFigures.start_on == period.start_on, KeptFigures.end_on == period.end_on
    return select(KeptFigures).where(*days, KeptFigures.rules_mark == rules_mark)


def _change(session: Session, claim: Claim, values: Mapping[str, Any]) -> bool:
    """Compare-and-set: only while it is whose it was."""
    held = KeptFigures.id == claim.id, KeptFigures.tries == claim.tries, *_OPEN
    return changed(session, update(KeptFigures).where(*held).values(**values)) == 1
