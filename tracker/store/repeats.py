"""Repeat flags whose rule no longer holds: they end by the mere passing of days."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.store.db import plain_rows
from tracker.store.engine import changed
from tracker.store.models import RepeatFlagRow

_STANDING = (RepeatFlagRow.ended_on.is_(None), RepeatFlagRow.withdrawn_at.is_(None))


def ids_to_end(session: Session, today: date) -> Sequence[int]:
    """Standing flags whose first day without the rule has come."""
    return [id_ for (id_,) in plain_rows(session, _TO_END, today=today)]


_flag = RepeatFlagRow.__table__.c
_TO_END = (
    select(_flag.id)
    .where(_flag.ended_on.is_(None), _flag.withdrawn_at.is_(None), _flag.ends_on <= bindparam("today"))
    .order_by(_flag.ends_on, _flag.id)
)  # built once: every sweep asks it


def end_flags(session: Session, ids: Collection[int], today: date) -> list[RepeatFlagRow]:
    """End those of `ids` that still stand and whose day has come; the rows that this call ended."""
    still = (*_STANDING, RepeatFlagRow.ends_on <= today)
    query = select(RepeatFlagRow).where(RepeatFlagRow.id.in_(ids), *still).with_for_update(skip_locked=True)
    ended = []
    for row in session.scalars(query.execution_options(populate_existing=True)):
        end = update(RepeatFlagRow).where(RepeatFlagRow.id == row.id, *still).values(ended_on=RepeatFlagRow.ends_on)
        if changed(session, end) == 1:
            ended.append(row)
    return ended
