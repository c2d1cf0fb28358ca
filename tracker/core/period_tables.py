"""Any period's figures as one tidy table, a row for each figure and cohort: what the page shows, to the digit.

`year_to_date.*` runs from the 1 April before the period's first day to its last (definitions §6): of a period that lies
in one financial year only. Over more than one it would be called a year and be none, so it is left out there.
"""

from tracker.core.clock import Period, financial_year_of
from tracker.core.figures import Figure, one_decimal
from tracker.core.monthly_summary import MonthlySummary
from tracker.core.tables import Cell, Table
from tracker.core.terms import Cohort

HEADERS = (
    "first_day", "last_day", "status", "cut_off", "figure", "cohort", "value", "numerator", "denominator",
)  # fmt: skip


def lies_in_one_year(period: Period) -> bool:
    """Whether its last day is of the financial year of its first."""
    return period.end_on <= financial_year_of(period.start_on).end_on


def is_given(key: str, period: Period) -> bool:
    """Whether a figure means something of this period."""
    return not key.startswith("year_to_date.") or lies_in_one_year(period)


def period_table(summary: MonthlySummary) -> Table:
    """Every figure of the period. A percentage or a median of nothing is an empty cell, never a nought."""
    period = summary.period
    head = (period.start_on.isoformat(), period.last_day.isoformat(), summary.status, summary.cut_off.isoformat())
    rows = tuple(
        (*head, key, str(cohort), *parts(by_cohort[cohort]))
        for key, by_cohort in summary.figures.items()
        if is_given(key, period)
        for cohort in Cohort
    )
    return Table("figures", "Every figure of the period", HEADERS, rows)


def parts(figure: Figure) -> tuple[Cell, Cell, Cell]:
    """Value, numerator, denominator."""
    if figure.is_percentage:
        return figure.value, figure.numerator, figure.denominator
    return (one_decimal(figure.value) if isinstance(figure.value, float) else figure.value), None, None
