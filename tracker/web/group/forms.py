"""Forms of the group's meetings. Fields are named as the services name them."""

from collections.abc import Iterable
from typing import Any

from wtforms.validators import InputRequired, StopValidation

from tracker.core.group_terms import GroupDecision
from tracker.services.actions import NewAction
from tracker.services.hold_group_meeting import Record
from tracker.services.pages.group_shapes import GroupMeetingPage, ItemPage, MemberView
from tracker.services.plan_group_meeting import MeetingPlan
from tracker.web.fields import LondonDateField, LondonDateTimeField, TimeGiven
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text
from tracker.web.records import LINE, TEXT, KnownYear, RecordForm
from tracker.web.words import choices


def lines_of(text: str) -> tuple[str, ...]:
    """One entry a line, empty lines left out."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class PlanForm(RecordForm):
    meets_at = LondonDateTimeField("When does the group meet?", [TimeGiven("when the group meets"), KnownYear()])
    place = Text("Where, or by which link?", [InputRequired("Write where the group meets, or the link."), TEXT])
    chair = Text("Who chairs it?", [InputRequired("Write who chairs the meeting."), LINE])
    person_ids = Checkboxes("Who is invited, of the people here?")
    others = LongText("Who else is invited?", [TEXT])

    def offer(self, people: Iterable[tuple[int, str]]) -> None:
        self.person_ids.choices = [(str(id_), name) for id_, name in people]

    def plan(self) -> MeetingPlan:
        return MeetingPlan(
            self.meets_at.data, self.place.data, self.chair.data, tuple(int(id_) for id_ in self.person_ids.data or ()),
            lines_of(self.others.data),
        )  # fmt: skip

    def fill(self, page: GroupMeetingPage) -> None:
        self.version.data = str(page.version)
        self.meets_at.process(None, page.meets_at)
        self.place.data, self.chair.data = page.place, page.chair
        self.start_with(
            [member.person_id for member in page.members if member.person_id is not None],
            [member.name for member in page.members if member.person_id is None],
        )

    def start_with(self, here: Iterable[int], others: Iterable[str]) -> None:
        self.person_ids.data = [str(id_) for id_ in here]
        self.others.data = "\n".join(others)


class ReasonForm(RecordForm):
    """Why: of calling a meeting off, and of leaving a child out."""

    reason = LongText("Why?", [InputRequired("Write why."), TEXT])


class LeaveOutForm(Form):
    """Several children, for one reason."""

    item_ids = Checkboxes("Which children?")
    reason = LongText("Why?", [InputRequired("Write why the children are left out."), TEXT])


class AddChildForm(Form):
    flagged = Select("A child on a repeat flag", default="")
    number = Text("Or the number of the child’s record", [LINE])
    why = LongText(
        "Why should the group speak of this child?", [InputRequired("Write why the group should speak of them."), TEXT]
    )

    def validate_number(self, field: Any) -> None:
        if bool(field.data) == bool(self.flagged.data):
            raise StopValidation("Choose a child from the list, or enter a number: one of the two.")
        if field.data and not (field.data.isascii() and field.data.isdecimal() and len(field.data) < 10):
            raise StopValidation("A child’s number has digits only. It stands on the child’s page.")

    @property
    def child_id(self) -> int:
        return int(self.flagged.data or self.number.data)


class AttendanceForm(RecordForm):
    present = Checkboxes("Who is there?")
    apologies = Checkboxes("Who sent apologies?")
    others = LongText("Who else is there?", [TEXT])

    def offer(self, members: Iterable[MemberView]) -> None:
        offered = [(str(member.id), member.name) for member in members]
        self.present.choices = offered
        self.apologies.choices = offered


class BusinessForm(RecordForm):
    other_business = LongText("Any other business", [TEXT])
    next_at = LondonDateTimeField("When does the group meet next?", [KnownYear()])


class DoneForm(RecordForm):
    outcome = LongText("What came of it?", [InputRequired("Write what came of it."), TEXT])


class CorrectionForm(Form):
    text = LongText(
        "What is wrong, and what is right?", [InputRequired("Write what is wrong, and what is right."), TEXT]
    )


class ItemForm(RecordForm):
    """What was said and decided, and one action, if there is one."""

    discussion = LongText("What was said?", [TEXT])
    decision = Radios("What is decided?", choices=choices(GroupDecision), validate_choice=False)
    words = LongText("The decision in words, with its reason", [TEXT])
    maramp_on = LondonDateField("By when is the MARAMP to be held?", [KnownYear()])
    bring_back_on = LondonDateField("Bring the child back on", [KnownYear()])
    what = LongText("What is to be done?", [TEXT])
    owner_id = Select("Who is to do it?", default="")
    owner_name = Text("Or somebody who does not sign in here", [LINE])
    due_on = LondonDateField("By when?", [KnownYear()])

    def offer_owners(self, people: Iterable[tuple[int, str]]) -> None:
        self.owner_id.choices = [("", "Choose a person"), *((str(id_), name) for id_, name in people)]

    def validate_decision(self, field: Any) -> None:
        if field.data and field.data not in {str(member) for member in GroupDecision}:
            raise StopValidation("Choose from the list.")

    def validate_due_on(self, field: LondonDateField) -> None:
        typed = self.what.data or self.owner_id.data or self.owner_name.data
        if field.data is None and typed:
            raise StopValidation("Enter the day by which it is to be done.")

    def fill(self, page: ItemPage) -> None:
        self.version.data = str(page.version)
        self.discussion.data, self.words.data = page.discussion or "", page.words or ""
        self.decision.data = str(page.decision) if page.decision else None
        self.maramp_on.process(None, page.maramp_on)
        self.bring_back_on.process(None, page.bring_back_on)

    def record(self) -> Record:
        decision = GroupDecision(self.decision.data) if self.decision.data else None
        return Record(self.discussion.data, decision, self.words.data, self.maramp_on.data, self.bring_back_on.data)

    def action(self) -> NewAction | None:
        """None where nothing of one was typed."""
        if self.due_on.data is None:
            return None
        owner_id = int(self.owner_id.data) if self.owner_id.data else None
        return NewAction(self.what.data, self.due_on.data, owner_id, self.owner_name.data or None)
