"""Forms of Today: whose work is shown, and allocating what is ticked."""

from typing import Any

from wtforms import BooleanField
from wtforms.validators import InputRequired, StopValidation

from tracker.web.forms import Checkboxes, Form, Select


class TodayFilterForm(Form):
    """Read from the address; nothing in it is about a child."""

    class Meta:
        csrf = False

    team = Select("Team")
    mine = BooleanField("Allocated to me")
    unallocated = BooleanField("Unallocated")


class BulkAllocateForm(Form):
    """The ticked clocks, to one person."""

    episode_ids = Checkboxes("Clocks", coerce=int, validate_choice=False)
    person_id = Select("Allocate the ticked to", [InputRequired("Choose a person to allocate to.")])

    def validate_episode_ids(self, field: Any) -> None:
        if not field.data:
            raise StopValidation("Tick at least one clock to allocate.")
        if any(not 0 < ticked < 2**31 for ticked in field.data):
            raise StopValidation("There is no such episode.")
