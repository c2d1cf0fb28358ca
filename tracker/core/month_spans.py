"""Which days a month's figures look at: what is shown in full, what stands beside it, and what is long past."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tracker.core.clock import Period, financial_year_of, local_date, month_of
from tracker.core.repeats import RepeatRule

SERIES_MONTHS = 13
"""The month itself and the twelve before it (definitions §6)."""

Span = tuple[datetime, datetime]
"""Half-open, in UTC."""


def history_needed_from(period: Period, rules: Sequence[RepeatRule], cut_off: datetime | None = None) -> date:
    """The first day that any figure of the month looks at: of the thirteen months, the year, or what decides whether a
    rule held on the eve of the month (or at a cut-off before it), and so which crossing is a new one."""
    first = period.start_on if cut_off is None else min(period.start_on, local_date(cut_off))
    windows = [first - timedelta(days=rule.window_days) for rule in rules]
    return min(shown_in(period)[-1].start_on, financial_year_of(period.start_on).start_on, *windows)


def shown_in(period: Period) -> list[Period]:
    """The period itself and those whose figures stand beside it in full: the month before, that of a year ago."""
    if period != month_of(period.start_on):
        return [period]
    months = series_of(period)
    return [period, months[-2], months[0]]


def series_of(month: Period) -> list[Period]:
    """The thirteen months that end with this one, oldest first."""
    months = [month]
    while len(months) < SERIES_MONTHS:
        months.insert(0, months[0].previous())
    return months


def past_in(since: datetime, shown: Sequence[Span], cut_off: datetime) -> list[Span]:
    """What lies between `since` and the times shown in full, and between those: over by the cut-off, each of it.

    Of these only the thirteen-month series is shown, and what the repeat rules count: `month_past.PastEpisode` is
    enough for both.
    """
    found: list[Span] = []
    for start, end in sorted(shown):
        if since < start <= cut_off:
            found.append((since, start))
        since = max(since, end)
    return found
