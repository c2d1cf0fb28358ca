"""Forms of the returns: the year, the day, a list to import, and whom a CHILD id means."""

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField
from wtforms.validators import InputRequired, Optional, Regexp

from tracker.core.extract_rows import ExtractKind
from tracker.web.forms import Form, Radios, Select, Text
from tracker.web.records import LINE, version_in
from tracker.web.returns.wording import KINDS

NOBODY, ANOTHER = "nobody", "another"


class DayForm(Form):
    """Read from the address."""

    class Meta:
        csrf = False

    on = DateField("To the end of", [InputRequired("Enter the day.")], invalid_value_message="This is no date.")


class ImportForm(Form):
    """One of the council's own lists."""

    year = Select("For which collection year?", [InputRequired("Choose the year.")])
    kind = Radios(
        "What does the file list?",
        [InputRequired("Choose what the file lists.")],
        choices=[(str(kind), KINDS[kind]) for kind in ExtractKind],
    )
    file = FileField("The file", [FileRequired("Choose the file.")])


class CodeForm(Form):
    """Sent, so that no child's id stands in an address."""

    code = Text("Another CHILD id of the list", [InputRequired("Write the CHILD id."), LINE])


class SettleForm(Form):
    """Whom a CHILD id means: one of those who may be, another child held here, or nobody."""

    version = HiddenField()
    choice = Radios("Which child is it?", [InputRequired("Choose which child it is.")])
    number = Text(
        "The number of the child’s record here",
        [
            Optional(),
            Regexp(r"[0-9]{1,9}\Z", message="Write the number alone, as it stands in the address of the record."),
        ],
    )

    def shown_version(self) -> int:
        return version_in(self.version.data)

    @property
    def chosen_id(self) -> int | None:
        """None: nobody held here. Raises ValueError where another child is meant and no number is given."""
        if self.choice.data == NOBODY:
            return None
        return int(self.number.data) if self.choice.data == ANOTHER else int(self.choice.data)
