"""Reports that were expected and did not come: each day recorded once, everybody concerned told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.core.clock import show_instant
from tracker.core.expected_reports import Expectation, expectations, missed
from tracker.core.feed import Feed
from tracker.core.recipients import people_of
from tracker.core.terms import Audience, Role
from tracker.services.context import Context
from tracker.services.email_texts import SilentFeed, message_domain, no_report_text
from tracker.services.transaction import writing
from tracker.store import audit, db, expected, outbox, people
from tracker.store.models import ReportAbsence, ReportWatch

FOR_WHO_SEES_REPORTS = "/reports"
FOR_ADMINISTRATORS = "/tokens"
"""Where the email leads: an administrator sees no reports, but the tokens and feeds by which they come."""


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
    untold = any(row.told_at is None for row in waiting)
    return untold or any(expected.arrivals(session, row.feed, row.expected_at) for row in waiting)


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
    """One email for each person, of every day still open that nobody was told of."""
    untold = [row for row in expected.unsettled(session, wanted) if row.told_at is None]
    if not untold:
        return 0, 0
    links = _links(session, context)
    if not links:
        return 0, len(untold)
    silent = [_silent(session, feed, untold) for name, feed in sorted(wanted.items()) if _of(untold, name)]
    addresses = outbox.addresses_of(session, set(links))
    emails = []
    for person_id, link in links.items():
        text = no_report_text(silent, context.base_url + link)
        key = f"absence:{untold[0].feed}:{untold[0].expected_on}:{person_id}"
        address = addresses[person_id]
        emails.append(outbox.NewEmail(key, text.template, address, text.subject, text.body, person_id))
    outbox.queue_emails(session, emails, context.now, message_domain(context.base_url))
    expected.mark_told(session, [row.id for row in untold], context.now)
    for row in untold:
        details = {"feed": row.feed, "expected_on": row.expected_on.isoformat(), "recipient_ids": sorted(links)}
        _audit(session, context, "report_absence_told", row.id, details)
    return len(links), 0


def _audit(session: Session, context: Context, action: str, row_id: int, details: Mapping[str, object]) -> None:
    audit.record(session, action, context.actor, context.now, "report_absence", row_id, details)


def _links(session: Session, context: Context) -> dict[int, str]:
    """Whom to tell → where their email leads: the lead, or who stands in, and every administrator."""
    known = people.recipients(session)
    leads = people_of(Audience.LEAD, None, None, known, context.now)
    administrators = {person.id: FOR_ADMINISTRATORS for person in known if Role.ADMINISTRATOR in person.roles}
    return administrators | {person.id: FOR_WHO_SEES_REPORTS for person in leads}


def _of(rows: Sequence[ReportAbsence], feed: str) -> list[ReportAbsence]:
    return [row for row in rows if row.feed == feed]


def _silent(session: Session, feed: Feed, untold: Sequence[ReportAbsence]) -> SilentFeed:
    last = expected.last_arrival(session, feed.name)
    return SilentFeed(
        title=" ".join((feed.description or feed.name).split()),
        expected=tuple(show_instant(row.expected_at, always_zone=True) for row in _of(untold, feed.name)),
        last=show_instant(last.at, always_zone=True) if last else None,
    )
