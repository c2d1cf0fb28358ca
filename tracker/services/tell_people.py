"""Tell people of a clock: an alert and its email for each, in the transaction of the sweep that found it due."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from tracker.core.alerts import AlertDue, Recipient, RunningClock, Told, alerts_due
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, alert_text, message_domain, summed_up_text
from tracker.services.transaction import writing
from tracker.store import alerts, audit, outbox, people

_LETTERS = "bcdfghjkmnpqrstvwxyz23456789"
_HOLD = timedelta(minutes=5)
"""How long an email that sums up waits for a sweep that never comes back."""


def new_reference() -> str:
    """76 random bits, without vowels, and without letters and digits that are taken for one another when read out."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


@dataclass
class Teller:
    """Tells whoever must know, within one chunk of a sweep: first it is asked to `tell`, then it writes all at once.

    What is long overdue is summed up: `growing` holds, for each receiver, the message in which it is, kept from being
    sent by the sweeping `worker` until its sweep ends. If the sweep dies, what it has written goes out as it stands.
    """

    session: Session
    context: Context
    worker: str
    growing: dict[Told, int]
    _due: list[AlertDue] = field(default_factory=list)

    @cached_property
    def _people(self) -> list[Recipient]:
        return people.recipients(self.session)

    @cached_property
    def _addresses(self) -> dict[int, str]:
        return {person.id: person.email for person in self._people}

    def tell(self, clock: RunningClock) -> int:
        """Everyone on a rung newly reached is to be told; how many. 0: nobody could be told."""
        due = alerts_due(clock, self.context.rules.ladder, self._people, self.context.now)
        self._due += due
        return len(due)

    def write(self) -> None:
        """Write the emails, the alerts and their audit rows."""
        if not self._due:
            return
        now = self.context.now
        references = [new_reference() for _ in self._due]
        old = dict.fromkeys(due.told for due in self._due if due.summed_up)
        summing = {told: self._growing_message(told) for told in old}
        single = outbox.queue_emails(
            self.session,
            [
                self._email(due.dedupe_key, due.told, self._text(due, reference))
                for due, reference in zip(self._due, references, strict=True)
                if not due.summed_up
            ],
            now,
            message_domain(self.context.base_url),
        )
        rows = [
            alerts.alert_of(due, reference, summing[due.told] if due.summed_up else single[due.dedupe_key], now)
            for due, reference in zip(self._due, references, strict=True)
        ]
        self.session.add_all(rows)
        self.session.flush()
        acts = [
            audit.Act(
                "alert_raised",
                due.clock.subject,
                due.clock.subject_id,
                {"rung": due.rung, "recipient_id": due.told.person_id, "alert_id": row.id}
                | ({} if row.to_other is None else {"to_other": row.to_other}),
            )
            for due, row in zip(self._due, rows, strict=True)
        ]
        audit.record_many(self.session, acts, self.context.actor, now)
        self._write_summed_up(summing)
        self._due = []

    def _text(self, due: AlertDue, reference: str) -> EmailText:
        return alert_text(due.clock.subject, due.step, due.clock.due_at, reference, self.context.base_url)

    def _email(self, dedupe_key: str, told: Told, text: EmailText) -> outbox.NewEmail:
        road, address = outbox.WEBHOOK + told.webhook if told.webhook else outbox.EMAIL, self._address(told)
        return outbox.NewEmail(dedupe_key, text.template, address, text.subject, text.body, told.person_id, road)

    def _address(self, told: Told) -> str:
        return told.webhook or told.address if told.person_id is None else self._addresses[told.person_id]

    def _growing_message(self, told: Told) -> int:
        """The one email in which what is old is summed up for this receiver: held, so that it is not sent half told."""
        email = self._email(f"summed_up:{told.key}:{new_reference()}", told, self._summed_up_text(1))
        message_id = self.growing.get(told) or outbox.growing_message(
            self.session, told.person_id, email.road, email.to_address
        )
        until = self.context.now + _HOLD
        if message_id is None or not outbox.hold_growing(self.session, message_id, self.worker, until):
            domain = message_domain(self.context.base_url)
            message_id = outbox.queue_emails(self.session, [email], self.context.now, domain)[email.dedupe_key]
            outbox.hold_growing(self.session, message_id, self.worker, until)
        self.growing[told] = message_id
        return message_id

    def _summed_up_text(self, count: int) -> EmailText:
        return summed_up_text(count, self.context.now, self.context.base_url)

    def _write_summed_up(self, summing: dict[Told, int]) -> None:
        """Say in each email how many it sums up by now."""
        for message_id in summing.values():
            text = self._summed_up_text(alerts.count_of_message(self.session, message_id))
            outbox.write_growing(self.session, message_id, text.subject, text.body)


def release_summed_up(messages: Collection[int], worker: str) -> None:
    """The sweep has ended: what it summed up may go."""
    if messages:
        with writing() as session:
            outbox.release_growing(session, messages, worker)
