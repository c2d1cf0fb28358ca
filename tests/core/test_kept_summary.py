"""Figures as they are kept: every value comes back to its last digit, and every list with every id."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import POLICY, inputs, unhurried, utc
from tracker.core.clock import Period, financial_year_of, month_of
from tracker.core.kept_summary import as_kept, opening, packed, packed_lists, rules_mark, thaw_kept, unpacked
from tracker.core.month_facts import AlertFact, SummaryInput
from tracker.core.monthly_summary import monthly_summary
from tracker.core.policy import Policy
from tracker.core.repeats import RepeatRule
from tracker.core.rules import SHIPPED_REPEAT_RULES, Rules
from tracker.core.terms import Cohort, EpisodeKind

LATER = utc("2027-01-01 00:00")
ALERT = AlertFact(9, "overdue_24h", utc("2025-08-02 08:00"), utc("2025-08-02 08:01"), episode_id=1)
PERIODS = (financial_year_of(date(2025, 4, 1)), month_of(date(2025, 8, 1)), Period(date(2025, 7, 9), date(2026, 5, 2)))


@unhurried(60)
@given(inputs(), st.sampled_from(PERIODS), st.sampled_from([LATER, utc("2025-08-03 09:00")]))
def test_what_is_kept_comes_back(rows: SummaryInput, period: Period, cut_off: object) -> None:
    summary = monthly_summary(replace(rows, alerts=[ALERT]), period, cut_off, LATER, POLICY, SHIPPED_REPEAT_RULES)
    back = thaw_kept(json.loads(json.dumps(as_kept(summary))))
    lists = {(key, cohort): unpacked(held) for key, cohort, held in packed_lists(summary)}
    assert back.opens == set(lists) == opening(summary)
    assert list(back.summary.figures) == list(summary.figures), "the bands of a breakdown stand in their order"
    for key, by_cohort in summary.figures.items():
        for cohort, figure in by_cohort.items():
            kept = back.summary.figures[key][cohort]
            assert type(kept.value) is type(figure.value)
            ids = lists.get((key, cohort), ())
            assert replace(kept, ids=ids, denominator_ids=figure.denominator_ids) == figure
    assert replace(back.summary, figures=()) == replace(summary, figures=())


def test_alerts_open_their_list() -> None:
    summary = monthly_summary(SummaryInput([], [], [ALERT]), PERIODS[0], LATER, LATER, POLICY, SHIPPED_REPEAT_RULES)
    assert summary.figures["alerts.sent"][Cohort.ALL].ids == (ALERT.id,)
    assert ("alerts.sent", Cohort.ALL) in opening(summary)


@unhurried(60)
@given(st.lists(st.integers(0, 2**40)))
def test_ids_come_back_in_whatever_order(ids: list[int]) -> None:
    assert unpacked(packed(ids)) == tuple(ids)


def test_many_ids_take_little_room() -> None:
    assert len(packed(range(1_000_000, 1_200_000))) < 2_000


@pytest.mark.parametrize(
    "rules",
    [
        Rules(policy=Policy(deadline_hours=48)),
        Rules(policy=Policy(countable_kinds=frozenset({EpisodeKind.MISSING}))),
        Rules(repeat_rules=(RepeatRule("3_in_365", 3, 364),)),
        Rules(repeat_rules=(RepeatRule("three", 3, 365), SHIPPED_REPEAT_RULES[1])),
    ],
)
def test_figures_by_other_rules_bear_another_mark(rules: Rules) -> None:
    assert rules_mark(rules) != rules_mark(Rules())


def test_what_decides_no_figure_changes_no_mark() -> None:
    told = [replace(rule, title="Otherwise", action="Nothing") for rule in SHIPPED_REPEAT_RULES]
    assert rules_mark(Rules(repeat_rules=told, ladder=(), single_messages=4)) == rules_mark(Rules())
