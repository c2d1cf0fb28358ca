"""Forms of the feeds' pages."""

from collections.abc import Iterable

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired, Length

from tracker.core.feed import USUAL_DATE_FORMATS
from tracker.core.feed_definition import LONGEST_TEXT, FeedProblem
from tracker.core.feed_rules import DAYS
from tracker.services.save_feed import LONGEST_NOTE
from tracker.web.feeds.wording import DAY_WORDS, written
from tracker.web.forms import Checkboxes, Form, LongText, Radios, Select, Text

SHORT = Length(max=LONGEST_TEXT, message=f"Use at most {LONGEST_TEXT} characters.")
NOTE = Length(max=LONGEST_NOTE, message=f"Use at most {LONGEST_NOTE} characters.")


class SampleForm(Form):
    """A sample, as a file or as an earlier receipt."""

    file = FileField("A report of this force, as a file")
    receipt = Select("Or a report that has come in already")

    def offer(self, receipts: Iterable[tuple[str, str]]) -> None:
        """Without receipts to choose from, there is no such question."""
        self.receipt.choices = [("", "None"), *receipts]
        if len(self.receipt.choices) == 1:
            del self.receipt

    @property
    def receipt_id(self) -> int | None:
        return int(self.receipt.data) if "receipt" in self and self.receipt.data else None


class NewFeedForm(SampleForm):
    force_name = Text(
        "Which police force sends the report?",
        [InputRequired("Write the force's name."), Length(max=60, message="Use at most 60 characters.")],
    )


class StepForm(Form):
    """One step of a draft: it carries the draft's key, so that a page of an older draft changes nothing."""

    draft = HiddenField()

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)
        self.found: list[tuple[str | None, str]] = []

    def tell(self, problems: Iterable[FeedProblem]) -> None:
        """Problems of the definition, in the summary above the page."""
        self.found += [(None, problem.sentence) for problem in problems]

    def all_errors(self) -> list[tuple[str | None, str]]:
        return [*super().all_errors(), *self.found]


class RulesForm(StepForm):
    """Dates, the return, the force and when its report is expected."""

    date_formats = Checkboxes("How does this force write its dates?")
    found_means_returned = Radios(
        "When this force writes “found”, is the child back?",
        [InputRequired("Say whether “found” means that the child is back. If in doubt: no.")],
        choices=[("no", "No, or not always"), ("yes", "Yes, always")],
    )
    force = Text("Short name of the force", [InputRequired("Write a short name for the force."), SHORT])
    description = Text("Description", [SHORT])
    own_authority = LongText("How may this force write your council's name?")
    reference_pattern = Text("Pattern that every reference fits", [SHORT])
    expected_by = Text("By when is the day's report expected?", [SHORT])
    expected_days = Checkboxes("On which days?", choices=list(DAY_WORDS.items()))
    lists_changes_only = BooleanField("The report lists only what is new or has changed")

    def offer_formats(self, more: Iterable[str]) -> None:
        """The usual formats and those of the sample or of the feed, each shown by an example."""
        formats = dict.fromkeys([*more, *USUAL_DATE_FORMATS])
        self.date_formats.choices = [(one, written(one)) for one in formats]


class SaveForm(StepForm):
    name = Text("Name of the feed", [SHORT])
    note = LongText("What is new, and why?", [InputRequired("Say what was changed, and why."), NOTE])


class NoteForm(Form):
    """Retiring or restoring a version, with the reason and the version that was looked at."""

    version = HiddenField()
    note = Text("Why?", [InputRequired("Say why."), NOTE])

    @property
    def version_no(self) -> int | None:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


class ImportForm(Form):
    """A feed file, and why it is loaded."""

    file = FileField("The feed file", [FileRequired("Choose the feed file.")])
    note = Text("What is new, and why?", [InputRequired("Say what was changed, and why."), NOTE])


def lines_of(text: str) -> list[str]:
    """What stands on the lines of a text, each once."""
    return list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in text.splitlines()))))


def every_day(days: list[str]) -> list[str]:
    """All seven are the default, which a definition leaves out."""
    return [] if len(days) in (0, len(DAYS)) else days
