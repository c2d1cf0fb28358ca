"""One section of the interview's form on a page: what is held or was typed, and the errors beside its questions."""

from collections.abc import Mapping
from datetime import datetime

from werkzeug.datastructures import MultiDict

from tracker.core.form_answers import Answer
from tracker.core.interview_form import Question, QuestionKind, Section
from tracker.services.errors import Refused
from tracker.web.records import version_in

BOX = "q-"
"""Stands before every field of the form, so that none is taken for one of the page's own."""

WITH_LIST = frozenset({QuestionKind.CHOICE, QuestionKind.CHOICES, QuestionKind.YES_NO_UNKNOWN})


class SectionForm:
    """`version`: of the section that the page showed. `writer_id`: as whom the page was opened.

    `conflict_id`: what was typed here is kept beside another's text, and goes on there.
    """

    def __init__(
        self,
        section: Section,
        answers: Mapping[str, Answer],
        version: int,
        writer_id: int,
        conflict_id: int | None = None,
        saved_at: datetime | None = None,
    ) -> None:
        self.section, self.answers, self.version = section, answers, version
        self.writer_id, self.conflict_id, self.saved_at = writer_id, conflict_id, saved_at
        self.errors: dict[str, list[str]] = {}
        self.form_errors: list[str] = []

    @classmethod
    def sent(cls, section: Section, given: MultiDict[str, str]) -> "SectionForm":
        """What a page sent, read by the section's questions."""
        many = {question.code for question in section.questions if question.kind is QuestionKind.CHOICES}
        answers: dict[str, Answer] = {
            field: given.getlist(BOX + field) if field in many else given.get(BOX + field, "")
            for field in section.fields
        }
        kept = version_in(given.get("conflict_id"))
        return cls(
            section, answers, version_in(given.get("version")), version_in(given.get("writer")), max(kept, 0) or None
        )

    def text(self, field: str) -> str:
        answer = self.answers.get(field, "")
        return answer if isinstance(answer, str) else ", ".join(answer)

    def offered(self, question: Question) -> list[tuple[str, str, bool]]:
        """(code, label, chosen) of each option; a code that the list does not have is offered as itself."""
        answer = self.answers.get(question.code, "")
        chosen = [answer] if isinstance(answer, str) else answer
        known = dict(question.options)
        extra = [(code, code) for code in chosen if code and code not in known]
        return [(code, label, code in chosen) for code, label in (*question.options, *extra)]

    def all_errors(self) -> list[tuple[str | None, str]]:
        """For the error summary: (id of the box to go to, sentence)."""
        found: list[tuple[str | None, str]] = [(None, sentence) for sentence in self.form_errors]
        for question in self.section.questions:
            box = f"{BOX}{question.code}-0" if question.kind in WITH_LIST else BOX + question.code
            found += [(box, sentence) for sentence in self.errors.get(question.code, [])]
        return found

    def add_problems(self, refused: Refused) -> None:
        codes = {question.code for question in self.section.questions}
        for problem in refused.problems:
            named = next((field for field in problem.fields if field in codes), None)
            if named is None:
                self.form_errors.append(problem.sentence)
            else:
                self.errors.setdefault(named, []).append(problem.sentence)
