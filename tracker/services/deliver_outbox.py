"""The outbox's way out: claim under a lease, send, and only then mark as sent.

Promise: at least once, never zero; recorded exactly once. A crash between the carrier's answer and our commit sends
those few messages (`mark_sent.WINDOW`) again, each under the same Message-ID, and never loses one.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.core.mail import (
    EMAIL,
    Email,
    MailConnection,
    MailConnectionLostError,
    MailDelayedError,
    Mailer,
    MailHeldError,
    MailRefusedError,
    Matter,
)
from tracker.services.context import Context
from tracker.services.mark_sent import Marker
from tracker.services.transaction import writing
from tracker.store import audit, carried, db, notices, outbox
from tracker.store.carried import Carried

BATCH = 250
"""Messages claimed at once, and sent over one connection. A server that ends it sooner is called again."""

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

    def __add__(self, other: "DeliveryResult") -> "DeliveryResult":
        return DeliveryResult(
            self.sent + other.sent,
            self.delayed + other.delayed,
            self.stopped + other.stopped,
            self.not_needed + other.not_needed,
        )


def deliver(
    context: Context,
    mailer: Mailer,
    read_clock: Callable[[], datetime] | None = None,
    keep_going: Callable[[], bool] = lambda: True,
    worker: str = "",
    is_gone: Callable[[str], bool] = lambda worker: False,
    road: str = EMAIL,
) -> DeliveryResult:
    """One pass over one road: everything due is tried once, in batches, each over one connection of its `mailer`.

    `read_clock` gives the time while a long pass runs (default: it stands still at `context.now`). The pass ends
    early, and leaves the rest as it was, when `keep_going()` says no or the server cannot be used. `worker` names this
    process in the leases; one of which `is_gone` holds none, so that what it left goes out at once.

    Each road has passes of its own, so that one that fails holds up no other. Raises what marking raised: messages
    sent meanwhile and not marked go again.
    """
    lease = f"{worker}/{secrets.token_hex(4)}"
    one = _Pass(context, road, mailer, read_clock or (lambda: context.now), keep_going, lease)
    one.end_leases(is_gone)
    if keep_going() and one.anything_to_send():
        with Marker(db.writers()) as marker:
            while keep_going() and one.goes_on and not one.is_last and one.anything_to_send():
                one.deliver_batch(marker)
        one.result.sent = marker.marked
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


def try_again_at(
    message_id: str, tries: int, now: datetime, longest: timedelta, wait: timedelta | None = None
) -> datetime:
    """After the first, second … try: twice as long each time, at most `longest`.

    Up to half of it less, by a hash of the message and the try, so that what failed together does not return together.
    `wait`: not sooner, as the carrier asked, unless it asked for more than `LONGEST_DELAY`.
    """
    delay = min(FIRST_DELAY * 2 ** min(tries - 1, 16), longest)
    spread = int.from_bytes(hashlib.sha256(f"{message_id}{tries}".encode()).digest()[:4], "big") / 2**32
    spread_delay = timedelta(seconds=delay.total_seconds() * (0.5 + spread / 2))
    return now + max(spread_delay, min(wait or spread_delay, LONGEST_DELAY))


@dataclass(frozen=True)
class _InHand:
    """A message in our hands."""

    id: int
    tries: int
    email: Email


class _Pass:
    """One pass over one road of the outbox."""

    def __init__(
        self,
        context: Context,
        road: str,
        mailer: Mailer,
        read_clock: Callable[[], datetime],
        keep_going: Callable[[], bool],
        lease: str,
    ) -> None:
        self.context = context
        self.road = road
        self.mailer = mailer
        self.read_clock = read_clock
        self.keep_going = keep_going
        self.lease = lease
        self.leased_until = context.now
        self.result = DeliveryResult()
        self.goes_on = True
        self.is_last = False

    def end_leases(self, is_gone: Callable[[str], bool]) -> None:
        session = db.session()
        gone = [lease for lease in outbox.leases(session) if is_gone(outbox.worker_of(lease))]
        session.rollback()
        for lease in gone:
            with writing() as writer:
                outbox.end_lease(writer, lease)

    def anything_to_send(self) -> bool:
        session = db.session()
        found = outbox.anything_to_send(session, self.road, self.read_clock())
        session.rollback()
        return found

    def deliver_batch(self, marker: Marker) -> None:
        """Steps: 1. claim, and stop what is no longer needed; 2. connect, once; 3. send, message by message, while
        those before are marked; 4. put back what was not tried."""
        waiting = self._claim()
        if not waiting:
            return
        try:
            with self.mailer.connect() as connection:
                self._send_all(waiting, connection, marker)
        except (
            MailDelayedError
        ) as error:  # from connecting only: a message's own errors are dealt with where it is sent
            self.goes_on = False
            self._delay(waiting, error, LONGEST_DELAY_OF_SERVER)

    def _claim(self) -> list[_InHand]:
        now = self.read_clock()
        self.leased_until = now + LEASE
        with writing() as session:
            audit.hold_chain(session)
            rows = outbox.claim(session, self.road, self.lease, now, self.leased_until, BATCH)
            about = carried.carried_by(session, [row.id for row in rows])
            in_hand = []
            for row in rows:
                alerts = about.get(row.id, [])
                if alerts and not any(_still_matters(session, alert) for alert in alerts):
                    self.result.not_needed += self._stop_in(session, row.id, outbox.NO_LONGER_NEEDED)
                else:
                    in_hand.append(_InHand(row.id, row.attempts + 1, self._email(row, alerts)))
            self.is_last = len(rows) < BATCH  # what has come since waits for the next pass
            return in_hand

    def _email(self, row: outbox.Claimed, alerts: Sequence[Carried]) -> Email:
        matter = None if self.road == EMAIL else _matter(alerts, self.context.base_url)
        return Email(row.message_id, row.to_address, row.subject, row.body, row.created_at, row.may_have_gone, matter)

    def _send_all(self, waiting: Sequence[_InHand], connection: MailConnection, marker: Marker) -> None:
        rest = list(waiting)
        lost = 0
        while rest and self.goes_on and self.keep_going() and lost < LOST_IN_A_ROW:
            marker.make_room()
            rest = self._still_ours(rest, marker)
            if rest:
                lost = 0 if self._send(rest.pop(0), connection, marker) else lost + 1
        if rest:
            self.goes_on = False
            with writing() as session:
                outbox.put_back(session, [message.id for message in rest], self.lease)

    def _send(self, message: _InHand, connection: MailConnection, marker: Marker) -> bool:
        """Send one and write down what became of it; False if the connection was lost over it."""
        try:
            provider_id = connection.send(message.email)
        except MailConnectionLostError as error:
            self._delay([message], error, LONGEST_DELAY_OF_SERVER)
            return False
        except MailHeldError as error:
            self._delay([message], error, LONGEST_DELAY_OF_SERVER)
            self.goes_on = False
        except MailDelayedError as error:
            self._delay([message], error, LONGEST_DELAY)
        except MailRefusedError as error:
            with writing() as session:
                audit.hold_chain(session)
                self.result.stopped += self._stop_in(session, message.id, str(error))
        else:
            marker.note(outbox.Sent(message.id, self.read_clock(), provider_id))
        return True

    def _still_ours(self, rest: list[_InHand], marker: Marker) -> list[_InHand]:
        """In good time before it runs out the lease is renewed, of what is not yet marked too; what another took over
        meanwhile is left to it."""
        now = self.read_clock()
        if now < self.leased_until - LEASE / 2:
            return rest
        self.leased_until = now + LEASE
        held = [*marker.unmarked(), *(message.id for message in rest)]
        with writing() as session:
            ours = outbox.renew(session, held, self.lease, self.leased_until)
        return [message for message in rest if message.id in ours]

    def _delay(self, messages: Sequence[_InHand], error: MailDelayedError, longest: timedelta) -> None:
        now = self.read_clock()
        at = {one.id: try_again_at(one.email.message_id, one.tries, now, longest, error.wait) for one in messages}
        with writing() as session:
            self.result.delayed += outbox.mark_delayed(session, self.lease, at, str(error))

    def _stop_in(self, session: Session, message_id: int, why: str) -> bool:
        now = self.read_clock()
        stopped = outbox.mark_stopped(session, message_id, self.lease, now, why)
        if stopped:
            audit.record(session, "email_stopped", self.context.actor, now, "outbox", message_id, {"why": why})
        return stopped


def _matter(alerts: Sequence[Carried], base_url: str) -> Matter:
    if len(alerts) != 1:
        return Matter(base_url)
    alert = alerts[0]
    return Matter(f"{base_url}/alerts/{alert.reference}", alert.reference, alert.trigger or alert.rung, alert.due_at)


def _still_matters(session: Session, alert: Carried) -> bool:
    """Of a trigger: while its matter stands and nobody has answered. Of a rung: see store/carried.py."""
    return notices.stands(session, alert) if alert.trigger else carried.clock_asks(alert)
