"""Reading the definition of an interview's form: from the settings' file, or from what an interview pinned. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.core.interview_form import (
    RESERVED,
    RISK_LEVEL,
    YES_NO_UNKNOWN,
    InterviewForm,
    Question,
    QuestionKind,
    Section,
)
from tracker.core.terms import RiskLevel

Options = tuple[tuple[str, str], ...]


class FormDefinitionError(ValueError):
    """A definition that cannot be used; its text is a sentence for whoever wrote it."""


_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WITH_LIST = frozenset({QuestionKind.CHOICE, QuestionKind.CHOICES})


def form_of(given: Mapping[str, Any]) -> InterviewForm:
    """Read a definition, of a settings file or of `plain`. Raises FormDefinitionError for whoever wrote it."""
    lists = {name: _options(given_list) for name, given_list in _table(given.get("lists", {}), "lists").items()}
    sections = tuple(_section(_table(one, "sections"), lists) for one in given.get("sections") or ())
    _only(given, {"title", "lists", "sections"}, "The form")
    if not sections:
        raise FormDefinitionError("The form has no sections.")
    _once([section.code for section in sections], "sections")
    levels = [q for section in sections for q in section.questions if q.code == RISK_LEVEL]
    if len(levels) != 1 or {code for code, _ in levels[0].options} != {str(level) for level in RiskLevel}:
        known = ", ".join(RiskLevel)
        raise FormDefinitionError(f"The form needs one question “{RISK_LEVEL}” with exactly these options: {known}.")
    return InterviewForm(_text(given, "title", "The form"), sections)


def _section(given: Mapping[str, Any], lists: Mapping[str, Options]) -> Section:
    code = _code(given, "A section")
    where = f"The section “{code}”"
    if code in RESERVED:
        raise FormDefinitionError(f"No section may be called “{code}”: a page beside the sections has that name.")
    _only(given, {"code", "title", "hint", "verbatim", "questions"}, where)
    questions = tuple(_question(_table(one, where), lists, where) for one in given.get("questions") or ())
    if not questions:
        raise FormDefinitionError(f"{where} has no questions.")
    section = Section(
        code, _text(given, "title", where), questions, str(given.get("hint", "")), _flag(given, "verbatim")
    )
    _once(section.fields, f"fields of {where[4:]}")
    codes = {question.code for question in questions}
    for question in questions:
        if question.unless and (question.unless not in codes or question.unless == question.code):
            raise FormDefinitionError(f"{where}: “unless” of “{question.code}” names no other question of the section.")
    return section


def _question(given: Mapping[str, Any], lists: Mapping[str, Options], section: str) -> Question:
    code = _code(given, f"A question of {section[4:]}")
    where = f"{section}, question “{code}”"
    _only(given, {"code", "label", "kind", "required", "hint", "options", "list", "more", "unless"}, where)
    if given.get("kind") not in set(QuestionKind):
        raise FormDefinitionError(f"{where}: “kind” must be one of {', '.join(QuestionKind)}.")
    kind, named = QuestionKind(given["kind"]), given.get("list")
    if named is not None and named not in lists:
        raise FormDefinitionError(f"{where}: there is no list “{named}”.")
    options = lists[named] if named is not None else _options(given.get("options") or {})
    if kind is QuestionKind.YES_NO_UNKNOWN:
        options = YES_NO_UNKNOWN
    elif (kind in _WITH_LIST) != bool(options):
        raise FormDefinitionError(
            f"{where}: a {kind.replace('_', ' ')} {'needs' if kind in _WITH_LIST else 'has no'} options."
        )
    texts = {name: str(given.get(name, "")) for name in ("hint", "more", "unless")}
    return Question(code, _text(given, "label", where), kind, _flag(given, "required"), options=options, **texts)


def _options(given: Any) -> Options:
    pairs = tuple((str(code), str(label)) for code, label in (given.items() if isinstance(given, Mapping) else given))
    for code, label in pairs:
        if not _CODE.fullmatch(code) or not label.strip():
            raise FormDefinitionError(
                f"The option “{code}” needs a code of small letters, digits and _, and words to show."
            )
    return pairs


def _table(given: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise FormDefinitionError(f"{name}: a table is needed here.")
    return given


def _code(given: Mapping[str, Any], where: str) -> str:
    code = str(given.get("code", ""))
    if not _CODE.fullmatch(code):
        raise FormDefinitionError(
            f"{where} needs a “code” of small letters, digits and _, at most 40, and not “{code[:60]}”."
        )
    return code


def _text(given: Mapping[str, Any], name: str, where: str) -> str:
    text = given.get(name)
    if not isinstance(text, str) or not text.strip():
        raise FormDefinitionError(f"{where} needs a “{name}”.")
    return text


def _flag(given: Mapping[str, Any], name: str) -> bool:
    if not isinstance(given.get(name, False), bool):
        raise FormDefinitionError(f"“{name}” must be true or false.")
    return bool(given.get(name, False))


def _only(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(given) - known):
        raise FormDefinitionError(f"{where} has what is not known here: {', '.join(unknown)}.")


def _once(names: Sequence[str], what: str) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FormDefinitionError(f"Two {what} have the same code: {', '.join(twice)}.")
