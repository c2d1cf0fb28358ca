"""The form of a return home interview: its sections and questions.

A form is data. What is asked may change from one month to the next: an interview goes on with the form it was begun
with, so that old answers are always shown by the labels that they were given by. Pure.
"""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

RISK_LEVEL = "risk_level"
"""The question whose codes are the service's own, because records and figures use them."""

RESERVED = frozenset({"print", "finish", "reopen", "conflicts", "token", "review", "police"})
"""Codes that no section may have: pages beside the sections have these addresses."""

MORE = "_more"
"""The free text beside a question is kept under the question's code with this at its end."""


class QuestionKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"  # one of a list
    CHOICES = "choices"  # any of a list
    YES_NO_UNKNOWN = "yes_no_unknown"
    DATE_TIME = "date_time"  # local to London, kept as it was written


YES_NO_UNKNOWN = (("yes", "Yes"), ("no", "No"), ("not_known", "Not known"))


@dataclass(frozen=True)
class Question:
    """`options`: (code, label) in order. `more`: the label of a free text beside it, empty for none.

    `required`: at completion, never before. `unless`: a question of the section that stands for it when answered.
    """

    code: str
    label: str
    kind: QuestionKind
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    more: str = ""
    unless: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Under which names its answers are kept."""
        return (self.code, self.code + MORE) if self.more else (self.code,)


@dataclass(frozen=True)
class Section:
    """`verbatim`: only what the child said, kept apart from everything else."""

    code: str
    title: str
    questions: tuple[Question, ...]
    hint: str = ""
    verbatim: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(field for question in self.questions for field in question.fields)


@dataclass(frozen=True)
class InterviewForm:
    title: str
    sections: tuple[Section, ...]

    def section(self, code: str) -> Section | None:
        return next((section for section in self.sections if section.code == code), None)

    def plain(self) -> dict[str, Any]:
        """As JSON knows it; `form_definition.form_of` reads it back. Lists are pairs, so that their order is kept."""
        return {"title": self.title, "sections": [_plain_section(section) for section in self.sections]}

    def sha256(self) -> str:
        """Of its canonical JSON: two forms with one sum ask the same, in the same words and order."""
        text = json.dumps(self.plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain_section(section: Section) -> dict[str, Any]:
    questions = [
        {**question.__dict__, "kind": str(question.kind), "options": [list(pair) for pair in question.options]}
        for question in section.questions
    ]
    return {**section.__dict__, "questions": questions}
