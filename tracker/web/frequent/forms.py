"""Forms of the workspace: what narrows the list, the quality check, closing a MARAMP, what an action answers."""

from collections.abc import Iterable

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length

from tracker.core.quality_check import Met
from tracker.core.said import Said
from tracker.services.pages.frequent_shapes import FrequentFilters
from tracker.web.actions.forms import ActionForm
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text
from tracker.web.records import LINE, RecordForm, version_in
from tracker.web.words import choices, words

TEXT = Length(max=2000, message="Write at most 2,000 characters here.")

PLANS = [("", "Any"), ("none", "No MARAMP"), ("overdue", "Review overdue")]
WHOSE = [("", "All children"), ("ours", "Our children"), ("other", "Other councils’ children")]
LABEL_LENGTH = 110


class FilterForm(Form):
    """What the list shows; read from the address."""

    class Meta:
        csrf = False

    rule = Select("Repeat rule", default="")
    plan = Select("MARAMP", choices=PLANS, default="")
    whose = Select("Whose", choices=WHOSE, default="")

    def offer_rules(self, rules: Iterable[tuple[str, str]]) -> None:
        self.rule.choices = [("", "Any rule"), *rules]

    def filters(self, sought: str = "") -> FrequentFilters:
        """What is no choice narrows nothing."""
        self.validate()
        given = {field.name: "" if field.errors else field.data or "" for field in (self.rule, self.plan, self.whose)}
        return FrequentFilters(**given, sought=sought)


class FindForm(Form):
    """Typed and sent, never in the address."""

    sought = Text("Find a child", [LINE])


class CheckForm(Form):
    """The quality check. `number`: of the role's newest check that the page showed."""

    number = HiddenField()
    heard = Radios("Was the child heard?", [InputRequired("Say whether the child was heard.")], choices(Met))
    understood = Radios(
        "Were the reasons understood?", [InputRequired("Say whether the reasons were understood.")], choices(Met)
    )
    done = Radios("Were the actions done?", [InputRequired("Say whether the actions were done.")], choices(Met))
    comment = LongText("Comment", [TEXT])

    def seen_number(self) -> int:
        return version_in(self.number.data)


class CloseForm(RecordForm):
    reason = LongText("Why is it closed?", [InputRequired("Write why it is closed."), TEXT])


class AnswersForm(RecordForm):
    """Which of what the interviews say something in the plan answers."""

    answers = Checkboxes("What does it answer?")

    def offer(self, told: Iterable[Said], held: Iterable[str] = ()) -> None:
        self.answers.choices = offered(told, held)


class PlanActionForm(ActionForm):
    answers = Checkboxes("What does it answer?")


def offered(told: Iterable[Said], held: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a risk, step or action may answer, as (code, words); what it held and is no longer recorded stays."""
    found = {one.code: f"{words(one.kind)}: {_short(one)}" for one in told}
    for code in held:
        found.setdefault(code, "Something that is no longer recorded")
    return list(found.items())


def _short(one: Said) -> str:
    """A code by its words; a text by its beginning."""
    told = one.texts[-1] if one.code.startswith(("wish.", "analysis.")) else one.label
    told = " ".join(told.split())
    return told if len(told) <= LABEL_LENGTH else f"{told[:LABEL_LENGTH].rstrip()}…"
