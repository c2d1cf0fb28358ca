"""Dates and times as people and spreadsheets write them, read strictly: what could mean two things is unreadable."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

_MOST_WORDS = 8
_LONGEST_DATE = 40

_TIME = re.compile(
    r"(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>[.,]\d{1,9})?)?|\.(?P<dotted>\d{2}))?"
    r"|(?P<run_hour>[1-9]|\d{2})(?P<run_minute>\d{2}))"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?:h|hrs?|hours)?\.?\s*(?P<zone>z|utc|gmt|bst|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_ISO_DATE = re.compile(r"(\d{4})([-/])(\d{2})\2(\d{2})", re.ASCII)
_JOINED = re.compile(r"(\S*\d)[Tt](\d.*)", re.ASCII)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_SEPT = re.compile(r"\bsept\b", re.IGNORECASE)
_HAS_TIME = re.compile(r"%[HIMSpf]")
_PLAIN = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}) (\d{1,2}:\d{2}(?::\d{2})?)", re.ASCII)
"""How nearly every moment is written. It can be divided in one way: no date has a colon."""
_MONTH_JOINED = re.compile(r"(?<=\d)[-/.]?(?=[a-z])|(?<=[a-z])[-/.]?(?=\d)", re.IGNORECASE)
_BETWEEN = frozenset({"at", "on", "@", "-", "–", "—"})
_WEEKDAYS = {
    name[:length]: number
    for number, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    for length in (3, 4, 5, len(name))
}


class UnreadableTime(ValueError):  # noqa: N818 (a value of the line, not a fault)
    """What stands in the cells is no date or time, or could be two."""


@dataclass(frozen=True)
class Moment:
    """What was written: a date, a time since its midnight (24:00 is one day) or None, an offset or None."""

    on: date
    time: timedelta | None = None
    offset: timezone | None = None


def read_time(text: str) -> tuple[timedelta, timezone | None]:
    """`14:05`, `1405`, `930`, `9.30pm`, `2400`, `14:05 hrs`, `14:05Z`, `14:05 BST`: time since midnight, and offset.

    Raises UnreadableTime: for an hour alone without am or pm, and for "midnight", which may be either end of a day.
    """
    if text.strip().casefold() in ("noon", "midday", "12 noon"):
        return timedelta(hours=12), None
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise UnreadableTime
    minute_text = match["minute"] or match["dotted"] or match["run_minute"]
    if minute_text is None and match["half"] is None:
        raise UnreadableTime
    hour, minute, second = int(match["hour"] or match["run_hour"]), int(minute_text or 0), int(match["second"] or 0)
    hour = _hour_of_day(hour, (match["half"] or "")[:1].lower())
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise UnreadableTime
    round_up = float((match["part"] or "0").replace(",", ".")) >= 0.5  # a spreadsheet's 14:04:59.999
    return timedelta(hours=hour, minutes=minute, seconds=second + round_up), _offset(match["zone"])


def _hour_of_day(hour: int, half: str) -> int:
    """`14:05 pm` is said twice but once meant; `14:05 am` is not."""
    if half and (hour > 23 or (half == "a" and hour > 12) or (half == "p" and hour == 0)):
        raise UnreadableTime
    if half == "a":
        return hour % 12
    return hour + 12 if half == "p" and hour < 12 else hour


def _offset(zone: str | None) -> timezone | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return timezone(timedelta(hours=zone.casefold() == "bst"))
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        raise UnreadableTime
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if zone[0] == "-" else ahead)


def read_date(text: str, formats: Sequence[str]) -> date:
    """A date alone, ISO or in one of the feed's formats, the first that fits. Raises UnreadableTime."""
    iso = _ISO_DATE.fullmatch(text)
    if iso:
        try:
            return date(int(iso[1]), int(iso[3]), int(iso[4]))
        except ValueError:
            raise UnreadableTime from None
    if len(text) > _LONGEST_DATE or ":" in text:  # no date has one: a time is left in it
        raise UnreadableTime
    loosened = _SEPT.sub("sep", _MONTH_JOINED.sub(" ", _ORDINAL.sub("", text)))
    for written in formats:
        for candidate in {text: None, loosened: None}:
            found = _strptime(candidate, written)
            if found:
                return found.date()
    raise UnreadableTime


@lru_cache(maxsize=4096)
def _strptime(text: str, written: str) -> datetime | None:
    """Kept: the lines of a report say the same few days again and again."""
    try:
        return datetime.strptime(text, written)  # noqa: DTZ007 (an offset is kept where the format reads one)
    except ValueError:
        return None


def read_moment(text: str, formats: Sequence[str]) -> Moment:
    """A date, with or without a time before or after it: `16/11/2026T09:30`, `0930 hrs on Mon 16 Nov 26`.

    Raises UnreadableTime, also where it could be two, or where the weekday is not the date's.
    """
    whole = text.strip()
    days, whole_moments = _kinds(tuple(formats))
    for written in whole_moments:
        found = _strptime(whole, written)
        if found:
            since = timedelta(hours=found.hour, minutes=found.minute, seconds=found.second)
            ahead = found.utcoffset()
            return Moment(found.date(), since, None if ahead is None else timezone(ahead))
    plain = _PLAIN.fullmatch(whole)
    if plain:
        return Moment(read_date(plain[1], days), *read_time(plain[2]))
    joined = _JOINED.fullmatch(whole)
    spaced = " ".join(joined.groups()) if joined else re.sub(r",(?=\s|$)", " ", whole)
    words = [word for word in spaced.split() if word.casefold() not in _BETWEEN]
    if len(words) > _MOST_WORDS:
        raise UnreadableTime
    readings = set(_splits(words, days)) or set(_of_weekday(words, days))
    if len(readings) != 1:
        raise UnreadableTime
    return readings.pop()


@lru_cache(maxsize=256)
def _kinds(formats: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The formats of a date alone, and those of a date with a time."""
    with_time = tuple(written for written in formats if _HAS_TIME.search(written))
    return tuple(written for written in formats if written not in with_time), with_time


def _of_weekday(words: list[str], formats: Sequence[str]) -> Iterator[Moment]:
    """The readings without the name of a weekday, as far as they fall on it: a date of another day is a slip."""
    named = [word for word in words if word.casefold().rstrip(".") in _WEEKDAYS]
    if len(named) != 1:
        return
    weekday = _WEEKDAYS[named[0].casefold().rstrip(".")]
    for moment in _splits([word for word in words if word != named[0]], formats):
        if moment.on.weekday() == weekday:
            yield moment


def _splits(words: list[str], formats: Sequence[str]) -> Iterator[Moment]:
    """Every way to read the words as a date alone, a date and a time, or a time and a date."""
    for place in range(1, len(words) + 1):
        before, after = " ".join(words[:place]), " ".join(words[place:])
        for day, clock_time in ((before, after), (after, before)):
            if not day:
                continue
            try:
                since, offset = read_time(clock_time) if clock_time else (None, None)
                yield Moment(read_date(day, formats), since, offset)
            except UnreadableTime:
                continue
