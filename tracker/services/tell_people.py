"""Tell people of a clock: an alert and its email for each, in the transaction of the sweep that found it due."""

import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.core.alerts import AlertDue, RunningClock, Told, alerts_due
from tracker.core.directory import Directory
from tracker.services.context import Context
from tracker.services.email_texts import EmailText, alert_text, message_domain, several_text, summed_up_text
from tracker.services.transaction import writing
from tracker.store import alerts, audit, growing_messages, outbox

_LETTERS = b"bcdfghjkmnpqrstvwxyz23456789"
_LENGTH = 16
_SHOWN = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))
_UNEVEN = bytes(range(256 - 256 % len(_LETTERS), 256))
"""Random bytes that would make some letters likelier than others: they are left out."""

_HOLD = timedelta(minutes=5)
"""How long an email that sums up waits for a sweep that never comes back."""

Growing = dict[tuple[Told, str], int]
"""Receiver and template → the message that is still being added to."""


def new_reference() -> str:
    """76 random bits, without vowels, and without letters and digits that are taken for one another when read out."""
    return new_references(1)[0]


def new_references(number: int) -> list[str]:
    text = ""
    while len(text) < number * _LENGTH:
        text += secrets.token_bytes(number * _LENGTH).translate(_SHOWN, _UNEVEN).decode("ascii")
    return [text[start : start + _LENGTH] for start in range(0, number * _LENGTH, _LENGTH)]


@dataclass
class Teller:
    """Tells whoever must know, within one chunk of a sweep: first it is asked to `tell`, then it writes all at once.

    What is long overdue is summed up, and so is what one receiver is told of beyond the first few of a pass (`told`
    counts those of this pass): `growing` holds the messages in which it is, kept from being sent by the sweeping
    `worker` until its sweep ends. If the sweep dies, what it has written goes out as it stands.
    """

    session: Session
    context: Context
    worker: str
    people: Directory
    growing: Growing
    told: Counter[Told]
    _due: list[tuple[AlertDue, str | None]] = field(default_factory=list)

    def tell(self, clock: RunningClock) -> list[AlertDue]:
        """Everyone on a rung newly reached is to be told. Empty: there is nothing to say, or nobody could be told."""
        due = alerts_due(clock, self.context.rules.ladder, self.people, self.context.now)
        self._due += [(one, self._summed_up_in(one)) for one in due]
        return due

    def _summed_up_in(self, due: AlertDue) -> str | None:
        """The template of the message that takes it in with others; None where it has one of its own."""
        if due.summed_up:
            return growing_messages.SUMMED_UP
        most = self.context.rules.single_messages
        if most is not None and self.told[due.told] >= most:
            return growing_messages.SEVERAL
        self.told[due.told] += 1
        return None

    def write(self) -> None:
        """Write the emails, the alerts and their audit rows."""
        if not self._due:
            return
        now = self.context.now
        references = new_references(len(self._due))
        kinds = dict.fromkeys((due.told, kind) for due, kind in self._due if kind)
        summing = {(told, kind): self._growing_message(told, kind) for told, kind in kinds}
        single = self._queue_single(references)
        rows = [
            alerts.alert_values(due, reference, summing[due.told, kind] if kind else single[due.dedupe_key], now)
            for (due, kind), reference in zip(self._due, references, strict=True)
        ]
        ids = alerts.add_many(self.session, rows)
        acts = [
            audit.Act(
                "alert_raised",
                row["subject"],
                row["subject_id"],
                {"rung": row["rung"], "recipient_id": row["recipient_id"], "alert_id": id_}
                | ({} if row["to_other"] is None else {"to_other": row["to_other"]}),
            )
            for id_, row in zip(ids, rows, strict=True)
        ]
        audit.record_many(self.session, acts, self.context.actor, now)
        self._write_summed_up(summing)
        self._due = []

    def _queue_single(self, references: list[str]) -> dict[str, int]:
        """Dedupe key → message, of those that have one of their own; one queued under its key before is that one."""
        emails = [
            self._email(due.dedupe_key, due.told, self._text(due, reference))
            for (due, kind), reference in zip(self._due, references, strict=True)
            if not kind
        ]
        queued = outbox.queue_emails(self.session, emails, self.context.now, message_domain(self.context.base_url))
        missing = [email.dedupe_key for email in emails if email.dedupe_key not in queued]
        return queued | (outbox.ids_of(self.session, missing) if missing else {})

    def _text(self, due: AlertDue, reference: str) -> EmailText:
        return alert_text(due.clock.subject, due.step, due.clock.due_at, reference, self.context.base_url)

    def _email(self, dedupe_key: str, told: Told, text: EmailText) -> outbox.NewEmail:
        road, address = outbox.WEBHOOK + told.webhook if told.webhook else outbox.EMAIL, self._address(told)
        return outbox.NewEmail(dedupe_key, text.template, address, text.subject, text.body, told.person_id, road)

    def _address(self, told: Told) -> str:
        return told.webhook or told.address if told.person_id is None else self.people.by_id[told.person_id].email

    def _growing_message(self, told: Told, kind: str) -> int:
        """The one email of this kind for this receiver: held, so that it is not sent half told."""
        email = self._email(f"{kind}:{told.key}:{new_reference()}", told, self._summed_up_text(kind, 1))
        message_id = self.growing.get((told, kind)) or growing_messages.growing_message(
            self.session, kind, told.person_id, email.road, email.to_address
        )
        until = self.context.now + _HOLD
        if message_id is None or not growing_messages.hold_growing(self.session, message_id, self.worker, until):
            domain = message_domain(self.context.base_url)
            message_id = outbox.queue_emails(self.session, [email], self.context.now, domain)[email.dedupe_key]
            growing_messages.hold_growing(self.session, message_id, self.worker, until)
        self.growing[told, kind] = message_id
        return message_id

    def _summed_up_text(self, kind: str, count: int) -> EmailText:
        write = summed_up_text if kind == growing_messages.SUMMED_UP else several_text
        return write(count, self.context.now, self.context.base_url)

    def _write_summed_up(self, summing: Growing) -> None:
        """Say in each email how many it sums up by now."""
        for (_told, kind), message_id in summing.items():
            text = self._summed_up_text(kind, alerts.count_of_message(self.session, message_id))
            growing_messages.write_growing(self.session, message_id, text.subject, text.body)


def release_summed_up(messages: Collection[int], worker: str) -> None:
    """The sweep has ended: what it summed up may go."""
    if messages:
        with writing() as session:
            growing_messages.release_growing(session, messages, worker)
