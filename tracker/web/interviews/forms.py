"""Forms of the return home interview. Fields are named as the services name them."""

from typing import Any

from wtforms import BooleanField
from wtforms.validators import InputRequired, Optional, StopValidation

from tracker.core.interview_terms import ContactWith
from tracker.core.terms import DeclinedBy
from tracker.services.pages.people import PersonChoice
from tracker.web.fields import LondonDateTimeField, TimeGiven
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text
from tracker.web.records import LINE, TEXT, KnownYear
from tracker.web.words import choices


def person_choices(people: tuple[PersonChoice, ...], caring: frozenset[int] = frozenset()) -> list[tuple[str, str]]:
    """Each with their team and how many clocks they have, so that work is shared out fairly.

    `caring`: those known to care for the child; they hold it only with a reason.
    """
    offered = (
        (str(person.id), person_words(person) + (", not independent" if person.id in caring else ""))
        for person in people
    )
    return [("", "Choose a person"), *offered]


def person_words(person: PersonChoice) -> str:
    clocks = f"{person.open_clocks} open clock{'' if person.open_clocks == 1 else 's'}"
    return ", ".join(
        [person.name, *([person.team] if person.team else []), clocks, *(["away"] if person.is_away else [])]
    )


class NeededWhen:
    """Validator: this box must be filled where another field has one of these values."""

    def __init__(self, other: str, values: tuple[str, ...], sentence: str) -> None:
        self.other, self.values, self.sentence = other, values, sentence

    def __call__(self, form: Any, field: Any) -> None:
        if form[self.other].data in self.values and not (field.data or "").strip():
            raise StopValidation(self.sentence)


class AllocateForm(Form):
    person_id = Select("Who holds the interview?", [InputRequired("Choose who holds the interview.")])
    independent = Radios(
        "Is this person independent?",
        [InputRequired("Say whether this person is independent.")],
        choices=[("yes", "Yes: not involved in caring for the child"), ("no", "No: the reason is below")],
    )
    not_independent_reason = LongText(
        "If not independent: why this person?",
        [NeededWhen("independent", ("no",), "Say why somebody who is not independent holds it."), TEXT],
    )
    note = LongText("A word for this person (optional)", [TEXT])


class OfferForm(Form):
    offered_at = LondonDateTimeField(
        "When did the offer reach the child or carer?", [TimeGiven("when the offer reached them"), KnownYear()]
    )
    offered_to = Radios("Whom did it reach?", [Optional()], choices=choices(ContactWith))


class OutcomeForm(Form):
    """An outcome may cover several episodes of the child: those ended and not yet closed are offered."""

    episode_ids = Checkboxes("Which episodes did it cover?", coerce=int)

    def validate_episode_ids(self, field: Any) -> None:
        if not field.data and not field.errors:
            raise StopValidation("Choose at least one episode.")


class CompletedForm(OutcomeForm):
    completed_at = LondonDateTimeField(
        "When did the conversation end?", [TimeGiven("when the conversation ended"), KnownYear()]
    )
    interviewer_name = Text("Who held it?", [LINE])
    written_elsewhere = BooleanField("It is written up there: nobody here is asked for the form")


class DeclinedForm(OutcomeForm):
    declined_at = LondonDateTimeField("When was it declined?", [TimeGiven("when it was declined"), KnownYear()])
    declined_by = Radios("Who declined?", [InputRequired("Choose who declined.")], choices=choices(DeclinedBy))
    reason = LongText(
        "What reason was given?", [InputRequired("Write the reason given; “none given” is an answer."), TEXT]
    )
    child_was_asked = Radios("Was the child asked?", [Optional()], choices=[("yes", "Yes"), ("no", "No")])
    child_not_asked_reason = LongText("If not: why was the child not asked?", [TEXT])
    carer_asked_instead = LongText("What was the carer asked instead?", [TEXT])


class NotRequiredForm(Form):
    reason = LongText("Why is no interview required?", [InputRequired("Say why no interview is required."), TEXT])


class ApprovalForm(Form):
    decision = Radios(
        "Your decision",
        [InputRequired("Choose one.")],
        choices=[
            ("approve", "Approve: no interview is required"),
            ("refuse", "Do not approve: an interview is required"),
        ],
    )
    reason = LongText(
        "If you do not approve: why?", [NeededWhen("decision", ("refuse",), "Say why an interview is required."), TEXT]
    )


class DetachForm(Form):
    reason = Text("Why does it not cover this episode?", [InputRequired("Say why it does not cover it."), LINE])
