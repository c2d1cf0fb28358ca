"""Fetching every report that is due, each by one process only; what came becomes a receipt."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from tracker.adapters.tabular import FileLimits
from tracker.core.clock import local_date
from tracker.core.feed import Feed
from tracker.core.pulls import (
    NothingNew,
    Pull,
    Pulled,
    PullFailed,
    ReportSource,
    Validators,
    latest_time,
    next_time,
    time_after_failure,
)
from tracker.core.report_terms import Road
from tracker.services.context import Context
from tracker.services.receive_report import receive_report
from tracker.services.transaction import writing
from tracker.store import roads
from tracker.store.db import session as current_session
from tracker.store.models import Receipt, RoadState

READING_TIME = timedelta(minutes=3)
"""Beside its own time limit, how long a pull may take before another process believes that ours has died."""


@dataclass(frozen=True)
class PullDone:
    """How one pull ended. `sentence`: for people; of a failed one what stood in the way."""

    name: str
    feed: str
    outcome: Literal["received", "nothing_new", "failed", "busy"]
    sentence: str
    code: str | None = None
    receipt_id: int | None = None


@dataclass(frozen=True)
class Worker:
    """Which process this is, and how to ask whether another has ended: its claim is then free at once."""

    name: str
    is_gone: Callable[[str], bool] = lambda worker: False

    def claim(self, pull: Pull, now: datetime, wanted: bool) -> datetime | Literal["busy"] | None:
        """Until when it is ours; None where it is not due; `busy` where it is wanted but another is at it."""
        session = current_session()
        held = roads.state_of(session, Road.PULL, pull.name)
        due = wanted or held is None or _is_due(held, pull, now)
        busy = held is not None and self._is_claimed(held, pull, now)
        session.rollback()
        if not due or busy:
            return "busy" if wanted and busy else None
        until = now + _claim_time(pull)
        with writing() as writer:
            roads.make_state(writer, Road.PULL, pull.name)
            held = roads.state_of(writer, Road.PULL, pull.name)
            assert held is not None
            if self._is_claimed(held, pull, now) or not (wanted or _is_due(held, pull, now)):
                return None
            return until if roads.claim_pull(writer, held, self.name, now, until) else None

    def _is_claimed(self, held: RoadState, pull: Pull, now: datetime) -> bool:
        in_time = held.claimed_until is not None and now < held.claimed_until <= now + _claim_time(pull)
        return in_time and not (held.claimed_by and self.is_gone(held.claimed_by))


def pull_reports(
    context: Context,
    pulls: Sequence[Pull],
    source: ReportSource,
    feeds: Mapping[str, Feed],
    limits: FileLimits,
    read_clock: Callable[[], datetime],
    worker: Worker,
    keep_going: Callable[[], bool] = lambda: True,
    now_too: Callable[[Pull], bool] = lambda pull: False,
) -> list[PullDone]:
    """Fetch what is due, and what `now_too` says is to be fetched whether or not it is.

    Steps for each: 1. claim it, for as long as it may take; 2. fetch; 3. the receipt, and what the server called this
    version, are committed together, then the lines are read; 4. write how it ended and when it is due again. Cut short
    anywhere, it is due again when the claim runs out; what step 3 committed is then known and is no second receipt.
    """
    done: list[PullDone] = []
    failed: list[Exception] = []
    for pull in pulls:
        if not keep_going():
            break
        now = read_clock()
        claim = worker.claim(pull, now, wanted=now_too(pull))
        if claim is None:
            continue
        if claim == "busy":
            done.append(PullDone(pull.name, pull.feed, "busy", "Another process is fetching it now."))
            continue
        one = _Pulling(context, pull, source, feeds, limits, read_clock)
        try:
            ended = one.run()
        except Exception as error:  # noqa: BLE001 (raised below, once the others are fetched)
            failed.append(error)
            ended = one.failed("fault", "The report could not be kept, or not be read to its end. See the log.")
        done.append(ended)
        _end(pull, worker.name, claim, ended, read_clock())
    if failed:
        raise ExceptionGroup("reports that could not be kept or read", failed)
    return done


def forget_others(pulls: Sequence[Pull]) -> None:
    """Let go of the state of pulls that the settings name no longer."""
    names = {pull.name for pull in pulls}
    session = current_session()
    others = [held.name for held in roads.states(session) if held.road == Road.PULL and held.name not in names]
    session.rollback()
    if others:
        with writing() as writer:
            roads.forget_pulls(writer, names)


def _is_due(held: RoadState, pull: Pull, now: datetime) -> bool:
    """Also where the time set lies further ahead than it could: the settings, or the clock, have changed since."""
    return held.next_at is None or held.next_at <= now or held.next_at > latest_time(pull, now, held.failures)


def _claim_time(pull: Pull) -> timedelta:
    return timedelta(seconds=pull.timeout_seconds) + READING_TIME


@dataclass(frozen=True)
class _Version:
    """The last report that came by this pull, as its state holds it."""

    validators: Validators
    sha256: str | None
    received_at: datetime | None
    receipt_id: int | None
    was_refused: bool


@dataclass(frozen=True)
class _OfPull:
    """Remembers what was fetched, so that the same is not fetched again, in the transaction that keeps the bytes."""

    pull: Pull
    validators: Validators
    now: datetime

    def receipt_of(self, session: Session, sha256: str) -> int | None:
        return None

    def keep(self, session: Session, receipt_id: int, sha256: str) -> None:
        values: dict[str, Any] = {
            "url_sha256": _url_sha256(self.pull),
            "etag": self.validators.etag,
            "last_modified": self.validators.last_modified,
            "sha256": sha256,
            "received_at": self.now,
            "receipt_id": receipt_id,
        }
        roads.set_state(session, Road.PULL, self.pull.name, **values)


@dataclass
class _Pulling:
    context: Context
    pull: Pull
    source: ReportSource
    feeds: Mapping[str, Feed]
    limits: FileLimits
    read_clock: Callable[[], datetime]

    def run(self) -> PullDone:
        """Steps 2 and 3."""
        feed = self.feeds.get(self.pull.feed)
        if feed is None:
            return self.failed("unknown_feed", f"There is no feed named {self.pull.feed}.")
        last = self._last()
        found = self.source.fetch(self.pull, last.validators)
        if isinstance(found, PullFailed):
            return self.failed(found.code, found.sentence)
        if isinstance(found, NothingNew):
            return self._nothing_new(last)
        now = self.read_clock()
        sha256 = hashlib.sha256(found.content).hexdigest()
        if _is_same_version(found, sha256, last, now):
            return self._nothing_new(last)
        return self._receive(found, feed, now)

    def _last(self) -> _Version:
        session = current_session()
        held = roads.state_of(session, Road.PULL, self.pull.name)
        ours = held is not None and held.url_sha256 == _url_sha256(self.pull)
        if held is None or not ours:
            session.rollback()
            return _Version(Validators(), None, None, None, was_refused=False)
        receipt = session.get(Receipt, held.receipt_id) if held.receipt_id else None
        refused = receipt is not None and receipt.status == "refused"
        validators = (
            Validators() if refused else Validators(held.etag, held.last_modified)
        )  # a bad one is asked for anew
        last = _Version(validators, held.sha256, held.received_at, held.receipt_id, refused)
        session.rollback()
        return last

    def _nothing_new(self, last: _Version) -> PullDone:
        if last.was_refused:
            return self._refused(last.receipt_id)
        sentence = "There is nothing new: the server still has the report that we hold."
        return PullDone(self.pull.name, self.pull.feed, "nothing_new", sentence)

    def _receive(self, found: Pulled, feed: Feed, now: datetime) -> PullDone:
        receipt_id = receive_report(
            replace(self.context, now=now),
            content=found.content,
            filename=found.filename or self.pull.name,
            feed=feed,
            source=Road.PULL,
            limits=self.limits,
            once=_OfPull(self.pull, found.validators, now),
        )
        session = current_session()
        status = session.get_one(Receipt, receipt_id, populate_existing=True).status
        session.rollback()
        if status == "refused":
            return self._refused(receipt_id)
        return PullDone(self.pull.name, self.pull.feed, "received", f"Receipt {receipt_id}.", receipt_id=receipt_id)

    def _refused(self, receipt_id: int | None) -> PullDone:
        sentence = f"What the server sent is no report that can be read: receipt {receipt_id} says why."
        return replace(self.failed("refused", sentence), receipt_id=receipt_id)

    def failed(self, code: str, sentence: str) -> PullDone:
        return PullDone(self.pull.name, self.pull.feed, "failed", sentence, code)


def _is_same_version(found: Pulled, sha256: str, last: _Version, now: datetime) -> bool:
    """Whether these bytes are the report that came last, sent again because the server cannot say that it is the same.

    On another day the same bytes are another report: a nil return looks the same every day. So are they if the server
    calls them another version.
    """
    same_bytes = sha256 == last.sha256 and last.received_at is not None
    if not same_bytes or last.received_at is None or local_date(last.received_at) != local_date(now):
        return False
    return last.was_refused or found.validators == last.validators


def _url_sha256(pull: Pull) -> str:
    return hashlib.sha256(pull.url.encode()).hexdigest()


def _end(pull: Pull, worker: str, claim: datetime, ended: PullDone, now: datetime) -> None:
    """Step 4; nothing is written where the claim ran out meanwhile and another process took it."""
    with writing() as session:
        if not roads.end_claim(session, pull.name, worker, claim):
            return
        if ended.outcome == "failed":
            failures = roads.note_failure(session, Road.PULL, pull.name, now, ended.code or "", ended.sentence)
            next_at = time_after_failure(pull, now, failures)
        else:
            roads.note_success(session, Road.PULL, pull.name, now)
            next_at = next_time(pull, now)
        roads.set_state(session, Road.PULL, pull.name, next_at=next_at)
