"""Whether the reports that are expected have come: worked out from what has come, so right even without a sweep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.expected_reports import Expectation, expectations, missed, next_expected
from tracker.core.feed import Feed
from tracker.services.context import Context
from tracker.services.watch_reports import watched
from tracker.store import expected
from tracker.store.db import session as read_session
from tracker.store.models import ReportWatch


@dataclass(frozen=True)
class FileSince:
    """What came instead of a report: a file that was refused, or a copy of an older one."""

    receipt_id: int
    at: datetime
    copy_of_id: int | None


@dataclass(frozen=True)
class ExpectedReport:
    """How a feed stands. `missed`: the days on which a report was expected and none has come since; red.

    `late_by`: the newest day's report came, after its time. `instead`: what came since the last report and was none.
    """

    feed: str
    title: str
    last_at: datetime | None
    missed: tuple[Expectation, ...]
    late: Expectation | None
    late_at: datetime | None
    next: Expectation | None
    instead: FileSince | None

    @property
    def is_missing(self) -> bool:
        return bool(self.missed)


def expected_reports(context: Context, feeds: Mapping[str, Feed]) -> tuple[ExpectedReport, ...]:
    """Every feed whose report is expected by a time, those missing first."""
    session = read_session()
    held = expected.watches(session)
    found = [_of(session, context, feed, held.get(name)) for name, feed in sorted(watched(feeds).items())]
    return tuple(sorted(found, key=lambda one: not one.is_missing))


def _of(session: Session, context: Context, feed: Feed, watch: ReportWatch | None) -> ExpectedReport:
    """Before the watch begins nothing has been missed."""
    by, days = feed.expected_by, feed.expected_days
    assert by is not None, "watched() gives feeds with a time only"
    since = watch.since_at if watch else context.now
    last = expected.last_arrival(session, feed.name)
    due = list(expectations(by, days, since, context.now))
    still = tuple(one for one in due if last is None or last.at <= one.from_at)
    newest = due[-1:]
    late = missed(newest, expected.arrivals(session, feed.name, newest[0].from_at)) if newest else []
    came = late[0].settled_by if late else None
    return ExpectedReport(
        feed=feed.name,
        title=feed.description or feed.name,
        last_at=last.at if last else None,
        missed=still,
        late=late[0].expectation if came else None,
        late_at=came.at if came else None,
        next=next_expected(by, days, context.now),
        instead=_instead(session, feed.name, last.at if last else since - timedelta(days=1)) if still else None,
    )


def _instead(session: Session, feed: str, after: datetime) -> FileSince | None:
    row = expected.last_that_does_not_settle(session, feed, after)
    return FileSince(row.id, row.received_at, row.duplicate_of_id) if row else None
