"""What is said of a child: by interviews as they are written up, and by what the police know and were told. Pure.

Reasons, harm and signs of exploitation are named once, with every interview in which they were; what the child wishes,
what the interviewer makes of it and what the police were told stand each by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.core.form_answers import Answer, shown
from tracker.core.interview_form import MORE, InterviewForm, Question, QuestionKind

CONCERNS = frozenset({"yes", "possible"})
"""Answers to a question about a sign of harm or exploitation that make it one."""

PREVENTION = "The police’s prevention interview raised harm"

NOTHING_NAMED = frozenset({"none_named", "none"})


class SaidKind(StrEnum):
    """Of what kind it is, in the order in which it is shown."""

    WISH = "wish"  # what the child says would help
    PUSH = "push"
    PULL = "pull"
    HARM = "harm"
    EXPLOITATION = "exploitation"
    ANALYSIS = "analysis"
    POLICE = "police"


@dataclass(frozen=True)
class InterviewWords:
    """What is written of one interview, with the form it was written by."""

    interview_id: int
    held_on: date
    form: InterviewForm
    answers: Mapping[str, Mapping[str, Answer]]


@dataclass(frozen=True)
class PoliceWords:
    """What the police were told of an interview, and what came of it."""

    share_id: int
    interview_id: int
    on: date
    what: str
    outcome: str | None


@dataclass(frozen=True)
class PreventionWords:
    """A prevention interview of the police that raised harm."""

    episode_id: int
    on: date
    outcome: str | None


@dataclass(frozen=True)
class Said:
    """One thing. `code`: under which a risk, step or action names it. `texts`: what is written beside it, newest last.

    `on`: the days of the interviews that bear it, oldest first.
    """

    code: str
    kind: SaidKind
    label: str
    on: tuple[date, ...]
    texts: tuple[str, ...] = ()


_LISTS = (("reasons", "push", SaidKind.PUSH), ("reasons", "pull", SaidKind.PULL), ("harm", "harm_kinds", SaidKind.HARM))
_SIGNS = (("harm", SaidKind.HARM), ("exploitation", SaidKind.EXPLOITATION), ("online", SaidKind.EXPLOITATION))
_TEXTS = (
    ("would_help", ("help_now", "help_next_time"), SaidKind.WISH),
    ("analysis", ("view", "pattern"), SaidKind.ANALYSIS),
)
SECTIONS = ("own_words", "would_help", "reasons", "whereabouts", "harm", "exploitation", "online", "analysis")
"""What the workspace reads of an interview's form, in this order: the rest stays with those who work with the child."""


def said(
    interviews: Sequence[InterviewWords],
    police: Sequence[PoliceWords] = (),
    prevention: Sequence[PreventionWords] = (),
) -> tuple[Said, ...]:
    """Everything, by kind; within a kind what was said most often, then last, leads. Interviews in any order."""
    found: dict[str, Said] = {}
    for words in sorted(interviews, key=lambda one: (one.held_on, one.interview_id)):
        for one in _said_in(words):
            before = found.get(one.code)
            found[one.code] = one if before is None else _together(before, one)
    for share in police:
        code, outcome = f"police.{share.share_id}", share.outcome or "No answer is recorded."
        found[code] = Said(code, SaidKind.POLICE, share.what, (share.on,), (outcome,))
    for raised in prevention:
        code, outcome = f"prevention.{raised.episode_id}", raised.outcome or "What it was is not recorded."
        found[code] = Said(code, SaidKind.POLICE, PREVENTION, (raised.on,), (outcome,))
    order = list(SaidKind)
    return tuple(
        sorted(found.values(), key=lambda one: (order.index(one.kind), -len(one.on), -one.on[-1].toordinal(), one.code))
    )


def _together(before: Said, new: Said) -> Said:
    return Said(new.code, new.kind, new.label, (*before.on, *new.on), (*before.texts, *new.texts))


def _said_in(words: InterviewWords) -> Iterator[Said]:
    for section, question, kind in _questions(words.form):
        answers = words.answers.get(section, {})
        given, more = answers.get(question.code), str(answers.get(question.code + MORE, ""))
        code = f"{section}.{question.code}"
        if question.kind is QuestionKind.CHOICES and isinstance(given, list):
            for option in given:
                if option not in NOTHING_NAMED:
                    label = shown(question, question.code, [option])[0]
                    texts = (more,) if more and (option == "other" or len(given) == 1) else ()
                    yield Said(f"{code}.{option}", kind, label, (words.held_on,), texts)
        elif question.kind is QuestionKind.CHOICE and given in CONCERNS:
            texts = (more,) if more else ()
            yield Said(code, kind, question.label, (words.held_on,), texts)
    yield from _texts(words)


def _questions(form: InterviewForm) -> Iterator[tuple[str, Question, SaidKind]]:
    lists = {(section, question): kind for section, question, kind in _LISTS}
    signs = dict(_SIGNS)
    for section in form.sections:
        for question in section.questions:
            if kind := lists.get((section.code, question.code)):
                yield section.code, question, kind
            elif section.code in signs and {code for code, _ in question.options} >= CONCERNS:
                yield section.code, question, signs[section.code]


def _texts(words: InterviewWords) -> Iterator[Said]:
    for section, questions, kind in _TEXTS:
        known = words.form.section(section)
        for question in known.questions if known else ():
            text = words.answers.get(section, {}).get(question.code)
            if question.code in questions and isinstance(text, str) and text:
                code = f"{kind}.{words.interview_id}.{question.code}"
                yield Said(code, kind, question.label, (words.held_on,), (text,))
