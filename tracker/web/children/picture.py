"""A child's episodes as a picture over time: a row for each year, a mark for each episode, its shape by what became of
the interview. Only geometry: the template draws it, and a table beside it says the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.core.clock import Period, local_date, local_midnight, month_of
from tracker.core.terms import InterviewState
from tracker.services.pages.rows import EpisodeRow
from tracker.web.filters import day, plural

LEFT, PLOT, ROW, TOP = 52.0, 720.0, 44.0, 26.0
"""Room for the year's number; a year's width; a year's height; room for the months."""

WIDTH = LEFT + PLOT + 12
_LANES = (0.0, -11.0, 11.0)
"""Marks that would lie upon one another are put above and below."""
_APART = 13.0


@dataclass(frozen=True)
class Group:
    """What became of the interview: its words, and the shape and colour of its mark."""

    name: str
    words: str
    shape: str
    colour: str


GROUPS = (
    Group("in_time", "Interview in time", "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z", "#0b5d36"),
    Group("late", "Interview late", "M-5.5 -5.5H5.5V5.5H-5.5Z", "#8a4b00"),
    Group("overdue", "Interview overdue", "M0 -7.5L7.5 0L0 7.5L-7.5 0Z", "#b3131f"),
    Group("running", "Clock running", "M0 -7L7 6H-7Z", "#1d5fa8"),
    Group("declined", "Declined, or not required", "M0 7L-7 -6H7Z", "#4c2c92"),
    Group("not_back", "Not back yet", "M-7 -2H7V2H-7Z", "#17324d"),
    Group("none", "No interview asked for, or not counted", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z", "#6b7680"),
)
_GROUP_OF = {
    InterviewState.COMPLETED_IN_TIME: "in_time",
    InterviewState.COMPLETED_LATE: "late",
    InterviewState.OVERDUE: "overdue",
    InterviewState.DUE: "running",
    InterviewState.DUE_SOON: "running",
    InterviewState.DECLINED: "declined",
    InterviewState.NOT_REQUIRED: "declined",
    InterviewState.AWAITING_RETURN: "not_back",
    InterviewState.FOUND_NOT_RETURNED: "not_back",
    InterviewState.NO_CLOCK: "none",
    InterviewState.WITHDRAWN: "none",
}


@dataclass(frozen=True)
class Mark:
    """Where an episode's mark stands, and the bars of its time away (two where it crosses a year's end)."""

    x: float
    y: float
    group: Group
    bars: tuple[tuple[float, float, float], ...]  # x, y, width


@dataclass(frozen=True)
class Picture:
    """Years from top to bottom, the newest last. `months`: (x, name). `legend`: the groups met, with their numbers."""

    height: float
    years: tuple[tuple[int, float], ...]  # number, y of its middle
    months: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]
    legend: tuple[tuple[Group, int], ...]
    now: tuple[float, float]
    words: str


def picture(rows: Sequence[EpisodeRow], now: datetime) -> Picture | None:
    """The picture of these episodes, in order of start; None where there are none."""
    if not rows:
        return None
    first, last = local_date(rows[0].missing_from_at).year, local_date(now).year
    years = {year: TOP + ROW * (place + 0.5) for place, year in enumerate(range(first, max(first, last) + 1))}
    marks = tuple(_marks(rows, years, now))
    counts = {group: sum(mark.group is group for mark in marks) for group in GROUPS}
    year = Period(date(last, 1, 1), date(last + 1, 1, 1))
    return Picture(
        height=TOP + ROW * len(years) + 8,
        years=tuple(years.items()),
        months=tuple((_x(month.start_at), f"{month.start_on:%b}") for month in year.months()),
        marks=marks,
        legend=tuple((group, number) for group, number in counts.items() if number),
        now=(_x(now), years[last]),
        words=_words(rows, now),
    )


def _marks(rows: Sequence[EpisodeRow], years: dict[int, float], now: datetime) -> Iterator[Mark]:
    groups = {group.name: group for group in GROUPS}
    last_in_lane: dict[tuple[int, float], float] = {}
    for row in rows:
        start = row.missing_from_at
        year, x = local_date(start).year, _x(start)
        free = (lane for lane in _LANES if x - last_in_lane.get((year, lane), -_APART) >= _APART)
        lane = next(free, _LANES[0])
        last_in_lane[year, lane] = x
        bars = tuple(_bars(start, row.ended_at or (now if row.returned_at is None else start), years, lane))
        yield Mark(x, years[year] + lane, groups[_GROUP_OF[row.state]], bars)


def _bars(start: datetime, end: datetime, years: dict[int, float], lane: float) -> Iterator[tuple[float, float, float]]:
    for year, y in years.items():
        begins, ends = local_midnight(date(year, 1, 1)), local_midnight(date(year + 1, 1, 1))
        since, until = max(start, begins), min(end, ends)
        if since < until:
            left = _x(since)
            right = LEFT + PLOT if until == ends else _x(until)
            yield left, y + lane, round(max(right - left, 1.0), 1)


def _x(at: datetime) -> float:
    """The share of its local year that has passed, across the plot."""
    year = local_date(at).year
    begins, ends = local_midnight(date(year, 1, 1)), local_midnight(date(year + 1, 1, 1))
    return round(LEFT + PLOT * ((at - begins) / (ends - begins)), 1)


def _words(rows: Sequence[EpisodeRow], now: datetime) -> str:
    """The picture in a sentence, for whoever does not see it."""
    if len(rows) == 1:
        return f"One episode, on {day(rows[0].missing_from_at)}."
    this_month = month_of(local_date(now))
    recent = sum((now - row.missing_from_at).days < 365 for row in rows)
    months: dict[str, int] = {}
    for row in rows:
        name = f"{local_date(row.missing_from_at):%B %Y}"
        months[name] = months.get(name, 0) + 1
    most, number = max(months.items(), key=lambda item: item[1])
    busiest = f" Most in one month: {number}, in {most}." if number > 1 else ""
    lately = sum(row.missing_from_at in this_month for row in rows)
    return (
        f"{plural(len(rows), 'episode')} between {day(rows[0].missing_from_at)} and {day(rows[-1].missing_from_at)}; "
        f"{recent} in the last 365 days, {lately} this month.{busiest}"
    )
