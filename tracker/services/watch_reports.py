"""Reports that were expected and did not come: each day recorded once, everybody concerned told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.core.alert_terms import Trigger
from tracker.core.clock import show_instant
from tracker.core.expected_reports import Expectation, expectations, missed
from tracker.core.feed import Feed
from tracker.core.notices import Matter, NoticeDue, may_be_told, notices_due, policy_of
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, SilentFeed, alerts_list, no_report_text
from tracker.services.notice_messages import tell
from tracker.services.transaction import writing
from tracker.store import audit, db, expected, notices, people
from tracker.store.models import ReportAbsence, ReportWatch


@dataclass(frozen=True)
class WatchResult:
    """What one pass did: days recorded and settled, people told. `nobody_told`: days of which nobody could be told."""

    recorded: int = 0
    settled: int = 0
    told: int = 0
    nobody_told: int = 0


def watched(feeds: Mapping[str, Feed]) -> dict[str, Feed]:
    """The feeds whose reports are expected by a time."""
    return {name: feed for name, feed in feeds.items() if feed.expected_by is not None and feed.expected_days}


def watch_reports(context: Context, feeds: Mapping[str, Feed]) -> WatchResult:
    """One pass. Two at once, or one after a long outage, tell nobody twice.

    Steps: 1. ask whether anything is due; 2. in one transaction begin to watch new feeds, judge the days whose time has
    passed, write down what has come after all, and tell, in one email each, of every day still open.
    """
    wanted = watched(feeds)
    reading = db.session()
    due = _is_anything_due(reading, context, wanted)
    reading.rollback()
    if not due:
        return WatchResult()
    with writing() as session:
        audit.hold_chain(session)
        held = expected.watches(session)
        for name in wanted.keys() - held.keys():
            expected.begin_watch(session, name, context.now)
        expected.end_watches(session, held.keys() - wanted.keys())
        known = [(held[name], feed) for name, feed in wanted.items() if name in held]
        recorded = sum(_judge(session, context, watch, feed) for watch, feed in known)
        settled = _settle(session, context, wanted)
        told, nobody = _tell(session, context, wanted)
        return WatchResult(recorded, settled, told, nobody)


def _is_anything_due(session: Session, context: Context, wanted: Mapping[str, Feed]) -> bool:
    held = expected.watches(session)
    if held.keys() != wanted.keys() or any(watch.judged_until > context.now for watch in held.values()):
        return True
    if any(_due(watch, wanted[name], context) for name, watch in held.items()):
        return True
    waiting = expected.unsettled(session, wanted)
    return bool(_untold(session, context, wanted)) or any(
        expected.arrivals(session, row.feed, row.expected_at) for row in waiting
    )


def _due(watch: ReportWatch, feed: Feed, context: Context) -> list[Expectation]:
    """The days not judged yet. One judged until an instant that lies ahead: the clock has been set back since."""
    if feed.expected_by is None:
        return []
    after = min(watch.judged_until, context.now)
    return list(expectations(feed.expected_by, feed.expected_days, after, context.now))


def _judge(session: Session, context: Context, watch: ReportWatch, feed: Feed) -> int:
    """Write down the days on which nothing came in time; a day on which it came late stays known as late."""
    due = _due(watch, feed, context)
    found = missed(due, expected.arrivals(session, feed.name, due[0].from_at)) if due else []
    recorded = 0
    for one in found:
        row_id = expected.record_absence(session, feed.name, one.expectation, context.now)
        if row_id is not None:
            details = {"feed": feed.name, "expected_on": one.expectation.day.isoformat()}
            _audit(session, context, "report_absence_recorded", row_id, details)
            recorded += 1
    if due or watch.judged_until > context.now:
        watch.judged_until = context.now
    session.flush()
    return recorded


def _settle(session: Session, context: Context, wanted: Mapping[str, Feed]) -> int:
    settled = 0
    for row in expected.unsettled(session, wanted):
        after = expected.arrivals(session, row.feed, row.expected_at)
        if after and expected.settle(session, row.id, after[0]):
            details = {"receipt_id": after[0].receipt_id}
            _audit(session, context, "report_absence_settled", row.id, details)
            settled += 1
    return settled


def _tell(session: Session, context: Context, wanted: Mapping[str, Feed]) -> tuple[int, int]:
    """One email for each receiver, of every day still open that nobody was told of; an alert for each day."""
    policy = policy_of(context.rules.triggers, Trigger.NO_REPORT)
    untold = _untold(session, context, wanted)
    if policy is None or not untold:
        return 0, 0
    known = people.recipients(session)
    due = [one for row in untold for one in notices_due(_matter(row), policy, known, context.now)]
    if not due:
        return 0, len(untold)
    told_of = {one.matter.subject_id for one in due}
    silent = [_silent(session, feed, untold) for name, feed in sorted(wanted.items()) if _of(untold, name)]

    def words(theirs: Sequence[NoticeDue], reference: str) -> EmailText:
        path = f"/alerts/{reference}" if len(theirs) == 1 else alerts_list(Trigger.NO_REPORT)
        return no_report_text(silent, context.base_url + path)

    tell(session, context, due, known, words)
    expected.mark_told(session, told_of, context.now)
    told = {one.told.key: one.told.person_id for one in due}
    ids = sorted(id_ for id_ in told.values() if id_ is not None)
    for row in untold:
        details = {"feed": row.feed, "expected_on": row.expected_on.isoformat(), "recipient_ids": ids}
        _audit(session, context, "report_absence_told", row.id, details)
    return len(told), 0


def _untold(session: Session, context: Context, wanted: Mapping[str, Feed]) -> list[ReportAbsence]:
    """The days still open of which people are to be told now."""
    policy = policy_of(context.rules.triggers, Trigger.NO_REPORT)
    waiting = [row for row in expected.unsettled(session, wanted) if row.told_at is None]
    return [row for row in waiting if policy and may_be_told(policy, row.expected_at, context.now)]


def _matter(row: ReportAbsence) -> Matter:
    return Matter(Trigger.NO_REPORT, notices.ABSENCE, row.id, row.expected_at, row.expected_on.isoformat())


def _audit(session: Session, context: Context, action: str, row_id: int, details: Mapping[str, object]) -> None:
    audit.record(session, action, context.actor, context.now, "report_absence", row_id, details)


def _of(rows: Sequence[ReportAbsence], feed: str) -> list[ReportAbsence]:
    return [row for row in rows if row.feed == feed]


def _silent(session: Session, feed: Feed, untold: Sequence[ReportAbsence]) -> SilentFeed:
    last = expected.last_arrival(session, feed.name)
    return SilentFeed(
        title=" ".join((feed.description or feed.name).split()),
        expected=tuple(show_instant(row.expected_at, always_zone=True) for row in _of(untold, feed.name)),
        last=show_instant(last.at, always_zone=True) if last else None,
    )
