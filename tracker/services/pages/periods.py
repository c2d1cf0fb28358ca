"""Reads for any period: its figures by the month's own code, beside the period before and what others published.

The operational group sees every figure of any period, as it sees the month's: a list opens only for those who may see
records, and what leaves the group goes through the suppressed edition or an answer to a request (docs/definitions.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.core.clock import Period, financial_year_of, local_date, month_of
from tracker.core.figures import Figure
from tracker.core.kept_summary import AT_ONCE_EPISODES
from tracker.core.monthly_summary import MonthlySummary
from tracker.core.national import NationalFigure, beside
from tracker.core.period_counts import financial_quarter_of, is_financial_quarter
from tracker.core.period_tables import is_given, period_table
from tracker.core.tables import Table
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.count_period import ask
from tracker.services.errors import FormProblem, Refused
from tracker.services.pages.episode_rows import record_list
from tracker.services.pages.kept_figures import NOTHING, Shown, counted_before, ids_of, shown_period
from tracker.services.transaction import writing
from tracker.store import audit, summaries
from tracker.store.db import session as read_session

YEARS_LISTED = 10


class NotCountedError(Exception):
    """A list or a file of figures that are being counted, or are to be: the period's page says how that stands."""


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
    """`period` is None where none was asked for yet. `shown`: its figures, or why there are none yet; `before_shown`:
    those of the period of the same kind before it, where anything is held of that."""

    years: tuple[Choice, ...]
    quarters: tuple[Choice, ...]
    period: Period | None = None
    shown: Shown = NOTHING
    before_shown: Shown = NOTHING
    name: str = ""
    before_name: str = ""
    runs: bool = False
    compared: tuple[Compared, ...] = ()
    oldest_on: date | None = None  # of all that is held, where it began in this period or the one before it

    @property
    def summary(self) -> MonthlySummary | None:
        return self.shown.summary

    @property
    def before(self) -> MonthlySummary | None:
        return self.before_shown.summary

    @property
    def before_period(self) -> Period | None:
        return before(self.period) if self.period and self.before_name else None

    def figure(self, key: str, cohort: str = "all") -> Figure | None:
        """None where the period has no such figure."""
        return _figure(self.summary, key, cohort)

    def figure_before(self, key: str, cohort: str = "all") -> Figure | None:
        return _figure(self.before, key, cohort)

    def opens(self, key: str, cohort: str) -> bool:
        """Whether a figure opens a list."""
        return (key, Cohort(cohort)) in self.shown.opens

    def bands(self, prefix: str) -> list[str]:
        """The bands of a breakdown, in order: what comes after `prefix.`"""
        keys = self.summary.figures if self.summary else ()
        return [key.removeprefix(f"{prefix}.") for key in keys if key.startswith(f"{prefix}.")]

    @property
    def is_year(self) -> bool:
        return self.period is not None and self.period == financial_year_of(self.period.start_on)


def period_page(
    context: Context,
    period: Period | None,
    published: Sequence[NationalFigure] = (),
    at_once_episodes: int = AT_ONCE_EPISODES,
) -> PeriodPage:
    """The choices, and the period asked for: its figures, or that they are being counted; the view is recorded first.

    Refused: not a period.
    """
    years, quarters = _choices(context)
    if period is None:
        return PeriodPage(years, quarters)
    check(context, period)
    record_list(context, "periods", narrowed(period))
    shown = shown_period(context, period, at_once_episodes)
    earlier = before(period)
    known = earlier is not None and _holds(earlier)
    return PeriodPage(
        years,
        quarters,
        period,
        shown,
        shown_period(context, earlier, at_once_episodes) if earlier and known else NOTHING,
        name_of(period),
        name_of(earlier) if earlier and known else "",
        period.end_at > context.now,
        _compared(shown.summary, published),
        _oldest_in(period, earlier),
    )


def count_again(context: Context, period: Period) -> None:
    """Have a period counted in the background, whatever there is of it. Raises Refused like the page."""
    check(context, period)
    ask(context, period)


def ids_behind_period(
    context: Context,
    period: Period,
    key: str,
    cohort: Cohort,
    counted_id: int | None = None,
    at_once_episodes: int = AT_ONCE_EPISODES,
) -> Figure | None:
    """The figure whose ids a list opens; None for one that does not exist. Refused likewise.

    Raises NotCountedError where the period is large and the count that the page showed is gone, or never was.
    """
    shown = _as_shown(context, period, counted_id, at_once_episodes)
    found = shown.summary.figures.get(key) if shown.summary else None
    figure = found[cohort] if found and is_given(key, period) else None
    return None if figure is None else replace(figure, ids=ids_of(shown, key, cohort))


def period_export(
    context: Context, period: Period, counted_id: int | None = None, at_once_episodes: int = AT_ONCE_EPISODES
) -> Table:
    """Every figure as one tidy table. Recorded as an export. Raises Refused and NotCountedError likewise."""
    shown = _as_shown(context, period, counted_id, at_once_episodes)
    with writing() as session:
        details = {"filter": narrowed(period)}
        audit.record(session, "export_made", context.actor, context.now, "periods", None, details)
    assert shown.summary is not None
    return period_table(shown.summary)


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


def _as_shown(context: Context, period: Period, counted_id: int | None, at_once_episodes: int) -> Shown:
    check(context, period)
    shown = counted_before(context, period, counted_id, at_once_episodes)
    if shown is None:
        raise NotCountedError
    return shown


def _compared(summary: MonthlySummary | None, published: Sequence[NationalFigure]) -> tuple[Compared, ...]:
    if summary is None:
        return ()
    return tuple(
        Compared(one, summary.figures[one.key][Cohort.ALL], one.period == summary.period)
        for one in beside(published, summary.period)
        if one.key in summary.figures
    )


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


def _oldest_in(period: Period, earlier: Period | None) -> date | None:
    """The day on which the oldest episode held began, if the period shown or the one before may lack its first days."""
    first = summaries.first_episode_at(read_session())
    of_both = (period, earlier) if earlier else (period,)
    return local_date(first) if first is not None and any(first in one for one in of_both) else None


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
