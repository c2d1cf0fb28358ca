"""Lines that wait are judged again by what is held now: a later, better matching may know what an earlier one did not.

A line with a certain outcome is settled (`reexamined`); the others go on waiting, with what a person needs to decide
them brought up to date. What a person corrected in a line stays. One row in the audit trail tells of a whole pass.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.core.clock import local_date
from tracker.core.feed import Feed
from tracker.core.report_terms import LineOutcome
from tracker.services.context import Context
from tracker.services.line_verdicts import Answers
from tracker.services.read_lines import FieldsOf
from tracker.services.replay_line import Judged, read_again
from tracker.services.transaction import writing
from tracker.store import audit, reports
from tracker.store.db import session as current_session
from tracker.store.models import Line, Receipt, Reexamination

CHUNK = 25
"""Lines in one transaction."""

MOST = 500
"""Lines in one pass; the next pass goes on after them."""

_NAME = "waiting lines"
_CAUSES = ("child_changed", "children_", "child_", "match_", "same_episode_", "feed_", "load_undone", "episode_changed")
"""What the names of acts begin with after which a waiting line may be judged otherwise."""

_FAR = 5_000
"""Rows of the audit trail without any such act, after which they need not be looked through again."""

_NO_CAUSES = frozenset(
    {"child_viewed", "child_created", "child_contact_added", "child_contact_changed", "child_contact_removed"}
)


@dataclass(frozen=True)
class Reexamined:
    """What a pass did. `after_id`: where the next one goes on; 0 once it has come to the end."""

    looked_at: int = 0
    settled: int = 0
    refreshed: int = 0
    after_id: int = 0

    def __add__(self, other: "Reexamined") -> "Reexamined":
        return Reexamined(
            self.looked_at + other.looked_at,
            self.settled + other.settled,
            self.refreshed + other.refreshed,
            other.after_id,
        )


def reexamine(
    context: Context,
    feeds: Mapping[str, Feed],
    *,
    receipt_id: int | None = None,
    feed: str | None = None,
    after_id: int = 0,
    most: int | None = None,
) -> Reexamined:
    """One pass over waiting lines, oldest first: of one receipt, of one feed, or all; at most so many."""
    most = most or MOST
    done = Reexamined(after_id=after_id)
    while done.looked_at < most:
        with writing() as session:
            audit.hold_chain(session)
            some = reports.waiting_after(session, done.after_id, min(CHUNK, most - done.looked_at), receipt_id, feed)
            done += _look_at(session, some, feeds, context)
        if done.after_id == 0:
            break
    _record(done, context)
    return done


def reexamine_due(context: Context, feeds: Mapping[str, Feed]) -> Reexamined:
    """The scheduler's pass: where something has changed that waiting lines may hang on, and once a day in any case.

    Cut short, or longer than one pass, it goes on where it stopped.
    """
    session = current_session()
    held = session.get(Reexamination, _NAME, populate_existing=True)
    seen, on, after = (held.seen_audit_id, held.done_on, held.after_line_id) if held else (0, None, 0)
    newest = audit.newest(session)
    has_cause = newest > seen and audit.newest_of(session, _CAUSES, _NO_CAUSES, seen) is not None
    today = local_date(context.now)
    session.rollback()
    due = after > 0 or has_cause or on != today
    if not due and newest - seen < _FAR:
        return Reexamined()
    done = reexamine(context, feeds, after_id=after) if due else Reexamined()
    with writing() as session:
        row = session.get(Reexamination, _NAME) or Reexamination(name=_NAME, seen_audit_id=0, after_line_id=0)
        row.after_line_id = done.after_id
        if after == 0:  # what changes during a pass of several is for the pass after it
            row.seen_audit_id = newest
        row.done_on = today
        session.add(row)
    return done


def _look_at(session: Session, lines: Sequence[Line], feeds: Mapping[str, Feed], context: Context) -> Reexamined:
    fields_of: dict[str, FieldsOf] = {}
    settled = refreshed = 0
    for line in lines:
        receipt = session.get_one(Receipt, line.receipt_id)
        feed = feeds.get(receipt.feed)
        if feed is None:
            continue
        one = read_again(line, feed, fields_of.setdefault(feed.name, FieldsOf(feed)))
        if one.reading.is_blank:
            continue  # emptied by a person, who dismisses it
        judged = Judged(session, context, line, receipt, one, Answers())
        if judged.asks_the_same:
            continue  # not written: whoever has its page open is not told that it changed
        if judged.write("reexamined") is LineOutcome.QUARANTINED:
            refreshed += 1
        else:
            settled += 1
    return Reexamined(len(lines), settled, refreshed, lines[-1].id if lines else 0)


def _record(done: Reexamined, context: Context) -> None:
    """One row for a pass that did something; one that found all as it was leaves no trace."""
    if not done.settled and not done.refreshed:
        return
    details = {"looked_at": done.looked_at, "settled": done.settled, "refreshed": done.refreshed}
    with writing() as session:
        audit.record(session, "lines_reexamined", context.actor, context.now, "line", None, details)
