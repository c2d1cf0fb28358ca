"""By when a force's report is expected on a day, and whether one has come: absence is an alarm (definitions §8)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tracker.core.clock import local_date, read_local

EARLY = timedelta(hours=12)
"""A report that comes at most so long before its time is that day's. One from earlier belongs to the day before: what
was sent again yesterday noon must not hide that nothing came this morning."""

MOST_DAYS = 366
"""Further back no single day is asked for: a feed silent for a year is silent."""


@dataclass(frozen=True)
class Expectation:
    """A report is expected on this London day, by this instant."""

    day: date
    at: datetime

    @property
    def from_at(self) -> datetime:
        """A report that came after this instant counts for this day."""
        return self.at - EARLY


@dataclass(frozen=True)
class Arrival:
    """A report that settles an expectation: not refused, not history, no mere copy of an older one unless nil."""

    receipt_id: int
    at: datetime


@dataclass(frozen=True)
class Missed:
    """Nothing came in time. `settled_by`: the first report after it, late; None where none has come yet."""

    expectation: Expectation
    settled_by: Arrival | None


def expectation_of(day: date, by: time) -> Expectation:
    """The London wall clock read as an instant: the earlier of two, and read forward where it does not exist."""
    return Expectation(day, read_local(datetime.combine(day, by)).at)


def expectations(by: time, days: Collection[int], after: datetime, until: datetime) -> Iterator[Expectation]:
    """Those whose instant lies in `(after, until)`, oldest first; `days`: Monday = 0. The newest `MOST_DAYS` of them.

    At the very instant a report is still in time, so it is not yet due to have come.
    """
    day = max(local_date(after), local_date(until) - timedelta(days=MOST_DAYS))
    while day <= local_date(until):
        expected = expectation_of(day, by)
        if day.weekday() in days and after < expected.at < until:
            yield expected
        day += timedelta(days=1)


def missed(due: Sequence[Expectation], arrivals: Sequence[Arrival]) -> list[Missed]:
    """Of expectations whose time has passed, those that nothing came for in time. `arrivals` in order of time.

    One report settles, late, every day before it that still waits: it tells how things stand now.
    """
    found = []
    for expected in due:
        first = next((arrival for arrival in arrivals if arrival.at > expected.from_at), None)
        if first is None or first.at > expected.at:
            found.append(Missed(expected, first))
    return found


def next_expected(by: time, days: Collection[int], now: datetime) -> Expectation | None:
    """The next day's that has not passed; None where no day is expected at all."""
    return next(expectations(by, days, now - timedelta(microseconds=1), now + timedelta(days=8)), None)
