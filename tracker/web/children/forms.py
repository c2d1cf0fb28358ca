"""Forms of the children's pages: the search, the review of a repeat flag, merging, the child's own details."""

from collections.abc import Iterable

from wtforms import HiddenField
from wtforms.validators import InputRequired

from tracker.web.children.words import number_words
from tracker.web.episodes.forms import NOT_KNOWN, YES_NO_UNKNOWN
from tracker.web.fields import LondonDateField
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text
from tracker.web.records import LINE, TEXT, KnownYear, RecordForm, version_in
from tracker.web.words import words


class SearchForm(Form):
    text = Text("Name, date of birth, or a number", [LINE])


class FindOtherForm(Form):
    text = Text("Name, date of birth, or a number", [InputRequired("Type part of a name."), LINE])


class ReviewForm(Form):
    decision = LongText("What was decided?", [InputRequired("Write what was decided."), TEXT])
    maramp_on = LondonDateField("When is the MARAMP held? (if one is)", [KnownYear()])


class MergeForm(RecordForm):
    """Carries the versions of both records; which values are taken, the page's radio buttons say."""

    other_version = HiddenField()

    def shown_other_version(self) -> int:
        return version_in(self.other_version.data)


class UnmergeForm(RecordForm):
    also = Checkboxes("Which of these go with the other child?")


class DetailsForm(RecordForm):
    """Fields are named as the service names them."""

    surname = Text("Surname", [InputRequired("Enter the child’s surname."), LINE])
    forename = Text("First name", [InputRequired("Enter the child’s first name."), LINE])
    date_of_birth = LondonDateField("Date of birth", [KnownYear()])
    sex = Radios("Sex", default="")
    ethnicity = Text("Ethnicity", [LINE])
    address = Text("Address", [LINE])
    postcode = Text("Postcode", [LINE])
    council_id = Text("The council’s own number", [LINE])
    responsible_authority = Text("Responsible authority", [LINE])
    is_ours = Radios("Who is responsible for the child?", choices=[("yes", "We are"), ("no", "Another council")])
    known_to_services = Radios("Known to social care or youth justice?", choices=YES_NO_UNKNOWN, default="")
    team_id = Select("Team", default="")

    def offer_sex(self, held: object) -> None:
        """The usual words, and whatever a report said."""
        offered = dict([("female", "Female"), ("male", "Male"), ("other", "Other"), NOT_KNOWN])
        if held and str(held) not in offered:
            offered[str(held)] = words(str(held))
        self.sex.choices = list(offered.items())


class AddNameForm(Form):
    other_forename = Text("Other first name", [InputRequired("Enter the other first name."), LINE])
    other_surname = Text("Other surname", [InputRequired("Enter the other surname."), LINE])


class AddNumberForm(Form):
    kind = Select("Whose number is it?", [InputRequired("Choose whose number it is.")], default="")
    value = Text("Number", [InputRequired("Enter the number."), LINE])

    def set_kinds(self, kinds: Iterable[str]) -> None:
        self.kind.choices = [("", "Choose"), *((kind, number_words(kind)) for kind in kinds)]
