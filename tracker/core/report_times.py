"""The instants of a report line: what its cells say together, read as UTC (definitions §2.2, §2.4, §2.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

from tracker.core.clock import local_date, local_midnight, read_local
from tracker.core.terms import FlagCode
from tracker.core.written_times import Moment, UnreadableTime, read_moment, read_time

YEARS = range(1990, 2200)
"""A start or return outside these years is a slip or a spreadsheet's zero, not a time."""

_SPREADSHEET_ZERO = (1899, 1900, 1904)


class TimeWithoutDate(UnreadableTime):
    """There is a time of day and no date."""


@dataclass(frozen=True)
class Reading:
    """An instant in UTC. `estimated`: only a date was written. `flag`: the clock change made the reading choose."""

    at: datetime
    estimated: bool = False
    flag: FlagCode | None = None


def moment_of(at_text: str, date_text: str, time_text: str, formats: Sequence[str]) -> Moment | None:
    """What the cells of one instant say together: one cell for both, or two columns. None if all are blank.

    A midnight in a date column is a spreadsheet's date, not a time. Raises TimeWithoutDate, and UnreadableTime also
    where the cells contradict one another.
    """
    if not (at_text or date_text):
        return _alone(time_text, formats) if time_text else None
    moment = read_moment(at_text or date_text, formats)
    if not moment.time and (time_text or not at_text):
        moment = Moment(moment.on)
    if at_text and date_text and read_moment(date_text, formats).on != moment.on:
        raise UnreadableTime
    if not time_text:
        return moment
    since, offset = _time_beside(time_text, moment, formats)
    if moment.time and (moment.time, moment.offset or offset) != (since, offset or moment.offset):
        raise UnreadableTime
    return Moment(moment.on, since, offset or moment.offset)


def _alone(time_text: str, formats: Sequence[str]) -> Moment:
    """A time column with nothing in the date column: it may hold both."""
    try:
        moment = read_moment(time_text, formats)
    except UnreadableTime:
        read_time(time_text)
        raise TimeWithoutDate from None
    if moment.time is None or moment.on.year in _SPREADSHEET_ZERO:
        raise TimeWithoutDate
    return moment


def _time_beside(text: str, moment: Moment, formats: Sequence[str]) -> tuple[timedelta, timezone | None]:
    """The time column: a time, or a spreadsheet's date and time of the same day or of its day zero."""
    try:
        return read_time(text)
    except UnreadableTime:
        beside = read_moment(text, formats)
    if beside.time is None or (beside.on != moment.on and beside.on.year not in _SPREADSHEET_ZERO):
        raise UnreadableTime
    return beside.time, beside.offset


def instant_of(moment: Moment, start: datetime | None = None, found: datetime | None = None) -> Reading:
    """The instant that was meant (definitions §2.4, §2.5). `start`, `found`: of the same episode, where known.

    A date alone is the later of its 00:00 and the latest of those; one before the start's date stays at 00:00, so
    that it is seen to come before it. Raises UnreadableTime for an absurd year.
    """
    if moment.on.year not in YEARS:
        raise UnreadableTime
    if moment.time is None:
        midnight = local_midnight(moment.on)
        if start and moment.on < local_date(start):
            return Reading(midnight, estimated=True)
        return Reading(max(at for at in (midnight, start, found) if at), estimated=True)
    wall = datetime.combine(moment.on, time()) + moment.time
    if moment.offset is not None:
        return Reading((wall - moment.offset.utcoffset(None)).replace(tzinfo=UTC))
    reading = read_local(wall, not_before=start)
    return Reading(reading.at, flag=reading.flag)


def read_instant(text: str, formats: Sequence[str], not_before: datetime | None = None) -> Reading:
    """One cell as an instant. Raises UnreadableTime."""
    return instant_of(read_moment(text, formats), not_before)
