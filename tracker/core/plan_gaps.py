"""What interviews and the police's answers say about a child, and what in the MARAMP answers each. Pure.

Reasons, harm and signs of exploitation are named once, with every interview in which they were; what the child wishes,
what the interviewer makes of it and what the police were told stand each by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from tracker.core.form_answers import Answer, shown
from tracker.core.interview_form import MORE, InterviewForm, Question, QuestionKind
from tracker.core.maramp import MarampPlan

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


class Does(StrEnum):
    RISK = "risk"
    STEP = "step"
    ACTION = "action"


@dataclass(frozen=True)
class PlanAnswer:
    does: Does
    what: str


class Acts(Protocol):
    """An action of the plan that is to be done or done (services.pages.actions.ActionView)."""

    @property
    def what(self) -> str: ...

    @property
    def answers(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class SaidAndPlanned:
    """`is_gap`: nothing that is done answers it. A risk that names it without a step or action leaves it a gap."""

    said: Said
    answered: tuple[PlanAnswer, ...] = field(default=())

    @property
    def is_gap(self) -> bool:
        return not any(answer.does is not Does.RISK for answer in self.answered)


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


def beside_the_plan(
    told: Sequence[Said], plan: MarampPlan | None, actions: Sequence[Acts]
) -> tuple[SaidAndPlanned, ...]:
    """Beside each thing what in the plan answers it. `actions`: those that are not withdrawn."""
    answered: dict[str, list[PlanAnswer]] = {}
    held: list[tuple[Does, str, Sequence[str]]] = []
    if plan is not None:
        held += [(Does.RISK, risk.what, risk.answers) for risk in plan.risks]
        held += [(Does.STEP, step.what, step.answers) for step in plan.steps]
    held += [(Does.ACTION, action.what, action.answers) for action in actions]
    for does, what, codes in held:
        for code in codes:
            answered.setdefault(code, []).append(PlanAnswer(does, what))
    return tuple(SaidAndPlanned(one, tuple(answered.get(one.code, ()))) for one in told)
