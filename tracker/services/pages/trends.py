"""Reads for trends: run charts of the months that have ended, each with its words, its table and its lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core.clock import Period, local_date, month_of, parse_month
from tracker.core.figures import ByCohort, Figure, one_decimal
from tracker.core.month_series import month_series
from tracker.core.run_charts import FEWEST, Point, Rule, RunChart, Signal, run_chart
from tracker.core.terms import Cohort
from tracker.services.context import Context
from tracker.services.pages.kept_figures import kept
from tracker.store import summaries
from tracker.store.db import session as read_session

MONTHS = 25
"""Two years and the month before them, so that each month stands beside the same one a year ago."""

TITLES = {
    "episodes.started": "Episodes started",
    "children.missing": "Children missing",
    "interviews.pct_in_72h_of_returns": "Held within 72 hours, of those due",
    "hours.median": "Median hours missing",
    "interviews.median_hours_to_interview": "Median hours from return to interview",
}
"""Figure of definitions §6 → the chart's title, in the order shown."""

_SAYS = {
    Rule.ABOVE: "{first} is above the usual range",
    Rule.BELOW: "{first} is below the usual range",
    Rule.HIGH_SIDE: "{first} to {last}: eight months or more in a row above the median",
    Rule.LOW_SIDE: "{first} to {last}: eight months or more in a row below the median",
    Rule.RISING: "{first} to {last}: six months or more in a row, each higher than the one before",
    Rule.FALLING: "{first} to {last}: six months or more in a row, each lower than the one before",
}


@dataclass(frozen=True)
class TrendRow:
    """One month of a chart's table. `opens`: whether anything stands behind its value."""

    month: str
    name: str
    value: str
    usual: str
    signalled: bool
    opens: bool


@dataclass(frozen=True)
class Trend:
    """One run chart: `rows` are the chart's data (templates/charts/run.json), `table` the same for reading."""

    key: str
    title: str
    words: str
    signals: tuple[str, ...]
    table: tuple[TrendRow, ...]
    rows: tuple[Mapping[str, object], ...]

    @property
    def name(self) -> str:
        """How its picture is addressed."""
        return self.key.replace(".", "-")


def trends(context: Context, cohort: Cohort) -> list[Trend]:
    """Every chart for one cohort; none where no whole month is held yet."""
    series = kept(context, ("trends",), lambda: _series(context))
    return [_trend(key, {month: figures[key] for month, figures in series.items()}, cohort) for key in TITLES if series]


def _series(context: Context) -> dict[str, dict[str, ByCohort]]:
    months = _months(context)
    if not months:
        return {}
    rows = summaries.rows_between(read_session(), months[0].start_at, months[-1].end_at, context.now)
    return month_series(rows, months, context.now, context.rules.policy)


def _months(context: Context) -> list[Period]:
    """Those that have ended and lie wholly after the first episode held: a month half told looks like a fall."""
    first = summaries.first_episode_at(read_session())
    month = month_of(local_date(context.now)).previous()
    found: list[Period] = []
    while first is not None and month.start_at > first and len(found) < MONTHS:
        found.append(month)
        month = month.previous()
    return found[::-1]


def _trend(key: str, by_month: Mapping[str, ByCohort], cohort: Cohort) -> Trend:
    figures = {month: by_cohort[cohort] for month, by_cohort in by_month.items()}
    chart = run_chart([_point(month, figure) for month, figure in figures.items()])
    signalled = chart.signalled()
    shares = any(figure.is_percentage for figure in figures.values())
    table = tuple(
        TrendRow(
            month=point.name,
            name=month_words(point.name),
            value=value_words(figures[point.name]),
            usual=_between(limits, shares) if limits else "none",
            signalled=point.name in signalled,
            opens=bool(figures[point.name].ids),
        )
        for point, limits in zip(chart.points, chart.limits, strict=True)
    )
    signals = tuple(_sentence(one) for one in chart.signals)
    return Trend(key, TITLES[key], _words(chart, signals, shares), signals, table, _rows(chart, signalled))


def _point(month: str, figure: Figure) -> Point:
    """A share by its two parts, not by its rounded value."""
    if not figure.is_percentage:
        return Point(month, None if figure.value is None else float(figure.value))
    whole = figure.denominator or 0
    return Point(month, 100 * (figure.numerator or 0) / whole if whole else None, whole)


def _rows(chart: RunChart, signalled: frozenset[str]) -> tuple[Mapping[str, object], ...]:
    last = chart.points[-1].name
    return tuple(
        {
            "month": short_month(point.name),
            "value": None if point.value is None else round(point.value, 2),
            "low": None if limits is None else round(limits[0], 2),
            "high": None if limits is None else round(limits[1], 2),
            "median": chart.median,
            "signal": point.name in signalled,
            "last": point.name == last,
        }
        for point, limits in zip(chart.points, chart.limits, strict=True)
    )


def _words(chart: RunChart, signals: Sequence[str], shares: bool) -> str:
    if chart.median is None:
        return "There is nothing to show in these months."
    sign = "%" if shares else ""
    middle = f"The median of the {_count(len(chart.points))} is {number_words(chart.median)}{sign}."
    if not chart.has_limits:
        return f"{middle} With fewer than {FEWEST} months nothing can be said of what is usual."
    if not signals:
        return (
            f"{middle} Every month lies within the usual range, and there is no trend: what goes up and down is chance."
        )
    return f"{middle} {'One signal' if len(signals) == 1 else f'{len(signals)} signals'}: {'; '.join(signals)}."


def _sentence(signal: Signal) -> str:
    return _SAYS[signal.rule].format(first=month_words(signal.first), last=month_words(signal.last))


def _between(limits: tuple[float, float], shares: bool) -> str:
    sign = "%" if shares else ""
    return f"{number_words(limits[0])}{sign} to {number_words(limits[1])}{sign}"


def _count(months: int) -> str:
    return f"{months} month{'s' if months != 1 else ''}"


def value_words(figure: Figure) -> str:
    if figure.is_percentage:
        share = "no percentage" if figure.value is None else f"{figure.value:.1f}%"
        return f"{share} ({figure.numerator:,} of {figure.denominator:,})"
    return "none" if figure.value is None else number_words(figure.value)


def number_words(value: float) -> str:
    """A count as it is, anything else to one decimal."""
    return f"{value:,}" if isinstance(value, int) else f"{one_decimal(value):,.1f}".removesuffix(".0")


def month_words(month: str) -> str:
    return f"{parse_month(month).start_on:%B %Y}"


def short_month(month: str) -> str:
    return f"{parse_month(month).start_on:%b %y}"
