"""Work that is due once a month: done when its day has come, however late, and marked so that it is done once."""

from collections.abc import Iterator
from datetime import date

from tracker.core.clock import Period, local_date, month_of, parse_month
from tracker.services.context import Context
from tracker.services.publish_month import prepare_month
from tracker.services.transaction import writing
from tracker.store import db, engine

SUMMARY = "summary"


def prepare_due_months(context: Context, summary_day: int) -> list[str]:
    """Prepare the summary of each month whose day has come and that is not marked done; their names.

    Marked after it is prepared: whoever is stopped in between prepares it again, which changes nothing.
    """
    session = db.session()
    last = engine.last_done(session, SUMMARY)
    session.rollback()
    prepared = []
    for month in months_due(parse_month(last) if last else None, local_date(context.now), summary_day):
        prepare_month(context, month.key)
        with writing() as writer:
            engine.mark_done(writer, SUMMARY, month.key, context.now)
        prepared.append(month.key)
    return prepared


def months_due(last: Period | None, today: date, summary_day: int) -> Iterator[Period]:
    """A month falls due on `summary_day` of the next. All since the last one done; at first only the newest."""
    newest = month_of(today).previous() if today.day >= summary_day else month_of(today).previous().previous()
    month = last.next() if last else newest
    while month <= newest:
        yield month
        month = month.next()
