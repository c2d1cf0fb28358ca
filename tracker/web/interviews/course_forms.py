"""Forms of an interview's course. Fields are named as the services name them."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from tracker.core.interview_terms import (
    AskedBecause,
    AuthorityAnswer,
    ContactMethod,
    ContactOutcome,
    ContactRelation,
    ContactWith,
    NotHeldReason,
)
from tracker.services.plan_visit import LONGEST_MINUTES, SHORTEST_MINUTES
from tracker.web.fields import LondonDateTimeField, TimeGiven
from tracker.web.forms import Form, LongText, Radios, Select, Text
from tracker.web.records import LINE, TEXT, KnownYear, RecordForm
from tracker.web.words import choices

CANCELLED = "cancelled"
"""The choice of a visit that was called off, beside the reasons for one that was not held."""

_MINUTES = f"Write a number of minutes from {SHORTEST_MINUTES} to {LONGEST_MINUTES}."


class AttemptForm(Form):
    outcome = Radios("What came of it?", [InputRequired("Choose what came of it.")], choices=choices(ContactOutcome))
    with_whom = Radios("Whom did you try to reach?", [InputRequired("Choose whom.")], choices=choices(ContactWith))
    method = Radios("How?", [InputRequired("Choose how.")], choices=choices(ContactMethod))
    at = LondonDateTimeField("When was it?", [TimeGiven("when it was"), KnownYear()])
    note = LongText("Anything the next person should know (optional)", [TEXT])


class AcceptedForm(Form):
    accepted_by = Radios("Who accepted?", [InputRequired("Choose who accepted.")], choices=choices(ContactWith))
    accepted_at = LondonDateTimeField("When was it accepted?", [TimeGiven("when it was accepted"), KnownYear()])


class PlanForm(Form):
    planned_at = LondonDateTimeField("When is the visit?", [TimeGiven("when the visit is"), KnownYear()])
    minutes = IntegerField(
        "How many minutes?",
        [InputRequired(_MINUTES), NumberRange(SHORTEST_MINUTES, LONGEST_MINUTES, message=_MINUTES)],
    )
    place = Text("Where?", [InputRequired("Say where it is to be."), LINE])
    note = LongText("Anything to remember (optional)", [TEXT])


class VisitEndForm(Form):
    reason = Radios(
        "What happened?",
        [InputRequired("Choose what happened.")],
        choices=[*choices(NotHeldReason), (CANCELLED, "It was called off beforehand, and nothing went wrong")],
    )
    note = LongText("Anything the next person should know (optional)", [TEXT])


class AskForm(Form):
    authority = Text("Which council was asked?", [InputRequired("Say which council was asked."), LINE])
    why = Radios("Why that council?", [InputRequired("Choose why.")], choices=choices(AskedBecause))
    asked_of = Text("Which person or desk there? (optional)", [LINE])
    asked_how = Select("How?", [InputRequired("Choose how.")], choices=[("", "Choose how"), *choices(ContactMethod)])
    asked_at = LondonDateTimeField("When?", [TimeGiven("when it was asked"), KnownYear()])


class AnswerForm(Form):
    answer = Radios("What do they say?", [InputRequired("Choose what they say.")], choices=choices(AuthorityAnswer))
    answered_by = Text("Who answered? (optional)", [LINE])
    answered_at = LondonDateTimeField("When did they answer?", [TimeGiven("when they answered"), KnownYear()])
    note = LongText("What else they said (optional)", [TEXT])


class ReasonForm(Form):
    reason = Text("Why is it withdrawn?", [InputRequired("Say why it is withdrawn."), LINE])


class ContactForm(RecordForm):
    relation = Radios(
        "Who are they to the child?", [InputRequired("Choose who they are.")], choices=choices(ContactRelation)
    )
    name = Text("Name", [InputRequired("Write a name."), LINE])
    phone = Text("Telephone number", [LINE])
    email = Text("E-mail address", [LINE])
    note = Text("Good to know (optional)", [LINE])
