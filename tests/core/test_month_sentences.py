"""The front page's sentences: what they say of October worked by hand, of few, of nothing, and never say."""

import re
from datetime import timedelta

import pytest
from hypothesis import given

from tests.core.made import OCTOBER, POLICY, inputs, unhurried, utc
from tests.core.test_worked_month import SECOND, summary_at
from tracker.core.month_facts import SummaryInput
from tracker.core.month_sentences import FrontPage, front_page
from tracker.core.monthly_summary import as_json, monthly_summary
from tracker.core.pack_shapes import figure_of
from tracker.core.rules import SHIPPED_REPEAT_RULES
from tracker.core.terms import Cohort

TITLES = {rule.name: rule.title for rule in SHIPPED_REPEAT_RULES}
NEVER = re.compile(r"(?i:improv|worse|better|fail|fault|blame|poor|good|must|alarming)|None|nan")


@pytest.fixture(scope="module")
def october() -> FrontPage:
    return front_page(as_json(summary_at(SECOND)), Cohort.ALL, TITLES)


def test_what_changed_in_october(october: FrontPage) -> None:
    assert [(said.text, said.key) for said in october.changed] == [
        (
            "6 of 13 interviews that were due were held within 72 hours of the return: 46.2%. The month before: no "
            "percentage (0 of 0). The same month last year: no percentage (0 of 0). With so few, one interview more or "
            "less moves the share by 8 points.",
            "interviews.pct_in_72h_of_returns",
        ),
        (
            "Counted from when we were told, it is 7 of 12: 58.3%. Half of the notices came within 2.0 hours of the "
            "return.",
            "interviews.pct_in_72h_of_notice",
        ),
        (
            "11 children went missing, in 13 episodes. The month before: 1 child, in 1 episode. The same month last "
            "year: 0 children, in 0 episodes.",
            "children.missing",
        ),
        (
            "10 of the 11 children went missing for the first time that we know of. The month before: 1. The same "
            "month last year: 0.",
            "children.first_time",
        ),
        (
            "Half of the episodes that ended were over within 11.5 hours. The month before: none. The same month last "
            "year: none.",
            "hours.median",
        ),
        ("1 of 14 interviews that were required was declined within 72 hours, and 1 later.", "interviews.declined"),
        (
            "Three or more in a year: 1 child on the month’s last day, of 12 who went missing in those days (8.3%).",
            "repeat.3_in_365.children",
        ),
        (
            "Three or more in 90 days: 1 child on the month’s last day, of 12 who went missing in those days (8.3%).",
            "repeat.3_in_90.children",
        ),
        (
            "1 of the 13 episodes was of other councils’ children. Of their interviews due, 0 of 1 were held in time.",
            "episodes.started",
        ),
        (
            "1 interview was not due yet at the cut-off: these figures may still change.",
            "interviews.not_yet_due",
        ),
    ]  # fmt: skip


def test_what_october_asks_to_be_decided(october: FrontPage) -> None:
    assert [said.key for said in october.to_decide] == [
        "interviews.overdue", "episodes.open_at_month_end", "repeat.3_in_365.newly", "repeat.3_in_90.newly",
        "escalations.raised", "alerts.undelivered", "interviews.breach_reasons.not_given", "interviews.notice_unknown",
    ]  # fmt: skip
    assert october.to_decide[0].text == (
        "1 interview is overdue: no interview, no answer, and the deadline past. Decide who sees to each, and by when."
    )
    assert october.to_decide[4].text.startswith("1 of 2 escalations above the team had no answer by the cut-off.")
    assert october.to_decide[6].text.startswith(
        "For 6 of 6 interviews whose 72 hours were not met nobody has said why."
    )


def test_what_is_said_of_other_councils_children_opens_their_list(october: FrontPage) -> None:
    others = next(said for said in october.changed if "other councils" in said.text)
    assert others.cohort is Cohort.OTHER
    ours = front_page(as_json(summary_at(SECOND)), Cohort.OURS, TITLES)
    assert not [said for said in ours.changed if "other councils" in said.text]
    assert {said.cohort for said in (*ours.changed, *ours.to_decide)} == {Cohort.OURS}


def made(rows: SummaryInput) -> dict[str, object]:
    at = utc("2026-11-20 09:00")
    return as_json(monthly_summary(rows, OCTOBER, at, at, POLICY, SHIPPED_REPEAT_RULES))


def test_a_month_in_which_nothing_happened_says_so() -> None:
    found = front_page(made(SummaryInput([], [])), Cohort.ALL, TITLES)
    assert [said.text for said in found.changed] == ["No episode started in this month, and no child returned in it."]
    assert found.to_decide == ()


def test_a_month_that_still_runs_is_not_told_as_if_it_had_ended() -> None:
    document = as_json(summary_at(SECOND))
    document["cut_off"] = "2026-10-28T23:30:00+00:00"
    found = front_page(document, Cohort.ALL, TITLES)
    assert found.changed[0].text == (
        "The month still runs: its figures are those up to Wed 28 Oct 2026, beside whole months."
    )
    said = [sentence.text for sentence in (*found.changed, *found.to_decide)]
    assert "Three or more in a year: 1 child on Wed 28 Oct 2026, of 12 who went missing in those days (8.3%)." in said
    assert any(text.endswith("still open: neither found nor returned. Ask what is known of each.") for text in said)
    assert not [text for text in said if "month ended" in text or "last day" in text]


def test_the_reason_given_most_often_is_named_with_those_that_tie() -> None:
    document = as_json(summary_at(SECOND))
    reasons = document["interviews"]["breach_reasons"]
    for code, count in (("not_given", 1), ("late_notice", 3), ("no_capacity", 3), ("other", 2)):
        reasons[code] = {"all": count, "ours": count, "other": 0}
    found = front_page(document, Cohort.ALL, TITLES)
    assert next(said.text for said in found.changed if "most often" in said.text) == (
        "Of 9 interviews whose 72 hours were not met, the reason given most often is “The police told us late” and “No "
        "interviewer was free” (3 each)."
    )
    assert not [said for said in found.to_decide if "nobody has said why" in said.text]  # one in nine is not many
    reasons["other"] = {"all": 3, "ours": 3, "other": 0}
    found = front_page(document, Cohort.ALL, TITLES)
    assert "Of 10 interviews whose 72 hours were not met, 3 reasons were given equally often (3 each)." in [
        said.text for said in found.changed
    ]


@pytest.mark.parametrize(("missing", "given_by", "said"), [(1, 3, True), (1, 4, False), (2, 6, True), (2, 7, False)])
def test_reasons_not_given_are_a_matter_from_one_in_four_on(missing: int, given_by: int, said: bool) -> None:
    document = as_json(summary_at(SECOND))
    for code, count in (("not_given", missing), ("other", given_by)):
        document["interviews"]["breach_reasons"][code] = {"all": count, "ours": count, "other": 0}
    found = front_page(document, Cohort.ALL, TITLES)
    assert any("nobody has said why" in sentence.text for sentence in found.to_decide) is said


def test_with_twenty_interviews_due_a_share_is_not_said_to_be_of_few() -> None:
    document = as_json(summary_at(SECOND))
    for denominator, said in ((19, True), (20, False)):
        share = {"pct": 50.0, "numerator": denominator // 2, "denominator": denominator}
        document["interviews"]["pct_in_72h_of_returns"]["all"] = share
        assert ("With so few" in front_page(document, Cohort.ALL, TITLES).changed[0].text) is said


@given(inputs())
@unhurried(60)
def test_every_sentence_rests_on_a_figure_and_praises_or_blames_nobody(rows: SummaryInput) -> None:
    document = made(rows)
    for cohort in Cohort:
        found = front_page(document, cohort, TITLES)
        assert found.changed
        for said in (*found.changed, *found.to_decide):
            assert figure_of(document, said.key) is not None
            assert not NEVER.search(said.text), said.text
            assert said.text.endswith(".")
        for said in found.to_decide:  # nothing is to be decided about nothing
            figure = figure_of(document, said.key)
            assert figure is not None
            assert figure[said.cohort] > 0


def test_the_same_month_an_hour_later_says_the_same() -> None:
    later = as_json(summary_at(SECOND + timedelta(hours=1)))
    assert front_page(later, Cohort.ALL, TITLES) == front_page(as_json(summary_at(SECOND)), Cohort.ALL, TITLES)
