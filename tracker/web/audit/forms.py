"""The filter of the audit trail."""

from collections.abc import Sequence

from wtforms.validators import Length, Regexp

from tracker.services.pages.people import PersonRow
from tracker.web.audit.words import ACTION_WORDS
from tracker.web.fields import LondonDateField
from tracker.web.forms import Form, Select, Text

SUBJECTS = [
    ("", "Anything"),
    ("child", "A child"),
    ("episode", "An episode"),
    ("interview", "An interview"),
    ("action", "An action"),
    ("meeting", "A strategy meeting"),
    ("group_meeting", "A meeting of the operational group"),
    ("receipt", "A report"),
    ("line", "A line of a report"),
    ("report_absence", "A report that did not come"),
    ("api_token", "A token of the HTTP interface"),
    ("feed", "How a report is read"),
    ("alert", "An alert"),
    ("person", "A person here"),
    ("summary", "A published month"),
    ("counts", "Counts for a period"),
    ("ssda903_missing", "The looked-after return"),
    ("annex_a", "Annex A, list 8"),
    ("ssd_missing", "The sector dataset"),
    ("care_extract", "A list of looked-after children"),
    ("care_link", "Whom a CHILD id means"),
]


ACTIONS = [("", "Anything"), *sorted(ACTION_WORDS.items(), key=lambda pair: pair[1].lower())]


class AuditFilterForm(Form):
    """Read from the address; it holds numbers and codes only."""

    class Meta:
        csrf = False

    subject = Select("About", choices=SUBJECTS, default="")
    subject_id = Text("Number", [Length(max=20), Regexp(r"^[0-9-]*$", message="Enter a number.")])
    person_id = Select("Who", default="")
    action = Select("What", choices=ACTIONS, default="")
    on_from = LondonDateField("From")
    on_to = LondonDateField("To")

    def offer(self, people: Sequence[PersonRow]) -> None:
        """Leavers too: what they did is asked for as well."""
        self.person_id.choices = [("", "Anybody"), *((str(one.id), one.name) for one in people)]
