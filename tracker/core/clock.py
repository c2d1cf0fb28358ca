"""Instants, local time and periods. Inside everything is UTC; Europe/London stands only at the edge."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from tracker.core.terms import FlagCode

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Read once for a request, job or command; everything below takes `now` as an argument."""

    def now(self) -> datetime: ...


class SystemClock:
    """The one impurity of the core: the machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """Stands still at `at` until somebody moves it. For tests and for `--now`."""

    at: datetime

    def now(self) -> datetime:
        return require_aware(self.at)


@dataclass(frozen=True)
class ShiftedClock:
    """Ticks with `base`, shifted: for a demo or a test that starts at another instant."""

    base: Clock
    shift: timedelta

    def now(self) -> datetime:
        return self.base.now() + self.shift


@dataclass(frozen=True)
class LocalReading:
    """A local time read as an instant, with a flag where the reading had to choose."""

    at: datetime
    flag: FlagCode | None = None


def require_aware(at: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime: it names no instant."""
    if at.tzinfo is UTC:
        return at
    if at.utcoffset() is None:
        raise ValueError("a datetime without an offset names no instant")
    return at.astimezone(UTC)


def read_local(local: datetime, not_before: datetime | None = None) -> LocalReading:
    """The instant of a naive London wall-clock time (DEFINITIONS §2.4).

    The hour that occurs twice is read as the earlier instant, which gives the earlier deadline, unless that lies
    before `not_before` (the episode's start): then the later. One that does not exist is read forward. Both flagged.
    Raises ValueError for a datetime with an offset: that is an instant already.
    """
    if local.tzinfo is not None:
        raise ValueError("a datetime with an offset is an instant already")
    earlier = local.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    later = local.replace(tzinfo=LONDON, fold=1).astimezone(UTC)
    if earlier == later:
        return LocalReading(earlier)
    if earlier.astimezone(LONDON).replace(tzinfo=None) != local:  # the gap of March: fold=0 reads forward
        return LocalReading(earlier, FlagCode.TIME_NONEXISTENT)
    at = later if not_before is not None and earlier < not_before <= later else earlier
    return LocalReading(at, FlagCode.TIME_AMBIGUOUS)


def local(at: datetime) -> datetime:
    """The London wall clock at that instant."""
    return require_aware(at).astimezone(LONDON)


def local_date(at: datetime) -> date:
    return local(at).date()


def local_midnight(day: date) -> datetime:
    """The instant at which a London day begins (midnight is never ambiguous in London)."""
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)


def is_ambiguous(at: datetime) -> bool:
    """Whether the wall clock shows this hour twice (October)."""
    return _shown_twice(local(at))


def _shown_twice(wall: datetime) -> bool:
    """Only between 1 and 2 o'clock can it be: the rest of the day is not asked (definitions §2.4)."""
    return wall.hour == 1 and wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def follows_gap(at: datetime) -> bool:
    """Whether this is the hour onto which times that do not exist are read forward (March)."""
    return local(at).utcoffset() != local(at - timedelta(hours=1)).utcoffset() and not is_ambiguous(at)


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def show_instant(at: datetime, beside: datetime | None = None, always_zone: bool = False) -> str:
    """`23 Nov 2026, 14:05`, with GMT or BST where the hour is ambiguous or a clock change lies before `beside`."""
    wall = local(at)
    zone = always_zone or _shown_twice(wall) or (beside is not None and local(beside).utcoffset() != wall.utcoffset())
    text = f"{wall.day} {_MONTHS[wall.month]} {wall.year}, {wall.hour:02}:{wall.minute:02}"
    return f"{text} {wall.tzname()}" if zone else text


def show_day(day: date) -> str:
    """`Mon 23 Nov 2026`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month]} {day.year}"


def elapsed_hours(start: datetime, end: datetime) -> float:
    """Real hours between two instants, clock changes included because both are UTC."""
    return (require_aware(end) - require_aware(start)).total_seconds() / 3600


@dataclass(frozen=True, order=True)
class Period:
    """Half-open local calendar time `[start_on 00:00, end_on 00:00)`."""

    start_on: date
    end_on: date

    @property
    def start_at(self) -> datetime:
        return local_midnight(self.start_on)

    @property
    def end_at(self) -> datetime:
        return local_midnight(self.end_on)

    @property
    def last_day(self) -> date:
        return self.end_on - timedelta(days=1)

    def __contains__(self, at: datetime) -> bool:
        return self.start_at <= at < self.end_at

    def months(self) -> Iterator["Period"]:
        month = month_of(self.start_on)
        while month.start_on < self.end_on:
            yield month
            month = month.next()

    def next(self) -> "Period":
        """The following calendar month, of a period that is a month."""
        return month_of(self.end_on)

    def previous(self) -> "Period":
        return month_of(self.start_on - timedelta(days=1))

    @property
    def key(self) -> str:
        """`2026-10`, the name of a month in URLs, JSON and on the command line."""
        return f"{self.start_on:%Y-%m}"


def month_of(day: date) -> Period:
    start = day.replace(day=1)
    end = start.replace(year=start.year + 1, month=1) if start.month == 12 else start.replace(month=start.month + 1)
    return Period(start, end)


def parse_month(key: str) -> Period:
    """The month named `YYYY-MM`, 1990 to 2199. Raises ValueError with a sentence for anything else."""
    named = re.fullmatch(r"(199\d|2[01]\d\d)-(0[1-9]|1[0-2])", key, re.ASCII)
    if named is None:
        raise ValueError(f"{key[:20]!r} is not a month. Write the year and the month, for example 2026-10.")
    return month_of(date(int(named[1]), int(named[2]), 1))


def financial_year_of(day: date) -> Period:
    """1 April to 31 March."""
    year = day.year if day.month >= 4 else day.year - 1
    return Period(date(year, 4, 1), date(year + 1, 4, 1))


def age_on(born_on: date, day: date) -> int:
    """Whole years; a child born on 29 February is a year older on 1 March of other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
