"""Forms of My team: whose team is shown, and giving away what somebody who is away has."""

from typing import Any

from wtforms.validators import InputRequired, StopValidation

from tracker.web.forms import Checkboxes, Form, Select


class CoverForm(Form):
    """The ticked interviews, to one person."""

    interview_ids = Checkboxes("Interviews", coerce=int, validate_choice=False)
    person_id = Select("Give the ticked to", [InputRequired("Choose a person to give them to.")])

    def validate_interview_ids(self, field: Any) -> None:
        if not field.data:
            raise StopValidation("Tick at least one interview.")
        if any(not 0 < ticked < 2**31 for ticked in field.data):
            raise StopValidation("There is no such interview.")
