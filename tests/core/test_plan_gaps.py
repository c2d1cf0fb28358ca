"""What the interviews say beside what the plan does: named once, nothing lost, gaps where nothing is done."""

import tomllib
from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import unhurried
from tracker.core.form_definition import form_of
from tracker.core.maramp import MarampPlan, PlanRisk, SafetyStep
from tracker.core.plan_gaps import beside_the_plan
from tracker.core.said import SECTIONS, InterviewWords, PoliceWords, PreventionWords, SaidKind, said
from tracker.settings import PROJECT

FORM = form_of(tomllib.loads((PROJECT / "config" / "interview_form.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Act:
    what: str
    answers: tuple[str, ...]


def words(number: int, on: date, **answers: dict[str, object]) -> InterviewWords:
    return InterviewWords(number, on, FORM, answers)  # type: ignore[arg-type]


FIRST = words(
    1, date(2026, 9, 1),
    reasons={"push": ["family_conflict", "other"], "push_more": "Shares a room", "pull": ["none_named"]},
    harm={"harm_while": "no", "harm_kinds": ["physical"]},
    exploitation={"sexual": "possible", "sexual_more": "An older man waits", "criminal": "not_discussed"},
    would_help={"help_now": "A room of my own"},
    analysis={"view": "The room is the thing", "risk_level": "high", "strengths": "Her aunt"},
)  # fmt: skip
SECOND = words(2, date(2026, 10, 1), reasons={"push": ["family_conflict"]}, online={"online_contact": "yes"})


def test_everything_is_named_once_with_every_interview_that_bears_it() -> None:
    raised = PreventionWords(9, date(2026, 9, 3), "A bruise")
    police = PoliceWords(4, 1, date(2026, 9, 2), "A car", None)
    told = {one.code: one for one in said([SECOND, FIRST], [police], [raised])}
    assert set(told) == {
        "reasons.push.family_conflict", "reasons.push.other", "harm.harm_kinds.physical", "exploitation.sexual",
        "online.online_contact", "wish.1.help_now", "analysis.1.view", "police.4",
        "prevention.9",
    }  # fmt: skip
    assert told["reasons.push.family_conflict"].on == (date(2026, 9, 1), date(2026, 10, 1))
    assert told["reasons.push.other"].texts == ("Shares a room",)
    assert told["exploitation.sexual"].texts == ("An older man waits",)
    assert told["exploitation.sexual"].label == "Sexual exploitation"
    assert told["police.4"].texts == ("No answer is recorded.",)
    assert told["prevention.9"].texts == ("A bruise",) and told["prevention.9"].kind is SaidKind.POLICE
    kinds = [one.kind for one in said([FIRST, SECOND])]
    assert kinds == sorted(kinds, key=list(SaidKind).index), "by kind, wishes first"
    assert kinds[0] is SaidKind.WISH


def test_a_step_or_action_answers_and_a_risk_alone_leaves_a_gap() -> None:
    plan = MarampPlan(
        risks=(PlanRisk("r1", "Exploitation", answers=("exploitation.sexual",)),),
        steps=(SafetyStep("s1", "Talk with the family", answers=("reasons.push.family_conflict",)),),
    )
    acts = [Act("Find a room", ("wish.1.help_now", "no.such.code"))]
    rows = {row.said.code: row for row in beside_the_plan(said([FIRST]), plan, acts)}
    assert not rows["reasons.push.family_conflict"].is_gap and not rows["wish.1.help_now"].is_gap
    named = rows["exploitation.sexual"]
    assert named.is_gap and [answer.what for answer in named.answered] == ["Exploitation"]
    assert rows["analysis.1.view"].is_gap and rows["analysis.1.view"].answered == ()
    assert all(row.is_gap for row in beside_the_plan(said([FIRST]), None, ()))


def test_what_the_workspace_reads_stands_in_the_shipped_form() -> None:
    assert {section.code for section in FORM.sections} > set(SECTIONS)
    assert {"health", "education", "carer", "circumstances", "safety"}.isdisjoint(SECTIONS)


push = st.lists(st.sampled_from([code for code, _ in FORM.section("reasons").questions[0].options]), unique=True)  # type: ignore[union-attr]


@unhurried(60)
@given(st.lists(push, max_size=5))
def test_what_is_said_is_what_was_ticked(given_: list[list[str]]) -> None:
    told = said(
        [words(number, date(2026, 1, number), reasons={"push": codes}) for number, codes in enumerate(given_, 1)]
    )
    ticked = [code for codes in given_ for code in codes if code != "none_named"]
    assert {one.code for one in told} == {f"reasons.push.{code}" for code in ticked}
    assert sum(len(one.on) for one in told) == len(ticked)
