"""Days and times in workbooks: they are numbers, of days since a day zero, that only their format or column tells."""

import re
from datetime import date, datetime, time, timedelta

DAY_ZERO = date(1899, 12, 30)
"""So that every serial from 1 March 1900 on is right: the program that began it took 1900 for a leap year."""

DAY_ZERO_1904 = date(1904, 1, 1)

_LAST_SERIAL = 2_958_466  # 9999-12-31 and a day
_BUILT_IN_DAYS = frozenset({*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)})
_BUILT_IN_TIMES = frozenset({*range(18, 22), 32, 33, 45, 46, 47})
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)

NUMBER, DAY, TIME, ELAPSED = range(4)
"""What a number format shows a number as."""


def shown_as(format_id: int, code: str | None) -> int:
    """DAY: a date, with a time or without; TIME: a time alone; ELAPSED: hours that go beyond 24."""
    if code is None:
        if format_id == 46:
            return ELAPSED
        return DAY if format_id in _BUILT_IN_DAYS else TIME if format_id in _BUILT_IN_TIMES else NUMBER
    letters = _NOT_CODE.sub("", code.partition(";")[0]).lower()
    if re.search(r"\[(?:h+|m+|s+)\]", letters):
        return ELAPSED
    if "general" in letters:
        return NUMBER
    if re.search(r"[dy]|m{3,}", letters) or ("m" in letters and not re.search("[hs]", letters)):
        return DAY
    return TIME if re.search("[hs]", letters) else NUMBER


def serial_text(serial: float, kind: int, day_zero: date) -> str | None:
    """The number as ISO text, to the nearest second; None where it is no day or time."""
    if not 0 <= serial < _LAST_SERIAL:
        return None
    seconds = round(serial * 86_400)
    if kind == ELAPSED:
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if kind == TIME or serial < 1:
        return (datetime.combine(day_zero, time()) + timedelta(seconds=seconds % 86_400)).time().isoformat()
    if day_zero == DAY_ZERO and serial < 61:
        seconds += 86_400
    try:
        at = datetime.combine(day_zero, time()) + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return at.date().isoformat() if at.time() == time() else at.isoformat()


def bare_serial(number: float, day_zero: date) -> str | None:
    """A number in a column of dates that no format calls a date: read where it can be nothing else, else None.

    Between 1910 and 2100 a serial has five digits. A whole one may also be a date typed without its first zero
    (40911: 1 January 2012, or 4 September 2011): then nobody can tell.
    """
    text = serial_text(number, DAY, day_zero)
    if text is None or not "1910" <= text[:4] < "2100":
        return None
    if number == int(number) and 1 <= int(f"{int(number):06d}"[2:4]) <= 12:
        return None
    return text


def bare_fraction(number: float) -> str | None:
    """A number in a column of times: a fraction of a day, unless it may be hours and minutes (0.30)."""
    if 0 < number < 1 and round(number, 2) != number:
        return serial_text(number, TIME, DAY_ZERO)
    return None


def number_text(number: float) -> str:
    """A number as a person sees it: without a decimal point where it is whole."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def written_day(text: str) -> str | None:
    """An ISO date or instant as a file states it, to the nearest second; None if it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.microsecond:
        at = at.replace(microsecond=0) + timedelta(seconds=at.microsecond >= 500_000)
    return at.date().isoformat() if len(text) <= 10 else at.isoformat()
