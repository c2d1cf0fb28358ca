"""Counts for any period: those of a month are its figures, and periods that make up a year add up."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import HOUR, OCTOBER, POLICY, gone, inputs, unhurried, utc
from tracker.core.clock import Period, financial_year_of
from tracker.core.interviews import ReturnHomeInterview
from tracker.core.month_facts import SummaryInput
from tracker.core.monthly_summary import headline
from tracker.core.period_counts import (
    COUNTS,
    IMPLIED,
    REST,
    figures_of,
    financial_quarter_of,
    is_financial_quarter,
    period_counts,
)
from tracker.core.terms import Cohort

LATER = utc("2026-11-20 09:00")
YEAR = financial_year_of(date(2026, 10, 1))


@unhurried(40)
@given(inputs())
def test_the_counts_of_a_month_are_its_figures(rows: SummaryInput) -> None:
    month, counts = headline(rows, OCTOBER, LATER, POLICY), period_counts(rows, OCTOBER, LATER, POLICY)
    for name in (*COUNTS, *REST):
        for cohort in Cohort:
            ids = sorted(id_ for key in figures_of(name) for id_ in month[key][cohort].ids)
            assert sorted(counts[name][cohort].ids) == ids
            assert counts[name][cohort].value == sum(month[key][cohort].value for key in figures_of(name))


@unhurried(30)
@given(inputs(), st.sets(st.dates(YEAR.start_on + timedelta(days=1), YEAR.last_day), max_size=5))
def test_periods_that_make_up_a_year_add_up(rows: SummaryInput, cuts: set[date]) -> None:
    edges = [YEAR.start_on, *sorted(cuts), YEAR.end_on]
    parts = [period_counts(rows, Period(*pair), LATER, POLICY) for pair in pairwise(edges)]
    whole = period_counts(rows, YEAR, LATER, POLICY)
    for name in (*COUNTS, *IMPLIED, *REST):
        for cohort in Cohort:
            together = sum(part[name][cohort].value for part in parts)
            if name == "children":  # a child missing in two of the periods is one child of the year
                assert whole[name][Cohort.ALL].value <= sum(part[name][Cohort.ALL].value for part in parts)
            else:
                assert whole[name][cohort].value == together


@unhurried(40)
@given(inputs())
def test_what_became_of_the_required_adds_up_and_cohorts_do(rows: SummaryInput) -> None:
    counts = period_counts(rows, YEAR, LATER, POLICY)
    for cohort in Cohort:
        value = {name: counts[name][cohort].value for name in counts}
        assert value["required"] == sum(value[name] for name in ("declined", "completed", *REST))
        assert value["completed_in_72h"] <= value["completed"] <= value["accepted"] <= value["offered"]
        assert value["children"] <= value["episodes"]
        assert value["offered_implied"] <= value["offered"]
    for name in counts:
        assert counts[name][Cohort.ALL].value == counts[name][Cohort.OURS].value + counts[name][Cohort.OTHER].value


def test_a_child_interviewed_without_a_recorded_offer_was_offered_and_the_count_says_that_it_is_implied() -> None:
    back = utc("2026-10-05 12:00")
    rows = SummaryInput(
        [gone(1, 1, back - HOUR, back), gone(2, 2, back - HOUR, back, is_ours=False), gone(3, 2, back, back + HOUR)],
        [
            ReturnHomeInterview(1, frozenset({1}), completed_at=back + 5 * HOUR),
            ReturnHomeInterview(2, frozenset({2}), offered_at=back + HOUR, declined_at=back + 80 * HOUR),
            ReturnHomeInterview(3, frozenset({3}), offered_at=back + HOUR, accepted_at=back + 2 * HOUR),
        ],
    )
    counts = period_counts(rows, OCTOBER, LATER, POLICY)
    assert {name: counts[name][Cohort.ALL].value for name in counts} == {
        "children": 2, "episodes": 3, "required": 3, "offered": 3, "accepted": 2, "declined": 1, "completed": 1,
        "completed_in_72h": 1, "not_required_late": 0, "overdue": 1, "not_yet_due": 0, "offered_implied": 1,
        "accepted_implied": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 9, 30), date(2026, 7, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
        (date(2027, 2, 2), date(2027, 1, 1), date(2027, 4, 1)),
    ],
)
def test_quarters_of_the_financial_year(day: date, start: date, end: date) -> None:
    assert financial_quarter_of(day) == Period(start, end)
    assert is_financial_quarter(Period(start, end))
    assert not is_financial_quarter(Period(start, end + timedelta(days=1)))
    assert not is_financial_quarter(Period(start + timedelta(days=1), end))
