"""A child's episodes as a picture over time: a row for each year, a mark for each episode.

The mark's shape says what became of the interview. Only geometry: the template draws it, a table says the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.core.clock import Period, local_date, month_of
from tracker.core.terms import FlagCode, InterviewState
from tracker.services.pages.rows import EpisodeRow
from tracker.web.filters import day, plural

LEFT, ROW, TOP = 52.0, 44.0, 26.0
"""Room for the row's name; a row's height; room for the months above a row."""


@dataclass(frozen=True)
class Frame:
    """How much time a row holds, and how wide it is: a year for a desk, half a year for a phone."""

    months: int
    plot: float

    @property
    def width(self) -> float:
        return LEFT + self.plot + 12

    @property
    def top(self) -> float:
        return TOP if self.months == 12 else 6.0

    @property
    def row(self) -> float:
        """Height of a row; half years name their months each."""
        return ROW if self.months == 12 else ROW + 20


WIDE, NARROW = Frame(12, 720.0), Frame(6, 270.0)

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
class Row:
    """A stretch of months: the y of its middle, its name, and (x, name) of each month that is named here."""

    period: Period
    y: float
    name: str
    months: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Picture:
    """Rows from top to bottom, the newest last. `legend`: the groups met, with their numbers."""

    width: float
    height: float
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    legend: tuple[tuple[Group, int], ...]
    now: tuple[float, float]
    words: str


def picture(episodes: Sequence[EpisodeRow], now: datetime, frame: Frame = WIDE) -> Picture | None:
    """The picture of these episodes, in order of start; None where there are none."""
    if not episodes:
        return None
    rows = tuple(_rows(local_date(episodes[0].missing_from_at), local_date(now), frame))
    marks = tuple(_marks(episodes, rows, now, frame))
    counts = {group: sum(mark.group is group for mark in marks) for group in GROUPS}
    return Picture(
        width=frame.width,
        height=frame.top + frame.row * len(rows) + 8,
        rows=rows,
        marks=marks,
        legend=tuple((group, number) for group, number in counts.items() if number),
        now=(_x(now, rows[-1], frame), rows[-1].y),
        words=_words(episodes, now),
    )


def _rows(first: date, last: date, frame: Frame) -> Iterator[Row]:
    """From the stretch of the first episode to that of today."""
    start = first.replace(month=(first.month - 1) // frame.months * frame.months + 1, day=1)
    place = 0
    while start <= max(first, last):
        months = [month_of(start)]
        while len(months) < frame.months:
            months.append(months[-1].next())
        period = Period(start, months[-1].end_on)
        row = Row(period, frame.top + frame.row * (place + 0.5), f"{start.year}", ())
        named = months if frame.months < 12 or place == 0 else []
        yield replace(row, months=tuple((_x(month.start_at, row, frame), f"{month.start_on:%b}") for month in named))
        start, place = period.end_on, place + 1


def _marks(episodes: Sequence[EpisodeRow], rows: Sequence[Row], now: datetime, frame: Frame) -> Iterator[Mark]:
    groups = {group.name: group for group in GROUPS}
    last_in_lane: dict[tuple[float, float], float] = {}
    for episode in episodes:
        start = episode.missing_from_at
        row = next((row for row in rows if start in row.period), rows[-1])
        x = _x(start, row, frame)
        free = (lane for lane in _LANES if x - last_in_lane.get((row.y, lane), -_APART) >= _APART)
        lane = next(free, _LANES[0])
        last_in_lane[row.y, lane] = x
        end = episode.ended_at or (now if _is_away(episode) else start)
        yield Mark(x, row.y + lane, groups[_GROUP_OF[episode.state]], tuple(_bars(start, end, rows, lane, frame)))


def _is_away(episode: EpisodeRow) -> bool:
    """Whether the child is still away; an episode whose end nobody knows, or that does not count, reaches nowhere."""
    return episode.state is InterviewState.AWAITING_RETURN and FlagCode.END_UNKNOWN not in episode.flags


def _bars(
    start: datetime, end: datetime, rows: Sequence[Row], lane: float, frame: Frame
) -> Iterator[tuple[float, float, float]]:
    for row in rows:
        since, until = max(start, row.period.start_at), min(end, row.period.end_at)
        if since < until:
            left, right = _x(since, row, frame), _x(until, row, frame)
            yield left, row.y + lane, round(max(right - left, 1.0), 1)


def _x(at: datetime, row: Row, frame: Frame) -> float:
    """The share of the row's time that has passed, across the plot."""
    begins, ends = row.period.start_at, row.period.end_at
    return round(LEFT + frame.plot * ((at - begins) / (ends - begins)), 1)


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
