"""Answers to the sections of an interview's form: brought into order, what is missing, what differs, as people read it.

Answers of one section: field → text, a code, or a list of codes; what is empty is not there. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.core.interview_form import MORE, InterviewForm, Question, QuestionKind, Section

Answer = str | list[str]
Answers = Mapping[str, Answer]

LONGEST = 20_000
"""Characters of one text."""

MOST_CODES = 200
_TAKEN_AWAY_FROM = 20  # a text of a word or two may go without a trace in the history


@dataclass(frozen=True)
class Missing:
    """A required question without an answer."""

    section: Section
    question: Question


@dataclass(frozen=True)
class Difference:
    """One field that two people answered differently. None: not answered."""

    field: str
    label: str
    question: Question
    held: Answer | None
    typed: Answer | None


def answers_of(section: Section, given: Mapping[str, object]) -> dict[str, Answer]:
    """In the section's order, without what is empty and without spaces around. Codes that no list has are kept.

    Raises ValueError for a field that the section does not have, or a value of another shape: a mistake of ours.
    """
    if unknown := sorted(set(given) - set(section.fields)):
        raise ValueError(f"the section {section.code!r} has no fields {unknown}")
    found: dict[str, Answer] = {}
    for question in section.questions:
        for field in question.fields:
            many = field == question.code and question.kind is QuestionKind.CHOICES
            answer = _codes(given.get(field), question) if many else _text(given.get(field))
            if answer:
                found[field] = answer
    return found


def _text(value: object) -> str:
    if value is not None and not isinstance(value, str):
        raise ValueError("a text was expected")
    return (value or "").replace("\x00", "").replace("\r\n", "\n").strip()


def _codes(value: object, question: Question) -> list[str]:
    """Each once, in the order of the list; those that the list does not have come after."""
    given = value if isinstance(value, list | tuple) else [value] if value else []
    wanted = dict.fromkeys(_text(one) for one in given)
    wanted.pop("", None)
    known = [code for code, _ in question.options if code in wanted]
    return [*known, *(code for code in wanted if code not in known)]


def too_long(section: Section, answers: Answers) -> list[Question]:
    """The questions with a text of more than LONGEST characters, or with more codes than any list has."""
    return [
        question for question in section.questions if any(_exceeds(answers.get(field, "")) for field in question.fields)
    ]


def _exceeds(answer: Answer) -> bool:
    if isinstance(answer, str):
        return len(answer) > LONGEST
    return len(answer) > MOST_CODES or any(len(code) > MOST_CODES for code in answer)


def is_answered(question: Question, answers: Answers) -> bool:
    """A text that explains is no answer to a list."""
    return question.code in answers


def missing_in(section: Section, answers: Answers) -> Iterator[Missing]:
    """Required at completion: without an answer, and without that of the question which may stand for it."""
    for question in section.questions:
        stands = bool(question.unless) and question.unless in answers
        if question.required and not is_answered(question, answers) and not stands:
            yield Missing(section, question)


def missing(form: InterviewForm, answers: Mapping[str, Answers]) -> list[Missing]:
    """Of the whole form; `answers`: section code → its answers."""
    return [one for section in form.sections for one in missing_in(section, answers.get(section.code, {}))]


def differences(section: Section, held: Answers, typed: Answers) -> list[Difference]:
    """Field by field, in the section's order."""
    return [
        Difference(field, label_of(question, field), question, held.get(field), typed.get(field))
        for question in section.questions
        for field in question.fields
        if held.get(field) != typed.get(field)
    ]


def label_of(question: Question, field: str) -> str:
    """What a field is called by itself."""
    return f"{question.label} {question.more}" if field == question.code + MORE else question.label


def shown(question: Question, field: str, answer: Answer | None) -> list[str]:
    """What people read for an answer, one or several; a code that the list does not have shows as itself."""
    if not answer:
        return []
    labels = dict(question.options) if field == question.code else {}
    if isinstance(answer, str):
        is_time = field == question.code and question.kind is QuestionKind.DATE_TIME
        return [_written(answer) if is_time else labels.get(answer, answer)]
    return [labels.get(code, code) for code in answer]


def _written(text: str) -> str:
    """`2026-11-16T12:05` → `16 Nov 2026, 12:05`; what is no such time shows as it was written."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.day} {at:%b %Y, %H:%M}"


def takes_away(before: Answers, after: Answers) -> bool:
    """Whether any text became shorter by more than half, or any code went: what was there is then kept."""
    for field, old in before.items():
        new = after.get(field, "")
        if isinstance(old, str):
            if len(old) >= _TAKEN_AWAY_FROM and len(new) * 2 < len(old):
                return True
        elif not set(old) <= set(new):
            return True
    return False
