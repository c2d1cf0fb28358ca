"""Five hundred emails to a mail server on this machine, beside one SMTP connection that does nothing but send them."""

from collections.abc import Callable

from tracker.bench.measures import Measure, timed
from tracker.bench.sink import mail_sink
from tracker.core.mail import Email, Mailer
from tracker.services.context import Context
from tracker.services.deliver_outbox import deliver
from tracker.services.transaction import writing
from tracker.store.outbox import queue_email

MESSAGES = 500

_SUBJECT = "A return interview is overdue"
_BODY = "Reference: abcd efgh jkmn pqrs\nDue: 16 Nov 2026, 12:00 GMT\nhttp://127.0.0.1:5000/alerts/abcdefghjkmnpqrs\n"


def measure_delivery(context: Context, mailer_to: Callable[[int], Mailer]) -> Measure:
    """The outbox's delivery, each message claimed, sent and marked. `mailer_to` makes the mailer for a local port."""
    with mail_sink() as port:
        mailer = mailer_to(port)
        while deliver(context, mailer).sent:  # what waited before is not measured
            continue
        _queue(context)
        sent: list[int] = []
        seconds = timed(lambda: sent.append(deliver(context, mailer).sent))
        bare = timed(lambda: _send_bare(context, mailer))
    return Measure(
        "delivery",
        f"Delivery of {MESSAGES} emails",
        {
            "seconds": round(seconds, 2),
            "sent": sent[0],
            "bare_connection_s": round(bare, 2),
            "times_a_bare_connection": round(seconds / bare, 1),
        },
    )


def _address(number: int) -> str:
    return f"bench{number}@bench.invalid"


def _queue(context: Context) -> None:
    with writing() as session:
        for number in range(MESSAGES):
            queue_email(
                session,
                dedupe_key=f"bench:{context.now.isoformat()}:{number}",
                template="bench",
                to_address=_address(number),
                subject=_SUBJECT,
                body=_BODY,
                now=context.now,
                domain="bench.invalid",
            )


def _send_bare(context: Context, mailer: Mailer) -> None:
    """The same messages over one connection, with no outbox."""
    with mailer.connect() as connection:
        for number in range(MESSAGES):
            connection.send(Email(f"<{number}@bench.invalid>", _address(number), _SUBJECT, _BODY, context.now))
