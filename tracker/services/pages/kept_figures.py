"""A period's figures from today's records: counted at once and kept for a minute, or, of many episodes, looked up as
the scheduler counted them (services/count_period.py). No request counts a large period."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from tracker.core.clock import Period
from tracker.core.kept_summary import Counted, Place, opening, rules_mark, thaw_kept, unpacked
from tracker.core.monthly_summary import FINAL, MonthlySummary
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.count_period import ask, is_large
from tracker.services.publish_month import period_figures
from tracker.store import audit, kept_figures
from tracker.store.db import session as read_session
from tracker.store.models import KeptFigures

KEPT_SECONDS = 60
"""As long as the month's (services/pages/month.py)."""

LONG = timedelta(minutes=5)
"""Nobody waits for so long where all is well."""

CLOCKS_APART = timedelta(minutes=5)
"""The scheduler's clock may be ahead of the pages' by so much. Figures from further ahead are of no time that is."""

T = TypeVar("T")

_kept: dict[tuple[object, ...], tuple[float, object]] = {}


@dataclass(frozen=True)
class Waiting:
    """A period is being counted: since when somebody waits for it, when counting began, how many are counted first, and
    whether it takes longer than usual."""

    asked_at: datetime
    begun_at: datetime | None
    ahead: int
    is_long: bool


@dataclass(frozen=True)
class Failed:
    """The newest count of a period came to nothing: when, and why (`broke`, `never_ends`, `other_rules`)."""

    at: datetime
    why: str


@dataclass(frozen=True)
class Shown:
    """What there is of a period: its figures, or why there are none yet; figures of earlier may stand beside either.

    `counted_id`: of figures counted in the background, the count they are of, by which lists and files name it.
    `is_behind`: records have changed since, or the period still runs and its figures are older than a minute.
    """

    counted: Counted | None = None
    counted_id: int | None = None
    counted_at: datetime | None = None
    is_behind: bool = False
    waiting: Waiting | None = None
    failed: Failed | None = None

    @property
    def summary(self) -> MonthlySummary | None:
        return self.counted.summary if self.counted else None

    @property
    def opens(self) -> frozenset[Place]:
        return self.counted.opens if self.counted else frozenset()


NOTHING = Shown()


def shown_period(context: Context, period: Period, at_once_episodes: int) -> Shown:
    """The figures of a period that has begun. A large one is asked for where it was never counted, or where what there
    is of it is behind and more than a minute old; not where the newest count failed: then somebody says "again"."""
    if not is_large(context, period, at_once_episodes):
        return Shown(_at_once(context, period))
    mark = rules_mark(context.rules)
    shown = _as_it_stands(context, period, mark)
    is_good = shown.counted is not None and not (shown.is_behind and _is_old(shown.counted_at, context.now))
    if shown.waiting or shown.failed or is_good:
        return shown
    ask(context, period)
    return _as_it_stands(context, period, mark)


def counted_before(context: Context, period: Period, counted_id: int | None, at_once_episodes: int) -> Shown | None:
    """The figures that a page showed, for a list or a file: the same count; None where it is gone, or was never asked
    for and is large. The page then says what there is."""
    row = kept_figures.made(read_session(), counted_id, period) if counted_id else None
    if row is not None:
        return _of(row)
    return None if is_large(context, period, at_once_episodes) else Shown(_at_once(context, period))


def is_waiting(context: Context, period: Period) -> bool:
    """Whether a period is asked for and neither counted nor failed; nothing of any record is told."""
    return kept_figures.waiting(read_session(), period, rules_mark(context.rules)) is not None


def ids_of(shown: Shown, key: str, cohort: Cohort) -> tuple[int, ...]:
    """The ids behind one of these figures."""
    if shown.counted_id is None:
        return shown.summary.figures[key][cohort].ids if shown.summary else ()
    held = kept_figures.ids_behind(read_session(), shown.counted_id, key, str(cohort))
    return unpacked(held) if held else ()


def kept(context: Context, what: tuple[Any, ...], compute: Callable[[], T]) -> T:
    """What `compute` gives; computed again after any change of a record, or when it is a minute old.

    What has changed is told by the audit trail, in which every change stands.
    """
    session = read_session()
    place = (str(session.get_bind().engine.url), context.rules, *what, audit.last_change(session))
    at = context.now.timestamp()
    for key, (made_at, _) in list(_kept.items()):
        if not 0 <= at - made_at < KEPT_SECONDS:
            _kept.pop(key, None)
    if place not in _kept:
        _kept[place] = at, compute()
    return cast(T, _kept[place][1])


def _at_once(context: Context, period: Period) -> Counted:
    """By the month's own code, in this request."""

    def count() -> Counted:
        summary = period_figures(context, period)
        return Counted(summary, opening(summary))

    return kept(context, ("period", period), count)


def _as_it_stands(context: Context, period: Period, mark: str) -> Shown:
    session = read_session()
    waits = kept_figures.waiting(session, period, mark)  # asked first: what ends meanwhile is then seen to be made
    made = kept_figures.newest_made(session, period, mark, context.now + CLOCKS_APART)
    ended = kept_figures.newest_ended(session, period, mark)
    failed = Failed(ended.failed_at, ended.failed or "") if ended and ended.failed_at and not waits else None
    return replace(
        NOTHING if made is None else _of(made),
        is_behind=made is not None and _is_behind(made, context.now, audit.last_change(session)),
        waiting=_waiting(session, waits, context.now) if waits else None,
        failed=failed,
    )


def _waiting(session: Session, row: KeptFigures, now: datetime) -> Waiting:
    ahead = kept_figures.ahead_of(session, row.id)
    return Waiting(row.asked_at, row.begun_at, ahead, now - row.asked_at > LONG)


def _of(row: KeptFigures) -> Shown:
    return Shown(thaw_kept(row.document or {}), row.id, row.cut_off)


def _is_behind(row: KeptFigures, now: datetime, last_change: int) -> bool:
    """Time alone moves figures that are not final: a deadline passes, the period ends."""
    moves = row.document is not None and row.document["status"] != FINAL
    return row.last_change != last_change or (moves and _is_old(row.cut_off, now))


def _is_old(counted_at: datetime | None, now: datetime) -> bool:
    return counted_at is None or (now - counted_at).total_seconds() >= KEPT_SECONDS
