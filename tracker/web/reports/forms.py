"""Forms of the reports' pages."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tracker.web.forms import Form, LongText, Select, Text
from tracker.web.records import LINE

NEW = "new"
"""The choice "none of these": a new child, or an episode of its own."""


class LoadForm(Form):
    """A report as a file."""

    feed = Select(
        "Which report is it?",
        [InputRequired("Choose which report it is.")],
        invalid_choice_message="No report comes in by this feed, or it is retired. Choose from the list.",
    )
    file = FileField("The file", [FileRequired("Choose the file.")])
    is_history = BooleanField("These are old reports, loaded afterwards")


class UndoForm(Form):
    """Why a load is taken back."""

    reason = LongText(
        "Why is this load undone?",
        [InputRequired("Say why this load is undone."), Length(max=1000, message="Use at most 1,000 characters.")],
    )


class ReportsFilter(Form):
    """Which reports are listed."""

    feed = Select("Report")


class LineForm(Form):
    """What is decided of one line carries the version that its page showed."""

    version = HiddenField()

    @property
    def shown_version(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


class DismissForm(LineForm):
    reason = LongText(
        "Why does this line do nothing?",
        [InputRequired("Say why this line is dismissed."), Length(max=1000, message="Use at most 1,000 characters.")],
    )


class ChooseForm(LineForm):
    """Which child, or which episode: what the button that was pressed says."""

    choice = HiddenField(validators=[Optional(), Regexp(r"(new|[0-9]{1,9})\Z", message="Choose one.")])

    @property
    def chosen_id(self) -> int | None:
        """The id chosen; None for "none of these"."""
        return None if self.choice.data == NEW else int(self.choice.data)


class OtherChildForm(Form):
    text = Text("Name, date of birth, or a number", [InputRequired("Type part of a name."), LINE])
