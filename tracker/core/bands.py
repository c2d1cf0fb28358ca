"""The bands of the month's breakdowns (definitions §6). None: the band is not known."""

from datetime import date, datetime, timedelta

from tracker.core.clock import age_on, local
from tracker.core.figures import HOUR

AGE_BANDS = ("0-9", "10-12", "13-15", "16-17")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR_BANDS = ("00-06", "06-12", "12-18", "18-24")
DURATION_BANDS = ("under_6h", "6_to_24h", "24_to_48h", "48_to_72h", "3_to_7d", "over_7d", "open")
YES_NO = ("yes", "no")

_OLDEST_OF = ((9, "0-9"), (12, "10-12"), (15, "13-15"), (17, "16-17"))
_SHORTER_THAN = ((6, "under_6h"), (24, "6_to_24h"), (48, "24_to_48h"), (72, "48_to_72h"))
_SEVEN_DAYS = 168


def age_band(born_on: date | None, start_on: date) -> str | None:
    """By whole years on the day the episode starts."""
    age = -1 if born_on is None else age_on(born_on, start_on)
    return next((band for oldest, band in _OLDEST_OF if 0 <= age <= oldest), None)


def weekday(at: datetime) -> str:
    return WEEKDAYS[local(at).weekday()]


def hour_band(at: datetime) -> str:
    """Six hours of the London wall clock, the first of them in, the last out."""
    return HOUR_BANDS[local(at).hour // 6]


def duration_band(elapsed: timedelta) -> str:
    """Each band takes in its lower end: exactly 6 h is `6_to_24h`, 72 h `3_to_7d`. Exactly seven days is not over."""
    hours = elapsed / HOUR
    shorter = next((band for limit, band in _SHORTER_THAN if hours < limit), None)
    return shorter or ("3_to_7d" if hours <= _SEVEN_DAYS else "over_7d")


def yes_no(known: bool | None) -> str | None:
    return None if known is None else YES_NO[0] if known else YES_NO[1]


def written(text: str | None) -> str | None:
    """A value as the police or a person wrote it; None for a blank or the word itself."""
    given = (text or "").strip()
    return None if given.casefold() in ("", "unknown", "not known") else given
