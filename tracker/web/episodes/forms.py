"""Forms of the episodes: the filter, finding the child, the facts, corrections, and short decisions.

Fields are named as the services name them, so that a refusal lands beside the box it speaks of.
"""

from typing import Any

from wtforms import BooleanField, DateField, HiddenField
from wtforms.validators import InputRequired, Optional, Regexp

from tracker.core.terms import (
    BreachReason,
    Cohort,
    EpisodeKind,
    ExclusionReason,
    InterviewState,
    LivingSetting,
    RiskLevel,
)
from tracker.web.episodes.wording import force_words
from tracker.web.fields import LondonDateField, LondonDateTimeField, TimeGiven
from tracker.web.forms import Form, LongText, Radios, Select, Text
from tracker.web.records import LINE, TEXT, KnownYear, RecordForm, version_in
from tracker.web.words import choices

NOT_KNOWN = ("", "Not known")
YES_NO_UNKNOWN = [("yes", "Yes"), ("no", "No"), ("", "Not known")]
OPEN = "open"
"""The choice of every state in which a clock runs or has run out."""

COHORTS = [(Cohort.ALL, "All children"), (Cohort.OURS, "Our children"), (Cohort.OTHER, "Other councils’ children")]


def _date(label: str) -> Any:
    return DateField(label, [Optional()], invalid_value_message="This is no date.")


class FilterForm(Form):
    """The filter of the list. It is sent by POST: the text searched for never stands in an address."""

    text = Text("Name, or police reference", [LINE])
    state = Select(
        "State",
        choices=[("", "Any state"), (OPEN, "Clock running or overdue"), *choices(InterviewState)],
        default="",
    )
    kind = Select("Kind", choices=[("", "Any kind"), *choices(EpisodeKind)], default="")
    risk = Select("Risk", choices=[("", "Any risk"), *choices(RiskLevel)], default="")
    cohort = Select("Whose children", choices=COHORTS, default=Cohort.ALL)
    team = Select("Team", default="")
    mine = BooleanField("Allocated to me")
    started_from = _date("Went missing from")
    started_to = _date("Went missing until")
    returned_from = _date("Returned from")
    returned_to = _date("Returned until")
    order = Select(
        "Order", choices=[("newest", "Newest first"), ("deadline", "Soonest deadline first")], default="newest"
    )


class FindChildForm(Form):
    """Who went missing: looked for before anything is made, so that one child is not held twice."""

    surname = Text("Surname", [InputRequired("Enter the child’s surname."), LINE])
    forename = Text("First name", [InputRequired("Enter the child’s first name."), LINE])
    date_of_birth = LondonDateField("Date of birth", [KnownYear()])


class ChildForm(Form):
    """A child not held before."""

    surname = Text("Surname", [InputRequired("Enter the child’s surname."), LINE])
    forename = Text("First name", [InputRequired("Enter the child’s first name."), LINE])
    date_of_birth = LondonDateField("Date of birth", [KnownYear()])
    sex = Radios("Sex", choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), NOT_KNOWN], default="")
    ethnicity = Text("Ethnicity", [LINE])
    address = Text("Address", [LINE])
    postcode = Text("Postcode", [LINE])
    council_id = Text("The council’s own number", [LINE])
    responsible_authority = Text("Responsible authority", [LINE])


class FactsForm(Form):
    """What is known of one going-missing. Only the start is needed."""

    missing_from_at = LondonDateTimeField(
        "When did the child go missing?", [TimeGiven("when the child went missing"), KnownYear()], time_required=False
    )
    found_at = LondonDateTimeField("When was the child found?", [KnownYear()], time_required=False)
    returned_at = LondonDateTimeField("When did the child return?", [KnownYear()], time_required=False)
    kind = Radios("Kind", choices=choices(EpisodeKind), default=EpisodeKind.MISSING)
    risk = Select("Risk, as the police grade it", choices=[NOT_KNOWN, *choices(RiskLevel)], default="")
    setting = Radios("Where does the child live?", choices=[*choices(LivingSetting), NOT_KNOWN], default="")
    known_to_services = Radios("Known to social care or youth justice?", choices=YES_NO_UNKNOWN, default="")
    force = Select("Police force", default="")
    police_reference = Text("Police reference", [LINE])
    reported_at = LondonDateTimeField("When was it reported to the police?", [KnownYear()])
    district = Text("District", [LINE])
    missing_from_address = Text("Missing from (place)", [LINE])
    last_seen_location = Text("Last seen (place)", [LINE])
    found_location = Text("Found at (place)", [LINE])
    found_by = Text("Found by", [LINE])
    circumstances = LongText("Circumstances", [TEXT])

    def set_forces(self, forces: list[str], held: str | None = None) -> None:
        """The forces whose reports are loaded here, and the one held."""
        known = sorted({*forces, *([held] if held else [])})
        self.force.choices = [("", "None yet"), *((force, force_words(force)) for force in known)]


class LogForm(FactsForm):
    """A new episode of a held child. `confirm` is asked only where the service asks it."""

    interview_requested = BooleanField("Ask for a return interview in any case")
    confirm = BooleanField("I have looked: this is another one. Log it.")


class LogNewChildForm(ChildForm, LogForm):
    """A new episode, of a child not held before."""


class CorrectForm(FactsForm, RecordForm):
    """Every fact as it is held, to be changed; emptied boxes take the fact away."""

    responsible_authority = Text("Responsible authority", [LINE])
    is_ours = Radios("Who is responsible for the child?", choices=[("yes", "We are"), ("no", "Another council")])
    team_id = Select("Team", default="")
    prevention_interview_at = LondonDateTimeField("When was the police’s prevention interview?", [KnownYear()])
    prevention_interview_outcome = LongText("What did it find?", [TEXT])
    reason = Text("Why is it corrected?", [LINE])


class FoundForm(RecordForm):
    found_at = LondonDateTimeField("When was the child found?", [TimeGiven("when the child was found"), KnownYear()])
    found_location = Text("Where? (if known)", [LINE])
    found_by = Text("By whom? (if known)", [LINE])


class ReturnForm(RecordForm):
    returned_at = LondonDateTimeField(
        "When did the child return?", [TimeGiven("when the child returned"), KnownYear()], time_required=False
    )


class PreventionForm(RecordForm):
    prevention_interview_at = LondonDateTimeField(
        "When did the police speak with the child?", [TimeGiven("when the police spoke with the child"), KnownYear()]
    )
    prevention_interview_outcome = LongText("What came of it?", [TEXT])
    prevention_interview_raised_harm = Radios(
        "Did the child tell of harm, or did the police see signs of it?", choices=YES_NO_UNKNOWN, default=""
    )


class ExcludeForm(RecordForm):
    reason = Radios(
        "Why is it not counted?",
        [InputRequired("Choose why it is not counted.")],
        choices=choices([ExclusionReason.CANCELLED, ExclusionReason.NOT_MISSING, ExclusionReason.CREATED_IN_ERROR]),
    )
    note = LongText("Anything to add", [TEXT])


class NoteForm(RecordForm):
    """A decision that takes a short note: reinstate, request an interview, settle an overlap."""

    note = LongText("Anything to add", [TEXT])


class BreachReasonForm(Form):
    reason = Radios(
        "Why was the interview not held in 72 hours?", [InputRequired("Choose the reason.")],
        choices=choices(BreachReason),
    )  # fmt: skip
    note = LongText("Anything to add", [TEXT])


class FindByNameForm(Form):
    text = Text("Name, date of birth, or a number", [InputRequired("Type part of a name."), LINE])


class MoveToForm(RecordForm):
    """The child whose button was pressed."""

    choice = HiddenField(validators=[Regexp(r"[0-9]{1,9}\Z", message="Choose a child.")])


class MoveToNewForm(RecordForm):
    """A child not held before, as far as it is known who it is."""

    surname = Text("Surname", [InputRequired("Enter the child’s surname."), LINE])
    forename = Text("First name", [InputRequired("Enter the child’s first name."), LINE])
    date_of_birth = LondonDateField("Date of birth", [KnownYear()])


class JoinForm(RecordForm):
    """Carries the versions of both episodes."""

    other_version = HiddenField()

    def shown_other_version(self) -> int:
        return version_in(self.other_version.data)


class DecisionForm(Form):
    take = Radios("Which value stands?", [InputRequired("Choose which value stands.")])


def yes_no(text: str | None) -> bool | None:
    """Of YES_NO_UNKNOWN."""
    return {"yes": True, "no": False}.get(text or "")


def yes_no_code(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
