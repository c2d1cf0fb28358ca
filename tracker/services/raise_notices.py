"""Tell people of what the triggers beside the deadlines find due: each matter once.

The alerts, their emails and the mark that people were told commit together.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.core.alert_terms import Trigger
from tracker.core.clock import local_date, local_midnight
from tracker.core.notices import (
    Matter,
    NoticeDue,
    due_since,
    fell_due_at,
    may_be_told,
    notices_due,
    policy_of,
    tells_again,
)
from tracker.core.triggers import TriggerPolicy
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, engine_stale_text, notice_text
from tracker.services.notice_messages import tell
from tracker.services.second_receivers import tell_who_stands_in
from tracker.services.transaction import writing
from tracker.store import alerts, audit, db, notices, people, reports
from tracker.store.models import OutboxMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NoticesResult:
    """What one pass did: `matters` told of and `alerts` raised. `nobody_told`: matters that are tried again."""

    matters: int = 0
    alerts: int = 0
    nobody_told: int = 0

    def __add__(self, other: "NoticesResult") -> "NoticesResult":
        return NoticesResult(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


class NoticesIncompleteError(RuntimeError):
    """Some triggers could not be looked at; the others have been. What they found stays due."""

    def __init__(self, failed: int, result: NoticesResult) -> None:
        super().__init__(f"{failed} triggers could not be looked at")
        self.failed = failed
        self.result = result


@dataclass(frozen=True)
class _Found:
    """What one trigger found: to be told of; and how to mark those that were told, or of which there is nothing to
    tell any more (`settled`)."""

    matters: Sequence[Matter] = ()
    settled: Sequence[int] = ()


_Find = Callable[[Session, Context, TriggerPolicy], _Found]
_Mark = Callable[[Session, Context, _Found, Collection[int]], None]


def raise_notices(context: Context) -> NoticesResult:
    """One pass over every trigger but `no_report` (watch_reports) and `engine_stale`. Two at once never tell twice.

    Steps, for each trigger that the council's ladder names: 1. ask by index whether anything is due, and with nothing
    due end here; 2. in one transaction read it again, held; tell everybody concerned, in one email each; and mark it.
    Raises NoticesIncompleteError, at the end, if one of them failed: the others are not held back by it.
    """
    result, failed = NoticesResult(), 0
    for trigger, (find, mark) in _TRIGGERS.items():
        policy = policy_of(context.rules.triggers, trigger)
        if policy is None or not _is_anything_due(context, policy, find):
            continue
        try:
            result += _tell_of(context, policy, find, mark)
        except OperationalError:
            raise  # the database itself: no other trigger would fare better
        except Exception as error:  # noqa: BLE001 (counted, logged, and raised at the end of the pass)
            failed += 1
            # not the exception's own text: a database error quotes the row
            log.error("notices of %s failed: %s", trigger, type(error).__name__)  # noqa: TRY400
    if failed:
        raise NoticesIncompleteError(failed, result)
    return result


def tell_engine_stale(context: Context, last_sweep_at: datetime, until: datetime) -> int:
    """Tell of an outage: nothing looked at the deadlines from `last_sweep_at` on, and it is `until` now, or it ended
    then. Once for each `last_sweep_at`; how many were told. 0: told already, nobody to tell, or not by this ladder.
    """
    policy = policy_of(context.rules.triggers, Trigger.ENGINE_STALE)
    if policy is None:
        return 0
    matter = Matter(Trigger.ENGINE_STALE, notices.ENGINE, 0, last_sweep_at, last_sweep_at.isoformat())
    if not may_be_told(policy, last_sweep_at, context.now):
        return 0

    def words(_: Sequence[NoticeDue], reference: str) -> EmailText:
        return engine_stale_text(last_sweep_at, until, reference, context.base_url)

    with writing() as session:
        audit.hold_chain(session)
        if notices.engine_told(session, fell_due_at(policy, last_sweep_at)):
            return 0
        known = people.recipients(session)
        return tell(session, context, notices_due(matter, policy, known, context.now), known, words)


def _is_anything_due(context: Context, policy: TriggerPolicy, find: _Find) -> bool:
    """Asked before a transaction is begun, so that a pass with nothing due writes nothing and waits for nobody."""
    reading = db.session()
    found = find(reading, context, policy)
    reading.rollback()
    waits = any(may_be_told(policy, matter.since_at, context.now) for matter in found.matters)
    return waits or bool(found.settled)


def _tell_of(context: Context, policy: TriggerPolicy, find: _Find, mark: _Mark) -> NoticesResult:
    with writing() as session:
        audit.hold_chain(session)
        found = find(session, context, policy)
        known = people.recipients(session)
        due: list[NoticeDue] = []
        told: set[int] = set()
        nobody = 0
        for matter in found.matters:
            theirs = notices_due(matter, policy, known, context.now)
            due += theirs
            if any(one.told.person_id is not None for one in theirs):
                told.add(matter.subject_id)
            elif may_be_told(policy, matter.since_at, context.now):
                nobody += 1
        raised = tell(session, context, due, known, _words(context))
        if policy.trigger is Trigger.MAIL_UNDELIVERABLE:
            failing = frozenset().union(*(matter.failed for matter in found.matters))
            raised += tell_who_stands_in(session, context, told, known, failing)
        mark(session, context, found, told)
        return NoticesResult(len(told), raised, nobody)


def _words(context: Context) -> Callable[[Sequence[NoticeDue], str], EmailText]:
    def words(theirs: Sequence[NoticeDue], reference: str) -> EmailText:
        first = min(one.due_at for one in theirs)
        lines = sum(one.matter.count for one in theirs)
        return notice_text(theirs[0].matter.trigger, len(theirs), lines, first, reference, context.base_url)

    return words


def _find_found(session: Session, context: Context, policy: TriggerPolicy) -> _Found:
    """Children located and not back: they have no clock yet, so that no rung speaks of them."""
    kinds = [str(kind) for kind in context.rules.policy.clock_kinds]
    rows = notices.found_untold(session, due_since(policy, context.now), kinds)
    told_before = [row.id for row in rows if row.told_found_at is not None]
    corrected = notices.found_corrected_at(session, told_before) if told_before else {}
    seen_by = _seen_by(session, [row.child_id for row in rows])
    allocated = alerts.allocated_to(session, [row.id for row in rows]) if rows else {}
    matters, settled = [], []
    for row in rows:
        if row.found_at is None:
            continue
        due_at = fell_due_at(policy, row.found_at)
        if not tells_again(row.found_at, row.told_found_at, corrected.get(row.id), due_at):
            settled.append(row.id)
            continue
        matters.append(
            Matter(
                policy.trigger, notices.EPISODE, row.id, row.found_at, row.found_at.isoformat(), allocated.get(row.id),
                row.team_id, row.child_id, row.id, seen_by=seen_by[row.child_id],
            )
        )  # fmt: skip
    return _Found(matters, settled)


def _mark_found(session: Session, context: Context, found: _Found, told: Collection[int]) -> None:
    notices.mark_found(session, [*told, *found.settled])


def _find_flags(session: Session, context: Context, policy: TriggerPolicy) -> _Found:
    """Crossings of a repeat rule. One that somebody reviewed already is no news."""
    rows = notices.flags_untold(session, due_since(policy, context.now))
    open_ones = [row for row in rows if row.reviewed_at is None and row.ends_on > local_date(context.now)]
    children = [row.child_id for row in open_ones]
    teams, seen_by = notices.teams_of_children(session, children), _seen_by(session, children)
    matters = [
        Matter(
            policy.trigger, notices.FLAG, row.id, row.raised_at, row.raised_at.isoformat(), None,
            teams[row.child_id], row.child_id, seen_by=seen_by[row.child_id],
        )
        for row in open_ones
    ]  # fmt: skip
    return _Found(matters, [row.id for row in rows if row.reviewed_at is not None])


def _mark_flags(session: Session, context: Context, found: _Found, told: Collection[int]) -> None:
    notices.mark_flags(session, [*told, *found.settled], context.now)


def _find_receipts(session: Session, context: Context, policy: TriggerPolicy) -> _Found:
    """Reports of which lines still wait after the hours; judged once, so that what is read later costs nothing."""
    rows = notices.receipts_unjudged(session, due_since(policy, context.now))
    waiting = reports.waiting_counts_of(session, [row.id for row in rows]) if rows else {}
    matters = [
        Matter(policy.trigger, notices.RECEIPT, row.id, row.received_at, "waiting", count=waiting[row.id])
        for row in rows
        if row.id in waiting
    ]
    return _Found(matters, [row.id for row in rows if row.id not in waiting])


def _mark_receipts(session: Session, context: Context, found: _Found, told: Collection[int]) -> None:
    notices.mark_receipts(session, [*told, *found.settled], context.now)


def _find_actions(session: Session, context: Context, policy: TriggerPolicy) -> _Found:
    """Open actions whose London day is over; to a later day they are told of again, to an earlier one they are not."""
    rows = notices.actions_untold(session, local_date(due_since(policy, context.now)))
    owners = notices.teams_of_people(session, {row.owner_id for row in rows if row.owner_id is not None})
    children = [row.child_id for row in rows]
    teams, seen_by = notices.teams_of_children(session, children), _seen_by(session, children)
    matters, settled = [], []
    for row in rows:
        if row.told_due_on is not None and row.due_on < row.told_due_on:
            settled.append(row.id)
            continue
        team_id = owners.get(row.owner_id or 0) or teams[row.child_id]
        over_at = local_midnight(row.due_on + timedelta(days=1))
        matters.append(
            Matter(
                policy.trigger, notices.ACTION, row.id, over_at, row.due_on.isoformat(), row.owner_id, team_id,
                row.child_id, seen_by=seen_by[row.child_id],
            )
        )  # fmt: skip
    return _Found(matters, settled)


def _mark_actions(session: Session, context: Context, found: _Found, told: Collection[int]) -> None:
    notices.mark_actions(session, [*told, *found.settled])


def _find_reviews(session: Session, context: Context, policy: TriggerPolicy) -> _Found:
    """Open MARAMPs whose review day in London is over; a later day is told of again, an earlier one is not.

    Only those who see every record are told: who else holds interviews of the child does not read the plan.
    """
    rows = notices.reviews_untold(session, local_date(due_since(policy, context.now)))
    teams = notices.teams_of_children(session, [row.child_id for row in rows])
    matters, settled = [], []
    for row in rows:
        if row.next_review_on is None:
            continue
        if row.told_review_on is not None and row.next_review_on < row.told_review_on:
            settled.append(row.id)
            continue
        over_at = local_midnight(row.next_review_on + timedelta(days=1))
        matters.append(
            Matter(
                policy.trigger, notices.MARAMP, row.id, over_at, row.next_review_on.isoformat(), row.lead_id,
                teams[row.child_id], row.child_id,
            )
        )  # fmt: skip
    return _Found(matters, settled)


def _mark_reviews(session: Session, context: Context, found: _Found, told: Collection[int]) -> None:
    notices.mark_reviews(session, [*told, *found.settled])


def _find_undelivered(session: Session, context: Context, policy: TriggerPolicy) -> _Found:
    """Messages that did not arrive. Whoever has one is not told of another: their mailbox takes none just now."""
    rows = notices.undelivered_untold(session, due_since(policy, context.now))
    now_failing = frozenset(row.to_address for row in rows)
    return _Found([_undelivered(session, policy, row, now_failing) for row in rows])


def _undelivered(session: Session, policy: TriggerPolicy, row: OutboxMessage, failing: frozenset[str]) -> Matter:
    assert row.undelivered_at is not None
    failed = failing | notices.failures_behind(session, row)
    value = row.undelivered_at.isoformat()
    return Matter(policy.trigger, notices.OUTBOX, row.id, row.undelivered_at, value, failed=failed)


def _mark_undelivered(session: Session, context: Context, found: _Found, told: Collection[int]) -> None:
    notices.mark_undelivered(session, told, context.now)


_TRIGGERS: dict[Trigger, tuple[_Find, _Mark]] = {
    Trigger.FOUND_NOT_RETURNED: (_find_found, _mark_found),
    Trigger.REPEAT_FLAG: (_find_flags, _mark_flags),
    Trigger.LINES_WAITING: (_find_receipts, _mark_receipts),
    Trigger.ACTION_OVERDUE: (_find_actions, _mark_actions),
    Trigger.MARAMP_REVIEW_OVERDUE: (_find_reviews, _mark_reviews),
    Trigger.MAIL_UNDELIVERABLE: (_find_undelivered, _mark_undelivered),
}


def _seen_by(session: Session, child_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    return notices.interviewers_of(session, child_ids) if child_ids else {}
