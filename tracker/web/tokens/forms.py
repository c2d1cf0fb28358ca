"""A new token: who holds it, what it opens, and until when."""

from datetime import datetime, timedelta

from wtforms.validators import InputRequired

from tracker.core.clock import local_midnight
from tracker.web.fields import LondonDateField
from tracker.web.forms import Form, Select, Text
from tracker.web.records import KnownYear


class TokenForm(Form):
    label = Text("Label", [InputRequired("Enter who or what will hold the token.")])
    feed = Select("What it opens", [InputRequired("Choose what it opens.")])
    last_day = LondonDateField("Last day", [KnownYear()])

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day, in London."""
        return local_midnight(self.last_day.data + timedelta(days=1)) if self.last_day.data else None


class RevokeForm(Form):
    """A button alone, with its CSRF token."""
