"""The pictures of the workspace, as rows for their specs: each page shows the same as a table and in words."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.core.clock import show_day
from tracker.core.maramp_changes import score_words
from tracker.core.pattern import DayMark, Pattern
from tracker.core.pattern_words import BAND_HOURS, DAYS
from tracker.services.pages.maramp_shapes import VersionView
from tracker.web.filters import plural

LETTERS: dict[DayMark, str] = {DayMark.WENT_AND_BACK: "D", DayMark.WENT: "M", DayMark.BACK: "R", DayMark.AWAY: "–"}
"""What stands in a day's cell, so that nothing rests on colour: missing and back in a day, missing, returned, away."""

CALENDAR, TIMES, SCORES = "child-calendar", "weekday-hour", "maramp-scores"
"""The specs in templates/charts/."""


@dataclass(frozen=True)
class Picture:
    spec: str
    title: str
    rows: Sequence[Mapping[str, object]]
    words: str


def pictures_of(pattern: Pattern) -> dict[str, Picture]:
    """By the name of its spec: the months day by day, and weekday by hour."""
    return {CALENDAR: calendar(pattern), TIMES: times(pattern)}


def calendar(pattern: Pattern) -> Picture:
    """Every day of the twelve months, with what it was."""
    marks = {day.on: day.mark for day in pattern.days}
    rows = [
        {"month": f"{first:%b %Y}", "day": on.day, "mark": marks.get(on, "none"), "letter": _letter(marks.get(on))}
        for first in _months(pattern.first_on)
        for on in (first.replace(day=number + 1) for number in range(monthrange(first.year, first.month)[1]))
        if on <= pattern.last_on
    ]
    return Picture(CALENDAR, "Twelve months, day by day", rows, _calendar_words(pattern))


def _letter(mark: DayMark | None) -> str:
    return LETTERS[mark] if mark else ""


def _months(first_on: date) -> list[date]:
    months = (first_on.year * 12 + first_on.month - 1 + ahead for ahead in range(12))
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _calendar_words(pattern: Pattern) -> str:
    if not pattern.episodes:
        return f"No episode began from {show_day(pattern.first_on)} to {show_day(pattern.last_on)}."
    began = plural(len(pattern.episodes), "episode")
    nights = plural(pattern.nights, "night")
    return f"{began} began from {show_day(pattern.first_on)} to {show_day(pattern.last_on)}, over {nights} in all."


def times(pattern: Pattern) -> Picture:
    """Weekday by quarter of the day."""
    bands = range(24 // BAND_HOURS)
    most = max(pattern.by_time.values(), default=0)
    rows = [
        {
            "day": day, "hours": f"{band * BAND_HOURS:02}–{(band + 1) * BAND_HOURS:02}",
            "number": (count := pattern.by_time.get((weekday, band), 0)), "dark": count * 2 > most,
        }
        for weekday, day in enumerate(DAYS)
        for band in bands
    ]  # fmt: skip
    words = "How many episodes began, by the weekday and the hour of going missing."
    return Picture(TIMES, "Weekday and hour", rows, words)


def scores(versions: Sequence[VersionView]) -> Picture:
    """The highest score of each version."""
    scored = [version for version in versions if version.plan.highest is not None]
    rows = [
        {"version": f"{version.number}", "on": f"{version.published_at:%d %b %Y}", "score": version.plan.highest}
        for version in scored
    ]
    return Picture(SCORES, "Scores over time", rows, score_words([one.plan.highest or 0 for one in scored]))
