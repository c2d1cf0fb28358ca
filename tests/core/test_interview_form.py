"""The form of the interview: how a definition is read, what the shipped one asks, and the words that it never uses."""

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.form_answers import answers_of, differences, missing, shown, takes_away, too_long
from tracker.core.form_definition import FormDefinitionError, form_of
from tracker.core.interview_form import InterviewForm, Question, QuestionKind, Section
from tracker.settings import PROJECT, SettingsError, load_settings

SHIPPED_FILE = PROJECT / "config" / "interview_form.toml"
SHIPPED = tomllib.loads(SHIPPED_FILE.read_text(encoding="utf-8"))
FORM = form_of(SHIPPED)

BLAMING = (
    "abscond", "abscondee", "runaway", "ran away", "run away", "running away", "refus", "promiscu", "attention seek",
    "attention-seek", "lifestyle choice", "life choice", "putting themsel", "puts themsel", "put themsel",
    "putting her", "putting him", "at risk by", "prostitut", "streetwise", "street wise", "troubled", "trouble maker",
    "non-engag", "not engag", "disengag", "unwilling", "uncooperative", "non-complian", "not comply", "complian",
    "manipulat", "naughty", "difficult", "challenging", "out of control", "beyond control", "misbehav", "bad behaviour",
    "behaviour", "risky", "risk taking", "risk-taking", "chose to", "chooses to", "makes poor choices", "poor choice",
    "consensual", "consent", "mature for", "sexually active", "older boyfriend", "hanging around", "wrong crowd",
    "gang member", "drug user", "drug abuse", "offender", "culprit", "excuse", "admit", "claim", "alleg", "lied",
    "lying", "failed to", "fails to", "blame", "fault of", "deserv", "asked for it", "hard to reach",
    "known to go missing", "frequent misper", "misper", "waste", "drama",
)  # fmt: skip
"""Words that put the cause on the child, or doubt what they say: none stands in a label, hint or option."""


def texts(form: InterviewForm) -> list[str]:
    """Everything of it that a person reads."""
    found = [form.title]
    for section in form.sections:
        found += [section.title, section.hint]
        for question in section.questions:
            found += [question.label, question.hint, question.more, *(label for _, label in question.options)]
    return [text for text in found if text]


@pytest.mark.parametrize("word", BLAMING)
def test_no_word_puts_the_cause_on_the_child(word: str) -> None:
    held = [text for text in texts(FORM) if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE)]
    assert not held, f"“{word}” stands in {held}"


def test_the_list_of_words_would_find_them() -> None:
    """The check itself: it sees a word at the beginning, in the middle, and with an ending."""
    for text in ("Absconded again", "The child refused to talk", "Putting themselves in danger"):
        assert any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in BLAMING)


def test_what_the_shipped_form_asks() -> None:
    assert [section.code for section in FORM.sections] == [
        "circumstances", "reasons", "whereabouts", "harm", "exploitation", "health", "education", "online", "own_words",
        "would_help", "carer", "safety", "analysis",
    ]  # fmt: skip
    indicators = FORM.section("exploitation")
    assert indicators is not None
    codes = {question.code for question in indicators.questions if question.required}
    assert codes == {"sexual", "criminal", "trafficking", "radicalisation", "forced_marriage", "fgm"}
    for question in indicators.questions:
        if question.required:
            assert [code for code, _ in question.options] == ["yes", "possible", "no", "not_discussed"]
    own = [section for section in FORM.sections if section.verbatim]
    assert [section.code for section in own] == ["own_words"], "what the child said stands apart"


def test_little_is_required_and_only_at_completion() -> None:
    needed = [f"{one.section.code}.{one.question.code}" for one in missing(FORM, {})]
    assert needed == [
        "circumstances.what_happened", "exploitation.sexual", "exploitation.criminal", "exploitation.trafficking",
        "exploitation.radicalisation", "exploitation.forced_marriage", "exploitation.fgm", "own_words.words",
        "safety.given", "analysis.view", "analysis.risk_level",
    ]  # fmt: skip


def test_nothing_to_quote_stands_for_the_childs_words() -> None:
    answers = {"own_words": {"nothing_to_quote": ["nothing"]}}
    assert "words" not in {one.question.code for one in missing(FORM, answers)}


def test_a_definition_comes_back_as_it_went() -> None:
    assert form_of(FORM.plain()) == FORM
    assert form_of(FORM.plain()).sha256() == FORM.sha256()
    turned = copy.deepcopy(SHIPPED)
    turned["sections"][1]["questions"][0]["options"] = dict(
        reversed(turned["sections"][1]["questions"][0]["options"].items())
    )
    assert form_of(turned).sha256() != FORM.sha256(), "the order of a list is part of the form"


def wrong(change: str) -> dict[str, Any]:
    form = copy.deepcopy(SHIPPED)
    first, question = form["sections"][0], form["sections"][0]["questions"][0]
    match change:
        case "no sections":
            form["sections"] = []
        case "a code twice":
            form["sections"][1]["code"] = first["code"]
        case "a reserved code":
            first["code"] = "print"
        case "a bad code":
            first["code"] = "What happened"
        case "no title":
            first["title"] = " "
        case "no questions":
            first["questions"] = []
        case "an unknown kind":
            question["kind"] = "slider"
        case "an unknown key":
            question["show_if"] = "x"
        case "a list that is not there":
            question["list"] = "levels"
        case "options of a text":
            question["options"] = {"a": "A"}
        case "a choice without options":
            question["kind"] = "choice"
        case "required with a word":
            question["required"] = "yes"
        case "unless of nothing":
            question["unless"] = "nothing_here"
        case "fields that meet":
            first["questions"].append({"code": "planned_more", "label": "More", "kind": "text"})
        case "no risk level":
            form["sections"][-1]["questions"] = form["sections"][-1]["questions"][:1]
        case "another risk level":
            next(q for q in form["sections"][-1]["questions"] if q["code"] == "risk_level")["options"] = {"red": "Red"}
        case "a section that is a word":
            form["sections"] = ["circumstances"]
    return form


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("no sections", "no sections"),
        ("a code twice", "circumstances"),
        ("a reserved code", "print"),
        ("a bad code", "small letters"),
        ("no title", "title"),
        ("no questions", "no questions"),
        ("an unknown kind", "long_text"),
        ("an unknown key", "show_if"),
        ("a list that is not there", "levels"),
        ("options of a text", "has no options"),
        ("a choice without options", "needs options"),
        ("required with a word", "true or false"),
        ("unless of nothing", "unless"),
        ("fields that meet", "planned_more"),
        ("no risk level", "risk_level"),
        ("another risk level", "very_low"),
        ("a section that is a word", "table"),
    ],
)
def test_a_bad_definition_is_told_in_a_sentence(change: str, says: str) -> None:
    with pytest.raises(FormDefinitionError) as told:
        form_of(wrong(change))
    assert says in str(told.value)
    assert str(told.value).endswith(".")


def test_a_councils_own_form_and_a_bad_one_that_stops_the_start(tmp_path: Path) -> None:
    own = tmp_path / "form.toml"
    own.write_text(SHIPPED_FILE.read_text(encoding="utf-8").replace("Return home interview", "Our talk"), "utf-8")
    settings = load_settings(environ={"TRACKER_INTERVIEW_FORM_FILE": str(own)})
    assert settings.rules.interview_form is not None and settings.rules.interview_form.title == "Our talk"
    assert load_settings(environ={}).interview_form == FORM
    own.write_text('title = "Our talk"', "utf-8")
    for path, says in ((own, "has no sections"), (tmp_path / "none.toml", "cannot be read")):
        with pytest.raises(SettingsError, match=says):
            load_settings(environ={}, interview_form_file=str(path))
    own.write_bytes(b"\xff\xfe title")
    with pytest.raises(SettingsError, match="cannot be used"):
        load_settings(environ={}, interview_form_file=str(own))


MADE = Section(
    "made",
    "Made up",
    (
        Question("note", "Note?", QuestionKind.LONG_TEXT, more="More"),
        Question("one", "One?", QuestionKind.CHOICE, options=(("a", "A"), ("b", "B"))),
        Question("some", "Some?", QuestionKind.CHOICES, options=(("a", "A"), ("b", "B"), ("c", "C"))),
        Question("at", "When?", QuestionKind.DATE_TIME),
    ),
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "note": st.text(),
        "note_more": st.text(),
        "one": st.sampled_from(["", "a", "b", "gone"]),
        "some": st.lists(st.sampled_from(["a", "b", "c", "gone", ""])),
        "at": st.sampled_from(["", "2026-11-16T12:05", "about noon"]),
    },
)


@given(ANSWERS)
def test_answers_in_order_are_in_order_for_good(typed: dict[str, Any]) -> None:
    once = answers_of(MADE, typed)
    assert answers_of(MADE, once) == once
    assert all(once.values()), "what is empty is not there"
    assert differences(MADE, once, once) == []
    assert not takes_away(once, once)


@given(ANSWERS)
def test_no_code_is_dropped_and_each_is_shown(typed: dict[str, Any]) -> None:
    once = answers_of(MADE, typed)
    assert set(once.get("some", [])) == {code for code in typed.get("some", []) if code}
    assert once.get("one", "") == typed.get("one", "")
    for question in MADE.questions:
        assert bool(shown(question, question.code, once.get(question.code))) == (question.code in once)


def test_how_answers_are_read() -> None:
    questions = {question.code: question for question in MADE.questions}
    assert shown(questions["some"], "some", ["b", "gone"]) == ["B", "gone"]
    assert shown(questions["at"], "at", "2026-11-16T12:05") == ["16 Nov 2026, 12:05"]
    assert shown(questions["at"], "at", "about noon") == ["about noon"]
    choice = Question("x", "X?", QuestionKind.CHOICE, options=(("a", "A"),), more="Say")
    assert shown(choice, "x_more", "a") == ["a"], "a free text is no code"


@pytest.mark.parametrize("field", ["unknown", "one_more"])
def test_a_field_that_is_not_there_is_a_mistake_of_ours(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        answers_of(MADE, {field: "x"})


@pytest.mark.parametrize("value", [5, ["a"], {"a": 1}])
def test_another_shape_is_a_mistake_of_ours(value: object) -> None:
    with pytest.raises(ValueError, match="text was expected"):
        answers_of(MADE, {"note": value})


def test_bounds() -> None:
    assert too_long(MADE, {"note": "x" * 20_000}) == []
    assert [q.code for q in too_long(MADE, {"note_more": "x" * 20_001, "some": ["x"] * 201})] == ["note", "some"]


@pytest.mark.parametrize(
    ("before", "after", "goes"),
    [
        ({"note": "x" * 40}, {"note": "x" * 20}, False),
        ({"note": "x" * 40}, {"note": "x" * 19}, True),
        ({"note": "x" * 40}, {}, True),
        ({"note": "short"}, {}, False),
        ({"some": ["a", "b"]}, {"some": ["a"]}, True),
        ({"some": ["a"]}, {"some": ["a", "b"]}, False),
    ],
)
def test_what_counts_as_taken_away(before: Any, after: Any, goes: bool) -> None:
    assert takes_away(before, after) is goes
