"""Forms of the alerts' pages."""

from tracker.core.terms import BreachReason, Rung, Trigger
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
