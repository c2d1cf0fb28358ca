"""Change a step, a trigger, a team's own receivers, the working hours; restore, upload."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, ValidationError

from tracker.core.ladder_rules import audiences_of
from tracker.services.pages.ladder import PersonToName
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text
from tracker.web.ladder.wording import DAYS
from tracker.web.words import words

BEFORE, AFTER = "before", "after"


class NoteForm(Form):
    """Why the ladder changes, and which version was looked at (0: the file's)."""

    note = Text("What changes, and why", [InputRequired("Say what changes, and why.")])
    version = HiddenField()

    @property
    def version_no(self) -> int:
        typed = str(self.version.data or "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class ReceiversForm(NoteForm):
    """Whom a step tells: roles, people by name, other addresses, webhooks."""

    audience = Checkboxes("Which roles are told?")
    people = Checkboxes("Who else is told, by name?")
    addresses = LongText("Other email addresses, one on a line")
    webhooks = Checkboxes("Which webhooks are told?")

    def offer(self, step: str, people: tuple[PersonToName, ...], webhooks: tuple[str, ...]) -> None:
        """What may be chosen, for a step or a trigger of this name."""
        self.audience.choices = [(str(one), words(one)) for one in audiences_of(step)]
        self.people.choices = [(person.email, person.name) for person in people]
        self.webhooks.choices = [(name, name) for name in webhooks]

    def receivers(self) -> dict[str, Any]:
        """As a definition holds them."""
        typed = [line.strip().lower() for line in self.addresses.data.splitlines() if line.strip()]
        return {
            "audience": self.audience.data,
            "addresses": [*self.people.data, *typed],
            "webhooks": self.webhooks.data,
        }


def receivers_shown(given: Mapping[str, Any], people: tuple[PersonToName, ...]) -> dict[str, Any]:
    """What the boxes show before anything is chosen."""
    by_name = {person.email for person in people}
    addresses = given.get("addresses", [])
    return {
        "audience": list(given.get("audience", ())),
        "people": [address for address in addresses if address in by_name],
        "addresses": "\n".join(address for address in addresses if address not in by_name),
        "webhooks": list(given.get("webhooks", ())),
    }


def _a_number(form: Form, field: Text) -> None:
    try:
        hours = float(field.data)
    except ValueError:
        raise ValidationError("Enter a number of hours, like 24.") from None
    if not 0 <= hours < 1e5:
        raise ValidationError("Enter a number of hours, 0 or more.")


class StepForm(ReceiversForm):
    """A step of the ladder. The step at the deadline keeps its hour, and never waits."""

    name = Text("Short name of the step")
    title = Text("Title (if the name does not say it)")
    hours = Text("How many hours?", [_a_number], default="0")
    side = Radios("Before or after the deadline?", choices=[(BEFORE, "Before"), (AFTER, "After")], default=AFTER)
    working_hours_only = BooleanField("Wait for working hours")

    @property
    def offset_hours(self) -> float:
        hours = float(self.hours.data)
        return -hours if self.side.data == BEFORE and hours else hours


class TriggerForm(ReceiversForm):
    enabled = Radios("Is anybody told of it?", choices=[("yes", "Yes"), ("no", "No: switch it off")], default="yes")
    hours = Text("After how many hours? (0: at once)", [_a_number], default="0")
    working_hours_only = BooleanField("Wait for working hours")


class TeamChoiceForm(Form):
    """Which team others are told for; a page of its own follows."""

    class Meta:
        csrf = False

    team = Select("Team")


class WindowForm(NoteForm):
    opens = Text("They begin at", [InputRequired("Enter a time like 08:00.")])
    closes = Text("They end at", [InputRequired("Enter a time like 18:00.")])
    weekdays = Checkboxes("On which days?", choices=list(DAYS.items()))


class UploadForm(Form):
    file = FileField("Ladder file", validators=[FileRequired("Choose a ladder file.")])


class UploadedForm(NoteForm):
    """What a file said, kept on the page between its preview and its saving."""

    text = LongText("What the file says")
