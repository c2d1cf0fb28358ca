"""Tell people of a clock: an alert and its email for each, in the transaction of the sweep that found it due."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.core.alerts import AlertDue, Recipient, RunningClock, alerts_due
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, alert_text, message_domain, summed_up_text
from tracker.services.transaction import writing
from tracker.store import alerts, audit, outbox, people
from tracker.store.models import Person

_LETTERS = "bcdfghjkmnpqrstvwxyz23456789"
_HOLD = timedelta(minutes=5)
"""How long an email that sums up waits for a sweep that never comes back."""


def new_reference() -> str:
    """76 random bits, without vowels, and without letters and digits that are taken for one another when read out."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


@dataclass
class Teller:
    """Tells whoever must know, within one chunk of a sweep.

    What is long overdue is summed up: `growing` holds, for each person, the email in which it is, kept from being sent
    by the sweeping `worker` until its sweep ends. If the sweep dies, what it has written goes out as it stands.
    """

    session: Session
    context: Context
    worker: str
    growing: dict[int, int]
    _added: dict[int, int] = field(default_factory=dict)
    _people: list[Recipient] | None = None

    def tell(self, clock: RunningClock) -> int:
        """Write an alert and an email for everyone on a rung newly reached; how many. 0: nobody could be told."""
        if self._people is None:
            self._people = people.recipients(self.session)
        due = alerts_due(clock, self.context.rules.ladder, self._people, self.context.now)
        for each in due:
            self._raise(each)
        return len(due)

    def _raise(self, due: AlertDue) -> None:
        reference = new_reference()
        message_id = self._growing_message(due.recipient_id) if due.summed_up else self._queue_alert(due, reference)
        alert = alerts.add_alert(self.session, due, reference, message_id, self.context.now)
        details = {"rung": str(due.rung), "recipient_id": due.recipient_id, "alert_id": alert.id}
        self._record(due, details)

    def _record(self, due: AlertDue, details: dict[str, object]) -> None:
        context, clock = self.context, due.clock
        audit.record(self.session, "alert_raised", context.actor, context.now, clock.subject, clock.subject_id, details)

    def _queue_alert(self, due: AlertDue, reference: str) -> int | None:
        step = next(step for step in self.context.rules.ladder if step.rung is due.rung)
        text = alert_text(due.clock.subject, step, due.clock.due_at, reference, self.context.base_url)
        return self._queue(due.dedupe_key, due.recipient_id, text)

    def _queue(self, dedupe_key: str, recipient_id: int, text: EmailText) -> int | None:
        return outbox.queue_email(
            self.session,
            dedupe_key=dedupe_key,
            template=text.template,
            to_address=self.session.get_one(Person, recipient_id).email,
            subject=text.subject,
            body=text.body,
            now=self.context.now,
            domain=message_domain(self.context.base_url),
            recipient_id=recipient_id,
        )

    def _growing_message(self, recipient_id: int) -> int:
        """The one email in which what is old is summed up for this person: held, so that it is not sent half told."""
        if recipient_id in self._added:
            return self._added[recipient_id]
        message_id = self.growing.get(recipient_id) or outbox.growing_message(self.session, recipient_id)
        until = self.context.now + _HOLD
        if message_id is None or not outbox.hold_growing(self.session, message_id, self.worker, until):
            text = summed_up_text(1, self.context.now, self.context.base_url)
            message_id = self._queue(f"summed_up:{recipient_id}:{new_reference()}", recipient_id, text)
            assert message_id is not None
            outbox.hold_growing(self.session, message_id, self.worker, until)
        self._added[recipient_id] = self.growing[recipient_id] = message_id
        return message_id

    def write_summed_up(self) -> None:
        """At the end of a chunk: say in each email how many it sums up by now."""
        for recipient_id, message_id in self._added.items():
            count = alerts.count_of_message(self.session, recipient_id, message_id)
            text = summed_up_text(count, self.context.now, self.context.base_url)
            outbox.write_growing(self.session, message_id, text.subject, text.body)


def release_summed_up(growing: dict[int, int], worker: str) -> None:
    """The sweep has ended: what it summed up may go."""
    if growing:
        with writing() as session:
            outbox.release_growing(session, growing.values(), worker)
