"""Forms of the alerts' pages."""

from wtforms import RadioField, SelectField

from tracker.core.terms import BreachReason, Rung
from tracker.web.fields import LondonDateTimeField
from tracker.web.forms import Form
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

    state = SelectField("Show", choices=STATES, default="")
    rung = SelectField("Step", choices=[("", "Every step"), *choices(Rung)], default="")
    whose = SelectField("Sent to", choices=[("", "Anybody"), ("me", "Me")], default="")


class AcknowledgeForm(Form):
    """Who acknowledges says why it is late and when the interview is planned, if they know."""

    reason = RadioField(
        "Why is the interview late?",
        choices=[*choices(BreachReason), ("", "Not known, or not late yet")],
        default="",
        validate_choice=True,
    )
    planned = LondonDateTimeField("When is the interview planned? (if you know)")
