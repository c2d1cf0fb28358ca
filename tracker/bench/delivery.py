"""Five hundred emails to a mail server on this machine, beside one bare SMTP connection that sends the same."""

import smtplib  # noqa: TID251 (what the product's way is compared with)
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from tracker.bench.measures import Measure, timed
from tracker.bootstrap import make_mailer
from tracker.services.context import Context
from tracker.services.deliver_outbox import deliver
from tracker.services.transaction import writing
from tracker.settings import Settings
from tracker.store.outbox import queue_email

MESSAGES = 500
ABSENT = "aiosmtpd is not installed (it comes with the checks: make test)"


def measure_delivery(context: Context, settings: Settings) -> Measure:
    """The outbox's delivery, each message claimed, sent and marked, to a server that takes everything."""
    title = f"Delivery of {MESSAGES} emails"
    try:
        with _sink() as port:
            local = {"host": "127.0.0.1", "port": port, "security": "none", "folder": "", "username": ""}
            mailer = make_mailer(settings.mail.model_copy(update=local))
            while deliver(context, mailer).sent:  # what waited before is not measured
                continue
            _queue(context)
            sent: list[int] = []
            seconds = timed(lambda: sent.append(deliver(context, mailer).sent))
            bare = timed(lambda: _send_bare(port))
    except ModuleNotFoundError:
        return Measure("delivery", title, note=ABSENT)
    return Measure(
        "delivery",
        title,
        {
            "seconds": round(seconds, 2),
            "sent": sent[0],
            "bare_connection_s": round(bare, 2),
            "times_a_bare_connection": round(seconds / bare, 1),
        },
    )


def _queue(context: Context) -> None:
    with writing() as session:
        for number in range(MESSAGES):
            queue_email(
                session,
                dedupe_key=f"bench:{context.now.isoformat()}:{number}",
                template="bench",
                to_address=f"bench{number}@bench.invalid",
                subject=_SUBJECT,
                body=_BODY,
                now=context.now,
                domain="bench.invalid",
            )


_SUBJECT = "A return interview is overdue"
_BODY = "Reference: abcd efgh jkmn pqrs\nDue: 16 Nov 2026, 12:00 GMT\nhttp://127.0.0.1:5000/alerts/abcdefghjkmnpqrs\n"


def _send_bare(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.invalid") as smtp:
        for number in range(MESSAGES):
            message = EmailMessage()
            message["From"], message["To"] = "bench@bench.invalid", f"bench{number}@bench.invalid"
            message["Subject"] = _SUBJECT
            message.set_content(_BODY)
            smtp.send_message(message)


@contextmanager
def _sink() -> Iterator[int]:
    """A mail server on a free port of this machine. Raises ModuleNotFoundError where aiosmtpd is absent."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
