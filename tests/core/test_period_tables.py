"""The Board's share of a financial year with its own numbers; any period's table; published figures beside it."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.core.made import POLICY, gone, inputs, unhurried, utc
from tracker.core.clock import Period, financial_year_of, month_of
from tracker.core.month_facts import SummaryInput
from tracker.core.monthly_summary import monthly_summary
from tracker.core.national import NationalFigure, beside
from tracker.core.period_counts import financial_quarter_of
from tracker.core.period_tables import lies_in_one_year, period_table
from tracker.core.repeats import RepeatRule
from tracker.core.terms import Cohort

RULES = [RepeatRule("3_in_365", 3, 365)]
LATER = utc("2027-01-01 00:00")


def year_of(start: int, children: int, repeating: int, first_id: int) -> list:
    """So many children in a financial year, so many of them three times; the last are missing on 31 March."""
    found = []
    for place in range(children):
        for time in range(3 if place < repeating else 2 if place % 5 == 0 else 1):
            at = datetime.combine(
                date(start, 4, 1) + timedelta(days=(place * 7 + time * 100) % 365), utc("2020-01-01 12:00").timetz()
            )
            found.append(gone(first_id + len(found), first_id + place, at, at + timedelta(hours=5)))
    return found


def test_the_years_repeat_share_as_the_board_reports_it() -> None:
    """97 of 636 = 15.3 %, then 132 of 694 = 19.0 % (OSCB 2014-15), by any period that ends with the year."""
    history = [*year_of(2013, 636, 97, 1), *year_of(2014, 694, 132, 100_001)]
    for start, share, parts in ((2013, 15.3, (97, 636)), (2014, 19.0, (132, 694))):
        for period in (financial_year_of(date(start, 4, 1)), financial_quarter_of(date(start + 1, 3, 1))):
            summary = monthly_summary(SummaryInput(history, []), period, LATER, LATER, POLICY, RULES)
            figure = summary.figures["year_to_date.repeat_pct"][Cohort.ALL]
            assert (figure.value, (figure.numerator, figure.denominator)) == (share, parts)
            assert summary.figures["year_to_date.children"][Cohort.ALL].value == parts[1]


@unhurried(40)
@given(inputs(), st.integers(0, 15))
def test_the_quarters_of_a_year_add_up_to_it_and_the_table_says_what_the_figures_say(
    rows: SummaryInput, months: int
) -> None:
    year = financial_year_of(date(2025, 6 + months % 6, 1))
    quarters = [financial_quarter_of(date(year.start_on.year + (m > 12), (m - 1) % 12 + 1, 1)) for m in (4, 7, 10, 13)]
    whole = monthly_summary(rows, year, LATER, LATER, POLICY, RULES)
    parts = [monthly_summary(rows, quarter, LATER, LATER, POLICY, RULES) for quarter in quarters]
    table = {row[4:6]: row[6:] for row in period_table(whole).rows}
    for key in ("episodes.started", "interviews.required", "interviews.completed_in_72h", "interviews.overdue"):
        for cohort in Cohort:
            assert whole.figures[key][cohort].value == sum(part.figures[key][cohort].value for part in parts)
            assert table[key, str(cohort)] == (whole.figures[key][cohort].value, None, None)
    share = whole.figures["interviews.pct_in_72h_of_returns"][Cohort.ALL]
    assert table["interviews.pct_in_72h_of_returns", "all"] == (share.value, share.numerator, share.denominator)


def test_the_share_of_a_year_is_no_figure_of_what_lies_in_two() -> None:
    over = Period(date(2026, 3, 1), date(2026, 5, 1))
    assert not lies_in_one_year(over)
    assert lies_in_one_year(month_of(date(2026, 3, 1)))
    summary = monthly_summary(SummaryInput([], []), over, LATER, LATER, POLICY, RULES)
    assert not [row for row in period_table(summary).rows if str(row[4]).startswith("year_to_date")]


def published(start: int, area: str = "England") -> NationalFigure:
    year = financial_year_of(date(start, 4, 1))
    return NationalFigure("a.pct_b", "Held", area, year, 63.0, "", "Somebody", "https://a.example", date(2026, 1, 1))


def test_the_published_figure_is_of_the_same_days_else_the_newest_that_had_ended() -> None:
    held = [published(2021), published(2023), published(2022), published(2022, "Wales")]
    chosen = {one.area: one.period.start_on.year for one in beside(held, financial_year_of(date(2022, 4, 1)))}
    assert chosen == {"England": 2022, "Wales": 2022}
    assert [one.period.start_on.year for one in beside(held[:3], financial_quarter_of(date(2026, 4, 1)))] == [2023]
    assert [one.period.start_on.year for one in beside(held[:3], financial_quarter_of(date(2022, 7, 1)))] == [2021]
