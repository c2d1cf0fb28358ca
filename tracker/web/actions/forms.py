"""Forms of the actions' pages. Fields are named as the services name them."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField
from wtforms.validators import InputRequired, Length, StopValidation

from tracker.web.fields import LondonDateField, LondonDateTimeField
from tracker.web.forms import Form, LongText, Select, Text
from tracker.web.records import LINE, KnownYear, RecordForm

TEXT = Length(max=2000, message="Write at most 2,000 characters here.")

WHOSE = [("mine", "Mine"), ("team", "My team’s"), ("all", "All that I may see")]
STATES = [("open", "To be done"), ("overdue", "Overdue"), ("closed", "Done or withdrawn")]


class DayGiven:
    """Validator: a day must be entered."""

    def __call__(self, form: Any, field: LondonDateField) -> None:
        if field.data is None:
            raise StopValidation("Enter the day by which it is to be done.")


class FilterForm(Form):
    """What the list shows; read from the address."""

    class Meta:
        csrf = False

    whose = Select("Whose", choices=WHOSE, default="mine")
    state = Select("Show", choices=STATES, default="open")


class ActionForm(RecordForm):
    """What, who, by when: for a new one and for one that is changed."""

    what = LongText("What is to be done?", [InputRequired("Write what is to be done."), TEXT])
    owner_id = Select("Who is to do it?", default="")
    owner_name = Text("Or somebody who does not sign in here", [LINE])
    due_on = LondonDateField("By when?", [DayGiven(), KnownYear()])
    asked_by_child = BooleanField("The child asked for this, or said that it would help")

    def offer_owners(self, people: Iterable[tuple[int, str]], held: tuple[int, str] | None = None) -> None:
        """`held`: whose it is now, who may have left since."""
        offered = {str(id_): name for id_, name in people}
        if held:
            offered.setdefault(str(held[0]), held[1])
        self.owner_id.choices = [("", "Choose a person"), *offered.items()]

    def values(self) -> dict[str, Any]:
        """As the services take them."""
        return {
            "what": self.what.data,
            "owner_id": int(self.owner_id.data) if self.owner_id.data else None,
            "owner_name": self.owner_name.data or None,
            "due_on": self.due_on.data,
            "asked_by_child": self.asked_by_child.data,
        }


class FinishForm(RecordForm):
    outcome = LongText("What came of it?", [InputRequired("Write what came of it."), TEXT])
    done_at = LondonDateTimeField("When was it done?", [KnownYear()])


class WithdrawForm(RecordForm):
    reason = LongText("Why is it not to be done any more?", [InputRequired("Write why it is not to be done."), TEXT])
