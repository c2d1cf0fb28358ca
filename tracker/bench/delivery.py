"""Emails to a mail server on this machine, beside one smtplib connection that does nothing but send them."""

import os
from collections.abc import Callable

from tracker.adapters.mailer import SmtpMailer
from tracker.bench.measures import Measure, timed
from tracker.bench.sink import SERVER, mail_sink
from tracker.services.context import Context
from tracker.services.deliver_outbox import deliver
from tracker.services.transaction import writing
from tracker.store.outbox import NewEmail, queue_emails

MESSAGES = 500

_SUBJECT = "A return interview is overdue"
_BODY = "Reference: abcd efgh jkmn pqrs\nDue: 16 Nov 2026, 12:00 GMT\nhttp://127.0.0.1:5000/alerts/abcdefghjkmnpqrs\n"


def measure_delivery(context: Context, mailer_to: Callable[[int], SmtpMailer], messages: int | None = None) -> Measure:
    """The outbox's delivery, each message claimed, sent and marked. `mailer_to` makes the mailer for a local port.

    The bare connection is measured before and after, and the mean of both taken: the machine may do other work too.
    """
    messages = messages or MESSAGES
    with mail_sink() as port:
        mailer = mailer_to(port)
        while deliver(context, mailer).sent:  # what waited before is not measured
            continue
        _queue(context, messages)
        sent: list[int] = []
        before = timed(lambda: _send_bare(mailer, messages))
        seconds = timed(lambda: sent.append(deliver(context, mailer).sent))
        after = timed(lambda: _send_bare(mailer, messages))
    bare = (before + after) / 2
    return Measure(
        "delivery",
        f"Delivery of {messages:,} emails",
        {
            "seconds": round(seconds, 2),
            "sent": sent[0],
            "a_second": round(sent[0] / seconds),
            "bare_connection_s": round(bare, 2),
            "bare_a_second": round(messages / bare),
            "percent_of_bare": round(100 * bare / seconds),
            "server": SERVER,
            "load": round(os.getloadavg()[0], 1),
        },
    )


def _address(number: int) -> str:
    return f"bench{number}@bench.invalid"


def _queue(context: Context, messages: int) -> None:
    stamp = context.now.isoformat()
    for start in range(0, messages, 500):
        emails = [
            NewEmail(f"bench:{stamp}:{number}", "bench", _address(number), _SUBJECT, _BODY)
            for number in range(start, min(start + 500, messages))
        ]
        with writing() as session:
            queue_emails(session, emails, context.now, "bench.invalid")


def _send_bare(mailer: SmtpMailer, messages: int) -> None:
    """The same messages, written beforehand, over one connection of smtplib and nothing else."""
    head = f"From: {mailer.sender}\r\nSubject: {_SUBJECT}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    rest = "\r\n" + _BODY.replace("\n", "\r\n")
    smtp = mailer.open_smtp()
    for number in range(messages):
        message = f"{head}To: {_address(number)}\r\nMessage-ID: <{number}@bench.invalid>\r\n{rest}".encode()
        smtp.sendmail("tracker@bench.invalid", [_address(number)], message)
    smtp.quit()
