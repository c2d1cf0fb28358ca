"""Reads for any period: its figures by the month's own code, beside the period before and what others published.

The operational group sees every figure of any period, as it sees the month's: a list opens only for those who may see
records, and what leaves the group goes through the suppressed edition or an answer to a request (docs/definitions.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.core.clock import Period, financial_year_of, local_date, month_of
from tracker.core.figures import Figure
from tracker.core.monthly_summary import MonthlySummary
from tracker.core.national import NationalFigure, beside
from tracker.core.period_counts import financial_quarter_of, is_financial_quarter
from tracker.core.period_tables import is_given, period_table
from tracker.core.tables import Table
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.kept_figures import kept_period
from tracker.services.transaction import writing
from tracker.store import audit, summaries
from tracker.store.db import session as read_session

YEARS_LISTED = 10


@dataclass(frozen=True)
class Choice:
    """A period to choose, by name."""

    text: str
    period: Period


@dataclass(frozen=True)
class Compared:
    """A published figure beside the council's own. `same`: of the very same days."""

    published: NationalFigure
    own: Figure
    same: bool


@dataclass(frozen=True)
class PeriodPage:
    """`summary` is None where no period was asked for yet. `before`: the period of the same kind before it."""

    years: tuple[Choice, ...]
    quarters: tuple[Choice, ...]
    summary: MonthlySummary | None = None
    before: MonthlySummary | None = None
    name: str = ""
    before_name: str = ""
    runs: bool = False
    compared: tuple[Compared, ...] = ()

    @property
    def period(self) -> Period | None:
        return self.summary.period if self.summary else None

    def figure(self, key: str, cohort: str = "all") -> Figure | None:
        """None where the period has no such figure."""
        return _figure(self.summary, key, cohort)

    def figure_before(self, key: str, cohort: str = "all") -> Figure | None:
        return _figure(self.before, key, cohort)

    def bands(self, prefix: str) -> list[str]:
        """The bands of a breakdown, in order: what comes after `prefix.`"""
        keys = self.summary.figures if self.summary else ()
        return [key.removeprefix(f"{prefix}.") for key in keys if key.startswith(f"{prefix}.")]

    @property
    def is_year(self) -> bool:
        return self.period is not None and self.period == financial_year_of(self.period.start_on)


def period_page(context: Context, period: Period | None, published: Sequence[NationalFigure] = ()) -> PeriodPage:
    """The choices, and the figures of the period asked for; the view is recorded first. Refused: not a period."""
    years, quarters = _choices(context)
    if period is None:
        return PeriodPage(years, quarters)
    check(context, period)
    record_list(context, "periods", narrowed(period))
    summary = kept_period(context, period)
    earlier = before(period)
    known = earlier is not None and _holds(earlier)
    return PeriodPage(
        years,
        quarters,
        summary,
        kept_period(context, earlier) if earlier and known else None,
        name_of(period),
        name_of(earlier) if earlier and known else "",
        period.end_at > context.now,
        tuple(
            Compared(one, summary.figures[one.key][Cohort.ALL], one.period == period)
            for one in beside(published, period)
            if one.key in summary.figures
        ),
    )


def ids_behind_period(context: Context, period: Period, key: str, cohort: Cohort) -> Figure | None:
    """The figure whose ids a list opens; None for one that does not exist. Refused likewise."""
    check(context, period)
    found = kept_period(context, period).figures.get(key)
    return found[cohort] if found and is_given(key, period) else None


def period_export(context: Context, period: Period) -> Table:
    """Every figure as one tidy table. Recorded as an export. Raises Refused like the page."""
    check(context, period)
    with writing() as session:
        details = {"filter": narrowed(period)}
        audit.record(session, "export_made", context.actor, context.now, "periods", None, details)
    return period_table(kept_period(context, period))


def name_of(period: Period) -> str:
    """`2026-27`, `Quarter 2 of 2026-27`, `October 2026`, or its two days."""
    year = financial_year_of(period.start_on)
    if period == year:
        return year_name(year)
    if is_financial_quarter(period):
        return quarter_name(period)
    if period == month_of(period.start_on):
        return f"{period.start_on:%B %Y}"
    return f"{_day(period.start_on)} to {_day(period.last_day)}"


def year_name(year: Period) -> str:
    return f"{year.start_on.year}-{year.end_on.year % 100:02}"


def quarter_name(quarter: Period) -> str:
    """By the financial year: April to June is quarter 1."""
    number = (quarter.start_on.month - 4) % 12 // 3 + 1
    return f"Quarter {number} of {year_name(financial_year_of(quarter.start_on))}"


def before(period: Period) -> Period | None:
    """The period of the same kind before it; None for two days that somebody chose."""
    last = period.start_on - timedelta(days=1)
    if period == financial_year_of(period.start_on):
        return financial_year_of(last)
    if is_financial_quarter(period):
        return financial_quarter_of(last)
    return month_of(last) if period == month_of(period.start_on) else None


def check(context: Context, period: Period) -> None:
    """Raises Refused for what is no period, and for one that has not begun."""
    if period.start_on >= period.end_on:
        raise Refused(FormProblem("wrong_order", "The last day cannot be before the first.", ("last_day",)))
    if period.start_at > context.now:
        raise Refused(FormProblem("not_begun", "This period has not begun.", ("first_day",)))


def narrowed(period: Period) -> dict[str, object]:
    """The period as the audit trail tells it."""
    return {"on": f"{period.start_on}/{period.last_day}"}


def _figure(summary: MonthlySummary | None, key: str, cohort: str) -> Figure | None:
    if summary is None or key not in summary.figures or not is_given(key, summary.period):
        return None
    return summary.figures[key][Cohort(cohort)]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _holds(period: Period) -> bool:
    """Whether anything is held of a period: nothing before the first episode is, and noughts there would mislead."""
    first = summaries.first_episode_at(read_session())
    return first is not None and first < period.end_at


def _choices(context: Context) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """The financial years and quarters that have begun and hold anything, newest first; at least the running ones."""
    today = local_date(context.now)
    first = summaries.first_episode_at(read_session())
    since = local_date(first) if first else today
    years, quarters = [financial_year_of(today)], [financial_quarter_of(today)]
    while len(years) < YEARS_LISTED and years[-1].start_on > since:
        years.append(financial_year_of(years[-1].start_on - timedelta(days=1)))
    while len(quarters) < YEARS_LISTED * 4 and quarters[-1].start_on > since:
        quarters.append(financial_quarter_of(quarters[-1].start_on - timedelta(days=1)))
    return tuple(Choice(name_of(one), one) for one in years), tuple(Choice(name_of(one), one) for one in quarters)
