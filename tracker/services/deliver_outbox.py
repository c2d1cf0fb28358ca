"""The outbox's way out: claim under a lease, send, and only then mark as sent.

Promise: at least once, never zero; recorded exactly once. A crash between the server's answer and our commit may send
a message twice, under the same Message-ID, and never loses one.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.mail import (
    Email,
    MailConnection,
    MailConnectionLostError,
    MailDelayedError,
    Mailer,
    MailRefusedError,
)
from tracker.services.context import Context
from tracker.services.transaction import writing
from tracker.store import alerts, audit, db, notices, outbox
from tracker.store.models import Alert, Episode, Line, OutboxMessage

BATCH = 20

LEASE = timedelta(minutes=1)
"""Longer than one message takes, and renewed between messages. Too short costs a second copy, too long a delay."""

FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(hours=1)
LONGEST_DELAY_OF_SERVER = timedelta(minutes=5)
"""Where the server itself could not be used: once it is back, what waited for it must not wait an hour more."""

LOST_IN_A_ROW = 3
"""Connections lost one after the other, after which this pass leaves the rest to the next."""


@dataclass
class DeliveryResult:
    """`sent` and recorded; `delayed`, to be tried again; `stopped`, refused for good; `not_needed` any more."""

    sent: int = 0
    delayed: int = 0
    stopped: int = 0
    not_needed: int = 0


def deliver(
    context: Context,
    mailer: Mailer,
    read_clock: Callable[[], datetime] | None = None,
    keep_going: Callable[[], bool] = lambda: True,
    worker: str = "",
    is_gone: Callable[[str], bool] = lambda worker: False,
) -> DeliveryResult:
    """One pass: everything due is tried once, in batches, each over one connection.

    `read_clock` gives the time while a long pass runs (default: it stands still at `context.now`). The pass ends
    early, and leaves the rest as it was, when `keep_going()` says no or the server cannot be used. `worker` names this
    process in the leases; one of which `is_gone` holds none, so that what it left goes out at once.
    """
    one = _Pass(context, mailer, read_clock or (lambda: context.now), keep_going, f"{worker}/{secrets.token_hex(4)}")
    one.end_leases(is_gone)
    while keep_going() and one.goes_on and one.anything_to_send():
        one.deliver_batch()
    return one.result


def try_refused_again(context: Context) -> int:
    """What a mail server refused waits once more, to its recipient's present address; how many.

    For whoever has mended an address or the settings of the mail server. The Message-ID stays the same.
    """
    with writing() as session:
        audit.hold_chain(session)
        ids = outbox.wait_again(session, context.now)
        acts = [audit.Act("email_tried_again", "outbox", id_) for id_ in ids]
        audit.record_many(session, acts, context.actor, context.now)
        return len(ids)


def try_again_at(message_id: str, tries: int, now: datetime, longest: timedelta) -> datetime:
    """After the first, second … try: twice as long each time, at most `longest`.

    Up to half of it less, by a hash of the message and the try, so that what failed together does not return together.
    """
    delay = min(FIRST_DELAY * 2 ** min(tries - 1, 16), longest)
    spread = int.from_bytes(hashlib.sha256(f"{message_id}{tries}".encode()).digest()[:4], "big") / 2**32
    return now + timedelta(seconds=delay.total_seconds() * (0.5 + spread / 2))


@dataclass(frozen=True)
class _Claimed:
    """A message in our hands."""

    id: int
    tries: int
    email: Email


class _Pass:
    """One pass over the outbox."""

    def __init__(
        self,
        context: Context,
        mailer: Mailer,
        read_clock: Callable[[], datetime],
        keep_going: Callable[[], bool],
        lease: str,
    ) -> None:
        self.context = context
        self.mailer = mailer
        self.read_clock = read_clock
        self.keep_going = keep_going
        self.lease = lease
        self.leased_until = context.now
        self.result = DeliveryResult()
        self.goes_on = True

    def end_leases(self, is_gone: Callable[[str], bool]) -> None:
        session = db.session()
        gone = [lease for lease in outbox.leases(session) if is_gone(outbox.worker_of(lease))]
        session.rollback()
        for lease in gone:
            with writing() as writer:
                outbox.end_lease(writer, lease)

    def anything_to_send(self) -> bool:
        session = db.session()
        found = outbox.anything_to_send(session, self.read_clock())
        session.rollback()
        return found

    def deliver_batch(self) -> None:
        """Steps: 1. claim, and stop what is no longer needed; 2. connect, once; 3. send and mark, message by message;
        4. put back what was not tried."""
        waiting = self._claim()
        if not waiting:
            return
        try:
            with self.mailer.connect() as connection:
                self._send_all(waiting, connection)
        except (
            MailDelayedError
        ) as error:  # from connecting only: a message's own errors are dealt with where it is sent
            self.goes_on = False
            for message in waiting:
                self._delay(message, error, LONGEST_DELAY_OF_SERVER)

    def _claim(self) -> list[_Claimed]:
        now = self.read_clock()
        self.leased_until = now + LEASE
        with writing() as session:
            audit.hold_chain(session)
            rows = outbox.claim(session, self.lease, now, self.leased_until, BATCH)
            needed = [row for row in rows if _is_needed(session, row)]
            for row in rows:
                if row not in needed:
                    self.result.not_needed += self._stop_in(session, row.id, outbox.NO_LONGER_NEEDED)
            self.goes_on = bool(rows)
            return [_Claimed(row.id, row.attempts + 1, _email(row)) for row in needed]

    def _send_all(self, waiting: Sequence[_Claimed], connection: MailConnection) -> None:
        rest = list(waiting)
        lost = 0
        while rest and self.keep_going() and lost < LOST_IN_A_ROW:
            rest = self._still_ours(rest)
            if rest:
                lost = 0 if self._send(rest.pop(0), connection) else lost + 1
        if rest:
            self.goes_on = False
            with writing() as session:
                outbox.put_back(session, [message.id for message in rest], self.lease)

    def _send(self, message: _Claimed, connection: MailConnection) -> bool:
        """Send one and write down what became of it; False if the connection was lost over it."""
        try:
            connection.send(message.email)
        except MailConnectionLostError as error:
            self._delay(message, error, LONGEST_DELAY_OF_SERVER)
            return False
        except MailDelayedError as error:
            self._delay(message, error, LONGEST_DELAY)
        except MailRefusedError as error:
            with writing() as session:
                audit.hold_chain(session)
                self.result.stopped += self._stop_in(session, message.id, str(error))
        else:
            with writing() as session:
                self.result.sent += outbox.mark_sent(session, message.id, self.read_clock())
        return True

    def _still_ours(self, rest: list[_Claimed]) -> list[_Claimed]:
        """In good time before it runs out the lease is renewed; what another took over meanwhile is left to it."""
        now = self.read_clock()
        if now < self.leased_until - LEASE / 2:
            return rest
        self.leased_until = now + LEASE
        with writing() as session:
            ours = outbox.renew(session, [message.id for message in rest], self.lease, self.leased_until)
        return [message for message in rest if message.id in ours]

    def _delay(self, message: _Claimed, error: MailDelayedError, longest: timedelta) -> None:
        at = try_again_at(message.email.message_id, message.tries, self.read_clock(), longest)
        with writing() as session:
            self.result.delayed += outbox.mark_delayed(session, message.id, self.lease, at, str(error))

    def _stop_in(self, session: Session, message_id: int, why: str) -> bool:
        now = self.read_clock()
        stopped = outbox.mark_stopped(session, message_id, self.lease, now, why)
        if stopped:
            audit.record(session, "email_stopped", self.context.actor, now, "outbox", message_id, {"why": why})
        return stopped


def _email(row: OutboxMessage) -> Email:
    return Email(row.message_id, row.to_address, row.subject, row.body, row.created_at)


def _is_needed(session: Session, message: OutboxMessage) -> bool:
    """Unless every alert that it carries has lost its object, and another will be raised where one is needed."""
    carried = alerts.carried_by(session, message)
    return not carried or any(_still_matters(session, *each) for each in carried)


def _still_matters(session: Session, alert: Alert, episode: Episode | None, line: Line | None) -> bool:
    return notices.stands(session, alert) if alert.trigger else alerts.still_matters(alert, episode, line)
