"""Forms of the alerts' pages."""

from datetime import datetime, time, timedelta

from wtforms.validators import InputRequired

from tracker.core.alert_terms import EscalationReason, Rung, Trigger
from tracker.core.clock import local_date, read_local
from tracker.core.terms import BreachReason
from tracker.web.fields import LondonDateTimeField
from tracker.web.forms import Form, Radios, Select
from tracker.web.words import choices

STATES = [
    ("", "All"),
    ("unanswered", "Not acknowledged"),
    ("answered", "Acknowledged"),
    ("waiting", "Not sent yet"),
    ("undelivered", "Could not be delivered"),
]


class AlertFilterForm(Form):
    """What the list shows; read from the address, so that it can be kept as a bookmark."""

    class Meta:
        csrf = False

    state = Select("Show", choices=STATES, default="")
    rung = Select("Told of", choices=[("", "Everything"), *choices(Rung), *choices(Trigger)], default="")
    whose = Select("Sent to", choices=[("", "Anybody"), ("me", "Me")], default="")


QUICK_PLANS = {"today": (0, time(16), "today at 16:00"), "tomorrow": (1, time(10), "tomorrow at 10:00")}
"""Code → days ahead, London time of day, words: buttons that acknowledge with a plan in one press."""


def quick_plans(now: datetime) -> dict[str, tuple[str, datetime]]:
    """Those that lie ahead: code → words, instant."""
    found = {}
    for code, (days, at, words_) in QUICK_PLANS.items():
        planned_at = read_local(datetime.combine(local_date(now) + timedelta(days=days), at)).at
        if planned_at > now:
            found[code] = (words_, planned_at)
    return found


class EscalateForm(Form):
    """Why whoever was told cannot settle it."""

    why = Radios(
        "Why can you not settle it?",
        [InputRequired("Choose why you cannot settle it.")],
        choices=choices(EscalationReason),
    )


class AcknowledgeForm(Form):
    """Who acknowledges says why it is late and when the interview is planned, if they know."""

    reason = Radios(
        "Why is the interview late?",
        choices=[*choices(BreachReason), ("", "Not known, or not late yet")],
        default="",
    )
    planned = LondonDateTimeField("When is the interview planned? (if you know)")


class TriggerAcknowledgeForm(Form):
    """Of what is no interview that is late: nobody is asked why, and nothing is held back."""

    planned = LondonDateTimeField("When will it be dealt with? (if you know)")
