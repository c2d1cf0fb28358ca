"""Work that is due once a month: done when its day has come, however late, and marked so that it is done once."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.core.clock import Period, local_date, month_of, parse_month
from tracker.services.context import Context
from tracker.services.publish_month import prepare_month
from tracker.services.transaction import writing
from tracker.store import db, engine, summaries

SUMMARY = "summary"
FINAL_SUMMARY = "final_summary"

REMINDED_DAYS = 92
"""A month published while it was provisional that ended longer ago reminds nobody any more; its page says so still."""


def prepare_due_months(context: Context, summary_day: int) -> list[str]:
    """Prepare the summary of each month whose day has come and that is not marked done; and once more, when it can be
    final, of each that was published while it was provisional. The names of those that wait for somebody.

    Marked after it is prepared: whoever is stopped in between prepares it again, which changes nothing.
    """
    prepared = [month for work, month in list(_due(context, summary_day)) if _prepare_once(context, work, month)]
    return list(dict.fromkeys(prepared))


def _due(context: Context, summary_day: int) -> Iterator[tuple[str, str]]:
    """(work, month) of all that is due and not marked done."""
    session = db.session()
    last = engine.last_done(session, SUMMARY)
    for month in months_due(parse_month(last) if last else None, local_date(context.now), summary_day):
        yield SUMMARY, month.key
    for key in _published_provisional(session, context):
        yield FINAL_SUMMARY, key
    session.rollback()


def _published_provisional(session: Session, context: Context) -> Iterator[str]:
    """Months of the last REMINDED_DAYS whose figures can be final now, and could not when they were last published."""
    since = month_of(local_date(context.now - timedelta(days=REMINDED_DAYS)))
    for key, cut_off in summaries.newest_published(session, since.key).items():
        final_at = parse_month(key).end_at + timedelta(hours=context.rules.policy.deadline_hours)
        if cut_off < final_at <= context.now and not engine.is_done(session, FINAL_SUMMARY, key):
            yield key


def _prepare_once(context: Context, work: str, month: str) -> bool:
    """Whether something was prepared."""
    prepared = prepare_month(context, month)
    with writing() as writer:
        engine.mark_done(writer, work, month, context.now)
    return prepared is not None


def months_due(last: Period | None, today: date, summary_day: int) -> Iterator[Period]:
    """A month falls due on `summary_day` of the next. All since the last one done; at first only the newest."""
    newest = month_of(today).previous() if today.day >= summary_day else month_of(today).previous().previous()
    month = last.next() if last else newest
    while month <= newest:
        yield month
        month = month.next()
