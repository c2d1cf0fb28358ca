"""The figures of the third edition, counted by hand: who repeats still, other councils, prevention, escalations."""

import re

import pytest

from tests.core.made import HOUR, OCTOBER, POLICY, gone, london, utc
from tracker.core.interview_terms import AuthorityAnswer
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.missing_episode import MissingEpisode
from tracker.core.month_facts import SECOND_EDITION, AlertFact, RequestFact
from tracker.core.monthly_summary import SummaryInput, monthly_summary
from tracker.core.repeats import RepeatRule
from tracker.core.terms import Cohort

LAST = utc("2026-12-01 00:00")
RULE = RepeatRule("2_in_30", 2, 30)
POLICE_AT = {"prevention_interview_at": london("2026-10-06 12:00")}


def back(id: int, child: int, day: str, **more: object) -> MissingEpisode:
    start = london(f"{day} 20:00")
    return gone(id, child, start, start + 4 * HOUR, **more)


def counted(rows: SummaryInput, *keys: str, cohort: Cohort = Cohort.ALL) -> list[object]:
    figures = monthly_summary(rows, OCTOBER, LAST, LAST, POLICY, [RULE]).figures
    return [figures[key][cohort].value for key in keys]


def children(rows: SummaryInput, name: str, cohort: Cohort = Cohort.ALL) -> list[int]:
    return list(
        monthly_summary(rows, OCTOBER, LAST, LAST, POLICY, [RULE]).figures[f"repeat.2_in_30.{name}"][cohort].ids
    )


# Two within thirty days. On 30 September the days are those from 1 September, on 31 October those from 2 October.
REPEATS = SummaryInput(
    [
        back(1, 1, "2026-09-01"), back(2, 1, "2026-09-30"),  # held on the eve, and no longer: it ended
        back(3, 2, "2026-09-10"), back(4, 2, "2026-09-20"),
        back(5, 2, "2026-10-10"), back(6, 2, "2026-10-31"),  # held then and now: it goes on
        back(7, 3, "2026-10-02"), back(8, 3, "2026-10-31"),  # not then, and now: new
        back(9, 4, "2026-08-31"), back(10, 4, "2026-09-30"),  # thirty days apart: at no time
        back(11, 5, "2026-09-25"), back(12, 5, "2026-10-01"),  # crossed in October and was over before its end
        back(13, 6, "2026-09-05"), back(14, 6, "2026-09-06", is_ours=False),
        back(15, 6, "2026-10-20", is_ours=True), back(16, 6, "2026-10-21", is_ours=True),  # became ours meanwhile
    ],
    [],
)  # fmt: skip


def test_who_repeats_is_who_goes_on_and_who_is_new() -> None:
    assert children(REPEATS, "children") == [2, 3, 6]
    assert children(REPEATS, "continuing") == [2, 6]
    assert children(REPEATS, "new") == [3]
    assert children(REPEATS, "ended") == [1]


def test_crossings_in_the_month_are_another_question() -> None:
    # For 2 it held until 20 October (thirty days after 20 September), and again from the 31st; for 6 until 5 October.
    assert children(REPEATS, "newly") == [2, 3, 5, 6]


def test_who_goes_on_stands_in_the_cohort_of_now_and_who_ended_in_that_of_then() -> None:
    assert children(REPEATS, "continuing", Cohort.OURS) == [2, 6]
    moved = SummaryInput([back(1, 1, "2026-09-01", is_ours=False), back(2, 1, "2026-09-30", is_ours=False)], [])
    assert children(moved, "ended", Cohort.OTHER) == [1]
    assert children(moved, "ended", Cohort.OURS) == []


def test_a_child_new_to_the_figures_stands_in_the_cohort_in_which_it_is_counted() -> None:
    rows = SummaryInput([back(1, 1, "2026-10-05", is_ours=False), back(2, 1, "2026-10-09", is_ours=True)], [])
    keys = ("children.missing", "children.first_time")
    assert counted(rows, *keys, cohort=Cohort.OURS) == [1, 1]
    assert counted(rows, *keys, cohort=Cohort.OTHER) == [0, 0]
    earlier = monthly_summary(rows, OCTOBER, LAST, LAST, POLICY, [RULE], SECOND_EDITION).figures
    assert earlier["children.first_time"][Cohort.OTHER].ids == (1,)  # as it was published


def test_other_councils_are_counted_by_their_newest_answer() -> None:
    episodes = [back(id, id, "2026-10-05", is_ours=False) for id in (1, 2, 3, 4)]
    held = [ReturnHomeInterview(id, frozenset({id})) for id in (1, 2, 3)]
    held.append(ReturnHomeInterview(4, frozenset({4}), not_required_approved_at=london("2026-10-06 10:00")))
    asked = london("2026-10-06 09:00")
    rows = SummaryInput(episodes, held, requests=[
        RequestFact(1, 1, asked, AuthorityAnswer.WILL_HOLD, asked + 10 * HOUR),
        RequestFact(2, 1, asked + 20 * HOUR, AuthorityAnswer.WILL_NOT, asked + 30 * HOUR),
        RequestFact(3, 2, asked, AuthorityAnswer.HELD, asked + 40 * HOUR),
        RequestFact(4, 3, asked),
        RequestFact(5, 4, asked),  # not required: its answer is nobody's concern
    ])  # fmt: skip
    names = ("will_hold", "will_not", "held", "not_answered")
    assert counted(rows, "interviews.authority_asked") == [3]
    assert counted(rows, *(f"interviews.authority_answers.{name}" for name in names)) == [0, 1, 1, 1]
    assert counted(rows, "interviews.median_hours_to_authority_answer") == [25.0]  # 10 h and 40 h


@pytest.mark.parametrize(
    ("facts", "recorded", "harm"),
    [
        ({}, 0, (0, 0, 0)),
        (POLICE_AT, 1, (0, 0, 1)),
        ({"prevention_interview_outcome": "said little"}, 1, (0, 0, 1)),
        ({**POLICE_AT, "prevention_interview_raised_harm": True}, 1, (1, 0, 0)),
        ({**POLICE_AT, "prevention_interview_raised_harm": False}, 1, (0, 1, 0)),
        ({"prevention_interview_at": utc("2026-12-24 12:00"), "prevention_interview_outcome": "said"}, 0, (0, 0, 0)),
    ],
    ids=["nothing", "a_time", "an_outcome", "harm", "no_harm", "after_the_cut_off"],
)  # fmt: skip
def test_prevention_interviews(facts: dict[str, object], recorded: int, harm: tuple[int, int, int]) -> None:
    rows = SummaryInput([back(1, 1, "2026-10-05", **facts)], [])
    assert counted(rows, "prevention.recorded", "prevention.not_recorded") == [recorded, 1 - recorded]
    names = ("raised_harm", "no_harm", "harm_unknown")
    assert tuple(counted(rows, *(f"prevention.{name}" for name in names))) == harm
    assert counted(rows, "prevention.pct_recorded") == [100.0 * recorded]


def test_escalations_answered_within_a_day() -> None:
    raised = london("2026-10-10 10:00")
    given = {1: 24 * HOUR, 2: 24 * HOUR + HOUR / 60, 3: None}
    alerts = [
        AlertFact(id, "overdue_24h", raised, acknowledged_at=None if after is None else raised + after)
        for id, after in given.items()
    ]
    late = AlertFact(4, "overdue_96h", london("2026-10-31 20:00"))
    rows = SummaryInput([], [], alerts=[*alerts, late, AlertFact(5, "overdue", raised, acknowledged_at=raised)])
    keys = ("escalations.acknowledged_in_24h", "escalations.pct_acknowledged_in_24h")
    assert counted(rows, *keys) == [1, 25.0]
    at = london("2026-11-01 19:00")  # the last is not a day old
    found = monthly_summary(rows, OCTOBER, at, at, POLICY, [RULE]).figures[keys[1]][Cohort.ALL]
    assert (found.numerator, found.denominator, found.value) == (1, 3, 33.3)


def test_what_is_new_is_not_among_the_figures_of_an_earlier_edition() -> None:
    earlier = monthly_summary(REPEATS, OCTOBER, LAST, LAST, POLICY, [RULE], SECOND_EDITION).figures
    now = monthly_summary(REPEATS, OCTOBER, LAST, LAST, POLICY, [RULE]).figures
    beside = re.compile(r"comparison\.(previous_month|same_month_last_year|series\.[0-9-]+)\.")
    new = {beside.sub("", key) for key in set(now) - set(earlier)}
    sections = {key.split(".")[0] for key in new}
    assert sections == {"prevention", "interviews", "repeat", "escalations"}
    of_interviews = {key for key in new if key.startswith("interviews")}
    assert all("authority" in key for key in of_interviews - {"interviews.pct_in_72h_of_notice"})  # new in the series
